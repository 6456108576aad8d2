"""Prints the suite's tables and writes its result files."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from evals.beir import Dataset, Query, read_beir
from evals.libraries import KEPT, open_library
from evals.retrieval import MEASURES, Ranked, readout_ranker, run, sentence_success, summarise
from evals.statistics import paired_difference
from rag.errors import SettingsError

COMPARED = "nDCG@10"  # the figure that systems are compared by


def print_retrieval(folders: Sequence[Path], limit: int, compare: Sequence[str], out: Path | None) -> None:
    """Measures Readout and the named baselines on BEIR folders."""
    results = [measure_set(read_beir(folder), limit, compare) for folder in folders]
    made = datetime.now(UTC).isoformat(timespec="seconds")
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        run = {"commit": commit(), "made": made, "sets": results}
        out.write_text(json.dumps(run, separators=(",", ":")) + "\n")
        print(f"Written: {out}")


def print_all(bench: Path | None) -> None:
    """What `make eval` shows besides the gold questions.

    Verdicts and disagreements on the project's own pairs, follow-ups of gold; with a folder of sets, its
    conversations (turns.jsonl), contradictions and BEIR sets too.
    """
    from evals import conversations, disagreements, verdicts

    verdicts.main([])
    disagreements.main([])
    conversations.main(sorted(path.parent for path in bench.glob("*/turns.jsonl")) if bench else [], None)
    if bench is None:
        print("\nThe same on open sets, and retrieval: make eval BENCH=folder of sets")
        return
    for path in sorted(bench.glob("*/corpus.jsonl")):
        if verdicts.holds_completions(path):
            verdicts.print_completions(path.parent)
    folders = sorted(path.parent for path in bench.glob("*/queries.jsonl"))
    if not folders:
        raise SettingsError(f"{bench} holds no BEIR folder (corpus.jsonl, queries.jsonl, qrels/test.tsv).")
    print_retrieval(folders, 0, ("chroma", "ensemble"), None)


def measure_set(dataset: Dataset, limit: int, compare: Sequence[str]) -> dict[str, Any]:
    """One set's figures, printed as they come; the same as a JSON-ready dict."""
    queries = dataset.judged()[: limit or None]
    if not queries:
        raise SettingsError(f"{dataset.name} has no question with a right document in qrels/test.tsv.")
    _check_baselines(compare)  # before minutes are spent
    readout = open_library(dataset)
    readout.warm()
    ours = run(queries, readout_ranker(readout), f"{dataset.name}: Readout")
    systems = {"readout": ours} | _baselines(dataset, queries, compare)
    print(f"\n{dataset.name}: {len(dataset.articles)} documents, {len(queries)} questions, commit {commit()}")
    for name, ranked in systems.items():
        _print_system(name, ranked, ours)
    _print_kinds(ours)
    sentences = sentence_success(readout, dataset, queries)
    print("  evidence  " + "  ".join(f"{name} {value}" for name, value in sentences.items()))
    settings = readout.settings.model_dump(mode="json", exclude={"home", "cache", "api_key"})
    readout.close()
    return {
        "set": dataset.name,
        "documents": len(dataset.articles),
        "questions": len(queries),
        "settings": settings,
        "systems": {name: _figures(ranked) for name, ranked in systems.items()},
        "evidence": {name: asdict(value) for name, value in sentences.items()},
        "ranks": {r.query.id: _places(r) for r in ours},
    }


def _check_baselines(names: Sequence[str]) -> None:
    if not names:
        return
    from evals.baselines import NAMES

    unknown = set(names) - set(NAMES)
    if unknown:
        raise SettingsError(f"No such baseline: {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")


def _baselines(dataset: Dataset, queries: Sequence[Query], names: Sequence[str]) -> dict[str, list[Ranked]]:
    if not names:
        return {}
    from evals.baselines import document_ranker, open_baselines

    retrievers = open_baselines(dataset, KEPT)
    return {
        name: run(queries, document_ranker(retrievers[name]), f"{dataset.name}: {name}") for name in names
    }


def _print_system(name: str, ranked: Sequence[Ranked], ours: Sequence[Ranked]) -> None:
    figures = summarise(ranked)
    times = np.percentile([r.seconds * 1000 for r in ranked], [50, 95])
    line = "  ".join(f"{measure} {value}" for measure, value in figures.items())
    print(f"  {name:<9} {line}  p50 {times[0]:.0f} ms, p95 {times[1]:.0f} ms")
    if ranked is not ours:
        difference, p = paired_difference(
            [r.scores[COMPARED] for r in ours], [r.scores[COMPARED] for r in ranked]
        )
        print(f"            Readout − {name}: {COMPARED} {difference}, p = {p:.4f}")


def _print_kinds(ranked: Sequence[Ranked]) -> None:
    for kind in sorted({r.query.kind for r in ranked} - {""}):
        part = [r for r in ranked if r.query.kind == kind]
        figures = summarise(part)
        print(f"    {kind} ({len(part)}): " + "  ".join(f"{m} {figures[m].mean:.3f}" for m in MEASURES))


def _figures(ranked: Sequence[Ranked]) -> dict[str, Any]:
    figures: dict[str, Any] = {name: asdict(value) for name, value in summarise(ranked).items()}
    p50, p95 = np.percentile([r.seconds * 1000 for r in ranked], [50, 95])
    return figures | {"p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1)}


def _places(ranked: Ranked) -> list[int | None]:
    """The place (from 1) of each right document, None where it is not among the first ten."""
    places = {document: place for place, document in enumerate(ranked.documents, start=1)}
    return [places.get(document) for document in sorted(ranked.query.gold)]


def commit() -> str:
    """The commit measured, with a mark if the tree differs from it."""
    git = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    here = Path(__file__).parent
    try:
        found = subprocess.run(git, capture_output=True, text=True, check=False, cwd=here)
    except FileNotFoundError:  # there is no git
        return "unknown"
    return found.stdout.strip() or "unknown"
