"""Sets of others asked through the front door: what their gold allows is measured, the rest left out."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.adapters import read_set
from evals.beir import Query
from evals.gold import GoldQuestion
from evals.records import HitRecord, Record, Run, Score, Span, read_runs, write_runs
from evals.sets import ask_set, choose_sample, document_scores, set_figures, wording_scores
from rag.answering import Readout
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.retrieval import Retriever
from rag.settings import Settings
from tests.fakes import HashEmbedder

FERRY = "The island of Morvane lost its ferry in May. Anna Reid will pay 40 crowns for a new one."
BRIDGE = "Engineers closed the Tarn bridge on Monday. Cracks were found in June by two divers."


def write_beir(folder: Path, *questions: dict[str, object]) -> Path:
    """A set of two documents; a question with 'gold' has that document."""
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": "d1", "title": "Ferry", "text": FERRY}, {"_id": "d2", "title": "", "text": BRIDGE}]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents))
    rows, lines = ["query-id\tcorpus-id\tscore"], []
    for number, question in enumerate(questions):
        fields = dict(question)
        if gold := fields.pop("gold", ""):
            rows.append(f"q{number}\t{gold}\t1")
        lines.append(json.dumps({"_id": f"q{number}", "text": fields.pop("text"), "metadata": fields}))
    (folder / "queries.jsonl").write_text("\n".join(lines))
    (folder / "qrels" / "test.tsv").write_text("\n".join(rows))
    return folder


PAID: dict[str, object] = {
    "text": "How much will Anna Reid pay?",
    "gold": "d1",
    "answers": ["forty crowns", "40 crowns"],
}
FOUND: dict[str, object] = {"text": "When were cracks found?", "gold": "d2", "answers": ["June"]}
MARKED = PAID | {"evidence": ["Anna Reid will pay 40 crowns for a new one."]}
ABSENT: dict[str, object] = {"text": "Who is the king of Mars?", "answers": [], "answerable": False}


def ask(folder: Path, home: Path, threshold: float = 0.0) -> Run:
    dataset = read_set(folder)
    settings = Settings(_env_file=None, home=home, model="")
    readout = Readout(settings, Library(home), HashEmbedder(), ExtractiveAnswerer())
    with readout.library.writing():
        list(readout.adder.add_articles(dataset.articles))
    readout.retriever = Retriever(
        readout.library, readout.indexes, readout.embedder, settings, threshold=threshold
    )
    try:
        return ask_set(readout, dataset, dataset.queries)
    finally:
        readout.close()


def values(run: Run) -> dict[str, float]:
    return {figure.name: figure.value for figure in set_figures(run)}


def test_a_set_of_answers_and_documents_gets_the_figures_that_these_allow(tmp_path: Path) -> None:
    run = ask(write_beir(tmp_path / "set", PAID, FOUND), tmp_path / "home")
    found = values(run)
    assert run.set == "set"
    assert found["document_recall_at_5"] == found["key_points"] == found["verbatim"] == 1.0
    assert found["false_refusals"] == found["failed"] == 0.0
    lacking = {"evidence_recall_at_5", "ndcg_at_10", "citation_precision", "citation_recall"}
    assert not (lacking | {"refusal_f1", "refusal_recall", "tokens", "cost"}) & set(found)
    assert all(record.claims and record.hits for record in run.records)  # to be opened down to the passages


def test_evidence_that_is_marked_is_measured(tmp_path: Path) -> None:
    run = ask(write_beir(tmp_path / "set", MARKED), tmp_path / "home")
    found = values(run)
    assert found["evidence_recall_at_5"] == found["citation_recall"] == 1.0
    distinct = {cited.span for claim in run.records[0].claims for cited in claim.citations}
    assert found["citation_precision"] == pytest.approx(1 / len(distinct))


def test_refusals_are_measured_where_there_is_something_to_refuse(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "set", PAID, FOUND, ABSENT)
    none, all_ = ask(folder, tmp_path / "a"), ask(folder, tmp_path / "b", threshold=1.01)
    assert (values(none)["refusal_recall"], values(none)["false_refusals"]) == (0.0, 0.0)
    assert (values(all_)["refusal_recall"], values(all_)["false_refusals"]) == (1.0, 1.0)
    assert values(all_)["refusal_precision"] == pytest.approx(1 / 3)
    assert values(all_)["refusal_f1"] == pytest.approx(1 / 2)
    assert values(all_)["key_points"] == values(all_)["token_f1"] == 0.0  # refused: nothing was said


def question(*points: Sequence[str]) -> GoldQuestion:
    wordings = tuple(map(tuple, points))
    short = wordings[0][0] if len(wordings) == 1 else ""
    return GoldQuestion("q", "?", "fact", True, "; ".join(w[0] for w in wordings), short, wordings)


def test_the_best_wording_counts() -> None:
    scores = wording_scores("She pays 40 crowns.", question(["forty crowns", "40 crowns"]))
    assert scores["token_f1"].value == pytest.approx(2 * 2 / (4 + 2))  # not 2 · 1 / 6, by the first one
    assert scores["token_f1"].reason == "gold: 40 crowns"
    assert scores["exact_match"].value == 0.0
    assert wording_scores("40 crowns", question(["forty", "40 Crowns"]))["exact_match"].value == 1.0
    assert wording_scores("", question(["forty", "40"]))["token_f1"].value == 0.0


@pytest.mark.parametrize("answer", ["yes", "No", "one two three four five six seven eight nine ten eleven"])
def test_what_chance_would_find_or_nobody_would_word_alike_is_not_looked_for(answer: str) -> None:
    assert wording_scores("There was no talk.", question([answer]))["key_points"].value is None
    assert "key_points" not in wording_scores("There was no talk.", question(["ten words"]))  # kept as it is


def test_documents_that_are_missing_are_named() -> None:
    hits = [HitRecord(Span(name, 0, 5), 1.0) for name in ("a", "a", "b", "c", "d", "e")]
    scores = document_scores(hits, Query("q", "?", frozenset(("a", "e"))))
    assert [score.value for score in scores.values()] == [0.5, 0.5, 1.0]
    assert scores["document_recall_at_1"].reason == "not in the first 1: e"
    assert all(score.value is None for score in document_scores(hits, Query("q", "?", frozenset())).values())


def test_a_question_that_failed_is_counted_and_left_out_of_all_else() -> None:
    good = Record("a", "fact", "open", "?", scores={"refused": Score(0.0), "token_f1": Score(1.0)})
    run = Run("readout", "m", "s", "d", "c", "t", {}, (good, replace(good, id="b", scores={}, error="Away.")))
    assert (values(run)["failed"], values(run)["token_f1"]) == (1.0, 1.0)


def test_a_sample_is_the_same_on_any_machine_and_within_every_larger_one() -> None:
    queries = [Query(f"q{number}", "?", frozenset()) for number in range(50)]
    small, large = choose_sample(queries, 5), choose_sample(queries, 20)
    assert len(small) == 5
    assert set(small) < set(large)
    assert set(choose_sample(queries[::-1], 5)) == set(small)
    assert list(large) == sorted(large, key=lambda query: int(query.id[1:]))  # not the first 20
    assert list(large) != queries[:20]
    assert choose_sample(queries, 0) == tuple(queries)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder_settings: Settings) -> Iterator[Path]:
    """A folder of its own to run in, where libraries are kept in build/evals."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("READOUT_CACHE", str(encoder_settings.cache))
    yield tmp_path


def test_the_command_asks_a_sample_of_each_set_and_compares(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = write_beir(Path("one"), MARKED, FOUND), write_beir(Path("other"), PAID, ABSENT)
    assert main(["gold", "--set", "one", "--set", "other", "--limit", "1", "--json", "runs.json"]) == 0
    printed = capsys.readouterr().out
    assert "one: 2 documents, 1 of 2 questions, extractive answers" in printed
    assert "other: 2 documents, 1 of 2 questions" in printed
    assert [run.set for run in read_runs(Path("runs.json"))] == [one.name, other.name]
    assert len(list(Path("build/evals").iterdir())) == 2  # kept for the next run
    assert main(["gold", "--set", "one", "--limit", "1", "--compare", "runs.json"]) == 0
    assert "Against " in capsys.readouterr().out


def test_a_run_on_a_set_is_opened_as_a_page_with_the_sets_own_texts(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ask(write_beir(Path("one"), MARKED, FOUND), elsewhere / "home")
    write_runs([run], Path("run.json"))
    assert main(["report", "run.json", "--html", "page.html"]) == 1  # those are no gold questions
    assert "on one. Name the set that was asked: --set PLACE" in capsys.readouterr().err
    assert main(["report", "run.json", "--set", "one", "--html", "page.html"]) == 0
    page = Path("page.html").read_text()
    assert "How much will Anna Reid pay?" in page
    assert "have changed since" not in page
    assert "missed" not in page  # the bars are for our own questions


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--set", "one", "--gate"], "are for our own gold questions"),
        (["--set", "one", "--part", "test"], "are for our own gold questions"),
        (["--set", "one", "--limit", "-1"], "--limit is a number of questions"),
        (["--set", "nowhere"], "nowhere"),
        (["--limit", "5"], "--limit is for the sets of --set"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    write_beir(Path("one"), PAID)
    assert main(["gold", *options]) == 1
    assert said in capsys.readouterr().err
