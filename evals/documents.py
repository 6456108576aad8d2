"""Tables in the documents that are made from code and data; `make check` fails when they are stale."""

import json
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from evals.figures import FAILED, Figure, figures, find_figure
from evals.gold import KINDS
from evals.records import Run, read_runs
from rag.adding import gather_files
from rag.answering import open_readout
from rag.settings import Settings
from rag.types import Answer, date_label

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
RESULTS = ROOT / "evals" / "results"
COMPARED = "nDCG@10"
CACHE = ROOT / "build" / "encoder-cache"  # the tests' own, so that the encoder is made once
BAR = 40  # characters of a bar that stands for all
OURS, THEIRS = "Readout", "LangChain + Chroma"
MAIN = {  # the figures that answers are judged by, in words
    "evidence_recall_at_5": "evidence among the first five passages",
    "key_points": "key points in the answer",
    "words": "words in an answer",
    "citation_precision": "cited sentences that bear on the answer",
    "citation_recall": "evidence cited",
    "verbatim": "quotations verbatim",
    "refusal_f1": "refusals, F1",
    "false_refusals": "answerable questions refused",
    "p95_seconds": "seconds, 95th percentile",
}
REFUSAL_RIGHT = "answered or refused, rightly"
BY_TYPE = ("evidence_recall_at_5", "key_points", "citation_precision", "citation_recall", "refusal_right")
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


def conversation_table(folder: Path = RESULTS) -> str:
    """What rewriting follow-ups gives, from the newest result file."""
    runs = [json.loads(path.read_text()) for path in folder.glob("conversations-*.json")]
    if not runs:
        return "\nNo result file yet.\n\n"
    run = max(runs, key=lambda one: one["made"])
    alone = run["alone"]
    lines = [
        "",
        f"Commit {run['commit']}, 95 % intervals. Of the gold questions that stand alone, asked after",
    ]
    lines += [f"questions on something else, {alone['rewritten']} of {alone['questions']} were changed.", ""]
    lines += ["| set | follow-ups | searched | Recall@5 | nDCG@10 |", "|---|---|---|---|---|"]
    for one in run["sets"]:
        for way, found in one["ways"].items():
            cells = [_estimate(found[name]) for name in ("Recall@5", COMPARED)]
            lines.append(f"| {one['set']} | {one['questions']} | {way} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", ""])


def _interval(figures: dict[str, Any] | None) -> str:
    if not figures:
        return "–"
    return _estimate(figures[COMPARED])


def _estimate(value: dict[str, Any]) -> str:
    return f"{value['mean']:.3f} [{value['low']:.3f}–{value['high']:.3f}]"


def bench_table(folder: Path = RESULTS) -> str:
    """The figures of speed and size against their targets, and where the time goes, from the newest run."""
    runs = [json.loads(path.read_text()) for path in folder.glob("bench-*.json")]
    if not runs:
        return "\nNo result file yet.\n\n"
    run = max(runs, key=lambda run: run["made"])
    lines = ["", f"Commit {run['commit']}, {run['machine']}; texts: {run['texts']}", ""]
    lines += ["| figure | measured | target | |", "|---|---|---|---|"]
    for figure in run["figures"]:
        met = {True: "met", False: "**missed**", None: ""}[figure["met"]]
        lines.append(f"| {figure['name'].strip()} | {figure['value']} | {figure['target']} | {met} |")
    largest = run["sizes"][-1]
    asked = f"a question to {largest['filled']['passages']:,} passages"
    for what, stages in (("adding files", run["adding"]["stages"]), (asked, largest["asking"]["stages"])):
        lines += ["", f"Where the time of {what} goes:", "", "| stage | share | |", "|---|---|---|"]
        total = sum(stages.values())
        for stage, seconds in stages.items():
            share = seconds / total
            lines.append(f"| {stage} | {share:.1%} | {'█' * round(BAR * share)} |")
    return "\n".join([*lines, "", ""])


def gold_summary(folder: Path = RESULTS) -> str:
    """The main figures on the test part of the gold questions, from the newest result file."""
    return _gold_document(folder, by_type=False)


def gold_table(folder: Path = RESULTS) -> str:
    """The same, then the main scores by type of question."""
    return _gold_document(folder, by_type=True)


def _gold_document(folder: Path, by_type: bool) -> str:
    newest = newest_gold(folder)
    if not newest:
        return "\nNo result file yet.\n\n"
    ours, theirs = ours_and_theirs(read_runs(newest))
    assert ours  # the newest has one
    found, beside = figures(ours), figures(theirs) if theirs else ()
    lines = ["", f"Commit {ours.commit}, {_size(ours)}, {ours.answerer} answers, 95 % intervals:", ""]
    lines += ["| figure | questions | " + " | ".join([OURS, *([THEIRS] if theirs else [])]) + " |"]
    lines += ["|---" * (4 if theirs else 3) + "|"]
    for name, label in MAIN.items():
        other = find_figure(beside, name, "test") if beside else None
        lines.append(_figure_row(label, find_figure(found, name, "test"), other))
    lines += _type_lines(found, beside) if by_type else []
    return "\n".join([*lines, "", ""])


def newest_gold(folder: Path = RESULTS) -> Path | None:
    """The file with the newest run of Readout on the gold questions. Raises ReadError."""
    files = [
        (run.made, path)
        for path in folder.glob("gold-*.json")
        for run in read_runs(path)
        if run.system == "readout"
    ]
    return max(files)[1] if files else None


def ours_and_theirs(runs: Sequence[Run]) -> tuple[Run | None, Run | None]:
    """Readout's run and the baseline's."""
    ours = next((run for run in runs if run.system == "readout"), None)
    return ours, next((run for run in runs if run.system != "readout"), None)


def _size(run: Run) -> str:
    test = sum(record.part == "test" for record in run.records)
    return f"the {test} questions of the test part (of {len(run.records)})"


def _figure_row(label: str, ours: Figure, theirs: Figure | None) -> str:
    """`questions`: those that the figure rests on, the baseline's too where they differ."""
    size = f"{ours.size} / {theirs.size}" if theirs and theirs.size not in (0, ours.size) else f"{ours.size}"
    cells = [_figure_words(one) for one in (ours, theirs) if one]
    return f"| {label} | {size} | {' | '.join(cells)} |"


def _figure_words(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "–"
    if figure.name == "words":
        return f"{figure.value:.0f} [{figure.low:.0f}–{figure.high:.0f}]"
    return str(figure)


def _type_lines(ours: Sequence[Figure], theirs: Sequence[Figure]) -> list[str]:
    """The main scores of each type of question, the baseline's behind a stroke."""
    columns = [MAIN.get(name, REFUSAL_RIGHT) for name in BY_TYPE]
    behind = f"; {THEIRS} behind the stroke" if theirs else ""
    lines = ["", f"By type of question, both parts{behind}:", ""]
    lines += [f"| type | questions | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    for kind in [kind for kind in KINDS if any(figure.kind == kind for figure in ours)]:
        asked = find_figure(ours, FAILED, kind=kind).size
        cells = [_beside(ours, theirs, name, kind) for name in BY_TYPE]
        lines.append(f"| {kind} | {asked} | {' | '.join(cells)} |")
    return lines


def _beside(ours: Sequence[Figure], theirs: Sequence[Figure], name: str, kind: str) -> str:
    figure = find_figure(ours, name, kind=kind)
    if math.isnan(figure.value):
        return "–"
    other = find_figure(theirs, name, kind=kind).value if theirs else math.nan
    words = f"{figure.value:.2f} [{figure.low:.2f}–{figure.high:.2f}]"
    return words if math.isnan(other) else f"{words} / {other:.2f}"


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
