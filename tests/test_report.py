"""The HTML report and the tables of the documents, on records made by hand."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from evals.answers import digest_of, read_samples
from evals.compare import Bar
from evals.documents import gold_summary, gold_table, newest_gold
from evals.figures import figures, find_figure
from evals.gold import Evidence, GoldQuestion, read_gold
from evals.html_report import write_report
from evals.html_report.markup import Html, element, identity, join
from evals.html_report.opened import Source, fate, marked, opened
from evals.html_report.page import Report, page, worst_questions
from evals.html_report.pictures import LEFT, RIGHT, WIDTH, Row, scale, svg
from evals.records import CitedSpan, ClaimRecord, HitRecord, Record, Run, Score, Span, write_runs
from evals.scoring import Point
from rag.errors import SettingsError
from tests.fakes import make_article

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnitide\u2066&amp;</title></style>"
JUDGED = ("evidence_recall_at_5", "key_points", "citation_precision", "citation_recall", "refusal_right")
TEXT = "The ferry is gone. Anna Reid will pay 40 crowns. The mayor wept."
PAID = Span("ferry.md", 19, 48)  # 'Anna Reid will pay 40 crowns.'
VOID = {"meta", "img"}


class Reader(HTMLParser):
    """What a browser would make of the page: elements, their attributes, texts and table rows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data

    def row(self, name: str) -> list[str]:
        """The first row of that name, without it."""
        return next(cells[1:] for cells in self.rows if cells and cells[0] == name)

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


def make_scores(judged: Sequence[float | None], **others: float) -> dict[str, Score]:
    """The JUDGED ones in their order."""
    scores = {name: Score(value, f"why {name}") for name, value in zip(JUDGED, judged, strict=True)}
    return scores | {"refused": Score(0.0, "answered")} | {name: Score(v) for name, v in others.items()}


def make_record(name: str, part: str, *judged: float | None, **fields: Any) -> Record:
    record = Record(name, name.rsplit("-", 1)[0], part, f"What of {name}?", f"searched {name}")
    record = replace(record, status="answered", seconds=0.25, scores=make_scores(judged))
    return replace(record, **fields)


RECORDS = (
    make_record("fact-01", "test", 1.0, 1.0, 1.0, 1.0, 1.0),
    make_record("fact-02", "test", 1.0, 0.5, 0.5, 0.0, 1.0),
    make_record("number-01", "test", 0.0, 0.0, None, 0.0, 1.0),
    make_record("number-02", "open", 1.0, 1.0, 1.0, 1.0, 1.0),
    make_record("number-03", "open", 0.0, 0.0, None, None, 1.0),  # mean 1/3
    make_record("who-01", "open", 1.0, 0.0, 0.0, 0.0, 1.0),  # mean 2/5
    make_record("who-02", "open", None, None, 0.0, None, 0.0),  # mean 0
)


def make_run(records: Sequence[Record] = RECORDS, system: str = "readout", **fields: Any) -> Run:
    run = Run(system, "extractive", "gold", "d1", "c0ffee", "2026-11-25T12:00:00+00:00", {"hits": 8}, ())
    return replace(run, records=tuple(records), **fields)


def make_report(run: Run | None = None, **fields: Any) -> Report:
    return replace(Report(run or make_run(), None, {}, {}, True, ()), **fields)


def make_baseline() -> Run:
    return make_run([replace(record, scores=make_scores([0.25] * 5)) for record in RECORDS], "chroma")


# What it shows


def test_the_figures_are_those_of_the_records() -> None:
    read = Reader(page(make_report(theirs=make_baseline())))
    bar, test, open_part, both, *theirs = read.row("key points in the answer")
    assert bar == ""
    assert test.startswith("0.500 [") and test.endswith("n = 3")  # (1 + .5 + 0) / 3
    assert open_part.startswith("0.333 [") and open_part.endswith("n = 3")  # (1 + 0 + 0) / 3; one has none
    assert both.startswith("0.417 [") and both.endswith("n = 6")
    assert [cell[:5] for cell in theirs] == ["0.250", "0.250"]
    computed = find_figure(figures(make_run()), "key_points", "test")
    assert f"[{computed.low:.3f}–{computed.high:.3f}]" in test
    assert read.row("number")[:3] == [
        f"{value:.3f} [{low:.3f}–{high:.3f}] n = {size}"
        for value, low, high, size in (
            (one.value, one.low, one.high, one.size)
            for one in (find_figure(figures(make_run()), name, kind="number") for name in JUDGED[:3])
        )
    ]


def test_a_figure_is_held_against_its_bar_in_words() -> None:
    bars = (Bar("key_points", 0.75, True), Bar("p95_seconds", 1.0, False))
    read = Reader(page(make_report(bars=bars)))
    assert read.row("key points in the answer")[0] == "≥ 0.75 ✗ missed"
    assert read.row("seconds, 95th percentile")[0] == "≤ 1 ✓ met"


def test_both_systems_are_compared_by_question() -> None:
    read = Reader(page(make_report(theirs=make_baseline())))
    # Evidence: 1 1 0 1 0 1 – against .25: four won, two lost.
    assert read.row("evidence recall at 5")[0].startswith("0.667")  # the table of types has it as a column
    compared = next(cells for cells in read.rows if cells[0] == "evidence recall at 5" and len(cells) == 8)
    assert compared[1:3] == ["0.667", "0.250"]
    assert compared[3].startswith("+0.417 [")
    assert compared[5:] == ["4", "2", "0"]


def test_the_worst_questions_come_by_the_mean_of_the_scores_that_apply() -> None:
    worst = [record.id for record in worst_questions(make_run())]
    assert worst == ["who-02", "number-03", "who-01", "number-02"]  # 0, 1/3, 2/5, 1
    failed = make_record("who-03", "open", None, None, None, None, None, error="no answer", scores={})
    assert [r.id for r in worst_questions(make_run([*RECORDS, failed]), 2)] == ["who-03", "who-02"]


def test_the_test_part_stays_closed_unless_nothing_else_was_asked() -> None:
    only = [record for record in RECORDS if record.part == "test"]
    assert [record.id for record in worst_questions(make_run(only))] == ["number-01", "fact-02", "fact-01"]


def test_every_question_is_in_the_list_and_links_lead_to_what_is_opened() -> None:
    read = Reader(page(make_report()))
    assert read.row("who-01") == [
        *("What of who-01?", "who", "open", "answered"),
        *("1.00", "0.00", "0.00", "0.00", "1.00", "0.40", "0.25"),
    ]
    assert read.row("number-03")[4:10] == ["0.00", "0.00", "–", "–", "1.00", "0.33"]
    ids, links = read.values("id"), read.values("href")
    assert {identity("r-", record.id) for record in RECORDS} <= set(ids)
    assert "#q-who-01" in links and "#q-fact-01" not in links
    assert all(link.startswith("#") and link[1:] in ids for link in links)


def test_a_failed_question_is_said_to_have_failed_and_has_no_scores() -> None:
    failed = make_record("who-03", "open", *[None] * 5, error="server gone", scores={}, status="")
    read = Reader(page(make_report(make_run([*RECORDS, failed]))))
    assert read.row("who-03")[3:9] == ["failed: server gone", *["–"] * 5]
    assert "✗ Failed: server gone" in read.texts
    assert read.row("failed")[-1] == "1 of 8"


def test_the_head_names_set_size_commit_answerer_and_settings() -> None:
    text = " ".join(Reader(page(make_report())).texts)
    for part in ("gold, state d1", "7 questions (3 test, 4 open)", "c0ffee", "2026-11-25T12", "extractive"):
        assert part in text
    assert "hits 8" in text
    assert "have changed since this run" not in text
    assert "have changed since this run" in page(make_report(current=False))


# One question opened up


def make_source(*evidence: Evidence, text: str = TEXT) -> Source:
    article = make_article("ferry.md", text, "Ferry lost")
    question = GoldQuestion("number-01", "How much?", "number", True, "It is 40 crowns.", evidence=evidence)
    return Source(question, {article.id: article})


ANSWERED = make_record(
    "number-01",
    "open",
    *(1.0, 1.0, 0.5, 1.0, 1.0),
    claims=(
        ClaimRecord("Reid pays 41.", "partly supported", ("41",), (CitedSpan(PAID, TEXT[19:48]),)),
        ClaimRecord("The mayor wept.", "supported", (), (CitedSpan(Span("ferry.md", 49, 64), TEXT[49:]),)),
    ),
    hits=(HitRecord(Span("ferry.md", 49, 64), 2.5), HitRecord(Span("ferry.md", 0, 48), 1.5)),
    evidence=0.875,
)


def test_an_opened_question_leads_from_the_scores_to_the_passages() -> None:
    shown = opened(ANSWERED, make_source(Evidence("ferry.md", TEXT[19:48], 1)))
    text = re.sub(r"\s+", " ", " ".join(Reader(shown).texts))
    for part in (
        "It is 40 crowns.",
        "searched number-01",
        "0.88 (0 to 1",
        "citation precision 0.50 why citation_precision",
        "ferry.md, characters 19–48 · found at place 2 · cited",
        "◐ partly supported; the source lacks 41",
        "cites ferry.md, characters 19–48 · ✓ bears on it “Anna Reid will pay 40 crowns.”",
        "cites ferry.md, characters 49–64 · ✗ beside the point",
        "1. Ferry lost · ferry.md, characters 49–64 · score 2.50",
        "2. Ferry lost · ferry.md, characters 0–48 · score 1.50 · holds 1 of 1 points",
    ):
        assert part in text
    assert '<div class="passage">The mayor wept.</div>' in shown
    assert "The ferry is gone. <mark>Anna Reid will pay 40 crowns.</mark>" in shown


def test_evidence_that_was_neither_found_nor_cited_is_said_so() -> None:
    point = Point("The mayor wept.", (Span("ferry.md", 49, 64),))
    record = replace(ANSWERED, claims=ANSWERED.claims[:1], hits=ANSWERED.hits[1:])
    assert fate(point, record) == "ferry.md, characters 49–64 · not found · not cited"


def test_a_passage_that_is_no_longer_there_is_said_so() -> None:
    gone = opened(ANSWERED, make_source(text="Short."))
    assert gone.count("No longer in the articles.") == 2
    assert "No longer among the gold questions." in opened(ANSWERED, Source(None, {}))


def test_marks_are_cut_to_the_passage_and_do_not_overlap() -> None:
    # Passage 'cdefgh' at 2–8; gold 0–4, 3–5, 7–20 and one in another article.
    spans = [Span("a", 7, 20), Span("a", 3, 5), Span("a", 0, 4), Span("b", 5, 6)]
    shown = marked("cdefgh", Span("a", 2, 8), spans)
    assert shown == "<mark>cd</mark><mark>e</mark>fg<mark>h</mark>"


# Safety


def hostile_report() -> Report:
    """Every string that a source, a model or a file gives is hostile."""
    article = make_article(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    span = Span(HOSTILE, 0, len(HOSTILE))
    record = replace(
        ANSWERED,
        id=f"fact-{HOSTILE}",
        kind="fact",
        question=HOSTILE,
        asked=HOSTILE,
        status=HOSTILE,
        claims=(ClaimRecord(HOSTILE, "uncited", (HOSTILE,), (CitedSpan(span, HOSTILE + "!"),)),),
        hits=(HitRecord(span, 1.0),),
        scores={name: Score(0.5, HOSTILE) for name in JUDGED} | {"refused": Score(0.0, HOSTILE)},
    )
    failed = replace(record, id="fact-2", error=HOSTILE, scores={})
    question = GoldQuestion(
        record.id, HOSTILE, "fact", True, HOSTILE, HOSTILE, (), (Evidence(HOSTILE, HOSTILE, 1),), (HOSTILE,)
    )
    run = Run("readout", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, (record, failed))
    articles = {HOSTILE: article}
    return Report(run, replace(run, system=HOSTILE), {record.id: question}, articles, False, ())


def test_hostile_strings_come_out_as_text() -> None:
    written = page(hostile_report())
    read = Reader(written)
    assert not {"script", "img", "iframe", "link", "object", "form", "base"} & {
        tag for tag, _ in read.elements
    }
    assert not any(key.startswith("on") for _, attributes in read.elements for key in attributes)
    assert Counter(tag for tag, _ in read.elements)["style"] == 1
    assert not re.search("[\u202e\u2066]", written)
    assert sum("<script>alert(1)</script>\"'><img" in text for text in read.texts) > 20
    assert all(re.fullmatch(r"[a-z0-9_-]+", name) for name in read.values("id"))


def test_what_is_not_html_already_is_escaped() -> None:
    assert element("p", "a < b", Html("<i>c</i>"), class_='"') == '<p class="&quot;">a &lt; b<i>c</i></p>'
    assert join(("&", Html("&amp;"))) == "&amp;&amp;"
    assert element("line", x1=0.5, stroke_width=2) == '<line x1="0.5" stroke-width="2"></line>'


def test_two_names_never_make_the_same_id() -> None:
    names = ["a b", "a.b", "a_b", "ab", "a_20_b", "A", "a"]
    assert len({identity("q-", name) for name in names}) == len(names)


def test_the_page_asks_nothing_of_anyone() -> None:
    written = page(make_report(theirs=make_baseline()))
    read = Reader(written)
    assert "http://" not in written and "https://" not in written
    assert not re.search(r"url\(|@import|<script", written)
    assert not read.values("src")
    assert "default-src 'none'" in read.values("content")[1]


def test_tables_pictures_and_sections_have_names() -> None:
    read = Reader(page(make_report(theirs=make_baseline())))
    count = Counter(tag for tag, _ in read.elements)
    assert count["table"] == count["caption"] > 5
    assert count["svg"] == count["desc"] == count["title"] - 1 > 5  # and the page's own
    assert all("scope" in attributes for tag, attributes in read.elements if tag == "th")
    assert all(attributes["role"] == "img" for tag, attributes in read.elements if tag == "svg")
    ids = read.values("id")
    assert len(ids) == len(set(ids))
    assert set(read.values("aria-labelledby")) <= set(ids)
    assert ("html", {"lang": "en"}) in read.elements


# Pictures


def test_a_bar_is_as_long_as_its_value_and_said_in_words() -> None:
    ours, theirs = (find_figure(figures(run), "key_points", "test") for run in (make_run(), make_baseline()))
    read = Reader(svg("key points", [Row("test part", ours, theirs)]))
    bars = {one["class"]: one for tag, one in read.elements if tag == "rect"}
    whole = WIDTH - LEFT - RIGHT
    assert float(bars["ours"]["width"]) == pytest.approx(0.5 * whole, abs=0.1)
    assert float(bars["theirs"]["width"]) == pytest.approx(0.25 * whole, abs=0.1)
    said = f"test part: Readout 0.50 [{ours.low:.2f}–{ours.high:.2f}], LangChain + Chroma 0.25 [0.25–0.25]."
    assert said in read.texts


def test_shares_end_at_one_and_words_at_the_largest() -> None:
    ours = find_figure(figures(make_run()), "key_points", "test")
    assert scale([Row("", ours, None)]) == 1.0
    long = replace(ours, name="words", value=50.0, low=40.0, high=60.0)
    rows = [Row("", long, replace(long, value=80.0, high=80.0))]
    assert scale(rows) == 80.0
    bar = next(one for tag, one in Reader(svg("words", rows)).elements if tag == "rect")
    assert float(bar["width"]) == pytest.approx(50 / 80 * (WIDTH - LEFT - RIGHT), abs=0.1)


def test_a_figure_without_a_value_is_no_bar() -> None:
    ours = find_figure(figures(make_run()), "token_f1", "test")
    assert Row("", ours, None).bars == ()


# The documents' tables


def test_without_a_result_file_the_tables_say_so(tmp_path: Path) -> None:
    assert gold_table(tmp_path) == gold_summary(tmp_path) == "\nNo result file yet.\n\n"
    write_runs([make_baseline()], tmp_path / "gold-chroma.json")
    assert newest_gold(tmp_path) is None


def test_the_tables_are_of_the_newest_run(tmp_path: Path) -> None:
    write_runs([make_run(commit="old", made="2026-11-24T12:00:00+00:00")], tmp_path / "gold-z.json")
    write_runs([make_baseline(), make_run()], tmp_path / "gold-a.json")
    summary, table = gold_summary(tmp_path), gold_table(tmp_path)
    assert "Commit c0ffee, the 3 questions of the test part (of 7), extractive answers" in summary
    assert "| figure | questions | Readout | LangChain + Chroma |" in summary
    one = find_figure(figures(make_run()), "key_points", "test")
    interval = f"[{one.low:.3f}–{one.high:.3f}]"
    assert f"| key points in the answer | 3 | 0.500 {interval} | 0.250 [0.250–0.250] |" in summary
    cited = "| cited sentences that bear on the answer | 2 / 3 | 0.750 "  # 1 and .5; one cites none
    assert cited in summary
    assert table.startswith(summary.rstrip("\n"))
    assert "| who | 2 | 1.00 [1.00–1.00] / 0.25 | 0.00 [0.00–0.00] / 0.25 |" in table
    assert "| two |" not in table


def test_a_run_without_a_baseline_has_no_column_for_it(tmp_path: Path) -> None:
    write_runs([make_run()], tmp_path / "gold-a.json")
    table = gold_table(tmp_path)
    assert "| figure | questions | Readout |\n|---|---|---|\n" in table
    assert "Chroma" not in table
    assert "This run has no baseline beside it." in page(make_report())


# The command


def test_the_command_writes_the_page_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = read_gold()[0]
    digest = digest_of([question], read_samples().articles)
    record = make_record(question.id, question.part, 1.0, 1.0, 1.0, 1.0, 1.0)
    write_runs([make_run([record], digest=digest)], tmp_path / "run.json")
    out = tmp_path / "new" / "page.html"
    assert main(["report", str(tmp_path / "run.json"), "--html", str(out)]) == 0
    assert capsys.readouterr().out == f"Written: {out}\n"
    text = out.read_text(encoding="utf-8")
    assert "have changed since this run" not in text
    assert question.answer.split(",")[0] in text


def test_a_file_without_a_run_of_readout_is_refused(tmp_path: Path) -> None:
    write_runs([make_baseline()], tmp_path / "run.json")
    with pytest.raises(SettingsError, match="holds no run of Readout"):
        write_report(tmp_path / "run.json", tmp_path / "page.html")
