"""Feedback becomes candidates for gold questions: in their form, and never without a person's review."""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evals import gold
from evals.propose import add_arguments, main, propose, read_file
from rag.errors import ReadError
from rag.feedback import feedback_json
from rag.library import Library
from rag.types import CitedSentence, Feedback, Rating, Status, Turn
from tests.fakes import make_article
from tests.test_library import store

TEXT = "Wang met Blinken in Beijing. They spoke for five hours."
ARTICLE = make_article("a", TEXT)
GOLD = gold.read_gold()[0].question
FEEDBACK = Feedback(
    id="answer-1",
    made_at=datetime(2024, 5, 1, 8, 30, tzinfo=UTC),
    question="How long did they speak?",
    asked="How long did they speak?",
    status=Status.ANSWERED,
    answer="They spoke for five hours. [1]",
    cited=(CitedSentence(1, "a", 29, 55, "They spoke for five hours."),),
    rating=Rating.UP,
    note="Right.",
    answerer="extractive",
    settings={"hits": 8},
)
Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `propose` on a library in tmp_path/home."""
    monkeypatch.setenv("READOUT_HOME", str(tmp_path / "home"))
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return lambda *arguments: main(parser.parse_args([str(one) for one in arguments]))


def fill(home: Path, *given: Feedback) -> None:
    library = Library(home)
    store(library, ARTICLE)
    for one in given:
        library.add_feedback(one)
    library.close()


def one_candidate(given: Feedback, **articles: Any) -> dict[str, Any]:
    (candidate,) = propose([given], articles or {"a": ARTICLE}, [])
    return candidate


def test_a_good_answer_is_a_candidate_with_its_quotations() -> None:
    assert one_candidate(FEEDBACK) == {
        "id": "candidate-01",
        "question": "How long did they speak?",
        "type": "fact",
        "answerable": True,
        "answer": "They spoke for five hours. [1]",
        "key_points": [],
        "evidence": [{"article": "a.md", "quote": "They spoke for five hours."}],
        "rating": "up",
        "note": "Right.",
    }


def test_a_bad_answer_is_a_candidate_without_answer_and_evidence() -> None:
    candidate = one_candidate(replace(FEEDBACK, rating=Rating.DOWN, note="Two hours."))
    assert (candidate["answer"], candidate["evidence"]) == ("", [])
    assert (candidate["rating"], candidate["note"]) == ("down", "Two hours.")
    assert candidate["answerable"]


def test_a_question_within_a_conversation_is_a_follow_up() -> None:
    turn = Turn("Who met?", "Who met?", "Wang met Blinken. [1]")
    candidate = one_candidate(
        replace(FEEDBACK, history=(turn,), asked="How long did Wang and Blinken speak?")
    )
    assert (candidate["type"], candidate["history"]) == ("follow-up", ["Who met?"])
    assert candidate["full"] == "How long did Wang and Blinken speak?"


def test_a_refusal_that_a_reader_finds_right_is_proposed_as_absent() -> None:
    refusal = replace(FEEDBACK, status=Status.NOT_IN_ARTICLES, answer="", cited=())
    candidate = one_candidate(refusal)
    assert (candidate["type"], candidate["answerable"]) == ("absent", False)
    wrong = one_candidate(replace(refusal, rating=Rating.DOWN))
    assert (wrong["type"], wrong["answerable"]) == ("fact", True)


def test_a_quotation_that_no_known_article_holds_any_more_is_no_evidence() -> None:
    assert one_candidate(FEEDBACK, b=make_article("b", TEXT))["evidence"] == []
    assert one_candidate(FEEDBACK, a=make_article("a", TEXT.replace("five", "six")))["evidence"] == []


def test_gold_questions_are_left_out_however_they_are_typed() -> None:
    typed = replace(FEEDBACK, question="  HOW long did   they speak ")
    assert propose([typed], {}, ["How long did they speak?"]) == []


def test_of_feedback_on_one_question_in_one_conversation_the_last_counts() -> None:
    later = replace(FEEDBACK, id="answer-2", rating=Rating.DOWN)
    elsewhere = replace(FEEDBACK, id="answer-3", history=(Turn("Who met?"),))
    candidates = propose([FEEDBACK, later, elsewhere], {"a": ARTICLE}, [])
    assert [(c["id"], c["rating"], c["type"]) for c in candidates] == [
        ("candidate-01", "down", "fact"),
        ("candidate-02", "up", "follow-up"),
    ]


def test_candidates_of_the_library_are_printed_with_the_call_for_a_review(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "home", FEEDBACK, replace(FEEDBACK, id="answer-2", question=GOLD))
    assert run() == 0
    printed = capsys.readouterr()
    (line,) = printed.out.splitlines()
    assert json.loads(line) == one_candidate(FEEDBACK)
    assert "Candidates: 1, of 2 times that feedback was given. 1 left out" in printed.err
    assert "a person must review each one" in printed.err


def test_a_file_of_feedback_gives_the_same_candidates_and_gold_can_read_them(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "home")
    given, out = tmp_path / "given.jsonl", tmp_path / "candidates.jsonl"
    separator = replace(FEEDBACK, note="one\u2028line")  # ends no line of JSON Lines
    given.write_text(json.dumps(feedback_json(separator), ensure_ascii=False) + "\n\n")
    assert run(given, "--out", out) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(out.read_text()) == one_candidate(separator)
    reviewed = tmp_path / "reviewed"
    reviewed.mkdir()
    out.rename(reviewed / out.name)
    (question,) = gold.read_gold(reviewed)
    assert question.evidence[0].quote == "They spoke for five hours."
    faults = gold.find_faults((question,), {"a.md": TEXT})
    assert "candidate-01: the id does not begin with the type" in faults  # not gold before a review


def test_no_feedback_is_no_candidate_and_no_error(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "Candidates: 0, of 0 times that feedback was given.\n"


def test_no_file_is_written_over_and_none_among_the_gold_questions(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "home", FEEDBACK)
    out = tmp_path / "candidates.jsonl"
    out.write_text("reviewed")
    with pytest.raises(ReadError, match="is there already"):
        run("--out", out)
    assert out.read_text() == "reviewed"
    with pytest.raises(ReadError, match="among the gold questions"):
        run("--out", gold.FOLDER / "candidates.jsonl")
    assert not (gold.FOLDER / "candidates.jsonl").exists()
    with pytest.raises(ReadError, match="cannot be written"):
        run("--out", tmp_path / "nowhere" / "candidates.jsonl")


@pytest.mark.parametrize(
    "line",
    [
        "not JSON",
        "[1]",
        "{}",
        json.dumps({**feedback_json(FEEDBACK), "rating": "sideways"}),
        json.dumps({**feedback_json(FEEDBACK), "note": "\ud800"}),
        "[" * 100_000,
    ],
    ids=["no JSON", "no object", "nothing in it", "no rating", "half a character", "too deep"],
)
def test_a_line_that_is_no_feedback_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "given.jsonl"
    path.write_text(json.dumps(feedback_json(FEEDBACK)) + f"\n{line}\n")
    with pytest.raises(ReadError, match=r"given\.jsonl, line 2 is no feedback"):
        list(read_file(path))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        list(read_file(tmp_path / "nothing.jsonl"))
