"""Breaking Readout on purpose makes the gate fail on the real gold questions, and name the figure.

Nothing inside the code under test is patched: what is broken is passed in.
"""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.answers import ask_readout, digest_of, read_samples
from evals.compare import gate, read_reference, read_thresholds
from evals.figures import figures, find_figure
from evals.gold import read_gold
from evals.libraries import open_library
from evals.records import Record, Run, Score
from rag.answering import Readout
from rag.extractive import ExtractiveAnswerer
from rag.index import Indexes
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.types import Answerer, Marker, Piece, Retrieval, Turn
from rag.words import WordHit

QUESTIONS = tuple(question for question in read_gold() if question.part == "test")
FEWER = QUESTIONS[::4]  # enough to see what is wholly broken; each refusal costs several searches more
KEPT = Path(__file__).parent.parent / "build" / "evals"


@pytest.fixture(scope="module")
def readout(encoder_settings: Settings) -> Iterator[Readout]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("READOUT_CACHE", str(encoder_settings.cache))
        opened = open_library(read_samples(), KEPT)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def whole(readout: Readout) -> Run:
    """The test part of the gold questions, asked of Readout as it is."""
    return ask_readout(readout, QUESTIONS)


def ask_broken(readout: Readout, retriever: Retriever | None = None, answerer: Answerer | None = None) -> Run:
    """Some of the questions with one part exchanged."""
    sound = readout.retriever
    readout.retriever = retriever or sound
    try:
        return ask_readout(readout, FEWER, answerer)
    finally:
        readout.retriever = sound


def named_worse(broken: Run, whole: Run) -> set[str]:
    """The figures that the gate names and that have not become better by what was broken."""
    asked = {record.id for record in broken.records}
    same = tuple(record for record in whole.records if record.id in asked)
    whole, bars = replace(whole, records=same, digest=broken.digest), read_thresholds()
    named = {sentence.split()[0] for sentence in gate(broken, whole, bars)}
    ours, theirs = figures(broken), figures(whole)

    def is_worse(name: str) -> bool:
        before, after = (find_figure(found, name, "test").value for found in (theirs, ours))
        worse = after > before if name == "false_refusals" else after < before
        return worse or (math.isnan(after) and not math.isnan(before))

    return {name for name in named if is_worse(name)}


class WordlessIndexes(Indexes):
    """Finds and weighs no words."""

    def search_words(
        self,
        words: list[str],
        most: int,
        versions: Collection[str] | None = None,
        besides: Collection[str] = (),
    ) -> list[WordHit]:
        return []

    def score_words(self, words: list[str], numbers: list[int]) -> dict[int, float]:
        return {}


class WordlessRetriever(Retriever):
    def _weights(self, words: list[str], hidden: object) -> dict[str, float]:
        return {}


class NeighbourAnswerer(ExtractiveAnswerer):
    """Quotes what the extractive answerer quotes and cites the sentence beside it."""

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        for piece in super().write(retrieval, turns):
            if isinstance(piece, Marker):
                last = len(retrieval.hits[piece.hit - 1].passage.sentences)
                beside = piece.sentence + 1 if piece.sentence < last else piece.sentence - 1
                yield Marker(piece.hit, beside)  # 0 where there is no other: then nothing is cited
            else:
                yield piece


def test_the_whole_readout_is_not_behind_itself(whole: Run) -> None:
    assert gate(whole, whole, ()) == []
    assert len(whole.records) == len(QUESTIONS)


def test_answers_are_not_worse_than_those_of_the_committed_reference_run(
    readout: Readout, whole: Run
) -> None:
    """Without the bars, some of which are missed, and without times, which are this machine's.

    Where a change is meant to trade one figure for another, or changes questions or articles, commit a new
    reference run: evals/README.md, 'The gate in CI'.
    """
    reference = read_reference()
    digest = digest_of(read_gold(), readout.articles())  # the reference run is of both parts
    behind = gate(replace(whole, digest=digest), reference, ())
    assert "\n".join(behind) == ""


def test_answers_that_got_worse_are_noticed_and_the_questions_named(whole: Run) -> None:
    said = [r.id for r in whole.records if r.scores and (r.scores["key_points"].value or 0) > 0]
    lost = set(said[: len(said) // 3])

    def worsen(record: Record) -> Record:
        worse = {"key_points": Score(0.0, "misses all")} if record.id in lost else {}
        return replace(record, scores=record.scores | worse)

    worse = replace(whole, records=tuple(map(worsen, whole.records)))
    (sentence,) = gate(worse, whole, ())
    assert sentence.startswith("key_points is ")
    named = re.search(r"Lost: (.+)\.$", sentence)
    assert named and set(named[1].split(", ")) == lost


def test_without_words_the_gate_names_what_is_lost(readout: Readout, whole: Run) -> None:
    indexes = WordlessIndexes(readout.library)
    retriever = WordlessRetriever(readout.library, indexes, readout.embedder, readout.settings)
    broken = ask_broken(readout, retriever)
    indexes.close()
    # Vectors alone still find most passages of these few articles; what covers a question is lost.
    assert {"false_refusals", "key_points", "citation_recall"} <= named_worse(broken, whole)


def test_with_the_wrong_sentence_cited_the_gate_names_the_citations(readout: Readout, whole: Run) -> None:
    named = named_worse(ask_broken(readout, answerer=NeighbourAnswerer()), whole)
    assert {"citation_precision", "citation_recall"} <= named
    assert not {"key_points", "evidence_recall_at_5"} & named  # the text is the same


def test_with_the_threshold_at_zero_the_gate_names_the_refusals(readout: Readout, whole: Run) -> None:
    retriever = Retriever(readout.library, readout.indexes, readout.embedder, readout.settings, threshold=0.0)
    assert "refusal_f1" in named_worse(ask_broken(readout, retriever), whole)


def test_with_the_threshold_at_one_the_gate_names_the_false_refusals(readout: Readout, whole: Run) -> None:
    retriever = Retriever(readout.library, readout.indexes, readout.embedder, readout.settings, threshold=1.0)
    named = named_worse(ask_broken(readout, retriever), whole)
    assert {"false_refusals", "key_points", "citation_recall"} <= named
