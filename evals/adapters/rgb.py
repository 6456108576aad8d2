"""RGB: questions on news, each with snippets that answer it and snippets that do not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.adapters.collection import Documents, SetQuery, make_dataset, make_query
from evals.adapters.rows import Row, is_texts
from evals.beir import Dataset
from rag.cleaning import clean_line


def read_rgb(path: Path, rows: Sequence[Row]) -> Dataset:
    """RGB (Chen et al. 2023, 'Benchmarking Large Language Models in Retrieval-Augmented Generation',
    arXiv 2309.01431).

    From the repository chen700564/RGB, folder data; its README names no licence. Files: en.json, en_int.json,
    en_fact.json, zh.json, zh_int.json, zh_fact.json. Each snippet is one document; those that answer a
    question are its gold documents and, whole, its evidence. Of kind 'integration' are the questions whose
    answer has parts, with snippets for each; of kind 'counterfactual' those that have falsified snippets too,
    which are documents but not gold. A question with no snippet that answers it is not answerable.

    As in the authors' own scoring, a list of answers lists the parts that a right answer holds, all of them;
    a list within it the wordings of one part.
    """
    documents = Documents()
    queries = [_read_question(row, documents) for row in rows]
    return make_dataset(path, documents, queries)


def _read_question(row: Row, documents: Documents) -> SetQuery:
    positive = _read_snippets(row)
    gold = [documents.add(text) for group in positive for text in group]
    for text in row.texts("negative"):
        documents.add(text)
    falsified = row.texts("positive_wrong") if "positive_wrong" in row.fields else ()
    for text in falsified:
        documents.add(text)
    points = _read_answer(row)
    return make_query(
        row.identity("id"),
        row.words("query"),
        gold=gold,
        points=points if any(gold) else (),
        evidence=positive,
        answerable=any(gold),
        kind="counterfactual" if falsified else "integration" if len(positive) > 1 else "",
    )


def _read_snippets(row: Row) -> list[list[str]]:
    """Those that answer, by the part of the answer that they give."""
    found = row.items("positive")
    if is_texts(found):
        return [found]
    if not all(map(is_texts, found)):
        raise row.fault("has a 'positive' that is neither a list of texts nor a list of such lists")
    return found


def _read_answer(row: Row) -> list[list[str]]:
    """Its parts, each with its wordings."""
    answer = row.fields.get("answer")
    listed: list[Any] = answer if isinstance(answer, list) else [answer]
    parts = [[part] if isinstance(part, str) else part for part in listed]
    if not (parts and all(is_texts(part) and any(map(clean_line, part)) for part in parts)):
        raise row.fault("lacks 'answer' (a text, a list of texts or a list of such lists)")
    return parts
