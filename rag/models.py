"""The chat model and its limits. The only module that opens an outbound model connection.

LangChain and the provider's client are imported where they are used: importing this is light.
"""

import logging
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice, takewhile
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.errors import ModelCut, ModelError, SettingsError
from rag.faults import LONGEST_WAIT, explain
from rag.settings import Settings

if TYPE_CHECKING:
    import httpx2
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from rag.prompts import Message

OPENAI_ADDRESS = "https://api.openai.com/v1"
OFFERED_MODEL = "openai:gpt-5-mini"
CONNECT_SECONDS = 10.0  # a server that is there accepts a connection well within this
RETRY_SECONDS = 0.5  # before the second try; doubled before the third
ANSWER_CHARACTERS = 40_000  # about 10,000 tokens: no answer is longer, a runaway model is
ANSWER_BYTES = 16_000_000  # of one response, its framing included
AFTER_END = 100  # chunks read after the last word (token counts, [DONE]), so that the connection is kept

COMPLETE = {"stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed"}
TOO_LONG = {"length", "max_tokens", "max_output_tokens", "model_length"}
WITHHELD = {"content_filter", "safety", "refusal", "recitation", "blocklist", "prohibited_content"}
FINISH_KEYS = ("finish_reason", "stop_reason", "stopReason", "done_reason")  # as providers call it

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


def model_name(settings: Settings) -> str:
    """The model's name as a reader sees it."""
    return settings.model.removeprefix("openai:")


def known_model_offer(settings: Settings) -> str | None:
    """The model that a page may offer in one click: there is a key for it. Sends nothing."""
    offer = settings.key and not settings.model and not settings.base_url
    return OFFERED_MODEL if offer else None


def _openai_model(settings: Settings) -> "BaseChatModel":
    name, key = model_name(settings), settings.key
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
        # Some compatible servers refuse options that they do not know.
        stream_usage=not settings.base_url,
        # Local servers default to about 0.8; OpenAI's own newer models accept their default only.
        temperature=0.0 if settings.base_url else None,
    )


def _other_model(settings: Settings) -> "BaseChatModel":
    """A model of another provider; its package reads the key from its own variable."""
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(settings.model, max_retries=0, timeout=settings.model_seconds)
    except ImportError as error:
        raise SettingsError(f"The model {settings.model} cannot be used. {error}.") from None
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


# Its answer


def stream_text(
    model: "BaseChatModel", messages: "Sequence[Message]", *, seconds: float, attempts: int
) -> Iterator[str]:
    """The text that `model` writes, as it comes: at most `seconds` in all and `attempts` tries.

    A try is repeated only while no text has come, and only for faults that may pass (408, 409, 429,
    5xx, no connection). Raises ModelCut when the text is not whole, ModelError when there is none.
    """
    who, end = _who(model), time.monotonic() + seconds
    for attempt in range(1, attempts + 1):
        begun, failure = False, None
        with closing(_items(model, messages, end)) as items:
            for item in items:
                if isinstance(item, Exception):
                    failure = item
                else:
                    begun = True
                    yield item
        if failure is None:
            return
        fault = explain(failure, who)
        log.warning("%s, try %d of %d: %s", who, attempt, attempts, _cause(failure, model))
        if begun:
            raise ModelCut("The answer is incomplete. " + fault.sentence)
        wait = RETRY_SECONDS * 2 ** (attempt - 1) if fault.wait is None else fault.wait
        out_of_time = wait > LONGEST_WAIT or time.monotonic() + wait >= end
        if not fault.passing or attempt == attempts or out_of_time:
            raise ModelError(fault.sentence)
        time.sleep(wait)


def read_text(chunks: "Iterable[BaseMessage]", who: str = "model") -> Iterator[str]:
    """The text of a streamed message, up to the chunk that says why it ended.

    Raises ModelError when it ends for another reason than being finished, for none, or without text.
    """
    size = 0
    for chunk in chunks:
        # A lone surrogate can be neither printed nor stored.
        text = str(chunk.text).encode(errors="replace").decode()
        text = (text if size else text.lstrip())[: ANSWER_CHARACTERS - size]
        size += len(text)
        if text:
            yield text
        finish = next((str(value) for key in FINISH_KEYS if (value := chunk.response_metadata.get(key))), "")
        if size >= ANSWER_CHARACTERS:
            finish = "length"
        if finish:
            return _end(finish.lower(), size, who)
    return _end("", size, who)


def _end(finish: str, size: int, who: str) -> None:
    if finish in COMPLETE and size:
        return
    if finish in TOO_LONG:
        sentence = f"The {who} reached its length limit. Ask for less at once, or choose another model."
    elif finish in WITHHELD:
        sentence = f"The {who} withheld the answer (content filter). Ask in other words."
    elif size:
        sentence = f"The {who} stopped without finishing. Ask again."
    else:
        sentence = f"The {who} sent an empty answer. Ask again, or choose another model."
    raise ModelError(sentence)


def _items(
    model: "BaseChatModel", messages: "Sequence[Message]", end: float
) -> Generator[str | Exception, None, None]:
    """Text until the answer ends; an exception is the last item. Never later than `end`.

    The reading is done in a thread because a client's read time-out starts anew with every byte. The
    thread is a daemon and stops at the next chunk, at the latest when the client's limits close the
    response.
    """
    items: SimpleQueue[str | Exception | None] = SimpleQueue()
    stop = Event()

    def read() -> None:
        try:
            chunks = iter(model.stream(list(messages)))
            for text in read_text(takewhile(lambda _: not stop.is_set(), chunks), _who(model)):
                items.put(text)
            items.put(None)
            for _ in islice(chunks, AFTER_END):
                pass
        except Exception as error:  # noqa: BLE001 - whatever a client raises is handed to the asker
            items.put(error)

    Thread(target=read, name="readout-model", daemon=True).start()
    try:
        while (item := items.get(timeout=max(0.0, end - time.monotonic()))) is not None:
            yield item
            if isinstance(item, Exception):
                return
    except Empty:
        yield TimeoutError("the time for an answer is over")
    finally:
        stop.set()


def _who(model: "BaseChatModel") -> str:
    """'model NAME at ADDRESS', without credentials, query or path tricks."""
    name = getattr(model, "model_name", None) or getattr(model, "model", None) or type(model).__name__
    parts = urlsplit(str(getattr(model, "openai_api_base", None) or ""))
    if not parts.hostname:
        return f"model {name}"
    return f"model {name} at {parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _cause(error: Exception, model: "BaseChatModel") -> str:
    """For the log: what was raised and what raised that, on one line and without any key."""
    parts: list[str] = []
    fault: BaseException | None = error
    while fault is not None and len(parts) < 4:
        parts.append(f"{type(fault).__name__}: {fault}")
        fault = fault.__cause__
    text = " from ".join(dict.fromkeys(parts))
    secrets = [value.get_secret_value() for value in vars(model).values() if isinstance(value, SecretStr)]
    for secret in secrets:
        if len(secret) > 4:  # not the 'none' of a server without a key
            text = text.replace(secret, "***")
    return repr(text[:500])
