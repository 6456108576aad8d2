"""Texts for size tests: as many articles as wanted, each different, made from a few real ones.

An article joins runs of sentences from several real texts and exchanges the names and numbers in them.
Encoding 250,000 passages takes an hour, so these texts get their vectors from the real sentences that
they came from (`RecombinedEncoder`); reading, splitting, counting, storing and indexing stay real.
"""

import hashlib
import json
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import numpy as np

from evals.beir import read_corpus
from rag.adding import MEGABYTE, gather_files
from rag.embedding import EmbeddedEncoder
from rag.errors import SettingsError
from rag.passages import split_passages, split_sentences
from rag.readers import read_article
from rag.settings import Settings
from rag.types import Article, Passage, PassageVectors, Vectors

SEED = 20260424
RUNS = 4  # runs of sentences in one article, each from another text
RUN_SENTENCES = (3, 8)  # fewest and most sentences of a run
QUESTION_WORDS = 9  # words of a sentence that a question takes over
NOISE = 0.02  # per dimension: cosine .93 between two variants of one sentence
FIRST_DAY = datetime(2023, 1, 1, tzinfo=UTC)
DAYS = 700

_NAME = re.compile(r"(?<!^)\b[A-Z][a-z]{3,}\b")
_CHANGED = re.compile(r"\b[A-Z][a-z]{3,}\b|\d")


@dataclass(frozen=True, slots=True)
class Source:
    """A real text, sentence by sentence."""

    title: str
    outlet: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """What articles are made from."""

    sources: tuple[Source, ...]
    names: tuple[str, ...]  # words that may stand for one another


def read_texts(place: Path) -> tuple[Article, ...]:
    """The articles of a corpus.jsonl, of a folder that holds one, or of a folder of article files.

    Their text comes without line breaks, so that a sentence is the same wherever it is put.
    """
    if place.is_file() or (place / "corpus.jsonl").is_file():
        articles = read_corpus(place if place.is_file() else place / "corpus.jsonl")
    else:
        articles = tuple(read_article(path, max_bytes=20 * MEGABYTE) for path in gather_files([place]))
    if len(articles) < RUNS:
        raise SettingsError(f"{place} holds {len(articles)} texts; a size test needs {RUNS} or more.")
    return tuple(replace(article, text=" ".join(article.text.split())) for article in articles)


def make_pool(articles: Sequence[Article]) -> Pool:
    sources = tuple(
        Source(
            article.title,
            article.source,
            tuple(sentence.text for sentence in split_sentences(article.text)),
        )
        for article in articles
    )
    names = {name for source in sources for text in source.sentences for name in _NAME.findall(text)}
    return Pool(tuple(source for source in sources if source.sentences), tuple(sorted(names)))


def make_articles(pool: Pool, count: int) -> Iterator[Article]:
    """The first `count` articles of an endless row that is the same in every run."""
    return (_make_article(pool, number) for number in range(count))


def _make_article(pool: Pool, number: int) -> Article:
    chance = random.Random(f"{SEED}:{number}")
    sources = chance.sample(pool.sources, RUNS)
    text = "\n\n".join(" ".join(_vary(s, pool, chance) for s in _run(source, chance)) for source in sources)
    title = _vary(sources[0].title or sources[0].sentences[0][:80], pool, chance)
    return Article(
        id=f"distractor-{number}",
        title=title,
        text=text,
        origin=f"distractor-{number}.md",
        content_hash=hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
        source=sources[0].outlet,
        published_at=FIRST_DAY + timedelta(days=chance.randrange(DAYS)),
    )


def _run(source: Source, chance: random.Random) -> Sequence[str]:
    length = chance.randint(*RUN_SENTENCES)
    start = chance.randrange(max(1, len(source.sentences) - length + 1))
    return source.sentences[start : start + length]


def _vary(sentence: str, pool: Pool, chance: random.Random) -> str:
    """The sentence with other names and numbers, its skeleton unchanged."""
    names = _NAME.sub(lambda _: chance.choice(pool.names), sentence)
    return re.sub(r"[1-9]", lambda _: str(chance.randint(1, 9)), names)


def skeleton(sentence: str) -> str:
    """What all variants of a sentence have in common."""
    return _CHANGED.sub("#", sentence)


def make_questions(pool: Pool, count: int) -> list[str]:
    """Questions in words of the texts, the same in every run."""
    chance = random.Random(SEED)
    sentences = [text for source in pool.sources for text in source.sentences]
    longest = [text for text in sentences if len(text.split()) >= QUESTION_WORDS] or sentences
    return [f"What was reported about {_some_words(chance.choice(longest), chance)}?" for _ in range(count)]


def _some_words(sentence: str, chance: random.Random) -> str:
    words = sentence.strip(" .!?\"'”’").split()
    start = chance.randrange(max(1, len(words) - QUESTION_WORDS + 1))
    return " ".join(words[start : start + QUESTION_WORDS])


def write_articles(folder: Path, articles: Iterator[Article]) -> list[Path]:
    """The articles as Markdown files, as a user would have them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for article in articles:
        assert article.published_at is not None
        path = folder / article.origin
        head = f"title: {json.dumps(article.title)}\npublished_at: {article.published_at.isoformat()}"
        path.write_text(f"---\n{head}\n---\n\n{article.text}\n", encoding="utf-8")
        paths.append(path)
    return paths


# Vectors without the encoder


def save_sentence_vectors(
    articles: Iterable[Article], encoder: EmbeddedEncoder, limit: int, path: Path
) -> None:
    """Encodes the real texts and keeps each sentence's vector under its skeleton."""
    table: dict[str, Vectors] = {}
    for article in articles:
        passages = split_passages(article, encoder.count_tokens, limit)
        vectors = encoder.embed_passages(passages, [article.title] * len(passages))
        for passage, found in zip(passages, vectors, strict=True):
            table |= {
                skeleton(sentence.text): vector
                for sentence, vector in zip(passage.sentences, found.sentences, strict=True)
            }
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(".new.npz")
    np.savez(whole, skeletons=np.array(list(table)), vectors=np.stack(list(table.values())))
    whole.replace(path)


class RecombinedEncoder(EmbeddedEncoder):
    """The real encoder for questions; passages get the mean of their sentences' kept vectors.

    A sentence that is not among those kept is encoded really.
    """

    def __init__(self, settings: Settings, kept: Path) -> None:
        super().__init__(settings)
        found = np.load(kept)
        self._table: dict[str, Vectors] = dict(
            zip(found["skeletons"].tolist(), found["vectors"], strict=True)
        )

    @property
    def fingerprint(self) -> str:
        return f"{super().fingerprint} recombined"

    def embed_passages(self, passages: Sequence[Passage], titles: Sequence[str]) -> list[PassageVectors]:
        return [self._join([sentence.text for sentence in passage.sentences]) for passage in passages]

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Chunks begin and end anywhere: only their whole sentences count, if they have any."""
        vectors = []
        for text in texts:
            sentences = [s.text for s in split_sentences(text)]
            whole = [sentence for sentence in sentences if skeleton(sentence) in self._table]
            vectors.append(self._join(whole or sentences or [text]).passage)
        return np.stack(vectors)

    def _join(self, sentences: Sequence[str]) -> PassageVectors:
        parts = np.stack([self._sentence(sentence) for sentence in sentences])
        mean = parts.mean(axis=0)
        return PassageVectors(passage=mean / np.linalg.norm(mean), sentences=parts)

    def _sentence(self, sentence: str) -> Vectors:
        vector = self._table.get(skeleton(sentence))
        if vector is None:
            return cast(Vectors, super().embed_texts([sentence])[0])
        chance = np.random.default_rng(zlib.crc32(sentence.encode()))
        moved = vector + NOISE * chance.standard_normal(len(vector), dtype=np.float32)
        return cast(Vectors, moved / np.linalg.norm(moved))
