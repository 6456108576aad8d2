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
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from langchain_core.retrievers import BaseRetriever
from rich.console import Console
from rich.progress import track

from evals import distractors
from evals.baselines import open_baselines
from evals.beir import Dataset
from evals.chroma_default import ChromaDefault, Unpadded
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

ROUNDS = 8  # of encoding by ours and by the usual encoders in turn
ROUND_PASSAGES = 32  # one batch of Chroma's
WARM_ARTICLES = 10  # added before anything is measured
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
    """Passages per second in each round, all on the same passages."""

    ours: tuple[float, ...]
    chroma: tuple[float, ...]  # Chroma's default as a user gets it: each text filled up to 256 tokens
    unpadded: tuple[float, ...]  # the same fp32 graph, one text at a time and nothing filled up
    passages: int
    tokens: float  # of a passage with its title, the mean

    @property
    def ratio(self) -> float:
        return _median_ratio(self.ours, self.chroma)

    @property
    def ratio_unpadded(self) -> float:
        return _median_ratio(self.ours, self.unpadded)


@dataclass(frozen=True, slots=True)
class Adding:
    """Seconds by stage for adding files with the real encoder."""

    articles: int
    passages: int
    stages: dict[str, float]

    @property
    def besides_encoding(self) -> float:
        """The share (0..1) that is not the encoder, from text to vectors."""
        encoder = self.stages["make tokens"] + self.stages["encode"]
        return 1.0 - encoder / sum(self.stages.values())


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
    """Ours (with sentence vectors) against fp32 as Chroma has it, on the same passages, in turns."""
    settings = evaluation_settings(folder)
    ours = EmbeddedEncoder(settings)
    made = make_articles(load_pool(texts), (ROUNDS + 1) * ROUND_PASSAGES)
    pairs = (
        (p, a.title) for a in made for p in split_passages(a, ours.count_tokens, settings.passage_tokens)
    )
    with TemporaryDirectory() as files:
        chroma, unpadded = ChromaDefault(Path(files)), Unpadded(Path(files))
        sides: list[Callable[[Pairs], object]] = [
            lambda part: ours.embed_passages([p for p, _ in part], [title for _, title in part]),
            lambda part: chroma(_joined(part)),
            lambda part: unpadded.embed(_joined(part)),
        ]
        rates: list[list[float]] = [[] for _ in sides]
        tokens: list[int] = []
        for number in _track(range(ROUNDS + 1), "Encoding"):
            part = list(islice(pairs, ROUND_PASSAGES))
            tokens += ours.count_tokens(_joined(part))
            for side in sorted(range(len(sides)), key=lambda side: (side + number) % len(sides)):
                began = time.perf_counter()
                sides[side](part)
                rates[side].append(len(part) / (time.perf_counter() - began))
    mine, padded, bare = (tuple(taken[1:]) for taken in rates)  # the first opens the encoder
    return Encoding(mine, padded, bare, ROUNDS * ROUND_PASSAGES, statistics.mean(tokens))


def _joined(part: Pairs) -> list[str]:
    return [f"{title}\n\n{passage.text}" for passage, title in part]


def _median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over the rounds: a round that something else slowed down counts once."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def measure_adding(texts: Path, folder: Path) -> Adding:
    """Files of the first articles into an empty library, with the real encoder.

    Some are added to another library before: models and Chroma are loaded once, whatever is added.
    """
    encoder = EmbeddedEncoder(evaluation_settings(folder))
    with TemporaryDirectory() as place:
        files = write_articles(Path(place) / "files", make_articles(load_pool(texts), ADDED_ARTICLES))
        with closing(_open(Path(place) / "warm", encoder)) as other, other.library.writing():
            list(other.adder.add(files[:WARM_ARTICLES]))
        readout = _open(Path(place) / "home", encoder)
        readout.warm()
        stopwatch = Stopwatch()
        with readout.library.writing(), stopwatch.watch(ADDING):
            added = readout.adder.add(gather_files([Path(place) / "files"]))
            for _ in _track(added, "Adding files", len(files)):
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


def measure_asking(texts: Path, folder: Path, homes: Sequence[Path], compared: int) -> list[Asking]:
    """Retrieval from all libraries and, for those of up to `compared` passages, by the baseline.

    Every question goes to each in turn, so that what slows the machine slows all of them.
    """
    pool = load_pool(texts)
    questions = make_questions(pool, QUESTIONS)
    readouts = [
        _open(home, RecombinedEncoder(evaluation_settings(folder), folder / SENTENCES)) for home in homes
    ]
    baselines = {
        number: _open_baseline(pool, folder, home, readout.span().articles)
        for number, (home, readout) in enumerate(zip(homes, readouts, strict=True))
        if readout.span().passages <= compared
    }
    rankers: list[Callable[[str], object]] = [readout.retriever.retrieve for readout in readouts]
    rankers += [baseline.invoke for baseline in baselines.values()]
    times: list[list[float]] = [[] for _ in rankers]
    for question in (*questions[:WARM_QUESTIONS], *_track(questions, "Asking")):
        for taken, rank in zip(times, rankers, strict=True):
            began = time.perf_counter()
            rank(question)
            taken.append(1000 * (time.perf_counter() - began))
    found = [_latency(taken[WARM_QUESTIONS:]) for taken in times]
    theirs = dict(zip(baselines, found[len(readouts) :], strict=True))
    return [
        Asking(found[number], theirs.get(number), _stages(readout, questions))
        for number, readout in enumerate(readouts)
    ]


def _open_baseline(pool: Pool, folder: Path, home: Path, articles: int) -> BaseRetriever:
    encoder = RecombinedEncoder(load_settings(precision="fp32"), folder / SENTENCES)
    dataset = Dataset(home.name, tuple(make_articles(pool, articles)), ())
    with _PROGRESS.status(f"Filling the baseline with {articles:,} articles"):
        return open_baselines(dataset, home, encoder)[BASELINE]


def _stages(readout: Readout, questions: Sequence[str]) -> dict[str, float]:
    """Seconds of one question by stage, the mean."""
    stopwatch = Stopwatch()
    with stopwatch.watch(ASKING):
        for question in questions:
            readout.retriever.retrieve(question)
    return {stage: seconds / len(questions) for stage, seconds in stopwatch.seconds.items()}


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
