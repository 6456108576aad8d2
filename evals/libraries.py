"""A library made from an evaluation set through the real adding path, kept for the next run."""

import hashlib
from pathlib import Path

from rich.progress import track

from evals.beir import Dataset
from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.settings import Settings, load_settings

KEPT = Path("build/evals")  # libraries of earlier runs; safe to delete


def evaluation_settings(home: Path) -> Settings:
    """The defaults that users have; only the place differs, and no model is called."""
    return load_settings(home=home, model="")


def open_library(dataset: Dataset, kept: Path = KEPT) -> Readout:
    """The set's articles, added once per encoder, passage length and set."""
    settings = evaluation_settings(kept)
    embedder = EmbeddedEncoder(settings)
    made_from = f"{dataset.digest}|{embedder.fingerprint}|{settings.passage_tokens}"
    home = kept / f"{dataset.name}-{hashlib.sha256(made_from.encode()).hexdigest()[:10]}"
    readout = Readout(settings, Library(home), embedder, ExtractiveAnswerer())
    if readout.span().articles < len(dataset.articles):
        with readout.library.writing(seconds=600):
            added = readout.adder.add_articles(dataset.articles)
            for _ in track(added, f"Adding {dataset.name}", total=len(dataset.articles)):
                pass
    return readout
