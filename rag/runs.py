"""A run of the evaluation suite as the page shows it. `evals/summary.py` makes it, `read_*` reads it.

The suite is a process of its own; these values cross over to it as JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from rag.errors import ReadError

READOUT = "readout"  # the system of a run that is not a baseline's


@dataclass(frozen=True, slots=True)
@with_config(ConfigDict(extra="ignore"))
class RunHead:
    """What stands at the top of a run in a result file."""

    system: str  # READOUT, or a baseline's name
    answerer: str
    commit: str
    made: str  # ISO 8601
    digest: str  # of questions and articles


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions with its 95 % interval."""

    name: str
    words: str
    part: str  # test, open, all
    kind: str  # empty: all types of question
    value: float
    low: float
    high: float
    size: int  # questions that it rests on


@dataclass(frozen=True, slots=True)
class QuestionScore:
    name: str
    words: str
    value: float | None  # None: does not apply
    reason: str
    main: bool  # one of those that an answer is judged by


@dataclass(frozen=True, slots=True)
class CitedQuote:
    place: str
    quote: str
    bears: bool  # on the question


@dataclass(frozen=True, slots=True)
class AnsweredClaim:
    text: str
    verdict: str  # rag.types.Verdict; empty for a baseline
    missing: tuple[str, ...]
    citations: tuple[CitedQuote, ...]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    title: str
    place: str
    score: float
    text: str | None  # None: no longer in the articles
    gold: tuple[tuple[int, int], ...]  # what answers the question, as offsets of `text`


@dataclass(frozen=True, slots=True)
class GoldPoint:
    quote: str
    fate: str  # where it stands, at which place it was found, whether it was cited


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question of a run, opened."""

    id: str
    kind: str
    part: str
    question: str
    before: tuple[str, ...]  # asked earlier in the same conversation
    searched: str
    answerable: bool
    status: str
    error: str  # why it failed to run
    mean: float | None  # of the main scores that apply
    seconds: float
    gold: str  # the answer that is right
    points: tuple[GoldPoint, ...]
    claims: tuple[AnsweredClaim, ...]
    passages: tuple[FoundPassage, ...]
    scores: tuple[QuestionScore, ...]

    def value(self, measure: str) -> float | None:
        return next((score.value for score in self.scores if score.name == measure), None)


@dataclass(frozen=True, slots=True)
class RunSummary:
    head: RunHead
    current: bool  # whether questions and articles are still those of the run
    figures: tuple[Figure, ...]  # over all questions
    questions: tuple[AskedQuestion, ...]  # without those of the test part, which stay closed


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure on the questions that both runs have a value for."""

    name: str
    words: str
    won: int
    lost: int
    same: int
    ours: float
    theirs: float
    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Summary:
    run: RunSummary
    against: RunSummary | None
    compared: tuple[Compared, ...]
    note: str  # why the two cannot be compared


@dataclass(frozen=True, slots=True)
@with_config(ConfigDict(extra="ignore"))
class Estimate:
    """A mean over the questions of a set with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
@with_config(ConfigDict(extra="ignore"))
class SearchedSet:
    """What each system found of a set's questions; milliseconds are plain numbers."""

    set: str
    questions: int
    systems: Mapping[str, Mapping[str, Estimate | float]]


@dataclass(frozen=True, slots=True)
@with_config(ConfigDict(extra="ignore"))
class SearchRun:
    """A result file of `python -m evals retrieval` or `all`."""

    commit: str
    made: str  # ISO 8601
    sets: tuple[SearchedSet, ...]


_HEADS = TypeAdapter(tuple[RunHead, ...])
_SUMMARY = TypeAdapter(Summary)
_SEARCHES = TypeAdapter(SearchRun)


def read_heads(path: Path) -> tuple[RunHead, ...]:
    """The runs that a result file holds. Raises ReadError."""
    try:
        return _HEADS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ReadError(f"{path} holds no run of the suite. Make one: make eval") from error


def read_searches(path: Path) -> SearchRun:
    """What a result file tells of retrieval. Raises ReadError."""
    try:
        return _SEARCHES.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ReadError(
            f"{path} holds no measurement of retrieval. Make one: make eval BENCH=FOLDER"
        ) from error


def read_summary(text: str | bytes) -> Summary:
    """What `write_summary` wrote. Raises ReadError."""
    try:
        return _SUMMARY.validate_json(text)
    except ValidationError as error:
        raise ReadError(
            "The suite told of its run in a form that is not known. Use one version of both."
        ) from error


def write_summary(summary: Summary) -> str:
    values: Mapping[str, Any] = asdict(summary)
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
