"""The gold questions: enough of each kind, held to the articles; and what is wrong with one is named."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from evals.answers import read_samples
from evals.gold import KINDS, Evidence, GoldQuestion, find_faults, read_gold
from rag.errors import ReadError

QUESTIONS = read_gold()
TEXTS = {article.id: article.text for article in read_samples().articles}


# The questions of the project


def test_no_gold_question_has_a_fault() -> None:
    assert find_faults(QUESTIONS, TEXTS) == []


def test_there_are_enough_questions_of_every_kind() -> None:
    counts = Counter(question.kind for question in QUESTIONS)
    assert len(QUESTIONS) >= 240
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 20, counts


def test_about_a_third_is_the_test_part_and_it_has_every_kind() -> None:
    test = [question for question in QUESTIONS if question.part == "test"]
    assert 0.25 <= len(test) / len(QUESTIONS) <= 0.42
    assert {question.kind for question in test} == set(KINDS)


def test_every_article_is_asked_about() -> None:
    asked = {item.article for question in QUESTIONS for item in (*question.evidence, *question.also)}
    assert asked == set(TEXTS)


# Their form

TEXT = {"a.md": "Wang met Blinken. They spoke.", "b.md": "Rain fell."}
MET = Evidence("a.md", "Wang met Blinken.", 1)
GOOD = GoldQuestion(
    "fact-01", "Who met Blinken?", "fact", True, "Wang did.", key_points=(("Wang",),), evidence=(MET,)
)
TWO = replace(GOOD, id="two-01", kind="two")
FOLLOW_UP = replace(
    GOOD, id="follow-up-01", kind="follow-up", history=("Who came?",), full="Who met Blinken?"
)
PREMISE = replace(GOOD, id="premise-01", kind="premise", answerable=False, key_points=())


def test_good_questions_have_no_fault() -> None:
    fine = (GOOD, replace(TWO, question="And?", evidence=(MET, Evidence("b.md", "Rain fell.", 2))), FOLLOW_UP)
    assert find_faults((*fine, replace(PREMISE, question="Why not?")), TEXT) == []


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (replace(GOOD, id="who-01"), "the id does not begin with the type"),
        (replace(GOOD, answerable=False), "answerable does not fit the type"),
        (replace(PREMISE, answerable=True, key_points=(("x",),)), "answerable does not fit the type"),
        (replace(GOOD, key_points=()), "an answerable question needs key points and evidence"),
        (replace(GOOD, evidence=()), "an answerable question needs key points and evidence"),
        (replace(GOOD, key_points=((),)), "a key point without a wording"),
        (replace(GOOD, key_points=((" ",),)), "a key point without a wording"),
        (replace(FOLLOW_UP, history=()), "a follow-up needs history and full"),
        (replace(FOLLOW_UP, full=""), "a follow-up needs history and full"),
        (TWO, "evidence from fewer than two articles"),
        (replace(PREMISE, evidence=()), "a false premise needs the sentence that contradicts it"),
        (replace(GOOD, evidence=(Evidence("c.md", "x", 1),)), "no such article: c.md"),
        (
            replace(GOOD, evidence=(Evidence("a.md", "Wang met Blinken!", 1),)),
            "not verbatim in a.md: 'Wang met Blinken!'",
        ),
        (replace(GOOD, also=(Evidence("b.md", "Snow fell.", 1),)), "not verbatim in b.md: 'Snow fell.'"),
    ],
)
def test_a_fault_is_named_with_the_question(question: GoldQuestion, fault: str) -> None:
    assert find_faults((question,), TEXT) == [f"{question.id}: {fault}"]


def test_an_id_or_a_question_that_comes_twice_is_a_fault() -> None:
    assert find_faults((GOOD, replace(GOOD, question="Whom did Wang meet?")), TEXT) == [
        "fact-01: the id is taken"
    ]
    assert find_faults((GOOD, replace(GOOD, id="fact-02")), TEXT) == [
        "fact-02: the question is asked already"
    ]
    asked_elsewhere = replace(FOLLOW_UP, question=GOOD.question)
    assert find_faults((GOOD, asked_elsewhere), TEXT) == []  # after other questions it is another one


def row(**changes: object) -> str:
    fields: dict[str, object] = {
        "id": "fact-01",
        "question": "Who met Blinken?",
        "type": "fact",
        "answerable": True,
        "answer": "Wang did.",
    }
    return json.dumps(fields | changes)


def test_a_line_is_read_with_all_its_fields(tmp_path: Path) -> None:
    quote = {"article": "a.md", "quote": "Wang met Blinken."}
    line = row(
        key_points=[["Wang", "Wang Yi"]],
        evidence=[quote | {"point": 1}, quote | {"point": 1}, quote],
        also=[{"article": "b.md", "quote": "Rain fell."}],
        as_of="2024-12-31",
    )
    (tmp_path / "fact.jsonl").write_text(f"\n{line}\n")
    (question,) = read_gold(tmp_path)
    assert question.key_points == (("Wang", "Wang Yi"),)
    assert [item.point for item in question.evidence] == [1, 1, 1003]  # by itself: a point of its own
    assert question.also == (Evidence("b.md", "Rain fell.", 1001),)
    assert str(question.as_of) == "2024-12-31"


@pytest.mark.parametrize(
    "line", ["{", "[]", '"x"', row(type="riddle"), '{"id": "fact-01"}', row(evidence=[{}]), row(as_of="soon")]
)
def test_a_line_that_is_no_question_is_refused_by_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "fact.jsonl").write_text(f"{row()}\n{line}\n")
    with pytest.raises(ReadError, match=r"fact\.jsonl, line 2 is no gold question"):
        read_gold(tmp_path)


def test_a_folder_without_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No gold questions in"):
        read_gold(tmp_path)


@pytest.mark.parametrize(("name", "part"), [("fact-01", "open"), ("fact-02", "open"), ("fact-03", "test")])
def test_the_part_depends_on_the_id_alone(name: str, part: str) -> None:
    """SHA-256 modulo 3, worked out with sha256sum: 2, 1 and 0."""
    assert replace(GOOD, id=name).part == part
    assert replace(GOOD, id=name, question="Whom did he meet?", answer="Blinken.").part == part
