"""Tables in the documents that are made from code and data; `make check` fails when they are stale."""

import json
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from evals.figures import figures, find_figure
from evals.records import read_runs
from rag.adding import gather_files
from rag.answering import open_readout
from rag.settings import Settings
from rag.types import Answer, date_label

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
RESULTS = ROOT / "evals" / "results"
COMPARED = "nDCG@10"
CACHE = ROOT / "build" / "encoder-cache"  # the tests' own, so that the encoder is made once
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def corpus_table() -> str:
    """The sample articles by date, with what each rests on."""
    lines = ["", "| day | article | after | facts |", "|---|---|---|---|"]
    for path in sorted(CORPUS.glob("2*.md")):
        match = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
        assert match, f"{path} has no front matter"
        facts = yaml.safe_load(match[1])
        after = facts["source"].removeprefix("Readout sample desk, after: ")
        lines.append(
            f"| {facts['published_at']:%Y-%m-%d} | [{facts['title']}]({path.name}) | {after}"
            f" | {', '.join(facts['facts'])} |"
        )
    return "\n".join([*lines, "", ""])


def settings_table() -> str:
    """Every setting with its default and meaning."""
    lines = ["", "| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        lines.append(f"| `READOUT_{name.upper()}` | {_default(name)} | {field.description} |")
    return "\n".join([*lines, "", ""])


def _default(name: str) -> str:
    if name in ("home", "cache"):
        return f"the user's {'data' if name == 'home' else 'cache'} folder"
    value = Settings.model_fields[name].default
    text = str(value)
    return f"`{text}`" if text else "empty"


def retrieval_table() -> str:
    """nDCG@10 and its interval on the open sets, from the newest result file."""
    files = sorted(RESULTS.glob("retrieval-*.json"), key=lambda path: json.loads(path.read_text())["made"])
    if not files:
        return "\nNo result file yet.\n\n"
    run = json.loads(files[-1].read_text())
    lines = ["", f"Commit {run['commit']}, all judged questions of each set, 95 % intervals:", ""]
    lines += ["| set | questions | Readout | LangChain + Chroma | with BM25, ensemble | first sentence |"]
    lines += ["|---|---|---|---|---|---|"]
    for one in run["sets"]:
        systems = [_interval(one["systems"].get(name)) for name in ("readout", "chroma", "ensemble")]
        sentence = _interval({COMPARED: one["evidence"]["first sentence"]})
        lines.append(f"| {one['set']} | {one['questions']} | {' | '.join(systems)} | {sentence} |")
    return "\n".join([*lines, "", ""])


def _interval(figures: dict[str, Any] | None) -> str:
    if not figures:
        return "–"
    value = figures[COMPARED]
    return f"{value['mean']:.3f} [{value['low']:.3f}–{value['high']:.3f}]"


GOLD_ROWS = {
    "evidence_recall_at_5": "evidence among the first five passages",
    "key_points": "key points in the answer",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "refusal_f1": "refusals, F1",
    "false_refusals": "answerable questions refused",
    "verbatim": "quotations verbatim",
    "words": "words in an answer",
}


def gold_table() -> str:
    """The main figures on the gold questions beside the usual pipeline's, from the newest result file."""
    files = sorted(RESULTS.glob("gold-*.json"), key=lambda path: read_runs(path)[0].made)
    if not files:
        return "\nNo result file yet.\n\n"
    run, *others = read_runs(files[-1])
    tested = sum(record.part == "test" for record in run.records)
    lines = ["", f"Commit {run.commit}, {len(run.records)} questions, {tested} of them in the test part,"]
    lines += [f"{run.answerer} answers, 95 % intervals:", ""]
    systems = [figures(one) for one in (run, *others)]
    heads = ["Readout, test part", "Readout, all"]
    heads += [f"LangChain + {one.system.title()}, {part}" for one in others for part in ("test part", "all")]
    lines += [f"| figure | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name, words in GOLD_ROWS.items():
        cells = [str(find_figure(found, name, part)) for found in systems for part in ("test", "all")]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", ""])


EXAMPLE = "What did Wang say about Taiwan on 26 April 2024?"


def example_answer() -> str:
    """A real answer from the sample articles, asked now, as the terminal shows it."""
    answer = _ask_samples(EXAMPLE)
    lines = ["", "```", f"$ readout ask {EXAMPLE!r}".replace("'", '"'), answer.text, "", answer.notice, ""]
    for citation in answer.citations:
        lines += [
            f"[{citation.number}] {citation.title} ({date_label(citation.published_at)},"
            f" characters {citation.start}–{citation.end})",
            f"    “{citation.quote}”",
        ]
    return "\n".join([*lines, "```", "", ""])


@cache
def _ask_samples(question: str) -> Answer:
    """Asks a library of the sample articles, made for this once, without a model."""
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), model="", cache=CACHE)
        readout = open_readout(settings)
        with readout.library.writing():
            list(readout.adder.add(gather_files([CORPUS])))
        answer = list(readout.ask(question))[-1]
        readout.close()
    assert isinstance(answer, Answer)
    return answer
