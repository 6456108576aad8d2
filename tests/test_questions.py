"""Outlets and dates in a question; follow-ups made whole. Expected dates worked out on a calendar."""

from datetime import UTC, date, datetime

import pytest

from rag.commands import (
    as_reported,
    asks_for_a_report_of_nothing,
    asks_for_summary,
    asks_of_us,
    without_command,
)
from rag.questions import (
    asks_for_course,
    asks_for_items,
    asks_for_list,
    asks_for_timeline,
    asks_to_compare,
    read_constraints,
    subject_of,
)

AS_OF = date(2024, 5, 15)  # a Wednesday
SOURCES = ("The Verge", "TechCrunch", "Time", "The Roar | Sports Writers Blog")


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened on 26 April 2024?", date(2024, 4, 26), date(2024, 4, 26)),
        ("What happened on April 26, 2024?", date(2024, 4, 26), date(2024, 4, 26)),
        ("What happened on 2024-04-26?", date(2024, 4, 26), date(2024, 4, 26)),
        ("What happened on 26 April?", date(2024, 4, 26), date(2024, 4, 26)),
        ("What happened on 26 June?", date(2023, 6, 26), date(2023, 6, 26)),
        ("What was said in April 2024?", date(2024, 4, 1), date(2024, 4, 30)),
        ("What was said in late April?", date(2024, 4, 20), date(2024, 4, 30)),
        ("What was said in early February 2024?", date(2024, 2, 1), date(2024, 2, 10)),
        ("What has changed since March?", date(2024, 3, 1), None),
        ("What was said before April 2024?", None, date(2024, 4, 1)),
        ("What was reported in 2023?", date(2023, 1, 1), date(2023, 12, 31)),
        ("What was reported yesterday?", date(2024, 5, 14), date(2024, 5, 14)),
        ("What was reported last week?", date(2024, 5, 6), date(2024, 5, 12)),
        ("What was reported last month?", date(2024, 4, 1), date(2024, 4, 30)),
        ("What did Wang say in May?", date(2024, 5, 1), date(2024, 5, 31)),
        ("What was said between April 26, 2024 and May 2, 2024?", date(2024, 4, 26), date(2024, 5, 2)),
    ],
)
def test_dates_named_in_a_question(question: str, first: date | None, last: date | None) -> None:
    found = read_constraints(question, (), AS_OF)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "question",
    ["Who may visit?", "What did Theresa May say?", "On 31 February 2024?", "What do 2000 families get?"],
)
def test_no_date_is_read_where_there_is_none(question: str) -> None:
    assert not read_constraints(question, (), AS_OF).dated


def test_outlets_are_read_with_their_case_and_without_the() -> None:
    question = "At what time did Verge and TechCrunch report it?"
    assert read_constraints(question, SOURCES, AS_OF).sources == ("The Verge", "TechCrunch")


def test_the_part_before_a_bar_names_an_outlet() -> None:
    found = read_constraints("As told by 'The Roar | Sports Writers Blog'?", SOURCES, AS_OF)
    assert found.sources == ("The Roar | Sports Writers Blog",)


def test_an_article_a_few_days_after_the_event_still_counts() -> None:
    found = read_constraints("What happened on 26 April 2024?", (), AS_OF)
    assert found.covers(datetime(2024, 4, 29, 23, tzinfo=UTC))
    assert not found.covers(datetime(2024, 4, 30, tzinfo=UTC))
    assert not found.covers(None)


@pytest.mark.parametrize(
    ("question", "many"),
    [
        ("Which five points did they agree on?", True),
        ("List the steps.", True),
        ("Which two ministers came, as the two sides said?", True),
        ("What did officials of the two countries discuss?", False),
        ("Who came?", False),
        ("Who came? (Which five points did they agree on?)", False),
        ("List the steps (if any).", True),
        ("What did the five points cover?", True),
        ("They met twice. In what areas did they agree?", True),
        ("What complaints did Wang put to them?", True),
        ("Which of the five red lines is about the sea?", False),
        ("Who wanted the final list dropped two months later?", False),
        ("How often does the commercial issues group meet?", False),
        ("What is on the list?", False),
    ],
)
def test_a_number_asks_for_a_list_but_not_the_two_countries(question: str, many: bool) -> None:
    assert asks_for_list(question) == many


@pytest.mark.parametrize(
    ("question", "course"),
    [
        ("How has the duty on cars changed?", True),
        ("How did Beijing tighten its rules on graphite step by step?", True),
        ("What happened to the planned tariff on syringes?", True),
        ("How far did the talks progress?", True),
        ("How did the prices of rice move on from there?", True),
        ("How does climate change harm the harvest?", False),
        ("Who changed the rules?", False),
        ("Who came? (How did the talks develop?)", False),
        ("What happened?", False),
    ],
)
def test_whether_a_question_is_how_something_went_on(question: str, course: bool) -> None:
    assert asks_for_course(question) == course


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What did Wang say about Taiwan on 26 April 2024?", ["taiwan"]),
        ("What was said regarding the steel industry that Wang named?", ["steel", "industri"]),
        ("What did he say about it?", []),
        ("Who came for about 3 hours?", []),
        ("Who came?", []),
        ("And Blinken? (What did Wang say about Taiwan?)", []),
    ],
)
def test_what_a_question_is_about(question: str, subject: list[str]) -> None:
    assert subject_of(question) == subject


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Summarise the Lima summit", True),
        ("Please give me an overview of the tariffs", True),
        ("Tell me about the Lima summit", True),
        ("Give me the key points (Who met in Lima?)", True),
        ("What are the takeaways from Lima?", True),
        ("Sum up what Wang said about Taiwan", False),  # his words, not reports
        ("timeline of military talks", False),
        ("What does the summary say?", False),
        ("Summarise it", False),
        ("Who summarised the talks?", False),
    ],
)
def test_a_summary_is_wanted_of_something(question: str, wanted: bool) -> None:
    assert asks_for_summary(question) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "Hello",
        "hi there!",
        "What can you answer?",
        "what can I ask",
        "who are you?",
        "How many articles do you have?",
        "what sources are there?",
        "What are the articles about?",
        "help",
        "Thanks",
        "what is this",
        "how does this work?",
        "what topics do you cover",
        "What do you know?",
    ],
)
def test_what_is_asked_of_readout_itself(question: str) -> None:
    assert asks_of_us(question)


@pytest.mark.parametrize(
    "question",
    [
        "What can you say about Taiwan?",
        "How does it work? (Is unemployment insurance a federal programme?)",
        "What do you know about Liu Zhenli?",
        "Hello Kitty sales in China?",
        "Help for Ukraine?",
        "test of a missile",
        "What are the articles of the constitution about?",
        "What do the articles say about tariffs?",
        "who are the envoys?",
        "Thanks to whom was it agreed?",
        "how are the talks going?",
        "Who is he?",
        "What is it?",
        "where is Blinken?",
    ],
)
def test_what_is_asked_of_the_articles(question: str) -> None:
    assert not asks_of_us(question)


@pytest.mark.parametrize(
    ("question", "nothing"),
    [
        ("Summarise it", True),
        ("Please sum up", True),
        ("Give me the key points", True),
        ("A timeline please", True),
        ("Any news?", True),
        ("Summarise the talks", False),
        ("Which news?", False),
        ("Give me the key points of the talks", False),
    ],
)
def test_a_report_of_nothing_is_one_of_what_was_spoken_of(question: str, nothing: bool) -> None:
    assert asks_for_a_report_of_nothing(question) == nothing


def test_a_timeline_is_a_course_of_events() -> None:
    assert asks_for_timeline("Give me a timeline of the talks") and asks_for_course("timeline of the talks")
    assert not asks_for_timeline("When were the talks?")


def test_points_and_counted_things_are_items() -> None:
    assert asks_for_items("Which five did they name?") and asks_for_items("List the points")
    assert not asks_for_items("List all meetings")


def test_what_a_follow_up_was_asked_about_is_not_what_it_asks_for() -> None:
    assert not asks_to_compare("Who came? (How do the two accounts differ?)")


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Compare the two readouts.", "the two readouts."),
        ("Please compare how long they talked.", "how long they talked."),
        ("What did Xi compare it to?", "What did Xi compare it to?"),
        ("Compare", "Compare"),
        ("Summarise the April 2024 call", "the April 2024 call"),
        ("Can you please summarize the call?", "the call?"),
        ("Give me a short summary of the Lima summit.", "the Lima summit."),
        ("timeline of military talks", "military talks"),
        ("What are the key points of the statement?", "the statement?"),
        ("what's the latest on fentanyl?", "fentanyl?"),
        ("Is there anything on pandas?", "pandas?"),
        ("What do we know about Liu Zhenli?", "Liu Zhenli?"),
        ("What was reported on 16 November 2024?", "on 16 November 2024?"),
        ("List all meetings of the two.", "all meetings of the two."),
        ("Tell me more about the Lima summit", "the Lima summit"),
        ("Give me the key points (Who met in Lima?)", "(Who met in Lima?)"),
        ("Summarise it", "Summarise it"),  # of which nothing would be left
        ("Give me a summary", "Give me a summary"),
        ("Which news agency reported it?", "Which news agency reported it?"),
        ("Is there a law on tariffs?", "Is there a law on tariffs?"),
        ("What is the history book about?", "What is the history book about?"),
        ("What do the updates contain?", "What do the updates contain?"),
    ],
)
def test_what_is_to_be_done_is_not_looked_for(question: str, searched: str) -> None:
    assert without_command(question) == searched


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Whom did Blinken see in Beijing?", "Whom did Blinken meet in Beijing?"),
        ("who has yellen seen there", "who has yellen met there"),
        ("Which Chinese officials was Sullivan seeing?", "Which Chinese officials was Sullivan meeting?"),
        ("When did Sullivan last see Wang Yi?", "When did Sullivan last meet Wang Yi?"),
        ("Did Biden see Xi and Wang in Lima?", "Did Biden meet Xi and Wang in Lima?"),
        ("When? (Whom did Biden see?)", "When? (Whom did Biden meet?)"),
        ("What's the Chinese position on Taiwan?", "What did China say about Taiwan?"),
        ("what is the US stance towards AI", "What did the US say about AI"),
        ("What was Yellen’s view of tariffs?", "What did Yellen say about tariffs?"),
        ("What were the officials' views on it?", "What did the officials say about it?"),
    ],
)
def test_a_question_is_put_in_the_words_of_reports(question: str, searched: str) -> None:
    assert as_reported(question) == searched


@pytest.mark.parametrize(
    "question",
    [
        "How does Xi see the United States?",
        "Who did the US see as a threat?",
        "Did Blinken see Xi as a partner?",
        "Did Xi see Washington change its mind?",
        "did China see growth in June?",
        "What did Blinken see in Beijing?",
        "What is the view of the lake?",
        "What is the position of the ship?",
        "What is his stance on tariffs?",
        "What is the official line on Taiwan?",
        "When? (What is China's stance on AI?)",
    ],
)
def test_what_reports_would_put_so_too_is_searched_as_typed(question: str) -> None:
    assert as_reported(question) == question
