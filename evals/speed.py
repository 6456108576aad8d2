"""The measurements of `python -m evals bench`. Each runs in a process of its own.

What is compared is measured in turns, so that a busy machine slows both sides alike.
"""

import hashlib
import inspect
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track

from evals import distractors
from evals.baselines import open_baselines
from evals.beir import Dataset
from evals.distractors import (
    Pool,
    RecombinedEncoder,
    make_articles,
    make_pool,
    make_questions,
    read_texts,
    save_sentence_vectors,
    write_articles,
)
from evals.libraries import evaluation_settings, splitting_code
from evals.report import commit
from evals.stages import ADDING, ASKING, Stopwatch
from rag.adding import gather_files
from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.passages import split_passages
from rag.settings import load_settings
from rag.types import Passage

ROUNDS = 12  # of encoding by ours and by the usual encoder in turn
ROUND_PASSAGES = 24
ADDED_ARTICLES = 200  # added with the real encoder to see where adding's time goes
SAMPLE_ARTICLES = 40  # tell how many passages an article has
QUESTIONS = 100
WARM_QUESTIONS = 5
BASELINE = "ensemble"  # (b): LangChain's EnsembleRetriever over Chroma and BM25

SENTENCES = "sentences.npz"  # names within the bench's folder
FILLED = "filled.json"  # within a library's
_PROGRESS = Console(stderr=True)
T = TypeVar("T")
Pairs = Sequence[tuple[Passage, str]]  # passages with their titles


@dataclass(frozen=True, slots=True)
class Encoding:
    """Passages per second, the median of the rounds."""

    ours: float
    fp32: float
    passages: int

    @property
    def ratio(self) -> float:
        return self.ours / self.fp32


@dataclass(frozen=True, slots=True)
class Adding:
    """Seconds by stage for adding files with the real encoder."""

    articles: int
    passages: int
    stages: dict[str, float]

    @property
    def besides_encoding(self) -> float:
        """The share (0..1) that is not the encoder."""
        return 1.0 - self.stages["encode"] / sum(self.stages.values())


@dataclass(frozen=True, slots=True)
class Filled:
    """A library of a given size."""

    articles: int
    passages: int
    rate: float  # passages per second, by the process that finished it
    peak_megabytes: float  # of that process
    commit: str  # whose code added


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds a question."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Asking:
    ours: Latency
    baseline: Latency | None  # None where the baseline was left out
    stages: dict[str, float]  # seconds of one question, the mean


def load_pool(texts: Path) -> Pool:
    return make_pool(read_texts(texts))


def measure_encoder(texts: Path, folder: Path) -> Encoding:
    """Ours (with sentence vectors) against the same encoder in fp32 on the same passages, in turns.

    Keeps the vectors of the real sentences for the size tests.
    """
    articles = read_texts(texts)
    limit = evaluation_settings(folder).passage_tokens
    ours = EmbeddedEncoder(evaluation_settings(folder))
    theirs = EmbeddedEncoder(load_settings(precision="fp32"))
    made = make_articles(make_pool(articles), (ROUNDS + 1) * ROUND_PASSAGES)
    pairs = ((p, a.title) for a in made for p in split_passages(a, ours.count_tokens, limit))

    def embed_ours(part: Pairs) -> None:
        ours.embed_passages([passage for passage, _ in part], [title for _, title in part])

    def embed_theirs(part: Pairs) -> None:
        theirs.embed_texts([f"{title}\n\n{passage.text}" for passage, title in part])

    rates: dict[Callable[[Pairs], None], list[float]] = {embed_ours: [], embed_theirs: []}
    for number in _track(range(ROUNDS + 1), "Encoding"):
        part = list(islice(pairs, ROUND_PASSAGES))
        for embed in (embed_ours, embed_theirs) if number % 2 else (embed_theirs, embed_ours):
            began = time.perf_counter()
            embed(part)
            rates[embed].append(len(part) / (time.perf_counter() - began))
    save_sentence_vectors(articles, ours, limit, folder / SENTENCES)
    medians = [statistics.median(taken[1:]) for taken in rates.values()]  # the first opens the encoder
    return Encoding(medians[0], medians[1], ROUNDS * ROUND_PASSAGES)


def measure_adding(texts: Path, folder: Path) -> Adding:
    """Files of the first articles into an empty library, with the real encoder."""
    files = write_articles(folder / FILES, make_articles(load_pool(texts), ADDED_ARTICLES))
    readout = _open(folder / FIRST_HOME, EmbeddedEncoder(evaluation_settings(folder)))
    readout.warm()
    stopwatch = Stopwatch()
    with readout.library.writing(), stopwatch.watch(ADDING):
        for _ in _track(readout.adder.add(gather_files([folder / FILES])), "Adding files", len(files)):
            pass
    return Adding(len(files), readout.span().passages, stopwatch.seconds)


def made_from(texts: Path) -> str:
    """A word for what decides the distractors and their vectors: libraries with the same one are the same."""
    read = "".join(f"{article.title}{article.source}{article.text}" for article in read_texts(texts))
    code = splitting_code() + inspect.getsource(distractors)
    fingerprint = EmbeddedEncoder(evaluation_settings(Path())).fingerprint
    return hashlib.sha256(f"{read}|{code}|{fingerprint}".encode()).hexdigest()[:10]


def keep_sentence_vectors(texts: Path, folder: Path) -> None:
    """The vectors of the real sentences for the size tests, unless an earlier run kept them."""
    if not (folder / SENTENCES).exists():
        settings = evaluation_settings(folder)
        articles = _track(read_texts(texts), "Encoding the real texts")
        save_sentence_vectors(
            articles, EmbeddedEncoder(settings), settings.passage_tokens, folder / SENTENCES
        )


def fill_library(texts: Path, folder: Path, home: Path, passages: int) -> Filled:
    """A library of about so many passages; vectors without the encoder, which is loaded all the same.

    Kept for the next run, as filling the largest takes a quarter of an hour; one that was cut off goes on.
    """
    if (home / FILLED).exists():
        return Filled(**json.loads((home / FILLED).read_text()))
    pool = load_pool(texts)
    encoder = RecombinedEncoder(evaluation_settings(folder), folder / SENTENCES)
    count = count_articles(pool, encoder, passages)
    encoder.embed_question("word " * 500)  # the encoder's memory belongs to that of adding
    readout = _open(home, encoder)
    began, before = time.perf_counter(), readout.span().passages
    with readout.library.writing():
        added = readout.adder.add_articles(make_articles(pool, count))
        for _ in _track(added, f"Adding {passages:,} passages", count):
            pass
    held = readout.span().passages
    rate = (held - before) / (time.perf_counter() - began)
    filled = Filled(count, held, rate, peak_megabytes(), commit())
    (home / FILLED).write_text(json.dumps(asdict(filled)))
    return filled


def count_articles(pool: Pool, encoder: EmbeddedEncoder, passages: int) -> int:
    """How many articles have about so many passages."""
    limit = evaluation_settings(Path()).passage_tokens
    sample = make_articles(pool, SAMPLE_ARTICLES)
    found = sum(len(split_passages(article, encoder.count_tokens, limit)) for article in sample)
    return max(1, round(passages * SAMPLE_ARTICLES / found))


def measure_reader(texts: Path, folder: Path, home: Path) -> float:
    """Peak memory (MB) of a process that opens the library and answers questions."""
    readout = _open(home, RecombinedEncoder(evaluation_settings(folder), folder / SENTENCES))
    for question in make_questions(load_pool(texts), QUESTIONS):
        readout.retriever.retrieve(question)
    return peak_megabytes()


def measure_asking(texts: Path, folder: Path, home: Path, articles: int, compare: bool) -> Asking:
    """Retrieval by ours and by the baseline over the same articles, question by question in turn."""
    pool = load_pool(texts)
    readout = _open(home, RecombinedEncoder(evaluation_settings(folder), folder / SENTENCES))
    questions = make_questions(pool, QUESTIONS)
    rankers: list[Callable[[str], object]] = [readout.retriever.retrieve]
    if compare:
        usual = RecombinedEncoder(load_settings(precision="fp32"), folder / SENTENCES)
        dataset = Dataset(home.name, tuple(make_articles(pool, articles)), ())
        with _PROGRESS.status(f"Filling the baseline with {articles:,} articles"):
            rankers.append(open_baselines(dataset, home, usual)[BASELINE].invoke)
    times: list[list[float]] = [[] for _ in rankers]
    for question in (*questions[:WARM_QUESTIONS], *_track(questions, f"Asking {home.name}")):
        for taken, rank in zip(times, rankers, strict=True):
            began = time.perf_counter()
            rank(question)
            taken.append(1000 * (time.perf_counter() - began))
    found = [_latency(taken[WARM_QUESTIONS:]) for taken in times]
    stopwatch = Stopwatch()
    with stopwatch.watch(ASKING):
        for question in questions:
            readout.retriever.retrieve(question)
    stages = {stage: seconds / QUESTIONS for stage, seconds in stopwatch.seconds.items()}
    return Asking(found[0], found[1] if compare else None, stages)


def peak_megabytes() -> float:
    """The most memory that this process held at once."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e6 / 1024)  # macOS counts bytes, Linux KiB


def _open(home: Path, encoder: EmbeddedEncoder) -> Readout:
    return Readout(evaluation_settings(home), Library(home), encoder, ExtractiveAnswerer())


def _latency(milliseconds: Sequence[float]) -> Latency:
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return Latency(float(p50), float(p95))


def _track(items: Iterable[T], label: str, total: int | None = None) -> Iterable[T]:
    """Progress on the terminal, none of it in the output."""
    return track(items, label, total, console=_PROGRESS, transient=True)
