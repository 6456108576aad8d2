"""What a question takes for granted, and the sentence that denies it."""

import json
from datetime import date
from pathlib import Path

import pytest

from evals.answers import SAID_OTHERWISE
from evals.gold import GoldQuestion
from evals.records import Record
from evals.scoring import Ground, score
from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.library import Library
from rag.premises import denies
from rag.settings import Settings
from rag.show import OTHERWISE, answer_json
from rag.show_html import answer_html
from rag.types import Answer
from tests.fakes import make_article

DAY = date(2024, 5, 20)


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("When did Ortiz meet Anna Lund?", "Ortiz was in Oslo and did not meet Anna Lund.", "not meet"),
        (
            "Which Norwegian ships were on the list of 1 May?",
            "No Norwegian ship was on the list of 1 May.",
            "no",
        ),
        ("Which of the six lakes did Ortiz close?", "Ortiz closed four lakes in all.", "four lakes"),
        ("Why did Ortiz not congratulate Lund?", "Ortiz congratulated Lund on her victory.", "congratulated"),
        (
            "Why did Norway cut the weekly quota for Danish boats?",
            "Norway raised the weekly quota for Danish boats.",
            "raised",
        ),
        (
            "Why was Bergen left out of the order on ferries?",
            "The order on ferries includes Bergen.",
            "includes",
        ),
        (
            "Why did Norway suspend the talks with Denmark?",
            "Denmark suspended the talks with Norway.",
            "Denmark suspended",
        ),
        (
            "In which city did Ortiz and Lund meet on 16 April 2024?",
            "Ortiz and Lund spoke by video on 16 April 2024.",
            "by video",
        ),
        (
            "Why did Ortiz ask Lund for a meeting in Oslo?",
            "The meeting in Oslo took place at Lund's request.",
            "Lund",
        ),
        ("By which year must Norway close the mine?", "Norway has set no date for closing the mine.", "no"),
        (
            "Why did Ortiz and Norway not congratulate Anna Lund when she won?",
            "Ortiz and Norway congratulated Lund and spoke of old friends.",
            "congratulated",
        ),
        (
            "Whom did Ortiz meet on his trip to Oslo in May 2024?",
            "The trip to Oslo that Ortiz had planned for May 2024 was cancelled.",
            "trip",
        ),
        (
            "What did Ortiz say at the Oslo summit in May 2024?",
            "Lund called off the Oslo summit, which Ortiz was to open in May 2024.",
            "cancel",
        ),
    ],
)
def test_a_sentence_that_denies_the_question_is_known(question: str, sentence: str, words: str) -> None:
    assert denies(question, sentence, DAY).startswith(words) and bool(
        denies(question, sentence, DAY)
    ) == bool(words)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who did not meet Anna Lund?", "Ortiz did not meet Anna Lund."),
        ("When did Ortiz first meet Anna Lund?", "Ortiz did not meet Anna Lund until 1999."),
        ("When did Denmark join the union?", "Denmark joined the union, though Norway did not join."),
        ("Who else did Kissinger meet on that trip?", "Kerry held talks in the city and did not meet Xi."),
        ("Whom did Ortiz meet in 2023?", "Ortiz did not meet Lund in 2021."),
        ("How many ships were on the list?", "No ship was on the list."),
        ("Who bought the rights to the lake?", "In 1418 Ortiz sold the rights to the lake to Lund."),
        ("Why did Norway raise the weekly quota?", "Norway raised the weekly quota for Danish boats."),
        ("Why did Norway cut the weekly quota in 2020?", "Norway raised the weekly quota in 2024."),
        ("Why did Norway meet Denmark?", "Denmark met Norway in Oslo."),
        (
            "Why did Norway suspend the talks with Denmark?",
            "The talks with Denmark were suspended by Norway.",
        ),
        ("Which of the four lakes did Ortiz close?", "Of six lakes Ortiz closed four lakes."),
        (
            "In which city did Ortiz and Lund meet on 3 May 2024?",
            "Ortiz and Lund spoke by video on 16 April 2024.",
        ),
        ("Why did Lund ask Ortiz for a meeting in Oslo?", "The meeting took place at Lund's request."),
        ("When did Ortiz close the mine?", "Ortiz set no date for the opening of the bridge to Oslo."),
        ("Whom did Ortiz meet on his trip to Oslo in May 2024?", "The trip to Oslo was put off to May 2024."),
        (
            "Whom did Ortiz meet on his trip to Oslo in May 2024?",
            "A trip of Ortiz to Oslo was put off in 2021.",
        ),
        ("Why did Ortiz close the mine when he was mayor?", "Ortiz set no date for closing the mine."),
        ("When was the trip to Oslo planned for?", "The trip to Oslo was put off in May 2024."),
    ],
)
def test_a_sentence_that_may_be_true_beside_the_question_denies_nothing(question: str, sentence: str) -> None:
    assert not denies(question, sentence, DAY)


def test_a_trip_that_was_put_off_is_known_by_the_sentence_before() -> None:
    question, put_off = (
        "Whom did Ortiz meet on his trip to Oslo in May 2024?",
        "That trip was put off after a storm.",
    )
    assert denies(question, put_off, DAY, "Ortiz had planned to go to Oslo in May 2024.")
    assert not denies(question, put_off, DAY, "Ortiz had planned to go to Oslo in May 2021.")
    assert not denies(question, put_off, DAY, "Ortiz went to Oslo in the end.")


def test_the_country_of_a_person_is_read_in_what_was_found() -> None:
    question = "Why did Wang Yi ask Blinken for a meeting in Munich?"
    sentence = "The meeting took place at the request of the US side."
    american = "Foreign Minister Wang Yi and US Secretary of State Antony Blinken met."
    assert denies(question, sentence, texts=[american]) == "US"
    assert not denies(question, sentence, texts=["US Secretary of State Wang Yi met Blinken."])
    assert not denies(question, sentence)


def ask(readout: Readout, question: str) -> Answer:
    *_, answer = readout.ask(question)
    assert isinstance(answer, Answer)
    return answer


def test_the_answer_is_the_sentence_that_says_otherwise(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    text = (
        "Norway raised the weekly quota for Danish boats from 35 to 50 on 31 March 2024. "
        "Before 2020 the boats of Denmark had caught more than 150 loads a week."
    )
    articles = [make_article("quota", text, title="Quota for Danish boats", source="Valley Post")]
    readout = Readout(Settings(_env_file=None, home=tmp_path, model=""), Library(tmp_path), encoder)
    with readout.library.writing():
        list(readout.adder.add_articles(articles))
    answer = ask(readout, "Why did Norway cut the weekly quota for Danish boats at the end of March 2024?")
    right = ask(readout, "Why did Norway raise the weekly quota for Danish boats at the end of March 2024?")
    readout.close()
    assert answer.otherwise and len(answer.claims) == 1 and not right.otherwise
    assert OTHERWISE not in answer.notice  # it heads the answer already
    assert answer.citations[0].quote.startswith("Norway raised") and answer.citations[0].start == 0
    assert OTHERWISE in answer_html(answer, "a") and OTHERWISE not in answer_html(right, "a")
    assert json.loads(json.dumps(answer_json(answer)))["otherwise"] is True


@pytest.mark.parametrize(("kind", "right"), [("premise", 1.0), ("fact", 0.0)])
def test_a_question_that_is_denied_counts_as_refused(kind: str, right: float) -> None:
    question = GoldQuestion(f"{kind}-1", "Why?", kind, answerable=kind == "fact", answer="")
    record = Record(question.id, kind, "open", "Why?", answerable=question.answerable, status=SAID_OTHERWISE)
    scores = score(record, question, Ground({}, ()))
    assert scores["refused"].value == 1.0 and scores["refusal_right"].value == right
