"""Small stand-ins that tests pass in, and articles to try things on."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from rag.types import Article, Passage, PassageVectors, Vectors


class HashEmbedder:
    """Bags of hashed words as unit vectors: texts with common words are near, no model needed."""

    def __init__(self, fingerprint: str = "hash-1", dimension: int = 64) -> None:
        self.fingerprint = fingerprint
        self.dimension = dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def embed_question(self, question: str) -> Vectors:
        return self._vector(question)

    def embed_passages(self, passages: Sequence[Passage], titles: Sequence[str]) -> list[PassageVectors]:
        return [
            PassageVectors(
                self._vector(f"{title} {passage.text}"),
                np.stack([self._vector(sentence.text) for sentence in passage.sentences]),
            )
            for passage, title in zip(passages, titles, strict=True)
        ]

    def _vector(self, text: str) -> Vectors:
        total = np.zeros(self.dimension, dtype=np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.sha256(word.strip(".,?").encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return total / max(float(np.linalg.norm(total)), 1e-9)


def make_article(
    article_id: str,
    text: str,
    title: str = "A title",
    source: str = "Example Wire",
    published_at: datetime | None = datetime(2024, 4, 26, 9, 10, tzinfo=UTC),
) -> Article:
    return Article(
        id=article_id,
        title=title,
        text=text,
        origin=f"/articles/{article_id}.md",
        content_hash=hashlib.sha256(f"{title}|{source}|{text}".encode()).hexdigest(),
        source=source,
        published_at=published_at,
    )


def write_articles(folder: Path, count: int, edition: int = 1) -> list[Path]:
    """`count` small Markdown articles of their own words each; another edition has another text."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        path = folder / f"article-{number:03}.md"
        paragraphs = "\n\n".join(
            f"Delegate {number}x{part} of town {number} spoke about subject {part} in edition {edition}."
            f" The council of town {number} voted {number + part} to {part} on item {number}-{part}."
            for part in range(6)
        )
        path.write_text(
            f"---\ntitle: Council {number} meets\nsource: Town Wire\n"
            f"published_at: 2024-05-{number % 28 + 1:02}T08:00:00+00:00\n---\n\n{paragraphs}\n"
        )
        paths.append(path)
    return paths
