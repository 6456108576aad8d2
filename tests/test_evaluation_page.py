"""The evaluation page and what stands behind it: a run told as JSON, compared, opened, and measured anew."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from evals import summary as suite_summary
from evals.gold import Evidence, GoldQuestion
from evals.records import CitedSpan, ClaimRecord, HitRecord, Record, Run, Score, Span
from evals.suite import JUDGED
from rag.errors import ReadError, SettingsError
from rag.evaluation import SuiteRun, list_results, progress_line, results_folder, stored_runs, summarise_run
from rag.page.evaluation import figure_words, get_bench
from rag.page.pictures import legend_html, picture
from rag.page.questions import opened_html
from rag.runs import Figure, FoundPassage, Summary, read_summary, write_summary
from rag.settings import Settings
from tests.fakes import make_article

SECONDS = 30.0
TEXT = "The bridge is 61 metres long. It cost 40 million euros. <b>Nobody</b> asked why."
COST = Span("bridge.md", 30, 55)
HOSTILE = "<img src=x onerror='window.ran=1'>"
ARTICLES = [replace(make_article("bridge.md", TEXT, title=f"The bridge {HOSTILE}"))]
QUESTIONS = [
    GoldQuestion(
        f"fact-{n}",
        f"What did bridge {n} cost? {HOSTILE}",
        "fact",
        True,
        "40 million euros",
        evidence=(Evidence("bridge.md", "It cost 40 million euros.", 1),),
    )
    for n in range(4)
]
# Stands in for the suite: tells what lies beside it, and asks with progress.
SUITE = """
import json, pathlib, sys
here, arguments = pathlib.Path(__file__).parent, sys.argv[1:]
if arguments[0] == "summary":
    print((here / ("both.json" if "--against" in arguments else "one.json")).read_text())
elif "test" in arguments:
    sys.exit("evals: There are no questions. Add some.")
else:
    print("Asking Readout: 1 of 2", file=sys.stderr, flush=True)
    if "open" in arguments:
        import time
        time.sleep(60)
    out = pathlib.Path(arguments[arguments.index("--json") + 1])
    out.parent.mkdir(exist_ok=True)
    out.write_text((here / "results" / "gold-a.json").read_text())
"""


def make_record(number: int, value: float, part: str = "open") -> Record:
    cited = (CitedSpan(COST, TEXT[30:55]),)
    claims = (ClaimRecord(f"It cost 40 million euros. {HOSTILE}", "supported", (), cited),)
    return Record(
        f"fact-{number}",
        "fact",
        part,
        QUESTIONS[number].question,
        asked=QUESTIONS[number].question,
        status="answered",
        claims=claims,
        hits=(HitRecord(Span("bridge.md", 0, len(TEXT)), 2.5), HitRecord(Span("gone.md", 0, 9), 1.0)),
        seconds=0.25,
        scores={name: Score(value, HOSTILE) for name in (*JUDGED, "refused")},
    )


def make_run(*values: float, commit: str = "aaa", digest: str = "d") -> Run:
    records = tuple(make_record(number, value) for number, value in enumerate(values))
    return Run("readout", "extractive", "gold", digest, commit, "2026-11-25T10:00:00+00:00", {}, records)


OURS, THEIRS = make_run(0.0, 1.0, 0.5, 1.0), make_run(1.0, 0.0, 0.5, 0.25, commit="bbb")


def make_summary(run: Run = OURS, other: Run | None = None) -> Summary:
    told = suite_summary.summarise(run, QUESTIONS, ARTICLES)
    if not other:
        return Summary(told, None, (), "")
    compared, note = suite_summary.compare_runs(run, other)
    return Summary(told, suite_summary.summarise(other, QUESTIONS, ARTICLES), compared, note)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One that holds two runs, and a stand-in for the suite."""
    folder = tmp_path / "evals"
    (folder / "gold").mkdir(parents=True)
    (folder / "results").mkdir()
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text(SUITE)
    (folder / "one.json").write_text(write_summary(make_summary()))
    (folder / "both.json").write_text(write_summary(make_summary(OURS, THEIRS)))
    for name, run in (("a", OURS), ("b", THEIRS)):
        (folder / "results" / f"gold-{name}.json").write_text(json.dumps([asdict(run)]))
    return tmp_path


# A run as JSON


def test_a_run_crosses_over_to_the_page_without_loss() -> None:
    summary = make_summary(OURS, THEIRS)
    assert read_summary(write_summary(summary)) == summary


def test_a_question_is_told_with_its_gold_its_claims_and_its_passages() -> None:
    question = make_summary().run.questions[1]
    assert question.gold == "40 million euros"
    assert question.points[0].fate == "bridge.md, characters 30–55 · found at place 1 · cited"
    assert question.claims[0].citations[0].bears
    found, gone = question.passages
    assert (found.text, found.gold) == (TEXT, ((30, 55),))
    assert gone.text is None


def test_the_figures_are_over_all_questions_and_the_test_part_stays_closed() -> None:
    records = (make_record(0, 1.0, "test"), make_record(1, 0.0))
    told = make_summary(replace(OURS, records=records)).run
    assert [question.id for question in told.questions] == ["fact-1"]
    (figure,) = [f for f in told.figures if (f.name, f.part, f.kind) == ("key_points", "all", "")]
    assert (figure.value, figure.size) == (0.5, 2)


def test_runs_on_other_questions_are_not_compared() -> None:
    compared, note = suite_summary.compare_runs(OURS, make_run(1.0, digest="other"))
    assert compared == ()
    assert "is of other questions or articles" in note


def test_what_is_no_summary_is_refused_in_a_sentence() -> None:
    with pytest.raises(ReadError, match="Use one version of both"):
        read_summary("{}")


# The suite as a process


def test_the_runs_of_a_folder_are_found_and_told(repository: Path) -> None:
    first, second = (run for path in list_results(repository) for run in stored_runs(path))
    assert (first.head.commit, second.head.commit) == ("aaa", "bbb")
    assert summarise_run(first, second, repository).compared[0].won == 2


def test_a_file_that_holds_no_run_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold-x.json"
    path.write_text('{"sets": []}')
    with pytest.raises(ReadError, match=r"gold-x\.json holds no run"):
        stored_runs(path)


def test_a_run_that_is_at_work_tells_how_far_it_is_and_can_be_stopped(repository: Path) -> None:
    run = SuiteRun(["gold", "--part", "open"], repository)
    while run.running and not run.progress.total:
        run.wait(0.02)
    at = run.progress
    assert progress_line(at.label, at.done, at.total) == "Asking Readout: 1 of 2"
    run.stop()
    run.wait(SECONDS)
    assert run.fault == "It was stopped."


def test_a_run_that_fails_says_why(repository: Path) -> None:
    run = SuiteRun(["gold", "--part", "test"], repository)
    run.wait(SECONDS)
    assert run.fault == "The suite ended early. There are no questions. Add some."


def test_without_the_suite_nothing_is_begun(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="comes with the repository"):
        SuiteRun(["gold"], tmp_path)


# The page


def page(repository: "Path", settings: "Settings") -> None:
    from rag.page.evaluation import show_evaluation

    show_evaluation(repository, lambda: settings)


def open_page(repository: Path) -> AppTest:
    settings = Settings(_env_file=None, model="")
    arguments = {"repository": repository, "settings": settings}
    at = AppTest.from_function(page, default_timeout=SECONDS, kwargs=arguments).run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def rows(at: AppTest) -> list[str]:
    return [e.proto.body for e in at.get("html") if e.proto.body.startswith('<div class="r-row">')]


def test_where_there_is_no_suite_the_page_says_so_in_one_sentence(tmp_path: Path) -> None:
    html = shown(open_page(tmp_path))
    assert f"The evaluation suite is not in {tmp_path}: it comes with the repository" in html


def test_the_missed_questions_of_a_run_come_worst_first(repository: Path) -> None:
    at = open_page(repository)
    assert "<td>0.625 <small>[" in shown(at)  # the mean of 0, 1, 0.5 and 1
    assert ["bridge 0" in row for row in rows(at)] == [True, False]
    assert "bridge 2" in rows(at)[1]


def test_what_was_found_on_published_sets_stands_beside_the_usual_systems(repository: Path) -> None:
    assert "Retrieval" not in shown(open_page(repository))
    found = {"nDCG@10": {"mean": 0.9312, "low": 0.92, "high": 0.94, "size": 200}, "p50_ms": 33.24}
    run = {
        "commit": "0123456789",
        "made": "2026-11-23T22:51:26+00:00",
        "sets": [{"set": "<b>one</b>", "questions": 1200, "systems": {"readout": found, "chroma": {}}}],
    }
    path = results_folder(repository) / "retrieval-0123456789.json"
    path.write_text(json.dumps(run))
    at = open_page(repository)
    row = "&lt;b&gt;one&lt;/b&gt;</th><td>1,200</td><td>0.931 <small>[0.920–0.940]</small></td><td>–</td>"
    assert row in shown(at)
    at.selectbox(key="searches-figure").set_value("p50_ms").run()
    assert "<td>33.2</td><td>–</td>" in shown(at)
    path.write_text("{}")
    assert "holds no measurement of retrieval" in shown(open_page(repository))


def test_two_runs_are_compared_question_by_question(repository: Path) -> None:
    at = open_page(repository)
    against = at.selectbox(key="against")
    against.set_value(against.options[1]).run()
    assert not at.exception
    assert "<td>2</td><td>1</td><td>1</td>" in shown(at)  # won, lost, same
    assert len(rows(at)) == 1
    assert "bridge 0" in rows(at)[0]
    assert "0.00 against 1.00" in rows(at)[0]


def test_a_question_opens_its_answer_and_its_passages(repository: Path) -> None:
    at = open_page(repository)
    at.button(key="open-fact-0").click().run()
    html = shown(at)
    assert "It cost 40 million euros." in html
    assert "✓ bears on it" in html
    assert "<mark>It cost 40 million euros.</mark> &lt;b&gt;Nobody&lt;/b&gt; asked why." in html
    assert "No longer in the articles." in html
    assert "<img" not in html


def test_a_run_is_begun_on_the_page_and_stands_in_the_list_when_it_is_done(repository: Path) -> None:
    get_bench().run = None
    at = open_page(repository)
    at.button(key="start-run").click().run()
    run = get_bench().run
    assert run is not None
    run.wait(SECONDS)
    html = shown(at.run())
    assert "The new run is in the list above." in html
    assert sum("this machine" in str(option) for option in at.selectbox(key="run").options) == 1
    get_bench().run = None


# Pieces


def test_marks_that_overlap_repeat_no_text() -> None:
    question = make_summary().run.questions[0]
    passage = FoundPassage("T", "t.md", 1.0, "abcdef", ((1, 3), (2, 5)))
    html = opened_html(replace(question, passages=(passage,)))
    assert "a<mark>bc</mark><mark>de</mark>f" in html


@pytest.mark.parametrize(
    ("name", "words"),
    [("key_points", "0.500 <small>[0.250–0.750] of 4</small>"), ("words", "0 <small>[0–1] of 4</small>")],
)
def test_a_figure_stands_with_its_interval_and_its_size(name: str, words: str) -> None:
    assert figure_words(Figure(name, name, "all", "", 0.5, 0.25, 0.75, 4)) == words
    assert figure_words(None) == "–"


def test_the_two_runs_of_a_picture_differ_in_shape_and_not_in_colour_alone() -> None:
    html = legend_html(("#000", "#fff"))
    assert "●" in html
    assert "◆" in html
    figure = Figure("key_points", "key points", "all", "", 0.5, 0.25, 0.75, 4)
    drawn = picture([("key points", figure)], [("key points", figure)], None, ("#000", "#fff"), "#444")
    shape = drawn["layer"][1]["encoding"]["shape"]["scale"]
    assert shape == {"domain": ["this run", "the other"], "range": ["circle", "diamond"]}
    row = drawn["data"]["values"][0]
    assert (row["low"], row["value"], row["high"]) == (0.25, 0.5, 0.75)


_: Callable[..., object] = page  # AppTest takes its source
