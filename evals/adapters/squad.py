"""SQuAD: questions on paragraphs of Wikipedia, each answered by a stretch of its paragraph, or by none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from evals.adapters.collection import Documents, SetQuery, make_dataset, make_query
from evals.adapters.rows import Row
from evals.beir import Dataset
from rag.passages import split_sentences
from rag.types import Sentence


@dataclass(frozen=True, slots=True)
class _Paragraph:
    document: str
    text: str  # as in the file: answers are offsets into it
    sentences: tuple[Sentence, ...]


def read_squad(path: Path, rows: Sequence[Row]) -> Dataset:
    """SQuAD 1.1 (Rajpurkar et al. 2016) or 2.0 (Rajpurkar et al. 2018), and sets in its form such as XQuAD.

    From rajpurkar.github.io/SQuAD-explorer; CC BY-SA 4.0. Files: train-v1.1.json, dev-v1.1.json,
    train-v2.0.json, dev-v2.0.json. Each paragraph is one document. Of kind 'impossible' are the questions
    that their paragraph does not answer; another paragraph may, though nothing in the set says so.
    """
    documents, queries = Documents(), list[SetQuery]()
    for article in chain.from_iterable(row.rows("data") for row in rows):
        title = article.maybe("title").replace("_", " ")
        for row in article.rows("paragraphs"):
            text = row.text("context")
            paragraph = _Paragraph(documents.add(text, title=title), text, split_sentences(text))
            queries += [_read_question(question, paragraph) for question in row.rows("qas")]
    return make_dataset(path, documents, queries)


def _read_question(row: Row, paragraph: _Paragraph) -> SetQuery:
    identity, text = row.identity("id"), row.words("question")
    if row.flag("is_impossible"):
        return make_query(identity, text, answerable=False, kind="impossible")
    answers = row.rows("answers")
    if not answers:
        raise row.fault("has no answer and does not say that it is impossible")
    return make_query(
        identity,
        text,
        gold=(paragraph.document,),
        points=[[answer.words("text") for answer in answers]],
        evidence=[[_find_sentence(answer, paragraph) for answer in answers]],
    )


def _find_sentence(answer: Row, paragraph: _Paragraph) -> str:
    """The sentence that the answer was marked in; '' if the mark is not there or crosses a sentence's end."""
    text, start = answer.text("text"), answer.fields.get("answer_start")
    if isinstance(start, bool) or not isinstance(start, int) or not paragraph.text.startswith(text, start):
        return ""
    holding = (s.text for s in paragraph.sentences if s.start <= start and start + len(text) <= s.end)
    return next(holding, "")
