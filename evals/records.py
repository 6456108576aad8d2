"""What a run of the suite keeps: a record per question, to open any figure down to its cause."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import ReadError

SAID_OTHERWISE = "said_otherwise"  # a status: what the question takes for granted is denied


@dataclass(frozen=True, slots=True)
class Score:
    """One measure of one answer. `value` None: it does not apply here, which is neither 0 nor a failure."""

    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A place in an article; `start` and `end` as in rag.types (characters, `end` exclusive)."""

    article: str  # file name, or a set's document id
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CitedSpan:
    """A citation as the answer showed it."""

    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    text: str
    verdict: str
    missing: tuple[str, ...] = ()
    citations: tuple[CitedSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class HitRecord:
    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Record:
    """One question asked once. `error` is set where it failed to run: then there are no scores."""

    id: str
    kind: str
    part: str
    question: str
    asked: str = ""  # as searched
    answerable: bool = True
    status: str = ""  # rag.types.Status, or SAID_OTHERWISE
    evidence: float = 0.0  # 0..1, how likely the articles cover it
    claims: tuple[ClaimRecord, ...] = ()
    hits: tuple[HitRecord, ...] = ()  # the first ten passages, best first
    seconds: float = 0.0
    tokens: int = 0  # of the language model, prompt and answer; 0 without one
    cost: float = 0.0  # US dollars; 0 without a price
    error: str = ""
    scores: dict[str, Score] = field(default_factory=dict)

    @property
    def answer(self) -> str:
        """The claims as plain text; headings and passages are not part of it."""
        return " ".join(claim.text for claim in self.claims)


@dataclass(frozen=True, slots=True)
class Run:
    """All records of one system on one set."""

    system: str  # 'readout', or a baseline's name
    answerer: str  # 'extractive', or the model
    set: str
    digest: str  # of questions and articles: runs of different digests are not compared
    commit: str
    made: str  # ISO 8601
    settings: dict[str, Any]
    records: tuple[Record, ...]


def write_runs(runs: Sequence[Run], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps([asdict(run) for run in runs], separators=(",", ":"), ensure_ascii=False) + "\n"
    )


def read_runs(path: Path) -> tuple[Run, ...]:
    """The runs of a file. Raises ReadError if that is not what it holds."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_run(row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReadError(f"{path} holds no run of the suite: {error!r}. Make one: make eval") from error


def _run(row: dict[str, Any]) -> Run:
    return Run(**{**row, "records": tuple(_record(record) for record in row["records"])})


def _record(row: dict[str, Any]) -> Record:
    return Record(
        **{
            **row,
            "claims": tuple(_claim(claim) for claim in row["claims"]),
            "hits": tuple(HitRecord(Span(**hit["span"]), hit["score"]) for hit in row["hits"]),
            "scores": {name: Score(**score) for name, score in row["scores"].items()},
        }
    )


def _claim(row: dict[str, Any]) -> ClaimRecord:
    cited = tuple(CitedSpan(Span(**one["span"]), one["quote"]) for one in row["citations"])
    return ClaimRecord(row["text"], row["verdict"], tuple(row["missing"]), cited)
