"""Evaluation sets in the BEIR layout: corpus.jsonl, queries.jsonl, qrels/test.tsv."""

import csv
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dateutil import parser

from rag.cleaning import clean_text
from rag.errors import SettingsError
from rag.types import Article


@dataclass(frozen=True, slots=True)
class Query:
    """A question of a set. `gold` is empty where nothing in the set answers it."""

    id: str
    text: str
    gold: frozenset[str]  # ids of the documents that answer it
    answers: tuple[str, ...] = ()  # short answers, any of which is right
    evidence: tuple[str, ...] = ()  # sentences that hold the answer
    answerable: bool = True
    kind: str = ""  # the set's question type


@dataclass(frozen=True, slots=True)
class Dataset:
    name: str
    articles: tuple[Article, ...]  # article.id is the document's id
    queries: tuple[Query, ...]
    digest: str = field(default="")  # of the documents, to know a library built from them

    def judged(self) -> tuple[Query, ...]:
        """The questions with at least one right document."""
        return tuple(query for query in self.queries if query.gold)


def read_beir(folder: Path) -> Dataset:
    """Reads a folder in the BEIR layout. Raises SettingsError naming what it lacks."""
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        if not (folder / name).is_file():
            raise SettingsError(f"{folder} is no BEIR folder: it lacks {name}.")
    articles = read_corpus(folder / "corpus.jsonl")
    with _reading(folder / "qrels" / "test.tsv") as path:
        gold = _qrels(path)
    with _reading(folder / "queries.jsonl") as path:
        queries = tuple(_query(row, gold) for row in _lines(path))
    digest = hashlib.sha256((folder / "corpus.jsonl").read_bytes()).hexdigest()[:12]
    return Dataset(folder.resolve().name, articles, queries, digest)


def read_corpus(path: Path) -> tuple[Article, ...]:
    """The articles of a corpus.jsonl. Raises SettingsError if that is not what it is."""
    with _reading(path):
        return tuple(_article(row) for row in _lines(path))


@contextmanager
def _reading(path: Path) -> Iterator[Path]:
    try:
        yield path
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # a line of another form
        raise SettingsError(f"{path} is not in the BEIR layout: {error!r}.") from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _article(row: dict[str, Any]) -> Article:
    facts = row.get("metadata") or {}
    author = facts.get("author") or ""
    return Article(
        id=str(row["_id"]),
        title=clean_text(row.get("title") or ""),
        text=clean_text(row["text"]),
        origin=str(row["_id"]),
        content_hash=hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest(),
        source=clean_text(facts.get("source") or ""),
        authors=(clean_text(author),) if author else (),
        published_at=_moment(facts.get("published_at") or facts.get("date") or ""),
        url=facts.get("url") or "",
    )


def _moment(stamp: str) -> datetime | None:
    """None for no date, and for one that is not in ISO 8601: a guess would be a wrong date."""
    try:
        moment = parser.isoparse(stamp)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _qrels(path: Path) -> dict[str, set[str]]:
    gold: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                gold.setdefault(row["query-id"], set()).add(row["corpus-id"])
    return gold


def _query(row: dict[str, Any], gold: dict[str, set[str]]) -> Query:
    facts = row.get("metadata") or {}
    return Query(
        id=str(row["_id"]),
        text=row["text"],
        gold=frozenset(gold.get(str(row["_id"]), ())),
        answers=tuple(facts.get("answers") or ()),
        evidence=tuple(facts.get("evidence") or ()),
        answerable=bool(facts.get("answerable", True)),
        kind=facts.get("question_type") or facts.get("type") or "",
    )
