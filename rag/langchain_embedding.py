"""The embedded encoder as LangChain knows one. A module of its own: importing LangChain takes 0.4 s."""

from langchain_core.embeddings import Embeddings

from rag.embedding import EmbeddedEncoder


class ReadoutEmbeddings(Embeddings):
    """LangChain's Embeddings over an EmbeddedEncoder; the vectors have length 1."""

    def __init__(self, encoder: EmbeddedEncoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.encoder.embed_texts(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self.encoder.embed_question(text).tolist()
        return vector
