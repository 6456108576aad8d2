"""A library made from an evaluation set through the real adding path, kept for the next run."""

import hashlib
import inspect
from pathlib import Path

from rich.console import Console
from rich.progress import track

from evals.beir import Dataset
from rag import cleaning, passages
from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.settings import Settings, load_settings
from rag.words import ANALYZER

KEPT = Path("build/evals")  # libraries of earlier runs; safe to delete


def evaluation_settings(home: Path) -> Settings:
    """The defaults that users have; only the place differs, and no model is called."""
    return load_settings(home=home, model="")


def splitting_code() -> str:
    """What decides which passages and words an article gives: a kept library is of this code only."""
    return ANALYZER + "".join(inspect.getsource(module) for module in (cleaning, passages))


def open_library(dataset: Dataset, kept: Path = KEPT) -> Readout:
    """The set's articles, added once per set, encoder, passage length and code that splits."""
    settings = evaluation_settings(kept)
    embedder = EmbeddedEncoder(settings)
    made_from = f"{dataset.digest}|{embedder.fingerprint}|{settings.passage_tokens}|{splitting_code()}"
    home = kept / f"{dataset.name}-{hashlib.sha256(made_from.encode()).hexdigest()[:10]}"
    readout = Readout(settings, Library(home), embedder, ExtractiveAnswerer())
    if not (home / "whole").exists():  # a set may hold empty or double documents: counting tells nothing
        with readout.library.writing(seconds=600):
            added = readout.adder.add_articles(dataset.articles)
            console = Console(stderr=True)  # none of it in the output
            for _ in track(added, f"Adding {dataset.name}", len(dataset.articles), console=console):
                pass
        (home / "whole").touch()
    return readout
