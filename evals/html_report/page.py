"""The page: head, figures, pictures, the worst questions opened up, and all questions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.compare import GATED_PART, Bar, compare
from evals.documents import MAIN, OURS, THEIRS
from evals.figures import FAILED, NAMES, PARTS, Figure, figures, find_figure
from evals.gold import KINDS, GoldQuestion
from evals.html_report.markup import Html, element, fold, identity, join, link, table
from evals.html_report.opened import Source, definitions, opened, words
from evals.html_report.pictures import PART_WORDS, pictures, short
from evals.html_report.style import STYLE
from evals.records import Record, Run
from evals.statistics import Estimate
from evals.suite import JUDGED, goodness
from rag.types import Article

WORST = 20
LEAST_P = 0.001  # smaller ones are said to be smaller
WHOLE = ("words", "tokens")  # figures shown without decimals
# No script, and nothing from anywhere else, whatever an article holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
SECTIONS = {
    "figures": "Figures",
    "pictures": "By part and by type",
    "against": "Question by question",
    "worst": f"The worst {WORST}",
    "all": "All questions",
}


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page is made of."""

    ours: Run
    theirs: Run | None  # the baseline on the same questions
    questions: Mapping[str, GoldQuestion]
    articles: Mapping[str, Article]  # by file name
    current: bool  # whether questions and articles are still those of the run
    bars: Sequence[Bar]


def page(report: Report) -> str:
    """The whole HTML file."""
    run = report.ours
    ours, theirs = figures(run), figures(report.theirs) if report.theirs else ()
    worst = worst_questions(run)
    body = [
        _head(report),
        _section("figures", _figures(ours, theirs, report.bars), _kinds(ours)),
        _section("pictures", LEGEND, pictures(ours, theirs)),
        _section("against", _against(report)),
        _section("worst", WORST_NOTE, *(opened(record, _source(report, record)) for record in worst)),
        _section("all", _all(run.records, {record.id for record in worst})),
    ]
    title = element("title", f"Readout measured: {run.set}, {run.commit}")
    return f"{HEAD}{title}<style>{STYLE}</style></head>\n<body>{join(body)}</body></html>\n"


HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
"""
LEGEND = element(
    "p",
    f"■ Upper, filled bars: {OURS}. □ Lower, hollow bars: {THEIRS}. The thin line across the end of a bar is"
    " its 95 % interval. A type of question without a value has no bars.",
)
WORST_NOTE = element(
    "p",
    f"Lowest mean of the main scores that apply ({', '.join(map(words, JUDGED))}). Questions of the test part"
    " stay closed, unless no others were asked: nothing is tuned on them.",
)


def _section(name: str, *inside: str) -> Html:
    heading = element("h2", SECTIONS[name], id=f"{name}-heading")
    return element("section", heading, *inside, id=name, aria_labelledby=f"{name}-heading")


def _head(report: Report) -> Html:
    run = report.ours
    sizes = [f"{sum(r.part == part for r in run.records)} {part}" for part in PARTS[:2]]
    facts = [
        ("Set", f"{run.set}, state {run.digest}"),
        ("Size", f"{len(run.records)} questions ({', '.join(sizes)}) on {len(report.articles)} articles"),
        ("Commit", run.commit),
        ("Made", run.made),
        ("Answers by", run.answerer),
        (
            "Beside it",
            f"{THEIRS}, commit {report.theirs.commit}" if report.theirs else "no baseline in this run",
        ),
    ]
    settings = definitions([(words(name), str(value) or "empty") for name, value in run.settings.items()])
    notes = [] if report.current else [element("p", CHANGED, class_="note")]
    items = (element("li", link(name, title)) for name, title in SECTIONS.items())
    contents = element("nav", element("ul", *items), aria_label="Contents")
    title = element("h1", "How well Readout answers")
    return element("header", title, definitions(facts), *notes, fold("Settings", settings), contents)


CHANGED = (
    "Questions or articles have changed since this run. The figures are the run's own; gold answers, evidence"
    " and passages below are those of today."
)


# Figures


def _figures(ours: Sequence[Figure], theirs: Sequence[Figure], bars: Sequence[Bar]) -> Html:
    """The main figures, and all others folded away."""
    others = [name for name in NAMES if name not in MAIN]
    caption = "Main figures, with 95 % intervals and the number of questions"
    main = _part_table(caption, tuple(MAIN), ours, theirs, bars)
    return join((main, fold("All other figures", _part_table("Other figures", others, ours, theirs, bars))))


def _part_table(
    caption: str, names: Sequence[str], ours: Sequence[Figure], theirs: Sequence[Figure], bars: Sequence[Bar]
) -> Html:
    limits = {bar.name: bar for bar in bars}
    beside = ("test", "all") if theirs else ()
    columns = [*(f"{OURS}, {PART_WORDS[part]}" for part in PARTS)]
    columns += [f"{THEIRS}, {PART_WORDS[part]}" for part in beside]
    rows = [
        (
            MAIN.get(name, words(name)),
            _bar(limits.get(name), find_figure(ours, name, GATED_PART)),
            *(_cell(find_figure(ours, name, part)) for part in PARTS),
            *(_cell(find_figure(theirs, name, part)) for part in beside),
        )
        for name in names
    ]
    return table(caption, ("figure", f"bar for the {GATED_PART} part", *columns), rows, "figures")


def _bar(bar: Bar | None, figure: Figure) -> str:
    """What the figure must reach, and whether it does, in words."""
    if not bar:
        return ""
    met = bar.met(figure)
    sign = "≥" if bar.least else "≤"
    kind, said = ("good", "✓ met") if met else ("bad", "✗ missed")
    return join((f"{sign} {bar.value:g} ", element("span", said, class_=kind)))


def _cell(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "–"
    if figure.name == FAILED:
        return f"{figure.value:.0f} of {figure.size}"
    digits = 0 if figure.name in WHOLE else 5 if figure.name == "cost" else 3
    interval = f" [{figure.low:.{digits}f}–{figure.high:.{digits}f}] n = {figure.size}"
    return join((f"{figure.value:.{digits}f}", element("small", interval)))


def _kinds(ours: Sequence[Figure]) -> Html:
    """The main scores of each type of question."""
    rows = [
        (kind, *(_cell(find_figure(ours, name, kind=kind)) for name in (*JUDGED, "refused", FAILED)))
        for kind in KINDS
        if any(figure.kind == kind for figure in ours)
    ]
    caption = f"{OURS} by type of question, both parts"
    return table(caption, ("type", *map(words, JUDGED), "refused", FAILED), rows)


def _against(report: Report) -> Html:
    """Both systems on each question."""
    if not report.theirs:
        return element("p", "This run has no baseline beside it.")
    rows = []
    for one in compare(report.ours, report.theirs):
        p = f"{one.p:.3f}" if one.p >= LEAST_P else f"< {LEAST_P}"
        means = (f"{one.ours:.3f}", f"{one.theirs:.3f}", _difference(one.difference), p)
        rows.append((words(one.measure), *means, *map(str, (one.won, one.lost, one.same))))
    columns = ("measure", OURS, THEIRS, "difference", "p", "won", "lost", "same")
    return table(f"{OURS} against {THEIRS}, paired by question (bootstrap)", columns, rows)


def _difference(of: Estimate) -> str:
    """With minus signs, and no dash beside one."""
    return f"{of.mean:+.3f} [{of.low:+.3f} to {of.high:+.3f}]".replace("-", "−")


# Questions


def worst_questions(run: Run, most: int = WORST) -> tuple[Record, ...]:
    """Worst first; failed ones before all. Those of the test part only if all are."""
    records = [record for record in run.records if record.part != GATED_PART] or run.records
    return tuple(sorted(records, key=goodness)[:most])


def _source(report: Report, record: Record) -> Source:
    return Source(report.questions.get(record.id), report.articles)


def _all(records: Sequence[Record], opened_up: set[str]) -> Html:
    rows = [_row(record, record.id in opened_up) for record in records]
    columns = ("id", "question", "type", "part", "status", *map(words, JUDGED), "mean", "seconds")
    caption = f"All {len(records)} questions; those opened up above are links"
    return element(
        "details",
        element("summary", f"{len(records)} questions with their main scores"),
        table(caption, columns, rows, "questions"),
        open="open",
    )


def _row(record: Record, opened_up: bool) -> tuple[str, ...]:
    name = link(identity("q-", record.id), record.id) if opened_up else record.id
    scores = [record.scores[measure].value if measure in record.scores else None for measure in JUDGED]
    return (
        element("span", name, id=identity("r-", record.id)),
        record.question,
        record.kind,
        record.part,
        words(record.status) if not record.error else f"failed: {record.error}",
        *("–" if value is None else f"{value:.2f}" for value in scores),
        "–" if record.error else f"{goodness(record):.2f}",
        short(record.seconds),
    )
