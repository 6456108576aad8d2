"""Feedback from the page as candidates for gold questions: lines that a person reviews before they count."""

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.gold import FOLDER, read_gold
from rag.errors import ReadError
from rag.feedback import json_line, read_feedback
from rag.library import Library
from rag.settings import load_settings
from rag.types import Article, Feedback, Rating, Status

REVIEW = (
    "They are what readers clicked, not gold: a person must review each one (question, type, answer, key"
    " points, evidence), give it an id of its type and drop note and rating, before its line is moved into"
    " evals/gold. See evals/gold/README.md."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "feedback",
        type=Path,
        nargs="?",
        help="as `readout feedback --jsonl` prints it; default: the library's",
    )
    parser.add_argument("--out", type=Path, help="write the candidates here instead of printing them")


def main(chosen: argparse.Namespace) -> int:
    """Prints or writes the candidates. Raises ReadError, LibraryError."""
    library = Library(load_settings().home)
    try:
        given = list(read_file(chosen.feedback)) if chosen.feedback else library.feedback()
        articles = {article.id: article for article in library.articles(_cited(given))}
    finally:
        library.close()
    candidates = propose(given, articles, {question.question for question in read_gold()})
    lines = [json_line(candidate) for candidate in candidates]
    if chosen.out:
        _write(chosen.out, lines)
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines)
    print(_summary(len(given), len(candidates), chosen.out), file=sys.stderr)
    return 0


def _summary(given: int, candidates: int, out: Path | None) -> str:
    where = f" in {out}" if out else ""
    line = f"Candidates{where}: {candidates}, of {given} times that feedback was given."
    if candidates < given:
        line += f" {given - candidates} left out: the question is in evals/gold, or was rated again later."
    return f"{line} {REVIEW}" if candidates else line


def propose(
    given: Sequence[Feedback], articles: Mapping[str, Article], gold: Collection[str]
) -> list[dict[str, Any]]:
    """Candidates in the form of evals/gold/README.md, in the order given.

    `articles`: those known, by id. `gold`: the questions that need no candidate. Of feedback on the same
    question in the same conversation the last counts.
    """
    known = {_same(question) for question in gold}
    asked: dict[tuple[str, ...], Feedback] = {}
    for one in given:
        if _same(one.question) not in known:
            asked[(*(_same(turn.question) for turn in one.history), _same(one.question))] = one
    return [_candidate(number, one, articles) for number, one in enumerate(asked.values(), start=1)]


def _candidate(number: int, given: Feedback, articles: Mapping[str, Article]) -> dict[str, Any]:
    right = given.rating is Rating.UP
    refused = right and given.status is Status.NOT_IN_ARTICLES  # a reader agrees that nothing covers it
    candidate: dict[str, Any] = {
        "id": f"candidate-{number:02}",
        "question": given.question,
        "type": "absent" if refused else "follow-up" if given.history else "fact",
        "answerable": not refused,
        "answer": given.answer if right else "",
        "key_points": [],
        "evidence": list(_evidence(given, articles)) if right else [],
    }
    if given.history:
        candidate |= {"history": [turn.question for turn in given.history], "full": given.asked}
    return candidate | {"rating": str(given.rating), "note": given.note}


def _evidence(given: Feedback, articles: Mapping[str, Article]) -> Iterator[dict[str, str]]:
    """The quotations whose article still says so, word for word."""
    for cited in given.cited:
        article = articles.get(cited.article_id)
        if article and article.text[cited.start : cited.end] == cited.quote:
            yield {"article": Path(article.origin).name, "quote": cited.quote}


def read_file(path: Path) -> Iterator[Feedback]:
    """Feedback as `readout feedback --jsonl` prints it. Raises ReadError naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # as JSON Lines has it
    except (OSError, ValueError) as error:
        raise ReadError(f"{path} cannot be read ({error}). Make it with: readout feedback --jsonl") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read_line(path, number, line)


def _read_line(path: Path, number: int, line: str) -> Feedback:
    try:
        values = json.loads(line)
        json.dumps(values, ensure_ascii=False).encode()  # ValueError for half a character: none can print it
        return read_feedback(values)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ReadError(
            f"{path}, line {number} is no feedback ({error!r}). Make the file with: readout feedback --jsonl"
        ) from error


def _write(path: Path, lines: Iterable[str]) -> None:
    """A new file, so that no review is written over; not among the gold questions, where it would count."""
    if FOLDER in path.resolve().parents:
        raise ReadError(f"{path} is among the gold questions, which are reviewed. Name a file elsewhere.")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except FileExistsError as error:
        raise ReadError(f"{path} is there already. Name a file that is not: --out FILE") from error
    except OSError as error:
        raise ReadError(f"{path} cannot be written ({error}). Name another file: --out FILE") from error


def _cited(given: Iterable[Feedback]) -> list[str]:
    return sorted({cited.article_id for one in given for cited in one.cited})


def _same(question: str) -> str:
    """The question without what does not make it another one."""
    return " ".join(question.casefold().split()).rstrip("?!. ")
