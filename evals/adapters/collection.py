"""Texts → documents, each once; questions with stable ids. All that a set says is cleaned here."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from dateutil import parser

from evals.beir import Dataset, Query
from rag.cleaning import clean_line, clean_text
from rag.errors import SettingsError
from rag.types import Article

_ID_CHARACTERS = 16  # of a SHA-256 (hex): 64 bits, so that no two texts of a set meet
# A whole date, year first: then neither its day nor the order of its parts is a guess.
_WHOLE_DATE = re.compile(r"([12][0-9]{3})[-/]([0-9]{2})[-/]([0-9]{2})(?:[T /](.+))?")


@dataclass(frozen=True, slots=True)
class SetQuery(Query):
    """A question with what `Query` has no place for."""

    points: tuple[tuple[str, ...], ...] = ()  # all that a right answer holds, each with its wordings
    groups: tuple[int, ...] = ()  # one for each of `evidence`: those of one number say the same
    asked_on: date | None = None


class Documents:
    """The documents of a set in the order in which they come. A text that comes again is no new one."""

    def __init__(self) -> None:
        self._articles: dict[str, Article] = {}

    def add(
        self,
        text: str,
        *,
        title: str = "",
        source: str = "",
        authors: Iterable[str] = (),
        published: str = "",
        url: str = "",
    ) -> str:
        """The document's id, a hash of its text; '' for an empty text, which is no document.

        A text that is there already keeps the fields with which it came first.
        """
        text, url = clean_text(text), clean_line(url)
        if not text:
            return ""
        identity = hash_texts(text)
        if identity not in self._articles:
            article = Article(
                id=identity,
                title=clean_line(title),
                text=text,
                origin=identity,
                content_hash="",
                source=clean_line(source),
                authors=tuple(name for name in map(clean_line, authors) if name),
                published_at=read_moment(published),
                url=url if url.startswith(("http://", "https://")) else "",
            )
            self._articles[identity] = replace(article, content_hash=_hash_article(article))
        return identity

    def articles(self) -> tuple[Article, ...]:
        return tuple(self._articles.values())


def make_query(
    identity: str,
    text: str,
    *,
    gold: Iterable[str] = (),
    points: Iterable[Iterable[str]] = (),
    evidence: Iterable[Iterable[str]] = (),
    answerable: bool = True,
    kind: str = "",
    asked_on: date | None = None,
) -> SetQuery:
    """`points`: what a right answer holds, each with its wordings. `evidence`: quotations, those that say the
    same together. Empty ids, wordings and quotations are left out."""
    said, quoted = _clean_groups(points, clean_line), _clean_groups(evidence, clean_text)
    return SetQuery(
        id=clean_line(identity),
        text=clean_line(text),
        gold=frozenset(gold) - {""},
        answers=tuple(dict.fromkeys(wording for point in said for wording in point)),
        evidence=tuple(quote for group in quoted for quote in group),
        answerable=answerable,
        kind=clean_line(kind),
        points=said,
        groups=tuple(number for number, group in enumerate(quoted) for _ in group),
        asked_on=asked_on,
    )


def make_dataset(path: Path, documents: Documents, queries: Sequence[SetQuery]) -> Dataset:
    """The set that was read from `path`, named after it. Raises SettingsError if it asks nothing."""
    if not queries:
        raise SettingsError(f"{path} holds no question.")
    articles = documents.articles()
    place = path.resolve()
    return Dataset(
        name=place.name if place.is_dir() else place.stem,
        articles=articles,
        queries=_make_distinct(queries),
        digest=hash_texts(*(article.content_hash for article in articles))[:12],
    )


def read_moment(stamp: str) -> datetime | None:
    """A whole date, year first, with or without a time; UTC where it names no zone. Else None: no guess."""
    found = _WHOLE_DATE.fullmatch(stamp.strip())
    if not found:
        return None
    year, month, day, time = found.groups()
    try:
        moment = parser.isoparse(f"{year}-{month}-{day}T{time or '00:00'}")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def hash_texts(*texts: str) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:_ID_CHARACTERS]


def _hash_article(article: Article) -> str:
    published = article.published_at.isoformat() if article.published_at else ""
    fields = (article.title, article.text, article.source, *article.authors, published, article.url)
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def _clean_groups(
    groups: Iterable[Iterable[str]], clean: Callable[[str], str]
) -> tuple[tuple[str, ...], ...]:
    cleaned = [tuple(dict.fromkeys(filter(None, map(clean, group)))) for group in groups]
    return tuple(group for group in cleaned if group)


def _make_distinct(queries: Sequence[SetQuery]) -> tuple[SetQuery, ...]:
    """Each question once. Another one of the same id gets an id of its own, from what it asks and answers."""
    kept: dict[str, SetQuery] = {}
    for query in queries:
        taken = kept.get(query.id)
        if taken and taken != query:
            own = hash_texts(query.text, *query.answers, *sorted(query.gold), *query.evidence)
            kept[f"{query.id}-{own[:8]}"] = replace(query, id=f"{query.id}-{own[:8]}")
        else:
            kept[query.id] = query
    return tuple(kept.values())
