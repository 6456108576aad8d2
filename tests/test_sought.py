"""What a question is after, and which sentence tells it: by hand, kind for kind."""

import pytest

from rag.sought import KINDS, Sought, asks_for_words

TALKS = "Ana Silva and Wang met in Lima on 3 May 2024 for four hours, twice a year, because 12 ships sank."


def told(question: str, sentence: str = TALKS) -> dict[str, float]:
    found = zip(KINDS, Sought(question).in_sentence(sentence), strict=True)
    return {kind: value for kind, value in found if value}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who met?", {"name": 1}),
        ("When did they meet?", {"date": 1}),
        ("They met in Lima, and when?", {"date": 1}),
        ("talks in Lima when", {"date": 1}),
        ("Since when has it sunk?", {"date": 1}),
        ("In which year did they meet?", {"date": 1}),
        ("How long did they talk?", {"duration": 1, "number": 1}),
        ("How often do they meet?", {"frequency": 1}),
        ("How many ships sank?", {"number": 1}),
        ("Where did they meet?", {"place": 1}),
        ("Which city did they meet in?", {"place": 1}),
        ("Why did they meet?", {"cause": 1}),
        ("Which ships met?", {"list": 3}),  # two commas and an 'and'
        ("Did they meet?", {}),
        ("They talked when it rained?", {}),  # no question for a time
        ("When the ships sank, did they meet?", {}),
        ("How long ago did they meet?", {"date": 1}),
    ],
)
def test_a_sentence_tells_what_a_question_is_after(question: str, expected: dict[str, float]) -> None:
    assert told(question) == expected


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When in May 2024 did they meet?", "They met in May 2024."),
        ("Where in Lima did they meet?", "They met in Lima in May."),
        ("Who besides Wang met?", "The talks began on Monday, and Wang met her."),
        ("How many of the 12 ships sank?", "Of 12 ships some sank in 2024."),  # a year is no number
        ("How long were the four hours of talks?", "The talks lasted four hours."),
        ("How many ships sank?", "Ships sank on 3 May 2024."),
        ("Why did they meet?", "They met."),
    ],
)
def test_what_the_question_holds_already_is_no_answer(question: str, sentence: str) -> None:
    assert told(question, sentence) == {}


def test_a_follow_up_is_after_what_it_asks_itself() -> None:
    assert told("Who led it? (When did the talks end?)") == {"name": 1}
    assert told("When? (Who led the team?)") == {"date": 1}


@pytest.mark.parametrize("end", [".", ", he said.", " of them sank."])
def test_a_number_may_stand_before_a_mark(end: str) -> None:
    assert told("How many ships sank?", f"They were 1,248{end}") == {"number": 1}


def test_a_list_counts_up_to_four_items() -> None:
    assert told("Which things?", "a, b, c, d, e, f and g") == {"list": 4}


@pytest.mark.parametrize(
    "question",
    ["Who led it? (Why did they meet?)", "In which city did they meet?", "How many sank?", "They met when?"],
)
def test_a_few_words_answer(question: str) -> None:
    assert asks_for_words(question)


@pytest.mark.parametrize("question", ["Why? (When was it?)", "Which ships sank?", "What did they say?"])
def test_a_few_words_do_not_answer(question: str) -> None:
    assert not asks_for_words(question)
