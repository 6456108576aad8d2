"""A model's reply: as text while it is written, limited in time and size, tried again, its tokens counted."""

import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice, takewhile
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.errors import ModelAway, ModelCut, ModelError, ModelOverflow
from rag.faults import LONGEST_WAIT, Fault, explain, status_of
from rag.logs import EVENT, ModelFailed, kind_of
from rag.thoughts import Thoughts
from rag.types import Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from rag.prompts import Message

RETRY_SECONDS = 0.5  # before the second try; doubled before the third
ANSWER_CHARACTERS = 40_000  # about 10,000 tokens: no answer is longer, a runaway model is
AFTER_END = 100  # chunks read after the last word (token counts, [DONE]), so that the connection is kept

COMPLETE = {"stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed"}
TOO_LONG = {"length", "max_tokens", "max_output_tokens", "model_length"}
WITHHELD = {"content_filter", "safety", "refusal", "recitation", "blocklist", "prohibited_content"}
FINISH_KEYS = ("finish_reason", "stop_reason", "stopReason", "done_reason")  # as providers call it
USAGE_SECONDS = 0.5  # waited after the last word for the count of tokens
BYTES_PER_TOKEN = 4  # of English text, where a server does not say how many it read and wrote

log = logging.getLogger("readout.models")


def stream_text(
    model: "BaseChatModel",
    messages: "Sequence[Message]",
    *,
    seconds: float,
    attempts: int,
    count: Callable[[Usage], None] = lambda _: None,
) -> Iterator[str]:
    """The text that `model` writes, as it comes: at most `seconds` in all and `attempts` tries.

    A try is repeated only while no text has come, and only for faults that may pass (408, 409, 429,
    5xx, no connection). `count` is told what each try used. Raises ModelCut when the text is not whole,
    ModelAway when the server does not work just now, ModelOverflow when the messages do not fit into the
    model's context, ModelError when there is no text for another reason.
    """
    who, end = who_is(model), time.monotonic() + seconds
    for attempt in range(1, attempts + 1):
        begun, failure, tally = False, None, _Tally()
        with closing(_items(model, messages, end, tally)) as items:
            for item in items:
                if isinstance(item, Exception):
                    failure = item
                else:
                    begun = True
                    yield item
        if tally.used:
            count(tally.usage(messages))
        if failure is None:
            return
        fault = explain(failure, who)
        happening = ModelFailed(_name(model), attempt, attempts, kind_of(failure), status_of(failure))
        cause = _cause(failure, model)
        log.warning("%s, try %d of %d: %s", who, attempt, attempts, cause, extra={EVENT: happening})
        if begun:
            raise ModelCut("The answer is incomplete. " + fault.sentence)
        if _ask_no_usage(model, failure):
            fault = replace(fault, passing=True, wait=0.0)
        wait = RETRY_SECONDS * 2 ** (attempt - 1) if fault.wait is None else fault.wait
        out_of_time = wait > LONGEST_WAIT or time.monotonic() + wait >= end
        if not fault.passing or attempt == attempts or out_of_time:
            raise _error(fault)
        time.sleep(wait)


def _error(fault: Fault) -> ModelError:
    if fault.overflow:
        return ModelOverflow(fault.sentence)
    return ModelAway(fault.sentence) if fault.away else ModelError(fault.sentence)


def _ask_no_usage(model: "BaseChatModel", failure: Exception) -> bool:
    """Whether the server refused the option that asks for the count; if so, it is not asked again."""
    if "stream_options" not in str(failure) or not getattr(model, "stream_usage", False):
        return False
    model.stream_usage = False  # type: ignore[attr-defined]
    return True


class _Tally:
    """What one try read and wrote, as the server says, else by its length."""

    def __init__(self) -> None:
        self._read = self._written = self._bytes = 0

    @property
    def used(self) -> bool:
        return bool(self._read or self._written or self._bytes)

    def watch(self, chunks: "Iterable[BaseMessage]") -> "Iterator[BaseMessage]":
        """The same chunks. Some servers count on with each, some tell reading and writing apart."""
        for chunk in chunks:
            told = getattr(chunk, "usage_metadata", None) or {}
            self._read = max(self._read, int(told.get("input_tokens", 0)))
            self._written = max(self._written, int(told.get("output_tokens", 0)))
            self._bytes += len(str(chunk.text).encode(errors="replace"))
            yield chunk

    def usage(self, messages: "Sequence[Message]") -> Usage:
        if self._read or self._written:
            return Usage(1, self._read, self._written)
        prompt = sum(len(text.encode()) for _, text in messages)
        return Usage(1, prompt // BYTES_PER_TOKEN, -(-self._bytes // BYTES_PER_TOKEN), estimated=True)


def read_text(chunks: "Iterable[BaseMessage]", who: str = "model") -> Iterator[str]:
    """The text of a streamed message without thoughts, up to the chunk that says why it ended.

    Raises ModelError when it ends for another reason than being finished, for none, or without text.
    """
    size, thoughts = 0, Thoughts()

    def cut(text: str) -> str:
        nonlocal size
        # A lone surrogate can be neither printed nor stored.
        text = text.encode(errors="replace").decode()
        text = (text if size else text.lstrip())[: ANSWER_CHARACTERS - size]
        size += len(text)
        return text

    finish = ""
    for chunk in chunks:
        if text := cut(thoughts.feed(str(chunk.text))):
            yield text
        finish = next((str(value) for key in FINISH_KEYS if (value := chunk.response_metadata.get(key))), "")
        if size >= ANSWER_CHARACTERS:
            finish = "length"
        if finish:
            break
    if text := cut(thoughts.rest()):
        yield text
    return _end(finish.lower(), size, who)


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
    model: "BaseChatModel", messages: "Sequence[Message]", end: float, tally: _Tally
) -> Generator[str | Exception, None, None]:
    """Text until the answer ends; an exception is the last item. Never later than `end`.

    The reading is done in a thread because a client's read time-out starts anew with every byte. The
    thread is a daemon and stops at the next chunk, at the latest when the client's limits close the
    response.
    """
    items: SimpleQueue[str | Exception | None] = SimpleQueue()
    stop, drained = Event(), Event()

    def read() -> None:
        stream = model.stream(list(messages))
        try:
            chunks = tally.watch(stream)
            for text in read_text(takewhile(lambda _: not stop.is_set(), chunks), who_is(model)):
                items.put(text)
            items.put(None)
            for _ in islice(chunks, AFTER_END):
                pass
        except Exception as error:  # noqa: BLE001 - whatever a client raises is handed to the asker
            items.put(error)
        finally:
            drained.set()
            stream.close()  # type: ignore[attr-defined] # hangs up on a server that still writes

    Thread(target=read, name="readout-model", daemon=True).start()
    try:
        while (item := items.get(timeout=max(0.0, end - time.monotonic()))) is not None:
            yield item
            if isinstance(item, Exception):
                return
        drained.wait(min(USAGE_SECONDS, max(0.0, end - time.monotonic())))
    except Empty:
        yield TimeoutError("the time for an answer is over")
    finally:
        stop.set()


def who_is(model: "BaseChatModel") -> str:
    """The model as 'model NAME at ADDRESS', without credentials, query or path tricks."""
    name = _name(model)
    parts = urlsplit(str(getattr(model, "openai_api_base", None) or ""))
    if not parts.hostname:
        return f"model {name}"
    return f"model {name} at {parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _name(model: "BaseChatModel") -> str:
    return str(getattr(model, "model_name", None) or getattr(model, "model", None) or type(model).__name__)


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
