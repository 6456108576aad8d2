"""What rewriting follow-ups is worth: retrieval with the question as typed, rewritten, and in full.

Two sets are read: the follow-ups among the gold questions, and a folder of conversations in the layout of
MT-RAG (github.com/IBM/mt-rag-benchmark): `turns.jsonl`, a turn a line, with `input` (speaker and text, oldest
first, the question last) and `contexts` (document_id and text). Where a line has the question complete in
`full`, that is measured too. Rewriting is by the rules: no model is called.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from evals.answers import HITS, day_after, hit_records, read_samples
from evals.beir import Dataset, Query
from evals.gold import GoldQuestion, read_gold
from evals.libraries import open_library
from evals.records import Span
from evals.report import commit
from evals.retrieval import measure, rank_documents
from evals.scoring import evidence_recall, locate, ndcg
from evals.statistics import Estimate, estimate
from rag.answering import Readout, follow
from rag.cleaning import clean_text
from rag.errors import ReadError
from rag.follow_ups import full_question
from rag.types import Article, Turn

TURNS = "turns.jsonl"
WAYS = ("typed", "rewritten", "full")
FIGURES = ("Recall@5", "nDCG@10")
DEPTH = 5  # of the recall
BEFORE = 2  # questions put before one that stands alone, to see whether it is left alone
_PROGRESS = Console(stderr=True)  # none of it in the output


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question with the conversation before it."""

    id: str
    question: str
    turns: tuple[Turn, ...]  # oldest first; empty for the first question of a conversation
    full: str  # the question made complete by a person; empty where the set does not say
    gold: frozenset[str]  # ids of the documents that answer it
    part: str = ""  # what the set says of the question: 'open', 'answerable' …

    @property
    def ways(self) -> dict[str, str]:
        """What is searched, each way of asking."""
        ways = {"typed": self.question, "rewritten": full_question(self.question, self.turns)}
        return ways | ({"full": self.full} if self.full else {})


@dataclass(frozen=True, slots=True)
class Asked:
    """What one question was searched as, and what that found."""

    id: str
    part: str
    texts: dict[str, str]  # by way of asking
    scores: dict[str, dict[str, float]]  # way → figure → value


@dataclass(frozen=True, slots=True)
class Outcome:
    """A set's figures."""

    set: str
    documents: int
    asked: tuple[Asked, ...]

    def estimate(self, way: str, figure: str, part: str = "") -> Estimate:
        """NaN where the set does not ask in this way."""
        chosen = [one for one in self.asked if part in ("", one.part) and way in one.scores]
        return estimate([one.scores[way][figure] for one in chosen])

    @property
    def changed(self) -> int:
        return sum(one.texts["rewritten"] != one.texts["typed"] for one in self.asked)


Search = Callable[[FollowUp, str], dict[str, float]]  # a question and its text → its figures


# Reading


def read_conversations(folder: Path) -> tuple[Dataset, tuple[FollowUp, ...]]:
    """The documents and the follow-ups of a folder. Raises ReadError naming file and line."""
    path = folder / TURNS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(f"{path} cannot be read: {error}. Name a folder with {TURNS}.") from error
    texts: dict[str, str] = {}
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            questions.append(_read_turn(json.loads(line), texts))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ReadError(f"{path}, line {number} is no turn of a conversation: {error!r}.") from error
    digest = hashlib.sha256("\n".join(f"{key} {text}" for key, text in sorted(texts.items())).encode())
    articles = tuple(_document(key, text) for key, text in texts.items())
    return Dataset(folder.resolve().name, articles, (), digest.hexdigest()[:12]), tuple(questions)


def _read_turn(row: dict[str, Any], texts: dict[str, str]) -> FollowUp:
    """Adds the turn's documents to `texts`. Two texts under one id are one document, the first."""
    gold = set()
    for context in row["contexts"]:
        key = str(context["document_id"])
        texts.setdefault(key, clean_text(context["text"]))
        gold.add(key)
    said = [(one["speaker"], one["text"]) for one in row["input"]]
    if said[-1][0] != "user":
        raise ValueError("the last speaker is not the user")
    full = row.get("full") or ""
    kinds = row.get("answerability") or [""]
    return FollowUp(
        f"{row['conversation_id']}-{row['turn']}",
        said[-1][1].strip(),
        _turns(said[:-1]),
        str(full),
        frozenset(gold),
        str(kinds[0]).lower(),
    )


def _turns(said: Sequence[tuple[str, str]]) -> tuple[Turn, ...]:
    """Each question with the answer that came next, made complete as on the page."""
    turns: list[Turn] = []
    for place, (speaker, text) in enumerate(said):
        if speaker == "user":
            after = said[place + 1] if place + 1 < len(said) else ("", "")
            turns.append(Turn(text, full_question(text, turns), after[1] if after[0] != "user" else ""))
    return tuple(turns)


def _document(key: str, text: str) -> Article:
    return Article(key, "", text, key, hashlib.sha256(text.encode()).hexdigest())


# Measuring


def measure_conversations(folder: Path) -> Outcome:
    """The follow-ups of a folder that have a conversation before them and documents that answer them."""
    dataset, questions = read_conversations(folder)
    readout = open_library(dataset)

    def search(one: FollowUp, text: str) -> dict[str, float]:
        found = rank_documents(readout.retriever.rank(text).hits)[:HITS]
        return measure([(Query(one.id, text, one.gold), found)])[one.id]

    try:
        readout.warm()
        asked = ask([one for one in questions if one.turns and one.gold], search, dataset.name)
    finally:
        readout.close()
    return Outcome(dataset.name, len(dataset.articles), asked)


def measure_gold() -> Outcome:
    """The follow-ups among the gold questions, on the samples; a passage with a quotation is right."""
    questions = {one.id: one for one in read_gold() if one.history}
    samples = read_samples()
    readout = open_library(samples)
    texts = {article.id: article.text for article in readout.articles()}
    passages = gold_passages(readout)

    def search(one: FollowUp, text: str) -> dict[str, float]:
        question = questions[one.id]
        day = question.as_of or day_after(readout)
        found = readout.retriever.retrieve(one.question, asked=text, as_of=day, most=HITS)
        hits, gold = hit_records(found.hits), locate(question, texts)
        scores = evidence_recall(hits, gold, DEPTH), ndcg(hits, gold, passages)
        return {name: score.value or 0.0 for name, score in zip(FIGURES, scores, strict=True)}

    try:
        readout.warm()
        asked = ask([gold_follow_up(one) for one in questions.values()], search, "gold follow-ups")
    finally:
        readout.close()
    return Outcome("gold follow-ups", len(samples.articles), asked)


def gold_follow_up(question: GoldQuestion) -> FollowUp:
    turns = tuple(follow(question.history))
    return FollowUp(question.id, question.question, turns, question.full, frozenset(), question.part)


def gold_passages(readout: Readout) -> tuple[Span, ...]:
    return tuple(
        Span(article.id, stored.passage.start, stored.passage.end)
        for article in readout.articles()
        for stored in readout.library.passages(article_id=article.id)
    )


def ask(questions: Sequence[FollowUp], search: Search, name: str) -> tuple[Asked, ...]:
    """Searches each question in all ways; the same text only once."""
    asked = []
    for one in track(questions, f"Asking {name}", console=_PROGRESS, transient=True):
        ways = one.ways
        found = {text: search(one, text) for text in dict.fromkeys(ways.values())}
        scores = {way: {name: found[text][name] for name in FIGURES} for way, text in ways.items()}
        asked.append(Asked(one.id, one.part, ways, scores))
    return tuple(asked)


def left_alone(questions: Sequence[GoldQuestion]) -> tuple[int, tuple[str, ...]]:
    """How many questions stand alone, and those of them that the rules changed after other questions.

    Before each stand the BEFORE questions that the gold files have before it: another topic.
    """
    alone = [one.question for one in questions if not one.history]
    changed = [
        text
        for place, text in enumerate(alone)
        if full_question(text, follow(alone[max(0, place - BEFORE) : place])) != text
    ]
    return len(alone), tuple(changed)


# Showing


def main(folders: Sequence[Path], out: Path | None) -> int:
    """Measures the gold follow-ups, then each folder; prints, and writes JSON. Raises ReadoutError."""
    outcomes = [measure_gold(), *map(measure_conversations, folders)]
    alone, changed = left_alone(read_gold())
    for outcome in outcomes:
        print("\n".join(["", *lines_of(outcome)]))
    print(f"\nQuestions of gold that stand alone, yet were rewritten: {len(changed)} of {alone}")
    for text in changed:
        print(f"- {text}")
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result_of(outcomes, alone, changed), separators=(",", ":")) + "\n")
        print(f"Written: {out}")
    return 0


def lines_of(outcome: Outcome) -> list[str]:
    """The figures in words, then by part."""
    lines = [
        f"{outcome.set}: {len(outcome.asked)} follow-ups, {outcome.changed} rewritten,"
        f" {outcome.documents} documents, commit {commit()}"
    ]
    for part in ["", *sorted({one.part for one in outcome.asked} - {""})]:
        size = sum(part in ("", one.part) for one in outcome.asked)
        lines += [f"  {part or 'all'} ({size})"]
        for way in WAYS:
            figures = {name: outcome.estimate(way, name, part) for name in FIGURES}
            if all(figure.size for figure in figures.values()):
                told = "  ".join(f"{name} {value}" for name, value in figures.items())
                lines.append(f"    {way:<10} {told}")
    return lines


def result_of(outcomes: Sequence[Outcome], alone: int, changed: Sequence[str]) -> dict[str, Any]:
    """What a result file holds."""
    return {
        "commit": commit(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "alone": {"questions": alone, "rewritten": len(changed)},
        "sets": [
            {
                "set": outcome.set,
                "documents": outcome.documents,
                "questions": len(outcome.asked),
                "rewritten": outcome.changed,
                "ways": {way: _way(outcome, way) for way in WAYS if outcome.estimate(way, FIGURES[0]).size},
                "asked": {one.id: one.scores for one in outcome.asked},
            }
            for outcome in outcomes
        ],
    }


def _way(outcome: Outcome, way: str) -> dict[str, Any]:
    return {name: asdict(outcome.estimate(way, name)) for name in FIGURES}
