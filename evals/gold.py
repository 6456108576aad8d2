"""The gold questions on the sample articles: their form, and the checks that hold them to the articles."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rag.errors import ReadError

FOLDER = Path(__file__).parent / "gold"
KINDS = (
    "fact",
    "list",
    "who",
    "when",
    "number",
    "two",
    "comparison",
    "change",
    "follow-up",
    "absent",
    "premise",
)
UNANSWERABLE = ("absent", "premise")
PARTS = 3  # one of them, by hash, is the test part


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quotation that the answer rests on."""

    article: str  # file name within corpus/
    quote: str
    point: int  # quotations of one point say the same: one of them is enough


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    id: str
    question: str
    kind: str
    answerable: bool
    answer: str
    short: str = ""  # the bare answer, where it is a few words
    key_points: tuple[tuple[str, ...], ...] = ()  # accepted wordings of each point
    evidence: tuple[Evidence, ...] = ()
    history: tuple[str, ...] = ()
    full: str = ""  # a follow-up made complete
    as_of: date | None = None
    also: tuple[Evidence, ...] = ()  # further sentences that bear on the answer; need not be cited

    @property
    def part(self) -> str:
        """'test' for a third of the questions, by hash; nothing is tuned on those. Else 'open'."""
        return "test" if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % PARTS == 0 else "open"


def read_gold(folder: Path = FOLDER) -> tuple[GoldQuestion, ...]:
    """All questions of the folder's files, in the order of KINDS. Raises ReadError naming the line."""
    found = [
        _read_line(path, number, line)
        for path in sorted(folder.glob("*.jsonl"))
        for number, line in _lines(path)
    ]
    if not found:
        raise ReadError(f"No gold questions in {folder}. Name a folder that holds some (*.jsonl).")
    return tuple(sorted(found, key=lambda q: (KINDS.index(q.kind), q.id)))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            yield number, line


def _read_line(path: Path, number: int, line: str) -> GoldQuestion:
    try:
        return _question(json.loads(line))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReadError(f"{path}, line {number} is no gold question: {error!r}. See its README.") from error


def _question(row: dict[str, Any]) -> GoldQuestion:
    kind = row["type"]
    if kind not in KINDS:
        raise ValueError(f"no such type: {kind}")
    return GoldQuestion(
        id=row["id"],
        question=row["question"],
        kind=kind,
        answerable=bool(row["answerable"]),
        answer=row["answer"],
        short=row.get("short", ""),
        key_points=tuple(tuple(point) for point in row.get("key_points", ())),
        evidence=_quotations(row.get("evidence", ())),
        history=tuple(row.get("history", ())),
        full=row.get("full", ""),
        as_of=date.fromisoformat(row["as_of"]) if row.get("as_of") else None,
        also=_quotations(row.get("also", ())),
    )


def _quotations(rows: Sequence[dict[str, Any]]) -> tuple[Evidence, ...]:
    """One that names no point is a point of its own."""
    return tuple(
        Evidence(row["article"], row["quote"], int(row.get("point", place)))
        for place, row in enumerate(rows, start=1001)
    )


def find_faults(questions: tuple[GoldQuestion, ...], texts: dict[str, str]) -> list[str]:
    """What is wrong with the questions, one line each. `texts`: each article's text by file name."""
    faults: list[str] = []
    ids: set[str] = set()
    asked: set[tuple[str, ...]] = set()
    for question in questions:
        found = [*_faults(question, texts)]
        if question.id in ids:
            found.append("the id is taken")
        key = (*question.history, question.question)
        if key in asked:
            found.append("the question is asked already")
        ids.add(question.id)
        asked.add(key)
        faults += [f"{question.id}: {fault}" for fault in found]
    return faults


def _faults(question: GoldQuestion, texts: dict[str, str]) -> Iterator[str]:
    if not question.id.startswith(f"{question.kind}-"):
        yield "the id does not begin with the type"
    if question.answerable == (question.kind in UNANSWERABLE):
        yield "answerable does not fit the type"
    if question.answerable and not (question.key_points and question.evidence):
        yield "an answerable question needs key points and evidence"
    if any(not point or not all(wording.strip() for wording in point) for point in question.key_points):
        yield "a key point without a wording"
    if question.kind == "follow-up" and not (question.history and question.full):
        yield "a follow-up needs history and full"
    if question.kind == "two" and len({item.article for item in question.evidence}) < 2:
        yield "evidence from fewer than two articles"
    if question.kind == "premise" and not question.evidence:
        yield "a false premise needs the sentence that contradicts it"
    yield from _misquotations(question, texts)


def _misquotations(question: GoldQuestion, texts: dict[str, str]) -> Iterator[str]:
    for item in (*question.evidence, *question.also):
        if item.article not in texts:
            yield f"no such article: {item.article}"
        elif item.quote not in texts[item.article]:
            yield f"not verbatim in {item.article}: {item.quote!r}"
