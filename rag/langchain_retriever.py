"""Retrieval as a LangChain retriever, for use in anybody's chain."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.retrieval import Retriever
from rag.types import Hit


class ReadoutRetriever(BaseRetriever):
    """Passages as Documents, best first; `k` here or in `invoke(question, k=…)`.

    A Document's id is the passage's; its metadata cite it: article, outlet, date, address, offsets.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    k: int = 8

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None, **_: Any
    ) -> list[Document]:
        found = self.retriever.retrieve(query, most=self.k if k is None else k)
        return [as_document(hit) for hit in found.hits]


def as_document(hit: Hit) -> Document:
    article, passage = hit.article, hit.passage
    best = passage.sentences[hit.best]
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "source": article.source,
            "published_at": article.published_at.isoformat() if article.published_at else None,
            "url": article.url,
            "start": passage.start,
            "end": passage.end,
            "best_start": best.start,
            "best_end": best.end,
            "score": hit.score,
        },
    )
