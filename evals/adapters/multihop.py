"""MultiHop-RAG: questions over two to four news articles that name outlets and dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.adapters.collection import Documents, SetQuery, hash_texts, make_dataset, make_query
from evals.adapters.rows import Row, read_rows
from evals.beir import Dataset
from rag.cleaning import clean_line
from rag.errors import SettingsError

CORPUS = "corpus.json"
QUESTIONS = "MultiHopRAG.json"
NO_ANSWER = "insufficient information"


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """Where evidence leads: documents by address, and by title where the address is another."""

    addresses: dict[str, str]
    titles: dict[str, str]

    def find(self, evidence: Row) -> str:
        address, title = clean_line(evidence.maybe("url")), clean_line(evidence.maybe("title"))
        found = self.addresses.get(address) or self.titles.get(title)
        if not found:
            raise evidence.fault(f"rests on an article that {CORPUS} lacks")
        return found


def read_multihop(folder: Path) -> Dataset:
    """MultiHop-RAG (Tang and Yang 2024, arXiv 2401.15391): 609 news articles, 2,556 questions.

    From the repository yixuantt/MultiHop-RAG, folder dataset, or yixuantt/MultiHopRAG at Hugging Face;
    ODC-BY, the articles' texts remain their publishers'. Files: corpus.json, MultiHopRAG.json. What is
    answered 'Insufficient information.' is not answerable. Each fact is a piece of evidence by itself.
    """
    for name in (CORPUS, QUESTIONS):
        if not (folder / name).is_file():
            raise SettingsError(f"{folder} is no MultiHop-RAG folder: it lacks {name}.")
    documents = Documents()
    catalogue = _read_articles(read_rows(folder / CORPUS), documents)
    queries = [_read_question(row, catalogue) for row in read_rows(folder / QUESTIONS)]
    return make_dataset(folder, documents, queries)


def _read_articles(rows: Sequence[Row], documents: Documents) -> _Catalogue:
    catalogue = _Catalogue({}, {})
    for row in rows:
        title, url = row.text("title"), row.maybe("url")
        document = documents.add(
            row.text("body"),
            title=title,
            source=row.maybe("source"),
            authors=(row.maybe("author"),),
            published=row.maybe("published_at"),
            url=url,
        )
        catalogue.addresses.setdefault(clean_line(url), document)
        catalogue.titles.setdefault(clean_line(title), document)
    catalogue.addresses.pop("", None)
    catalogue.titles.pop("", None)
    return catalogue


def _read_question(row: Row, catalogue: _Catalogue) -> SetQuery:
    text, answer, kind = row.words("query"), row.words("answer"), row.maybe("question_type")
    evidence = row.rows("evidence_list")
    facts = [item.text("fact") for item in evidence]
    identity = hash_texts(text, answer, *facts)  # the set numbers nothing
    if answer.strip(" .").lower() == NO_ANSWER:
        return make_query(identity, text, answerable=False, kind=kind)
    return make_query(
        identity,
        text,
        gold=[catalogue.find(item) for item in evidence],
        points=[[answer]],
        evidence=[[fact] for fact in facts],
        kind=kind,
    )
