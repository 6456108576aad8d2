"""What rewriting follow-ups is worth: the layout that is read, the three ways of asking, the figures."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from evals.conversations import (
    FIGURES,
    FollowUp,
    Outcome,
    ask,
    gold_follow_up,
    left_alone,
    lines_of,
    read_conversations,
    result_of,
)
from evals.documents import conversation_table
from evals.gold import GoldQuestion, read_gold
from rag.errors import ReadError
from rag.types import Turn

FIRST, SECOND = "What did Wang say about Taiwan?", "And about tariffs?"
WHOLE = "What did Wang say about tariffs?"


def row(**changes: Any) -> dict[str, Any]:
    said = [("user", FIRST), ("agent", "That it is a red line."), ("user", f" {SECOND}\n")]
    return {
        "conversation_id": "c",
        "turn": "2",
        "input": [{"speaker": speaker, "text": text} for speaker, text in said],
        "contexts": [
            {"document_id": "d1", "text": "Tariffs hurt both."},
            {"document_id": "d2", "text": "No."},
        ],
        "answerability": ["ANSWERABLE"],
    } | changes


def write(folder: Path, *rows: object) -> Path:
    (folder / "turns.jsonl").write_text("\n".join(json.dumps(one) for one in rows) + "\n\n")
    return folder


def test_a_turn_has_its_history_its_answers_and_its_documents(tmp_path: Path) -> None:
    dataset, questions = read_conversations(write(tmp_path, row(), row(turn="3", full="What of tariffs?")))
    assert [(article.id, article.text) for article in dataset.articles] == [
        ("d1", "Tariffs hurt both."),
        ("d2", "No."),
    ]
    assert questions[0] == FollowUp(
        "c-2",
        SECOND,
        (Turn(FIRST, FIRST, "That it is a red line."),),
        "",
        frozenset({"d1", "d2"}),
        "answerable",
    )
    assert questions[1].full == "What of tariffs?"


def test_a_first_question_has_no_turns_before_it(tmp_path: Path) -> None:
    _, questions = read_conversations(write(tmp_path, row(input=[{"speaker": "user", "text": "Why?"}])))
    assert (questions[0].question, questions[0].turns) == ("Why?", ())


@pytest.mark.parametrize(
    "bad", ["text", {}, row(input=[]), row(input=[{"speaker": "agent", "text": "Hello"}]), row(contexts=[{}])]
)
def test_what_is_no_turn_is_refused_with_its_line(tmp_path: Path, bad: object) -> None:
    with pytest.raises(ReadError, match="line 2 is no turn"):
        read_conversations(write(tmp_path, row(), bad))


def test_a_folder_without_turns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"turns\.jsonl cannot be read"):
        read_conversations(tmp_path)


def outcome(*full: str) -> Outcome:
    """Right is only what names tariffs and Wang."""
    questions = [
        FollowUp(f"q{place}", SECOND, (Turn(FIRST),), text, frozenset({"d1"}), part)
        for place, (text, part) in enumerate(zip(full, ["open", "test"], strict=False))
    ]

    def search(_: FollowUp, text: str) -> dict[str, float]:
        found = float("tariffs" in text and "Wang" in text)
        return {"Recall@5": found, "nDCG@10": found / 2}

    return Outcome("fake", 2, ask(questions, search, "fake"))


def test_each_question_is_searched_as_typed_rewritten_and_in_full() -> None:
    asked = outcome("What did Wang say on tariffs?", "")
    assert asked.asked[0].texts == {
        "typed": SECOND,
        "rewritten": WHOLE,
        "full": "What did Wang say on tariffs?",
    }
    assert "full" not in asked.asked[1].texts
    means = {way: asked.estimate(way, "nDCG@10").mean for way in ("typed", "rewritten", "full")}
    assert means == {"typed": 0.0, "rewritten": 0.5, "full": 0.5}
    assert asked.estimate("full", "Recall@5").size == 1
    assert math.isnan(asked.estimate("full", "Recall@5", "test").mean)
    assert asked.changed == 2


def test_the_printed_lines_leave_out_a_way_that_the_set_does_not_have() -> None:
    text = "\n".join(lines_of(outcome("", "")))
    assert "fake: 2 follow-ups, 2 rewritten, 2 documents, commit " in text
    assert "rewritten  Recall@5 1.000 [1.000–1.000]  nDCG@10 0.500" in text
    assert "full" not in text
    assert "test (1)" in text


def test_the_table_of_the_document_comes_from_the_newest_result(tmp_path: Path) -> None:
    assert conversation_table(tmp_path) == "\nNo result file yet.\n\n"
    found = result_of([outcome("", "")], 200, ["Why?"])
    for name, made in (("new", "2026-02-01"), ("old", "2026-01-01")):
        kept = found | {"commit": name, "made": made}
        (tmp_path / f"conversations-{name}.json").write_text(json.dumps(kept))
    table = conversation_table(tmp_path)
    assert "Commit new, 95 % intervals." in table
    assert "1 of 200" in table
    assert "| fake | 2 | rewritten | 1.000 [1.000–1.000] | 0.500 [0.500–0.500] |" in table
    assert set(found["sets"][0]["ways"]["typed"]) == set(FIGURES)


def test_questions_that_stand_alone_are_counted_when_they_change() -> None:
    def question(text: str, *history: str) -> GoldQuestion:
        return GoldQuestion(text, text, "fact", True, "", history=history)

    assert left_alone(
        [question(FIRST), question("Why?"), question("Who won in Peru?"), question("So?", "x")]
    ) == (
        3,
        ("Why?",),
    )


def test_at_most_one_in_fifty_gold_questions_that_stand_alone_is_changed() -> None:
    alone, changed = left_alone(read_gold())
    assert len(changed) <= 0.02 * alone


def test_every_gold_follow_up_is_rewritten() -> None:
    for question in read_gold():
        if question.history:
            ways = gold_follow_up(question).ways
            assert ways["rewritten"] != ways["typed"]
