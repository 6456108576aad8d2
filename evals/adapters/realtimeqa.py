"""RealTimeQA: the news quizzes of a week, with what a search found for each question."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.adapters.collection import Documents, SetQuery, make_dataset, make_query, read_moment
from evals.adapters.rows import Row, read_rows
from evals.beir import Dataset

SEARCHES = ("gcs", "dpr")  # Google custom search; passages of Wikipedia
GOLD = "gold"  # the articles that the quiz was made from
NONE_OF_THEM = "none of the above"

_WEEK = re.compile("(.+?)_qa")
_LINK = re.compile(r'href="([^"]*)"')
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class _Results:
    """Documents by the question whose gold file names them, and by address."""

    gold: dict[str, list[str]]
    addresses: dict[str, list[str]]


def read_realtimeqa(path: Path, rows: Sequence[Row]) -> Dataset:
    """RealTimeQA (Kasai et al. 2022, 'RealTime QA: What's the Answer Right Now?', arXiv 2207.13332).

    From the repository realtimeqa/realtimeqa_public, folder past; its README names no licence. Files: a
    week's DATE_qa.jsonl or DATE_qa_nota.jsonl and, beside it, any of DATE_gcs.jsonl, DATE_dpr.jsonl and
    DATE_gold.jsonl; without these, questions and no document. Gold are the documents of the gold file and
    those whose address the evidence links to; where there is neither, none is gold. The answers are the
    texts of the choices; 'None of the above' is the wording of no answer. The question does not show them.
    """
    documents, results = Documents(), _Results({}, {})
    for kind in (*SEARCHES, GOLD):
        file = _find_beside(path, kind)
        for row in read_rows(file) if file else ():
            _read_results(row, documents, results, gold=kind == GOLD)
    return make_dataset(path, documents, [_read_question(row, results) for row in rows])


def _find_beside(path: Path, kind: str) -> Path | None:
    week = _WEEK.match(path.name)
    file = path.with_name(f"{week[1]}_{kind}.jsonl") if week else None
    return file if file and file.is_file() else None


def _read_results(row: Row, documents: Documents, results: _Results, *, gold: bool) -> None:
    question = row.identity("question_id")
    for found in row.rows("search_result"):
        document = _add_document(found, documents)
        if gold:
            results.gold.setdefault(question, []).append(document)
        results.addresses.setdefault(_bare(found.maybe("url")), []).append(document)
    results.addresses.pop("", None)


def _add_document(row: Row, documents: Documents) -> str:
    title, text, url = row.maybe("title"), row.maybe("text"), row.maybe("url")
    if "doc_id" in row.fields and " / " in text:  # a passage of Wikipedia: its title stands before its text
        title, _, text = text.partition(" / ")
    return documents.add(
        text,
        title=title,
        authors=row.texts("authors") if row.fields.get("authors") is not None else (),
        # A passage of Wikipedia has the day of the copy, on which nothing was published.
        published=row.maybe("publish_date") if url else "",
        url=url,
    )


def _read_question(row: Row, results: _Results) -> SetQuery:
    identity, evidence = row.identity("question_id"), row.maybe("evidence")
    gold = list(results.gold.get(identity.removesuffix("_nota"), ()))
    for link in _LINK.findall(evidence):
        gold += results.addresses.get(_bare(html.unescape(link)), ())
    moment = read_moment(row.maybe("question_date"))
    return make_query(
        identity,
        row.words("question_sentence"),
        gold=gold,
        points=[_read_answers(row)],
        evidence=[[html.unescape(_TAG.sub("", evidence))]],
        asked_on=moment.date() if moment else None,
    )


def _read_answers(row: Row) -> list[str]:
    choices, chosen = row.texts("choices"), row.items("answer")
    if not chosen:
        raise row.fault("lacks 'answer' (it is empty)")
    texts = [choices[_read_place(place, row, len(choices))] for place in chosen]
    return [text for text in texts if text.strip(" .").lower() != NONE_OF_THEM]


def _read_place(place: object, row: Row, choices: int) -> int:
    digits = str(place)
    if isinstance(place, int | str) and re.fullmatch("[0-9]{1,3}", digits) and int(digits) < choices:
        return int(digits)
    raise row.fault("has an 'answer' that is not the place of a choice, counted from 0")


def _bare(url: str) -> str:
    """An address without its fragment, which names a place in the page."""
    return url.partition("#")[0].strip()
