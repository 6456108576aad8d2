"""What a user would build otherwise: LangChain and Chroma in the usual way.

chroma    RecursiveCharacterTextSplitter(1000, 200), the same MiniLM in fp32, nearest chunks
bm25      the same chunks, BM25 over their lower-case words (rank-bm25, as LangChain's BM25Retriever uses it)
ensemble  both in an EnsembleRetriever (reciprocal rank fusion, equal weights)
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_chroma import Chroma
from langchain_classic.retrievers import EnsembleRetriever
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_text_splitters import RecursiveCharacterTextSplitter
from rank_bm25 import BM25Okapi

from evals.beir import Dataset
from rag.embedding import EmbeddedEncoder
from rag.langchain_embedding import ReadoutEmbeddings
from rag.settings import load_settings

CHUNK, OVERLAP = 1000, 200  # characters: the splitter's usual setting
CHUNKS = 50  # taken per question, so that ten different documents are among them
BATCH = 1000  # chunks per call to Chroma
NAMES = ("chroma", "ensemble", "bm25")

Ranker = Callable[[str], Sequence[str]]


class WordRetriever(BaseRetriever):
    """BM25 over the chunks' words."""

    chunks: list[Document]
    scorer: Any
    k: int = CHUNKS

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        scores = self.scorer.get_scores(words_of(query))
        return [self.chunks[i] for i in np.argsort(-scores)[: self.k]]


def words_of(text: str) -> list[str]:
    """Lower-case words. (LangChain's BM25Retriever splits at white space unless told otherwise, and then
    'Hastings?' finds nothing: nDCG@10 of the ensemble on squad-open .57. We measure the better one.)"""
    return re.findall(r"\w+", text.lower())


def split(dataset: Dataset) -> list[Document]:
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    whole = [
        # On one line: a title apart becomes a chunk of its own, the same for all parts of a document, and
        # fusion adds up what has the same text.
        Document(f"{article.title}. {article.text}", metadata={"article": article.id})
        for article in dataset.articles
    ]
    return splitter.split_documents(whole)


def open_baselines(
    dataset: Dataset, kept: Path, encoder: EmbeddedEncoder | None = None
) -> dict[str, BaseRetriever]:
    """The three retrievers over a set; Chroma's vectors are kept for the next run."""
    chunks = split(dataset)
    encoder = encoder or EmbeddedEncoder(load_settings(precision="fp32"))
    key = hashlib.sha256(f"{dataset.digest}|{encoder.fingerprint}".encode()).hexdigest()[:10]
    store = Chroma(
        "usual",
        embedding_function=ReadoutEmbeddings(encoder),
        persist_directory=str(kept / f"{dataset.name}-usual-{key}"),
        collection_metadata={"hnsw:space": "cosine"},
    )
    held = len(store.get(include=[])["ids"])
    for start in range(held, len(chunks), BATCH):
        part = chunks[start : start + BATCH]
        store.add_documents(part, ids=[str(start + i) for i in range(len(part))])
    chroma = store.as_retriever(search_kwargs={"k": CHUNKS})
    words = WordRetriever(chunks=chunks, scorer=BM25Okapi([words_of(c.page_content) for c in chunks]))
    both = EnsembleRetriever(retrievers=[chroma, words], weights=[0.5, 0.5])
    return {"chroma": chroma, "ensemble": both, "bm25": words}


def document_ranker(retriever: BaseRetriever) -> Ranker:
    """Documents in the order of their best chunk."""

    def rank(question: str) -> list[str]:
        found = retriever.invoke(question)
        return list(dict.fromkeys(chunk.metadata["article"] for chunk in found))

    return rank
