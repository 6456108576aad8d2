"""Texts to vectors with the embedded encoder: no model server, no network, no torch."""

import os
import threading
from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, chain, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from rag.encoder_graph import (
    DIMENSION,
    SHA256,
    TOKENIZER,
    VERSION,
    WEIGHTS,
    Report,
    find_model_folder,
    load_graph,
    read_model_file,
)
from rag.settings import Settings
from rag.types import Passage, PassageVectors, Vectors

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

WINDOW = 512  # tokens that the encoder can read at once, [CLS] and [SEP] included
TEXT_WINDOW = 256  # tokens of a plain text that are read, as sentence-transformers does with this model
COUNTED_MOST = 5_000  # texts whose tokens are kept from the counting until they are encoded: 5 MB
TITLE_TOKENS = 32  # enough for a headline; a longer one would colour every passage below it
CLS, SEP = 101, 102  # the tokens that open and close each text

T = TypeVar("T")
R = TypeVar("R")


class EmbeddedEncoder:
    """all-MiniLM-L6-v2 on the processor; an `rag.types.Embedder` that threads may share.

    Its files are opened at first use, and its graph is made once for each cache folder; `report` gets
    a line for the user when that happens. `model_folder` replaces the installed package's folder.
    Every method but `fingerprint` and `dimension` may raise EmbedderError.
    """

    def __init__(
        self, settings: Settings, report: Report | None = None, *, model_folder: Path | None = None
    ) -> None:
        self._settings = settings
        self._report = report or (lambda line: None)
        self._folder = model_folder
        self._loading = threading.Lock()
        self._tokenizer: Tokenizer | None = None
        self._session: Any = None
        self._threads: ThreadPoolExecutor | None = None
        self._counted: dict[str, list[int]] = {}  # the tokens of texts that were counted last

    @property
    def fingerprint(self) -> str:
        precision = self._settings.precision
        return f"all-MiniLM-L6-v2 {SHA256[WEIGHTS][:12]} {DIMENSION} mean {precision} v{VERSION}"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, [CLS] and [SEP] left out.

        They are kept for a while: what was counted is encoded next.
        """
        found = [encoding.ids for encoding in self._encode(texts)]
        if len(self._counted) + len(found) > COUNTED_MOST:
            self._counted = {}
        self._counted.update(islice(zip(texts, found, strict=True), COUNTED_MOST))
        return [len(ids) for ids in found]

    def embed_question(self, question: str) -> Vectors:
        """The question's vector, shape (384,). Read up to WINDOW: the point often comes last."""
        (encoding,) = self._encode([question])
        return _mean(self._read(encoding.ids[: WINDOW - 2]))

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text, shape (texts, 384), as sentence-transformers gives them."""
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        encodings = self._encode(texts)
        found = self._side_by_side(lambda one: _mean(self._read(one.ids[: TEXT_WINDOW - 2])), encodings)
        for row, vector in zip(vectors, found, strict=True):
            row[:] = vector
        return vectors

    def embed_passages(self, passages: Sequence[Passage], titles: Sequence[str]) -> list[PassageVectors]:
        """The vectors of each passage and of its sentences, from one run over its title and text.

        The passage's vector is the mean over all tokens. A sentence's is the mean over its own,
        which have read the whole passage (late chunking, Günther et al. 2024, arXiv:2409.04701).
        """
        heads = [encoding.ids[:TITLE_TOKENS] for encoding in self._encode(titles)]
        bodies = self._sentence_tokens(passages)
        return self._side_by_side(self._embed_passage, zip(heads, bodies, strict=True))

    def _sentence_tokens(self, passages: Sequence[Passage]) -> list[list[list[int]]]:
        """The tokens of each sentence of each passage. White space between two sentences has none."""
        counted = self._counted
        texts = [sentence.text for passage in passages for sentence in passage.sentences]
        unknown = [text for text in dict.fromkeys(texts) if text not in counted]
        made = dict(zip(unknown, (encoding.ids for encoding in self._encode(unknown)), strict=True))
        known = ChainMap(made, counted)
        return [[known[sentence.text] for sentence in passage.sentences] for passage in passages]

    def _embed_passage(self, text: tuple[list[int], list[list[int]]]) -> PassageVectors:
        """The vectors of a passage, from the tokens of its title and of each sentence."""
        head, sentences = text
        tokens = self._read([*head, *chain.from_iterable(sentences)][: WINDOW - 2])
        whole, body = _mean(tokens), tokens[1 + len(head) : -1]
        sums = np.empty((len(sentences), DIMENSION), dtype=np.float32)
        bounds = pairwise(accumulate(map(len, sentences), initial=0))
        for row, (first, last) in zip(sums, bounds, strict=True):
            own = body[first:last]  # none where it was cut off or has no token: it gets its passage's vector
            row[:] = own.sum(axis=0) if len(own) else whole
        return PassageVectors(passage=whole, sentences=_normalise(sums))

    def _read(self, ids: list[int]) -> Vectors:
        """The vectors of [CLS], `ids` and [SEP], shape (len(ids) + 2, 384).

        One text a run: int8 scales its numbers by the largest of a whole batch, so that a vector would
        depend on the texts beside it (cosine down to .989).
        """
        texts = np.array([[CLS, *ids, SEP]], dtype=np.int64)
        (tokens,) = self._open_session().run(["tokens"], {"ids": texts})
        return cast(Vectors, tokens[0])

    def _side_by_side(self, work: Callable[[T], R], texts: Iterable[T]) -> list[R]:
        """`work` on each of the texts, as many at a time as there are threads; in their order."""
        self._open_session()
        assert self._threads
        return list(self._threads.map(work, texts))

    def _encode(self, texts: Sequence[str]) -> "list[Encoding]":
        return self._open_tokenizer().encode_batch_fast(_clean(texts), add_special_tokens=False)

    def _open_tokenizer(self) -> "Tokenizer":
        with self._loading:
            if self._tokenizer is None:
                from tokenizers import Tokenizer

                content = read_model_file(self._folder or find_model_folder(), TOKENIZER)
                tokenizer = Tokenizer.from_str(content.decode())
                tokenizer.no_padding()  # the file asks for 128 tokens, filled up or cut
                tokenizer.no_truncation()
                self._tokenizer = tokenizer
            return self._tokenizer

    def _open_session(self) -> Any:
        with self._loading:
            if self._session is None:
                graph = load_graph(self._settings, self._folder, self._report)
                self._session = _start_session(graph)
                self._threads = ThreadPoolExecutor(self._settings.threads or _count_cores(), "encoder")
            return self._session


def _start_session(graph: bytes) -> Any:
    """An onnxruntime session on the processor; each run takes the thread that it is called from.

    Two texts side by side, each in one thread, are done sooner than one after the other in two: threads
    within a run wait for each other at every operator (an eighth more processor time, idle gaps besides).
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _clean(texts: Sequence[str]) -> list[str]:
    """The texts with '?' for half characters (lone surrogates), which the tokenizer refuses."""
    return [text.encode("utf-8", "replace").decode("utf-8") for text in texts]


def _mean(tokens: Vectors) -> Vectors:
    return _normalise(tokens.mean(axis=0))


def _normalise(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return cast(Vectors, vectors / np.maximum(lengths, np.float32(1e-12)))
