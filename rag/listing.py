"""The list of a library's articles: what it shows of each, and finding and ordering them. Pure."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from rag.reading.parts import INSIDE
from rag.types import AlsoIn

WEB = ("http://", "https://")  # what the origin of an article from the web begins with


@dataclass(frozen=True, slots=True)
class Listed:
    """All of an article but its text."""

    id: str
    title: str
    source: str  # the outlet
    authors: tuple[str, ...]
    origin: str  # the path or address that it was read from
    published_at: datetime | None
    ingested_at: datetime | None
    language: str
    passages: int
    words: str  # what it is found by, folded; what its copies are found by too
    also: tuple[AlsoIn, ...] = ()  # its copies

    @property
    def outlets(self) -> tuple[str, ...]:
        """As Article.outlets."""
        names = (self.source, *(one.source for one in self.also))
        return tuple(dict.fromkeys(name for name in names if name))


class Order(StrEnum):
    NEWEST = "Newest first"
    OLDEST = "Oldest first"
    ADDED = "Last added first"
    TITLE = "By title"
    OUTLET = "By outlet"
    LONGEST = "Longest first"


_NEVER = datetime.min.replace(tzinfo=UTC)
# Each order ends with the id, so that equal articles stay in place from one look to the next.
_KEYS: dict[Order, Callable[[Listed], tuple[object, ...]]] = {
    Order.NEWEST: lambda one: (one.published_at is None, -_age(one.published_at), one.id),
    Order.OLDEST: lambda one: (one.published_at is None, _age(one.published_at), one.id),
    Order.ADDED: lambda one: (-_age(one.ingested_at), one.id),
    Order.TITLE: lambda one: (one.title.casefold(), one.id),
    Order.OUTLET: lambda one: (not one.source, one.source.casefold(), -_age(one.published_at), one.id),
    Order.LONGEST: lambda one: (-one.passages, one.id),
}


def short_origin(origin: str) -> str:
    """Where an article comes from: the host, or the file without its folders: 'week.zip › news/a.html'."""
    if origin.startswith(WEB):
        return urlsplit(origin).hostname or ""
    file, inside, part = origin.partition(INSIDE)
    return file.replace("\\", "/").rpartition("/")[2] + inside + part


def find_listed(listed: Iterable[Listed], query: str) -> list[Listed]:
    """Those that hold each word of `query`, or its beginning, in title, outlet, author or file name."""
    words = fold(query).split()
    return [one for one in listed if all(word in one.words for word in words)]


def order_listed(listed: Sequence[Listed], order: Order) -> list[Listed]:
    """Undated articles and those without an outlet come last."""
    return sorted(listed, key=_KEYS[order])


def fold(text: str) -> str:
    """`text` so that case and the way of writing an accent make no difference."""
    return unicodedata.normalize("NFC", text).casefold()


def _age(moment: datetime | None) -> float:
    return ((moment or _NEVER) - _NEVER).total_seconds()
