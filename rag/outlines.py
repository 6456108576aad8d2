"""What filters ask of articles, and what a selection of them covers. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rag.rows import read_moment
from rag.types import Filters, Span


@dataclass(frozen=True, slots=True)
class Face:
    """How an article, or a copy of it, was published."""

    source: str
    published: str | None  # as stamped (rag.rows): UTC, and text order is time order
    language: str


@dataclass(frozen=True, slots=True)
class Outline:
    """An article without its text."""

    version: str
    faces: tuple[Face, ...]  # its own, then those of its copies: a filter finds it under each
    passages: int


@dataclass(frozen=True, slots=True)
class Selection:
    """The articles that a filter leaves."""

    versions: frozenset[str]
    span: Span


def select(outlines: Sequence[Outline], filters: Filters) -> Selection:
    left = [
        one
        for one in outlines
        if any(filters.admit(face.source, _day(face.published), face.language) for face in one.faces)
    ]
    return Selection(frozenset(one.version for one in left), span_of(left, len(outlines)))


def span_of(outlines: Sequence[Outline], whole: int) -> Span:
    """What these articles cover, of `whole` in the library."""
    faces = [face for one in outlines for face in one.faces]
    dates = [face.published for face in faces if face.published]
    return Span(
        articles=len(outlines),
        passages=sum(one.passages for one in outlines),
        sources=_most_first(face.source for face in faces),
        first=read_moment(min(dates, default=None)),
        last=read_moment(max(dates, default=None)),
        languages=_most_first(face.language for face in faces),
        of=whole,
    )


def _day(stamp: str | None) -> date | None:
    return date.fromisoformat(stamp[:10]) if stamp else None


def _most_first(names: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(name for name in names if name)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))
