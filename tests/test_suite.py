"""The runner, its figures, comparisons and the gate, on a small library with answerers made for it."""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from evals.__main__ import main
from evals.answers import ask_baseline, ask_readout, chunk_span, digest_of, read_samples
from evals.baselines import split
from evals.beir import Dataset
from evals.compare import Bar, compare, gate, read_reference, read_thresholds
from evals.figures import NAMES, figures, find_figure
from evals.gold import Evidence, GoldQuestion
from evals.records import Record, Run, Score, read_runs, write_runs
from evals.statistics import estimate_percentile, estimate_ratio, estimate_share
from evals.suite import Options, choose, make_answerer, print_gate, print_run, read_earlier
from evals.usage import Meter, Price
from rag.answering import Readout
from rag.errors import ModelError, ReadError, SettingsError
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.types import Marker, Piece, Retrieval, Turn
from tests.fakes import HashEmbedder, make_article
from tests.model_server import ModelServer

ARTICLES = (
    make_article("ferry.md", "The island of Morvane lost its ferry. Anna Reid will pay 40 crowns.", "Ferry"),
    make_article("bridge.md", "Engineers closed the Tarn bridge. Cracks were found in June.", "Bridge"),
    make_article("panda.md", "Two pandas arrived in San Diego. They eat 12 kilograms a day.", "Pandas"),
    make_article("comet.md", "Astronomers saw a comet from Chile. It has two tails.", "Comet"),
)
SAMPLES = Dataset("samples", ARTICLES, ())
WHO, WHEN = "Anna Reid will pay 40 crowns.", "Cracks were found in June."
EATEN, TAILS = "They eat 12 kilograms a day.", "It has two tails."


def make_question(name: str, text: str, *evidence: tuple[str, str], **fields: object) -> GoldQuestion:
    kind = name.rsplit("-", 1)[0]
    quotes = tuple(Evidence(article, quote, point) for point, (article, quote) in enumerate(evidence))
    question = GoldQuestion(name, text, kind, bool(evidence), "?", evidence=quotes)
    return replace(question, **fields)


QUESTIONS = (
    make_question("number-01", "How much will be paid?", ("ferry.md", WHO), key_points=(("40 crowns",),)),
    make_question("when-01", "When were cracks found?", ("bridge.md", WHEN), key_points=(("June",),)),
    make_question(
        "two-01",
        "What do pandas eat, and how many tails has the comet?",
        ("panda.md", EATEN),
        ("comet.md", TAILS),
        key_points=(("12 kilograms",), ("two tails",)),
    ),
    make_question(
        "follow-up-01",
        "How many tails has it?",
        ("comet.md", TAILS),
        key_points=(("two tails",),),
        history=("Where was the comet seen?",),
        full="How many tails has the comet?",
    ),
    make_question("absent-01", "Who is the king of Mars?"),
    make_question("absent-02", "Which zoo is in Lisbon?"),
)
RIGHT = {q.question: tuple(item.quote for item in q.evidence) for q in QUESTIONS}
WRONG = {q.question: () if q.answerable else (WHO,) for q in QUESTIONS}


@dataclass
class ScriptedAnswerer(ExtractiveAnswerer):
    """Quotes the sentences of its script, with a marker to where each was found."""

    script: dict[str, Sequence[str]]
    faulty: set[str] = field(default_factory=set)  # questions that its model fails at

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        if retrieval.question in self.faulty:
            raise ModelError("The model is away. Start it.")
        for quote in self.script[retrieval.question]:
            yield f"\n\n{quote}"
            yield next(
                Marker(h, s)
                for h, hit in enumerate(retrieval.hits, start=1)
                for s, sentence in enumerate(hit.passage.sentences, start=1)
                if sentence.text == quote
            )


@pytest.fixture
def readout(tmp_path: Path) -> Iterator[Readout]:
    """The articles in a library whose retriever always finds enough: the answerer alone decides."""
    settings = Settings(_env_file=None, home=tmp_path / "home", model="")
    made = Readout(settings, Library(tmp_path / "home"), HashEmbedder(), ExtractiveAnswerer())
    with made.library.writing():
        list(made.adder.add_articles(ARTICLES))
    made.retriever = Retriever(made.library, made.indexes, made.embedder, settings, threshold=0.0)
    yield made
    made.close()


def ask(
    readout: Readout, script: dict[str, Sequence[str]], questions: Sequence[GoldQuestion] = QUESTIONS
) -> Run:
    return ask_readout(readout, questions, ScriptedAnswerer(script))


def value(run: Run, name: str, part: str = "all", kind: str = "") -> float:
    return find_figure(figures(run), name, part, kind).value


# Asking


def test_all_right_gives_one(readout: Readout) -> None:
    run = ask(readout, RIGHT)
    one = ("key_points", "citation_precision", "citation_recall", "verbatim", "evidence_recall_at_10")
    refusal = ("refusal_precision", "refusal_recall", "refusal_f1", "refusal_right")
    for name in (*one, *refusal):
        assert value(run, name) == 1.0, name
    assert value(run, "false_refusals") == value(run, "failed") == 0.0


def test_all_wrong_gives_zero(readout: Readout) -> None:
    run = ask(readout, WRONG)
    for name in ("key_points", "citation_precision", "citation_recall", "refusal_f1", "refusal_right"):
        assert value(run, name) == 0.0, name
    assert value(run, "false_refusals") == 1.0


def test_a_record_keeps_what_its_figures_come_from(readout: Readout) -> None:
    record = ask(readout, RIGHT).records[2]
    assert (record.id, record.kind, record.part) == ("two-01", "two", QUESTIONS[2].part)
    assert [claim.text for claim in record.claims] == [EATEN, TAILS]
    (cited,) = record.claims[1].citations
    start = ARTICLES[3].text.index(TAILS)
    assert (cited.span.article, cited.span.start, cited.quote) == ("comet.md", start, TAILS)
    assert {hit.span.article for hit in record.hits} == {article.id for article in ARTICLES}
    assert record.scores["key_points"] == Score(1.0, "all 2 said")
    assert 0 < record.seconds < 10
    assert record.status == "answered"


def test_half_of_a_list_is_half_right(readout: Readout) -> None:
    run = ask(readout, RIGHT | {QUESTIONS[2].question: (EATEN, WHO)})
    assert value(run, "key_points", kind="two") == 0.5
    assert value(run, "citation_precision", kind="two") == 0.5
    assert value(run, "citation_recall", kind="two") == 0.5
    assert value(run, "key_points") == (1 + 1 + 0.5 + 1) / 4


def test_a_follow_up_is_searched_in_three_ways(readout: Readout) -> None:
    run = ask(readout, RIGHT)
    record = run.records[3]
    assert record.asked == "How many tails has it? (Where was the comet seen?)"
    assert {"follow_up_bare", "follow_up_full"} <= set(record.scores)
    assert not {"follow_up_bare", "follow_up_full"} & set(run.records[0].scores)
    assert find_figure(figures(run), "follow_up_full").size == 1


def test_questions_without_a_day_are_asked_as_of_the_last_article(readout: Readout) -> None:
    days = []

    class Watching(Retriever):
        def rank(self, question, *, as_of=None, **others):
            days.append(str(as_of))
            return super().rank(question, as_of=as_of, **others)

    readout.retriever = Watching(readout.library, readout.indexes, readout.embedder, readout.settings, 0.0)
    dated = replace(QUESTIONS[1], as_of=date(2020, 1, 2))
    ask(readout, RIGHT, (QUESTIONS[0], dated))
    warming, *asked = days
    assert warming == "None"  # Readout.warm, for nobody
    assert asked == ["2024-04-27"] * 2 + ["2020-01-02"] * 2  # the articles are of 26 April 2024


def test_a_question_that_fails_is_neither_zero_nor_dropped(readout: Readout) -> None:
    broken = replace(QUESTIONS[0], id="number-02", question="x" * 3000)
    run = ask(readout, RIGHT, (*QUESTIONS, broken))
    assert len(run.records) == 7
    assert "the limit is 2,000" in run.records[-1].error
    assert run.records[-1].scores == {}
    assert value(run, "failed") == value(run, "failed", kind="number") == 1.0
    assert value(run, "key_points") == 1.0
    assert find_figure(figures(run), "key_points").size == 4
    (sentence,) = gate(run, run, ())
    assert sentence == "failed: 1 of 7 questions failed to run; none may."


def test_a_model_that_is_away_fails_its_question(readout: Readout) -> None:
    answerer = ScriptedAnswerer(RIGHT, {QUESTIONS[1].question})
    run = ask_readout(readout, QUESTIONS, answerer)
    (error,) = [record.error for record in run.records if record.error]
    assert error.startswith("The model is away. Start it.")
    assert value(run, "failed") == 1.0


def test_a_question_that_takes_too_long_fails(readout: Readout) -> None:
    run = ask_readout(readout, QUESTIONS[:2], ScriptedAnswerer(RIGHT), seconds=0.0)
    assert [record.error for record in run.records] == ["No whole answer within 0 seconds."] * 2
    assert value(run, "failed") == 2.0
    assert math.isnan(value(run, "key_points"))
    assert "key_points has no value" in gate(run, run, [Bar("key_points", 0.5, True)])[1]


def test_the_order_of_questions_changes_nothing(readout: Readout) -> None:
    script = RIGHT | {QUESTIONS[2].question: (EATEN, WHO)}
    straight, turned = ask(readout, script), ask(readout, script, QUESTIONS[::-1])
    assert straight.digest == turned.digest
    for name in ("key_points", "refusal_f1", "citation_recall", "ndcg_at_10"):
        assert value(straight, name) == value(turned, name)
    assert all(c.same == c.won + c.lost + c.same for c in compare(straight, turned))


def test_the_digest_changes_with_any_question_and_article() -> None:
    digests = {
        digest_of(QUESTIONS, ARTICLES),
        digest_of(QUESTIONS[1:], ARTICLES),
        digest_of(QUESTIONS, ARTICLES[1:]),
        digest_of((replace(QUESTIONS[0], also=QUESTIONS[1].evidence), *QUESTIONS[1:]), ARTICLES),
        digest_of(QUESTIONS, (make_article("ferry.md", "Other."), *ARTICLES[1:])),
    }
    assert len(digests) == 5


# The baseline


class FixedRetriever:
    """Finds the same chunks, whatever is asked."""

    def __init__(self, chunks: Sequence[object]) -> None:
        self.chunks = list(chunks)
        self.asked: list[str] = []

    def invoke(self, question: str) -> list[object]:
        self.asked.append(question)
        return self.chunks


def test_the_baseline_quotes_its_first_chunks_and_is_measured_alike() -> None:
    retriever = FixedRetriever(split(SAMPLES))  # a chunk an article, in their order
    run = ask_baseline("chroma", retriever, SAMPLES, QUESTIONS)
    assert (run.system, run.digest) == ("chroma", digest_of(QUESTIONS, ARTICLES))
    assert retriever.asked[4] == "How many tails has it?"  # it has no history
    first = run.records[0]
    assert [claim.text for claim in first.claims] == [article.text for article in ARTICLES]
    assert value(run, "key_points") == value(run, "citation_recall") == value(run, "verbatim") == 1.0
    # One of four chunks bears on three questions, two on one, none on two
    assert value(run, "citation_precision") == pytest.approx((3 * 0.25 + 0.5 + 0 + 0) / 6)
    assert value(run, "refusal_recall") == 0.0
    assert math.isnan(value(run, "refusal_precision"))
    assert math.isnan(value(run, "supported"))


def test_a_chunk_is_placed_in_its_article_without_the_title() -> None:
    text = " ".join(f"Sentence {number} says what sentence {number} says." for number in range(60))
    article = make_article("long.md", text, "A long title")
    chunks = split(Dataset("long", (article,), ()))
    spans = [chunk_span(chunk, {"long.md": article}) for chunk in chunks]
    assert len(spans) > 2
    assert chunks[0].page_content == f"A long title. {text[spans[0].start : spans[0].end]}"
    for chunk, span in list(zip(chunks, spans, strict=True))[1:]:
        assert text[span.start : span.end] == chunk.page_content


# Figures


def make_record(name: str, refused: bool = False, **scores: float | None) -> Record:
    question = next((q for q in QUESTIONS if q.id == name), None) or make_question(name, "?", ("a.md", "x"))
    found = {measure: Score(one) for measure, one in ({"refused": float(refused)} | scores).items()}
    return Record(
        name, question.kind, question.part, question.question, answerable=question.answerable, scores=found
    )


def make_run(*records: Record, digest: str = "d", made: str = "2024-01-01") -> Run:
    return Run("readout", "extractive", "gold", digest, "abc", made, {}, records)


def test_refusal_figures_worked_by_hand() -> None:
    # 5 answerable, 1 of them refused; 3 not answerable, 2 of them refused
    rows = [make_record(f"fact-{n}", refused=n == 1) for n in range(5)]
    rows += [replace(make_record(f"absent-{n}", refused=n > 0), answerable=False) for n in range(3)]
    run = make_run(*rows)
    assert value(run, "refusal_precision") == pytest.approx(2 / 3)
    assert value(run, "refusal_recall") == pytest.approx(2 / 3)
    assert value(run, "refusal_f1") == pytest.approx(2 / 3)
    assert value(run, "false_refusals") == pytest.approx(1 / 5)
    found = find_figure(figures(run), "refusal_f1")
    assert 0 <= found.low < found.value < found.high <= 1
    assert found.size == 8


def test_figures_are_given_for_every_part_and_kind_that_is_there() -> None:
    run = make_run(*(make_record(f"fact-{n:02}", key_points=float(n == 3)) for n in range(1, 7)))
    found = figures(run)
    assert {(f.part, f.kind) for f in found} == {("test", ""), ("open", ""), ("all", ""), ("all", "fact")}
    assert {f.name for f in found} == set(NAMES)
    test = [f"fact-{n:02}" for n in range(1, 7) if make_question(f"fact-{n:02}", "?").part == "test"]
    assert "fact-03" in test
    assert value(run, "key_points", "test") == pytest.approx(1 / len(test))
    assert value(run, "key_points", "open") == 0.0
    assert value(run, "key_points") == pytest.approx(1 / 6)


def test_what_does_not_apply_is_left_out_and_an_empty_run_has_no_values() -> None:
    run = make_run(make_record("fact-01", key_points=1.0), make_record("fact-02", key_points=None))
    assert value(run, "key_points") == 1.0
    empty = figures(make_run())
    assert {f.name for f in empty if not math.isnan(f.value)} == {"failed"}


def test_seconds_are_percentiles() -> None:
    rows = [replace(make_record(f"fact-{n}"), seconds=float(n), tokens=n, cost=n / 100) for n in range(1, 22)]
    run = make_run(*rows)
    assert value(run, "p50_seconds") == 11.0
    assert value(run, "p95_seconds") == 20.0  # the 20th of 21 at 95 % of the way from 1 to 21
    assert value(run, "tokens") == 11.0
    assert value(run, "cost") == pytest.approx(0.11)


def test_intervals_of_ratios_and_percentiles_are_those_of_resampling() -> None:
    chance = np.random.default_rng(3)
    above = (chance.random(60) < 0.5).astype(float)
    below = np.maximum(above, (chance.random(60) < 0.7).astype(float))
    found = estimate_ratio(above.tolist(), below.tolist())
    draws = [chance.integers(0, 60, 60) for _ in range(4000)]
    low, high = np.percentile([above[d].sum() / below[d].sum() for d in draws], [2.5, 97.5])
    assert found.mean == above.sum() / below.sum()
    assert (found.low, found.high) == (pytest.approx(low, abs=0.02), pytest.approx(high, abs=0.02))
    assert math.isnan(estimate_ratio([0.0], [0.0]).mean)


def test_a_share_of_none_still_has_an_interval() -> None:
    none, half = estimate_share(0, 100), estimate_share(50, 100)
    assert (none.mean, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.0370, abs=1e-4)  # Wilson: z² / (n + z²)
    assert (half.low, half.high) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert math.isnan(estimate_share(0, 0).mean)
    assert math.isnan(estimate_percentile([], 95).mean)
    assert estimate_percentile([2.0] * 9, 95).high == 2.0


# Comparing


def test_two_runs_are_compared_question_by_question() -> None:
    theirs = make_run(*(make_record(f"fact-{n}", key_points=0.5) for n in range(10)))
    ours = make_run(*(make_record(f"fact-{n}", key_points=(1.0, 0.0, 0.5)[min(n, 2)]) for n in range(10)))
    (one,) = compare(ours, theirs)
    assert (one.measure, one.won, one.lost, one.same) == ("key_points", 1, 1, 8)
    assert (one.ours, one.theirs, one.difference.mean) == (0.5, 0.5, 0.0)
    assert one.p == 1.0


def test_questions_that_one_run_has_no_value_for_are_left_out() -> None:
    ours = make_run(make_record("fact-1", key_points=1.0), make_record("fact-2", key_points=None))
    theirs = make_run(make_record("fact-2", key_points=0.0), make_record("fact-1", key_points=0.0))
    (one,) = compare(ours, theirs)
    assert (one.won, one.lost, one.same) == (1, 0, 0)
    assert compare(ours, make_run()) == ()


def test_a_run_on_other_questions_is_refused_with_the_way_to_a_new_one() -> None:
    ours, theirs = make_run(), make_run(digest="other")
    with pytest.raises(
        SettingsError, match=r"of other questions or articles. Make a new one: python -m evals"
    ):
        compare(ours, theirs)
    (sentence,) = gate(ours, theirs, ())
    assert "Make a new one: python -m evals gold --json evals/results/gold-" in sentence


# The gate

FACTS = [f"fact-{n:02}" for n in range(1, 31)]


def run_of(measure: Callable[[int], float], **changes: str) -> Run:
    return make_run(*(make_record(name, key_points=measure(n)) for n, name in enumerate(FACTS)), **changes)


def test_a_run_that_is_as_good_as_its_reference_passes() -> None:
    run = run_of(lambda n: 1.0)
    assert gate(run, run, [Bar("key_points", 1.0, True), Bar("false_refusals", 0.0, False)]) == []


def test_the_gate_names_the_figure_that_misses_its_bar_on_the_test_part() -> None:
    run = run_of(lambda n: 0.25)
    (low,) = gate(run, run, [Bar("key_points", 0.75, True)])
    assert low == ("key_points is 0.250 [0.250–0.250] on the test part, below the least allowed, 0.75.")
    refusing = make_run(*(make_record(name, refused=True) for name in FACTS))
    (high,) = gate(refusing, refusing, [Bar("false_refusals", 0.05, False)])
    assert high.startswith("false_refusals is 1.000")
    assert high.endswith("above the most allowed, 0.05.")


def test_bars_are_for_the_test_part_only() -> None:
    rows = [make_record(name) for name in FACTS]
    rows = [replace(r, scores=r.scores | {"key_points": Score(float(r.part == "test"))}) for r in rows]
    run = make_run(*rows)
    assert value(run, "key_points") < 0.6
    assert gate(run, run, [Bar("key_points", 1.0, True)]) == []


def test_the_gate_names_a_measure_significantly_below_the_reference() -> None:
    better, worse = run_of(lambda n: 0.9), run_of(lambda n: 0.9 - 0.4 * (n % 2))
    (sentence,) = gate(worse, better, ())
    assert sentence.startswith("key_points is 0.700 on 30 questions, significantly below the 0.900 of")
    assert "(0 won, 15 lost, p = 0.000). Lost: fact-02, fact-04, " in sentence
    assert gate(better, worse, ()) == []


def test_a_loss_that_may_be_chance_passes() -> None:
    reference = run_of(lambda n: 0.5)
    assert gate(run_of(lambda n: 0.4 if n == 0 else 0.5), reference, ()) == []


def test_without_a_reference_the_gate_fails() -> None:
    (sentence,) = gate(run_of(lambda n: 1.0), None, ())
    assert sentence.startswith("There is no reference run in ")


def test_the_reference_is_the_newest_run_of_readout(tmp_path: Path) -> None:
    assert read_reference(tmp_path) is None
    old, new = run_of(lambda n: 0.0, made="2024-01-01"), run_of(lambda n: 1.0, made="2024-02-01")
    write_runs([new, replace(new, system="chroma", made="2025-01-01")], tmp_path / "gold-aaa.json")
    write_runs([old], tmp_path / "gold-bbb.json")
    write_runs([replace(new, made="2026-01-01")], tmp_path / "retrieval-ccc.json")
    assert read_reference(tmp_path) == new


def test_runs_are_read_as_they_were_written(readout: Readout, tmp_path: Path) -> None:
    run = ask(readout, RIGHT | {QUESTIONS[0].question: ()})
    write_runs([run], tmp_path / "new" / "run.json")
    assert read_runs(tmp_path / "new" / "run.json") == (run,)
    assert "home" not in run.settings
    (tmp_path / "bad.json").write_text('[{"system": 1}]')
    with pytest.raises(ReadError, match="holds no run of the suite"):
        read_runs(tmp_path / "bad.json")


def test_the_bars_of_the_project_are_read() -> None:
    bars = {bar.name: (bar.value, bar.least) for bar in read_thresholds()}
    assert bars["evidence_recall_at_5"] == (0.92, True)
    assert bars["false_refusals"] == (0.05, False)


@pytest.mark.parametrize("text", ["[least", "[least]\nkey_points = []", "least = 3"])
def test_thresholds_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bars.toml").write_text(text)
    with pytest.raises(ReadError, match="holds no thresholds"):
        read_thresholds(tmp_path / "bars.toml")


def test_a_bar_for_no_figure_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bars.toml").write_text("[least]\nevidence_recal = 0.9\n")
    with pytest.raises(ReadError, match="names no figure: evidence_recal"):
        read_thresholds(tmp_path / "bars.toml")


# The command


def printed(run: Run, baseline: Run | None = None, bars: Sequence[Bar] = ()) -> str:
    out = StringIO()
    print_run(Console(file=out, width=200), run, baseline, bars)
    return out.getvalue()


def test_the_tables_show_figures_bars_kinds_refusals_and_the_worst_with_why(readout: Readout) -> None:
    run = ask(readout, RIGHT | {QUESTIONS[0].question: (WHEN,)})
    baseline = ask_baseline("chroma", FixedRetriever(split(SAMPLES)), SAMPLES, QUESTIONS)
    text = printed(run, baseline, [Bar("key_points", 0.75, True)])
    figure_rows, kind_rows, refusal_rows = (
        {line.split("  ")[0].strip(): line.split() for line in part.splitlines()}
        for part in re.split("By kind of question|Refusals|Evidence of follow-ups", text)[:3]
    )
    assert figure_rows["key points"][2:4] == ["≥", "0.75"]
    assert "0.750" in figure_rows["key points"]
    assert "chroma test" in text
    assert kind_rows["absent"][1] == "2"
    assert refusal_rows["answerable"] == ["answerable", "4", "0", "0"]
    assert refusal_rows["absent"] == ["absent", "0", "2", "0"]
    assert "rewritten" in text
    assert "key points 0.00: misses 40 crowns" in text
    assert "citation precision 0.00: beside the point: “Cracks were found in June.”" in text


def test_failed_questions_are_the_worst_and_brackets_are_shown_as_they_are() -> None:
    broken = replace(make_record("fact-01"), error="[bold]too long[/bold]", question="[x]?", scores={})
    text = printed(make_run(*(make_record(name, key_points=1.0) for name in FACTS[1:]), broken))
    worst = text[text.index("worst questions") :]
    assert worst.index("fact-01") < worst.index("fact-02")
    assert "failed: [bold]too long[/bold]" in worst
    assert "[x]?" in worst


def test_the_worst_are_of_the_open_part_unless_all_are_of_the_other() -> None:
    run = run_of(lambda n: 0.0)
    worst = printed(run).split("worst questions")[1]
    test = [name for name in FACTS if make_question(name, "?").part == "test"]
    assert not any(name in worst for name in test)
    only = make_run(*(record for record in run.records if record.part == "test"))
    assert test[0] in printed(only).split("worst questions")[1]


def test_the_gate_decides_the_exit_code() -> None:
    out = StringIO()
    console = Console(file=out, width=40)
    assert print_gate(console, []) == 0
    assert print_gate(console, ["key_points is 0.250 [0.2–0.3] on the test part, below the least."]) == 1
    assert "gate: key_points is 0.250 [0.2–0.3] on the test part, below the least.\n" in out.getvalue()


@pytest.fixture
def place(tmp_path: Path, encoder_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with articles and gold questions; the suite writes to build/ below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("READOUT_CACHE", str(encoder_settings.cache))
    (tmp_path / "corpus").mkdir()
    (tmp_path / "gold").mkdir()
    for article in ARTICLES:
        (tmp_path / "corpus" / article.id).write_text(f"---\ntitle: {article.title}\n---\n\n{article.text}\n")
    for question in QUESTIONS:
        row = {"id": question.id, "question": question.question, "type": question.kind, "answer": "?"}
        row |= {"answerable": question.answerable, "key_points": question.key_points, "full": question.full}
        row |= {"history": question.history}
        row |= {"evidence": [{"article": e.article, "quote": e.quote} for e in question.evidence]}
        with (tmp_path / "gold" / f"{question.kind}.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
    return tmp_path


def test_the_command_asks_prints_writes_and_compares(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["gold", "--gold", "gold", "--corpus", "corpus"]
    assert main([*command, "--json", "run.json"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("6 gold questions, extractive answers, commit ")
    assert "Readout against chroma" in text
    ours, baseline = read_runs(place / "run.json")
    assert (ours.system, baseline.system) == ("readout", "chroma")
    assert {len(ours.records), len(baseline.records)} == {6}
    assert not any(record.error for record in (*ours.records, *baseline.records))
    assert value(ours, "verbatim") == 1.0
    assert value(ours, "evidence_recall_at_5") >= 0.75

    assert main([*command, "--no-baseline", "--compare", "run.json", "--gate"]) == 1
    text = capsys.readouterr().out
    assert f"Against {ours.commit} ({ours.made})" in text
    assert "chroma" not in text
    assert "gate: " in text  # the project's own reference run is of other questions


def test_questions_are_chosen_by_part() -> None:
    assert choose(QUESTIONS, "all") == QUESTIONS
    open_part, test = choose(QUESTIONS, "open"), choose(QUESTIONS, "test")
    assert len(open_part) + len(test) == len(QUESTIONS)
    assert {question.part for question in test} <= {"test"}


def test_the_gate_wants_all_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gold", "--gate", "--part", "test"]) == 1
    assert capsys.readouterr().err == "evals: --gate looks at all questions. Leave --part away.\n"


def test_a_file_without_a_run_of_readout_is_refused(tmp_path: Path) -> None:
    write_runs([replace(make_run(), system="chroma")], tmp_path / "run.json")
    with pytest.raises(SettingsError, match="holds no run of Readout"):
        read_earlier(tmp_path / "run.json")


def test_samples_are_known_by_their_file_names() -> None:
    samples = read_samples()
    assert "2023-06-19-blinken-beijing-talks.md" in {article.id for article in samples.articles}
    assert samples.digest == read_samples().digest


# A language model's tokens


def test_the_tokens_of_a_model_are_counted_per_question_and_priced(
    readout: Readout, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer() as server:
        monkeypatch.setenv("READOUT_BASE_URL", server.url)
        server.behave("usage_at_end", "good", "usage_at_end")  # 9 tokens in and 5 out, after the last word
        answerer, meter = make_answerer(Options(answerer="tiny", price=Price(1.0, 10.0)))
        run = ask_readout(readout, QUESTIONS[:3], answerer, meter)
    assert [record.error for record in run.records] == [""] * 3
    assert [record.tokens for record in run.records] == [14, 0, 14]
    assert [record.cost for record in run.records] == [pytest.approx(59e-6), 0.0, pytest.approx(59e-6)]
    assert run.answerer == "tiny"


def test_a_meter_looks_at_each_call_once_and_takes_errors() -> None:
    meter = Meter(Price())
    meter.on_chat_model_start()
    meter.on_llm_error(ValueError())
    meter.on_chat_model_start()
    meter.on_llm_end(SimpleNamespace(generations=[[]]))
    assert meter.take().tokens == 0


def test_the_answerer_is_extractive_or_the_model_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(make_answerer(Options())[0], ExtractiveAnswerer)
    monkeypatch.setenv("READOUT_BASE_URL", "http://127.0.0.1:9/v1")
    answerer, meter = make_answerer(Options(answerer="some-model", price=Price(1, 2)))
    assert answerer.name == "some-model"
    assert answerer._model.callbacks == [meter]
