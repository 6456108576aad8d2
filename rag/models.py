"""The chat model and its connection. The only module that opens an outbound model connection.

LangChain and the provider's client are imported where they are used: importing this is light.
"""

import logging
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.errors import SettingsError
from rag.settings import Settings
from rag.types import Offer

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel

OPENAI_ADDRESS = "https://api.openai.com/v1"
OFFERED_MODEL = "openai:gpt-5-mini"
CONNECT_SECONDS = 10.0  # a server that is there accepts a connection well within this
ANSWER_BYTES = 16_000_000  # of one response, its framing included

_PACKAGE = re.compile(r"langchain-[a-z0-9-]+")

log = logging.getLogger("readout.models")


# The model


def chat_model(settings: Settings) -> "BaseChatModel":
    """The model that `settings.model` names; sends nothing.

    With `base_url` every name goes to that OpenAI-compatible server (a tag such as `qwen3:8b` is part
    of the name); without it, what stands before the first colon is the provider.
    Raises SettingsError for a model that cannot be made.
    """
    if not settings.model:
        raise SettingsError("No language model is set. Set READOUT_MODEL, for example to openai:gpt-5-mini.")
    if settings.base_url or ":" not in settings.model or settings.model.startswith("openai:"):
        return _openai_model(settings)
    return _other_model(settings)


def model_name(model: str) -> str:
    """A model's name as a reader sees it."""
    return model.removeprefix("openai:")


def known_model_offer(settings: Settings) -> Offer | None:
    """The model that a page may offer in one click: there is a key for it. Sends nothing."""
    offered = settings.key and not settings.model and not settings.base_url
    return Offer(OFFERED_MODEL, "", "OpenAI") if offered else None


def accepted(settings: Settings, offer: Offer) -> Settings:
    """The settings with an offered model. A server on this machine gets no key: none was meant for it."""
    changes: dict[str, object] = {"model": offer.model, "base_url": offer.base_url}
    if offer.base_url:
        changes["api_key"] = SecretStr("")
    return settings.model_copy(update=changes)


def _openai_model(settings: Settings) -> "BaseChatModel":
    name, key = model_name(settings.model), settings.key
    if not key and not settings.base_url:
        raise SettingsError(
            f"The model {name} needs a key: set OPENAI_API_KEY, "
            "or READOUT_BASE_URL for a server that needs none."
        )
    address = _checked_address(settings.base_url or OPENAI_ADDRESS)
    from langchain_openai import ChatOpenAI

    client = _http_client(address, settings.model_seconds)
    return ChatOpenAI(
        model=name,
        base_url=address,  # explicit, or LANGSMITH_GATEWAY and OPENAI_BASE_URL would change it
        api_key=SecretStr(key or "none"),
        use_responses_api=False,  # compatible servers lack it
        max_retries=0,  # the retry loop is ours
        http_client=client,
        timeout=client.timeout,  # said again, or each request is sent with none
        stream_usage=True,  # asks for the count of tokens; a server that refuses is asked without
        # Local servers default to about 0.8; OpenAI's own newer models accept their default only.
        temperature=0.0 if settings.base_url else None,
    )


def _other_model(settings: Settings) -> "BaseChatModel":
    """A model of another provider; its package reads the key from its own variable."""
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(settings.model, max_retries=0, timeout=settings.model_seconds)
    except ImportError as error:
        package = _PACKAGE.search(str(error))
        how = f"pip install {package.group()}" if package else "see LangChain's list of chat models"
        raise SettingsError(
            f"The model {settings.model} needs a package that is not installed here: {how}."
        ) from None
    except ValueError as error:
        log.warning("%s cannot be made: %s", settings.model, type(error).__name__)
        raise SettingsError(
            f"The model {settings.model} cannot be used: its provider is not known or its own key "
            "variable is not set. Write provider:name, for example openai:gpt-5-mini."
        ) from None
    return model


def _checked_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        usable = None
    if not usable:
        raise SettingsError("READOUT_BASE_URL is not an http(s) address such as http://127.0.0.1:11434/v1.")
    if parts.username or parts.password:
        raise SettingsError("READOUT_BASE_URL holds a password. Put the key into READOUT_API_KEY instead.")
    return address


def _http_client(address: str, seconds: float) -> "httpx2.Client":
    """A client that follows no redirect (the key stays with its host) and reads no response for ever."""
    import httpx2
    from openai import DefaultHttpxClient

    class Limited(httpx2.SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream
            self._end = time.monotonic() + seconds

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for block in self._stream:
                size += len(block)
                if size > ANSWER_BYTES or time.monotonic() > self._end:
                    raise httpx2.ReadTimeout(f"gave up after {size} bytes")
                yield block

        def close(self) -> None:
            self._stream.close()

    def limit(response: httpx2.Response) -> None:
        response.stream = Limited(response.stream)

    return DefaultHttpxClient(
        base_url=address,
        timeout=httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
        follow_redirects=False,
        trust_env=urlsplit(address).hostname not in ("127.0.0.1", "localhost", "::1"),  # no proxy to here
        event_hooks={"response": [limit]},
    )
