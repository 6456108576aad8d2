"""What a service tells of itself: one JSON object a line, made of counts, times and names of ours.

A line holds no question, no text, title or file name of an article, no key and no password: an event has no
field for one. What libraries log may hold anything: their name, level and place are kept, their words never.
No one can forge a line: JSON escapes what would end it.
"""

import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

OWN = "readout"  # the logger above all of ours
NAME_CHARACTERS = 100  # of a name in a line: a model's, a logger's
EVENT = "event"  # in a record: what it tells
_ROOT = Path(__file__).parent.parent  # frames below it are ours
_PACKAGES = "site-packages"


@dataclass(frozen=True, slots=True)
class Started:
    """The page's server listens."""

    version: str
    model: str
    door: str  # "open", "password" or "sign-in"


@dataclass(frozen=True, slots=True)
class Stopped:
    """The page's server ends as it was asked to."""

    version: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The library is open and questions can be asked."""

    articles: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The indexes were made anew."""

    articles: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Added:
    """Files or addresses were read; a count for each outcome."""

    added: int
    replaced: int
    copies: int
    unchanged: int
    empty: int
    unreadable: int
    left_out: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Removed:
    articles: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question came to its end."""

    session: str  # drawn by lot for a visit: who asks stays unknown
    status: str  # as Status, or "no answer"
    fault: str  # the kind of error where there is no answer
    seconds: float
    waited_seconds: float  # of these, until its turn came
    found_seconds: float  # until the passages were there
    hits: int
    claims: int
    supported: int
    model: str
    tries: int
    read: int  # tokens
    written: int


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """One try to have an answer of a model; another may follow."""

    model: str
    attempt: int
    most: int
    kind: str
    status: int  # of HTTP; 0: it did not come to that


@dataclass(frozen=True, slots=True)
class Door:
    """Someone was let in, or not."""

    way: str  # "password" or "sign-in"
    let_in: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """An error: expected (`kind` is one of `errors`) or not."""

    where: str  # "opening", "page", "work", "process"
    kind: str
    place: str  # file:line of the last frame of ours


Happening = Started | Stopped | Opened | Rebuilt | Added | Removed | Asked | ModelFailed | Door | Failed


def tell(happening: Happening, level: int = logging.INFO) -> None:
    """Logs it; a terminal that shows this level sees its words."""
    logging.getLogger(OWN).log(level, "%s", happening, extra={EVENT: happening})


def tell_failed(where: str, error: BaseException) -> None:
    tell(Failed(where, kind_of(error), place_of(error.__traceback__)), logging.ERROR)


def kind_of(error: BaseException | None) -> str:
    """The class of an error, never its words: they may quote what was read."""
    return type(error).__name__[:NAME_CHARACTERS] if error else ""


def place_of(trace: TracebackType | None) -> str:
    """file:line of the last frame of ours, else of the last one, as in 'rag/index.py:88'."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    own = [one for one in frames if one[0].is_relative_to(_ROOT) and _PACKAGES not in one[0].parts]
    for path, line in reversed(own or frames):
        return _place(path, line)
    return ""


def _place(path: Path, line: int) -> str:
    """Without the folders that lie above the package: they may name their owner."""
    if _PACKAGES in path.parts:
        inner = path.parts[path.parts.index(_PACKAGES) + 1 :]
    elif path.is_relative_to(_ROOT):
        inner = path.relative_to(_ROOT).parts
    else:
        inner = path.parts[-1:]
    return f"{'/'.join(inner)}:{line}"[-NAME_CHARACTERS:]


class JsonLines(logging.Formatter):
    """A record as one line of JSON; what is no event of ours keeps its name, level and place alone."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str | int | float | bool] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        happening = getattr(record, EVENT, None)
        if isinstance(happening, Happening):
            line |= _facts(happening)
        else:
            line |= _outline(record)
        return json.dumps(line)


def _facts(happening: Happening) -> dict[str, str | int | float | bool]:
    facts: dict[str, str | int | float | bool] = {EVENT: _words(type(happening).__name__)}
    for field in fields(happening):
        value = getattr(happening, field.name)
        facts[field.name] = value[:NAME_CHARACTERS] if isinstance(value, str) else value
        if isinstance(value, float):
            facts[field.name] = round(value, 3)
    return facts


def _words(name: str) -> str:
    """'ModelFailed' → 'model failed'"""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _outline(record: logging.LogRecord) -> dict[str, str | int | float | bool]:
    error = record.exc_info[1] if record.exc_info else None
    place = place_of(error.__traceback__) if error else _place(Path(record.pathname), record.lineno)
    return {
        EVENT: "log",
        "logger": record.name[:NAME_CHARACTERS],
        "kind": kind_of(error),
        "place": place,
    }


def write_lines(stream: TextIO, level: int = logging.INFO) -> logging.Handler:
    """What our loggers tell goes to `stream` as JSON lines; those of libraries go on as they do."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    own = logging.getLogger(OWN)
    own.addHandler(handler)
    own.setLevel(level)
    own.propagate = False
    return handler


def take_over(level: int = logging.INFO) -> None:
    """Makes this process a service: from now on its standard error holds JSON lines and nothing else.

    Libraries' warnings and errors become lines too. They give themselves handlers of their own whenever they
    are imported, so the one place that all records pass through is taken. What is printed is dropped, and
    errors that nobody catches are told by their kind and place.
    """
    handler = write_lines(sys.stderr, level)

    def pass_on(logger: logging.Logger, record: logging.LogRecord) -> None:
        own = record.name == OWN or record.name.startswith(f"{OWN}.")
        if record.levelno >= (level if own else logging.WARNING):
            handler.handle(record)

    logging.Logger.callHandlers = pass_on  # type: ignore[method-assign, assignment]
    logging.captureWarnings(True)
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    sys.excepthook = _tell_uncaught("process")
    sys.unraisablehook = lambda lost: _tell_lost(lost.exc_value)
    threading.excepthook = lambda lost: _tell_lost(lost.exc_value)


def _tell_uncaught(
    where: str,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            tell_failed(where, error)

    return hook


def _tell_lost(error: BaseException | None) -> None:
    if error is not None:
        tell_failed("process", error)
