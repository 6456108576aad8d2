"""Evaluation sets as others publish them → `Dataset`. Nothing is downloaded; each reader says where to look.

rows.py         a JSON file → rows whose fields are asked for by name and type
collection.py   texts → documents, each once; questions with stable ids
squad.py multihop.py rgb.py realtimeqa.py    one layout each
questions.py    a set's question → the suite's form
"""

import csv
from itertools import chain
from pathlib import Path

from evals.adapters import multihop, realtimeqa, rgb, squad
from evals.adapters.questions import to_gold
from evals.adapters.rows import read_rows
from evals.beir import Dataset, read_beir
from rag.errors import SettingsError

__all__ = ["KNOWN", "read_set", "to_gold"]

KNOWN = "a BEIR or MultiHop-RAG folder, or a file of SQuAD, RGB or RealTimeQA"
_BEIR = ("corpus.jsonl", "queries.jsonl", "qrels")


def read_set(path: Path) -> Dataset:
    """The set at `path`, whose layout is recognised by what it holds, not by its name.

    Raises SettingsError, one sentence that names the file and what it lacks.
    """
    try:
        return _read_folder(path) if path.is_dir() else _read_file(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None


def _read_folder(folder: Path) -> Dataset:
    if any((folder / name).exists() for name in _BEIR):
        return _read_beir(folder)
    if any((folder / name).exists() for name in (multihop.CORPUS, multihop.QUESTIONS)):
        return multihop.read_multihop(folder)
    raise SettingsError(f"{folder} holds no evaluation set that is known. Name {KNOWN}.")


def _read_file(path: Path) -> Dataset:
    rows = read_rows(path)
    fields = rows[0].fields.keys()
    if "data" in fields:
        return squad.read_squad(path, rows)
    if "question_sentence" in fields:
        return realtimeqa.read_realtimeqa(path, rows)
    if "positive" in fields or "negative" in fields:
        return rgb.read_rgb(path, rows)
    if "evidence_list" in fields or {"title", "body"} <= fields:
        files = f"{multihop.CORPUS} and {multihop.QUESTIONS}"
        raise SettingsError(f"{path} is one file of MultiHop-RAG. Name the folder that holds {files}.")
    raise SettingsError(f"{path} is no evaluation set that is known. Name {KNOWN}.")


def _read_beir(folder: Path) -> Dataset:
    """A folder in the layout of BEIR (Thakur et al. 2021; the repository beir-cellar/beir lists the sets,
    each with a licence of its own): corpus.jsonl, queries.jsonl, qrels/test.tsv. `evals.beir` reads it.
    """
    try:
        dataset = read_beir(folder)
    except (OverflowError, RecursionError, csv.Error) as error:
        raise SettingsError(f"{folder} cannot be read as a BEIR folder: {error}.") from None
    texts = chain.from_iterable((q.text, q.kind, *q.answers, *q.evidence) for q in dataset.queries)
    if not all(isinstance(text, str) for text in (*texts, *(article.url for article in dataset.articles))):
        raise SettingsError(
            f"{folder} is not in the BEIR layout: it has something else where a text belongs."
        )
    return dataset
