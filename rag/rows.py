"""Articles and passages as rows of the library, and back. Offsets and vectors lie there as bytes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.types import Article, Passage, PassageVectors, Sentence, Vectors

# Sentence vectors are kept as int8: the cosine is off by at most .003 (measured), a quarter of the room.
SENTENCE_SCALE = 127.0

ARTICLE_COLUMNS = (
    "id, title, text, origin, content_hash, source, authors, published_at, updated_at, ingested_at,"
    " language, url"
)
PASSAGE_COLUMNS = (
    'p.number, p.id, p.article_id, p.position, p.start, p."end", p.sentences, p.vector,'
    ' p.sentence_vectors, substr(a.text, p.start + 1, p."end" - p.start)'
)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it lies in the library, with the number that the word index knows it by."""

    number: int
    passage: Passage
    vector: Vectors  # shape (dimension,)
    sentence_vectors: Vectors  # shape (sentences, dimension)


def stamp(moment: datetime | None) -> str | None:
    """UTC in one fixed form, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def read_moment(stamp: str | None) -> datetime | None:
    return datetime.fromisoformat(stamp) if stamp else None


def article_row(article: Article) -> tuple[object, ...]:
    return (
        article.id,
        article.title,
        article.text,
        article.origin,
        article.content_hash,
        article.source,
        json.dumps(article.authors, ensure_ascii=False),
        stamp(article.published_at),
        stamp(article.updated_at),
        stamp(article.ingested_at or datetime.now(UTC)),
        article.language,
        article.url,
    )


def read_article_row(row: Sequence[str]) -> Article:
    article_id, title, text, origin, content_hash, source, authors, published, updated, ingested, *rest = row
    return Article(
        id=article_id,
        title=title,
        text=text,
        origin=origin,
        content_hash=content_hash,
        source=source,
        authors=tuple(json.loads(authors)),
        published_at=read_moment(published),
        updated_at=read_moment(updated),
        ingested_at=read_moment(ingested),
        language=rest[0],
        url=rest[1],
    )


def vector_blobs(vectors: PassageVectors) -> tuple[bytes, bytes]:
    sentences = np.rint(vectors.sentences * SENTENCE_SCALE).astype(np.int8)
    return vectors.passage.astype("<f2").tobytes(), sentences.tobytes()


def passage_row(passage: Passage, vectors: PassageVectors) -> tuple[object, ...]:
    offsets = np.array([(s.start, s.end) for s in passage.sentences], dtype="<i4")
    return (
        passage.id,
        passage.article_id,
        passage.position,
        passage.start,
        passage.end,
        offsets.tobytes(),
        *vector_blobs(vectors),
    )


def read_passage_row(row: tuple[Any, ...]) -> StoredPassage:
    number, passage_id, article_id, position, start, end, offsets, vector, sentence_vectors, text = row
    spans: NDArray[np.int32] = np.frombuffer(offsets, dtype="<i4").reshape(-1, 2)
    sentences = tuple(
        Sentence(first, last, text[first - start : last - start]) for first, last in spans.tolist()
    )
    whole = np.frombuffer(vector, dtype="<f2").astype(np.float32)
    parts = np.frombuffer(sentence_vectors, dtype=np.int8).reshape(-1, len(whole))
    return StoredPassage(
        number=number,
        passage=Passage(passage_id, article_id, position, start, end, text, sentences),
        vector=whole,
        sentence_vectors=parts.astype(np.float32) / SENTENCE_SCALE,
    )
