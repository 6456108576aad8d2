"""Retrieval on a BEIR folder: documents ranked by their best passage, evidence by sentence."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import ir_measures
from ir_measures import RR, R, Success, nDCG
from rich.progress import track

from evals.beir import Dataset, Query
from evals.statistics import Estimate, estimate
from rag.answering import Readout
from rag.sentences import rank_sentences
from rag.types import Hit

MEASURES = {
    "Success@1": Success @ 1,
    "Recall@5": R @ 5,
    "Recall@10": R @ 10,
    "nDCG@10": nDCG @ 10,
    "MRR@10": RR @ 10,
}
Ranker = Callable[[str], Sequence[str]]  # question → document ids, best first


@dataclass(frozen=True, slots=True)
class Ranked:
    """One question's outcome."""

    query: Query
    documents: tuple[str, ...]  # the first ten, best first
    seconds: float
    scores: dict[str, float]  # by measure


def rank_documents(hits: Sequence[Hit]) -> list[str]:
    """Documents in the order of their best passage; those that are kept as copies come with their article."""
    articles = [hit.article for hit in hits]
    return list(dict.fromkeys(key for one in articles for key in (one.id, *(copy.id for copy in one.also))))


def readout_ranker(readout: Readout) -> Ranker:
    return lambda question: rank_documents(readout.retriever.rank(question).hits)


def run(queries: Sequence[Query], ranker: Ranker, label: str) -> list[Ranked]:
    """Asks every question once. `label` names the run in the progress bar."""
    ranked = []
    for query in track(queries, label):
        began = time.perf_counter()
        documents = tuple(islice(ranker(query.text), 10))
        ranked.append((query, documents, time.perf_counter() - began))
    scores = measure([(query, documents) for query, documents, _ in ranked])
    return [Ranked(q, documents, seconds, scores[q.id]) for q, documents, seconds in ranked]


def measure(ranked: Sequence[tuple[Query, Sequence[str]]]) -> dict[str, dict[str, float]]:
    """Each question's value for each of MEASURES (ir-measures, over trec_eval).

    A document that comes twice counts at its first place.
    """
    qrels = [ir_measures.Qrel(q.id, document, 1) for q, _ in ranked for document in q.gold]
    found = [
        ir_measures.ScoredDoc(q.id, document, -float(place))
        for q, documents in ranked
        for place, document in enumerate(dict.fromkeys(documents))
    ]
    scores: dict[str, dict[str, float]] = {q.id: dict.fromkeys(MEASURES, 0.0) for q, _ in ranked}
    names = {measured: name for name, measured in MEASURES.items()}
    for value in ir_measures.iter_calc(list(MEASURES.values()), qrels, found):
        scores[value.query_id][names[value.measure]] = value.value
    return scores


def summarise(ranked: Sequence[Ranked]) -> dict[str, Estimate]:
    return {name: estimate([r.scores[name] for r in ranked]) for name in MEASURES}


def sentence_success(readout: Readout, dataset: Dataset, queries: Sequence[Query]) -> dict[str, Estimate]:
    """How often the first, and one of the first three, sentences holds an answer or the evidence.

    Of the questions that name either.
    """
    first, three = [], []
    for query in track(queries, f"{dataset.name}: sentences"):
        wanted = [text.lower() for text in (query.evidence or query.answers) if text]
        if not wanted:
            continue
        sentences = best_sentences(readout.retriever.retrieve(query.text).hits, 3)
        holds = [_holds(sentence, wanted) for sentence in sentences]
        first.append(float(any(holds[:1])))
        three.append(float(any(holds)))
    return {"first sentence": estimate(first), "first three": estimate(three)}


def best_sentences(hits: Sequence[Hit], most: int) -> list[str]:
    """The sentences that an extractive answer would begin with."""
    picks = rank_sentences(hits)[:most]
    return [hits[pick.hit].passage.sentences[pick.sentence].text for pick in picks]


def _holds(sentence: str, wanted: Sequence[str]) -> bool:
    """Whole words only: 'no' is not in 'know'."""
    text = sentence.lower()
    return any(
        re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text) or (len(text) > 40 and text in one)
        for one in wanted
    )
