"""Answers of quoted sentences: which ones, in which order, under which heading."""

from datetime import UTC, datetime

import pytest

from rag.citations import build_claims
from rag.extractive import ExtractiveAnswerer
from rag.passages import split_sentences
from rag.types import Article, Hit, Marker, Passage, Retrieval, Signals, Span
from tests.fakes import make_article


def make_hit(article: Article, scores: tuple[float, ...], start: int = 0, end: int | None = None) -> Hit:
    """The article's text (or a part of it) as one passage with these sentence scores."""
    part = article.text[start:end]
    sentences = tuple(type(s)(s.start + start, s.end + start, s.text) for s in split_sentences(part))
    assert len(sentences) == len(scores)
    passage = Passage(f"{article.id}:{start}", article.id, 0, start, start + len(part), part, sentences)
    best = max(range(len(scores)), key=scores.__getitem__)
    return Hit(passage, article, max(scores), best, scores, Signals(0, 0, 0, 0, 0))


def written(question: str, *hits: Hit, reports: tuple[int, ...] = ()) -> tuple[str, list[Marker]]:
    retrieval = Retrieval(question, question, hits, 1.0, True, Span(), reports=reports)
    pieces = list(ExtractiveAnswerer().write(retrieval, ()))
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return text, [piece for piece in pieces if isinstance(piece, Marker)]


def test_the_best_sentences_stand_in_reading_order_under_outlet_and_date() -> None:
    article = make_article("a", "Wang spoke first. It rained. Blinken spoke last.")
    text, markers = written("What happened?", make_hit(article, (0.8, 0.1, 0.9)))
    assert text == "\n\nExample Wire, 26 April 2024:\n\nWang spoke first.\n\nBlinken spoke last."
    assert markers == [Marker(1, 1), Marker(1, 3)]


@pytest.mark.parametrize(
    "question", ["Who spoke?", "And when did he speak?", "In which city?", "How many spoke?"]
)
def test_the_sentence_with_the_words_asked_for_leads(question: str) -> None:
    article = make_article("a", "Wang spoke first. It rained. Blinken spoke last.")
    _, markers = written(question, make_hit(article, (0.8, 0.7, 0.9)))
    assert markers == [Marker(1, 3), Marker(1, 1), Marker(1, 2)]


def test_where_a_subject_is_named_what_is_on_something_else_is_left_out() -> None:
    text = "Wang spoke of steel. It rained. Snow fell. Wind rose. Wang named rice. He ate. He left. He slept."
    hit = make_hit(make_article("a", text), (0.9, 0.1, 0.1, 0.8, 0.85, 0.1, 0.7, 0.8))
    about = [Marker(1, 5), Marker(1, 7)]  # he may go on about it for two sentences
    every = [Marker(1, n) for n in (1, 4, 5, 7, 8)]
    assert written("What did Wang say about rice?", hit)[1] == every
    best = make_hit(make_article("a", text), (0.8, 0.1, 0.1, 0.8, 0.9, 0.1, 0.7, 0.6))
    assert written("What did Wang say about rice?", best)[1] == about
    assert written("What did Wang say about it?", best)[1] == every
    assert written("What did Wang say about copper?", best)[1] == every


def test_a_passage_of_nothing_but_headings_gives_no_answer() -> None:
    hit = make_hit(make_article("a", "What Wang said about rice:"), (0.9,))
    assert written("What did Wang say about rice?", hit) == ("", [])


def test_a_speaker_whom_only_the_sentence_before_names_is_named_above() -> None:
    article = make_article("a", "It rained. Wang Yi said no. He added that it was late.")
    text, _ = written("What about the time?", make_hit(article, (0.1, 0.1, 0.9)))
    assert text == "\n\nExample Wire, 26 April 2024 (“he” is Wang Yi):\n\nHe added that it was late."
    (claim,) = build_claims([text], split_sentences)  # what stands above claims nothing
    assert claim.text == "He added that it was late."


def test_an_article_without_an_outlet_is_headed_by_its_title() -> None:
    article = make_article("a", "Wang spoke.", title="Talks in Beijing", source="", published_at=None)
    text, _ = written("Who spoke?", make_hit(article, (1.0,)))
    assert text.startswith("\n\nTalks in Beijing, no date:")


def test_a_sentence_is_not_said_twice() -> None:
    one = make_article("one", "The council of Linden voted for the new bridge.")
    two = make_article("two", "The council of Linden voted for the new bridge on Monday.")
    text, markers = written("What did it vote for?", make_hit(one, (1.0,)), make_hit(two, (0.9,)))
    assert markers == [Marker(1, 1)]
    assert "Monday" not in text


def test_a_far_weaker_sentence_is_left_out() -> None:
    article = make_article("a", "Wang spoke first. It rained.")
    _, markers = written("Who spoke?", make_hit(article, (1.0, 0.2)))
    assert markers == [Marker(1, 1)]


LIST = (
    "They agreed on three points.\n\nFirst, talks go on. They meet weekly.\n\nSecond, trade grows.\n\n"
    "Third, students travel.\n\nThat was all."
)


def test_a_list_is_given_whole_and_nothing_else() -> None:
    article = make_article("a", LIST)
    _, markers = written("Which three points?", make_hit(article, (0.9, 0.1, 0.1, 0.1, 0.1, 0.9)))
    assert markers == [Marker(1, n) for n in (2, 3, 4, 5)]


def test_a_list_whose_first_item_is_not_counted_begins_with_the_paragraph_before() -> None:
    article = make_article("a", LIST.replace("First, talks", "Talks"))
    _, markers = written("Which three points?", make_hit(article, (0.9, 0.1, 0.1, 0.1, 0.1, 0.9)))
    assert markers == [Marker(1, n) for n in (2, 3, 4, 5)]


def test_a_list_goes_on_in_the_next_passage() -> None:
    article = make_article("a", LIST)
    cut = LIST.index("Third")
    hits = (make_hit(article, (0.9, 0.1, 0.1, 0.1), 0, cut), make_hit(article, (0.1, 0.2), cut))
    _, markers = written("Which three points?", *hits)
    assert markers == [Marker(1, 2), Marker(1, 3), Marker(1, 4), Marker(2, 1)]


def test_a_list_of_an_article_that_answers_less_is_left_alone() -> None:
    counted = make_hit(make_article("a", LIST), (0.1,) * 6)
    better = make_hit(make_article("b", "The points were peace, trade and climate."), (0.9,))
    _, markers = written("Which three points?", counted, better)
    assert markers == [Marker(2, 1)]


def test_a_question_for_no_list_gets_no_list() -> None:
    article = make_article("a", LIST)
    _, markers = written("Who travels?", make_hit(article, (0.1, 0.1, 0.1, 0.1, 0.9, 0.1)))
    assert markers == [Marker(1, 5)]


def test_a_list_of_meetings_is_no_list_of_counted_points() -> None:
    article = make_article("a", LIST)
    _, markers = written("List all travels.", make_hit(article, (0.1, 0.1, 0.1, 0.1, 0.9, 0.1)))
    assert markers == [Marker(1, 5)]


def test_a_summary_quotes_how_the_reports_begin() -> None:
    one = make_article("one", "Talks began. They were long. Tea came. All left. Night fell. Nobody spoke.")
    two = make_article("two", "Talks were held. Rice was named. A bell rang. It rained.")
    hits = (make_hit(two, (0.1, 0.2, 0.9, 0.9)), make_hit(one, (0.1, 0.9, 0.1, 0.1, 0.9, 0.9)))
    text, markers = written("Summarise the talks", *hits, reports=(1, 0))
    assert markers == [Marker(hit, sentence) for hit in (2, 1) for sentence in (1, 2, 3)]
    assert "Example Wire, 26 April 2024 (how it begins):" in text
    _, alone = written("Summarise the talks", *hits, reports=(1,))
    assert alone == [Marker(2, sentence) for sentence in (1, 2, 3, 4, 5)]
    text, none = written("Summarise the talks", *hits)
    assert Marker(1, 3) in none and Marker(1, 1) not in none and "begins" not in text


def test_a_timeline_begins_with_the_oldest_article() -> None:
    late = make_article("late", "Talks ended.", published_at=datetime(2024, 5, 1, tzinfo=UTC))
    early = make_article("early", "Talks began.", published_at=datetime(2024, 3, 1, tzinfo=UTC))
    hits = (make_hit(late, (0.9,)), make_hit(early, (0.8,)))
    assert written("timeline of the talks", *hits)[1] == [Marker(2, 1), Marker(1, 1)]
    assert written("Why were there talks?", *hits)[1] == [Marker(1, 1), Marker(2, 1)]


def test_brackets_in_an_article_stay_text() -> None:
    article = make_article("a", "Wang said [1.1] and left.")
    text, markers = written("Who left?", make_hit(article, (1.0,)))
    assert "[1.1]" in text
    assert markers == [Marker(1, 1)]


def test_a_comparison_quotes_both_sides() -> None:
    one = make_article("one", "The American text lists concerns. It names tariffs.")
    two = make_article("two", "The Chinese text names principles.")
    three = make_article("three", "Tourists came.")
    hits = (make_hit(one, (0.9, 0.8)), make_hit(two, (0.2,)), make_hit(three, (0.1,)))
    _, markers = written("How do the two accounts differ?", *hits)
    assert markers == [Marker(1, 1), Marker(1, 2), Marker(2, 1)]
    _, markers = written("What do the accounts say?", *hits)
    assert markers == [Marker(1, 1), Marker(1, 2)]


def test_a_comparison_on_a_subject_quotes_what_is_on_it() -> None:
    one = make_article("one", "Talks began. It rained. Tea came. Wang named rice.")
    two = make_article("two", "Blinken named rice. It snowed. All left. Wind rose.")
    hits = (make_hit(one, (0.9, 0.1, 0.1, 0.5)), make_hit(two, (0.4, 0.05, 0.05, 0.3)))
    assert written("What did both sides say about rice?", *hits)[1] == [Marker(1, 4), Marker(2, 1)]
    assert Marker(1, 1) in written("What did both sides say about copper?", *hits)[1]


@pytest.mark.parametrize(
    ("other", "quoted"),
    [
        (0.3, [(1, 1), (1, 2), (1, 3), (2, 1)]),
        (0.2, [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1)]),
        (0.05, [(1, 1), (1, 2), (1, 3), (1, 4)]),
    ],
)
def test_where_the_other_article_says_little_more_is_quoted_of_the_first(
    other: float, quoted: list[tuple[int, int]]
) -> None:
    one = make_article("one", "Ann wants more. Bob wants less. Ann spoke first. Bob spoke last. It rained.")
    hits = (make_hit(one, (0.9, 0.8, 0.4, 0.3, 0.1)), make_hit(make_article("b", "Snow fell."), (other,)))
    _, markers = written("What does Ann want, and what does Bob want?", *hits)
    assert [(marker.hit, marker.sentence) for marker in markers] == quoted


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("How many boats sank in May 2021 and in June 2022?", [1, 2]),
        ("How many boats sank in May 2021, in June 2022 and in April 2024?", [1, 2, 4]),
        ("How many boats sank in May 2021, in June 2022 and in July 2023?", [1, 2]),  # too unlikely
        ("How many boats sank in May 2021?", [1]),
        ("How many boats sank?", [1]),
    ],
)
def test_each_time_that_a_question_names_has_a_sentence(question: str, quoted: list[int]) -> None:
    text = "In May 2021 nine boats sank. Ten sank in June 2022, in a storm. In July 2023 all won. Wang wept."
    hit = make_hit(make_article("a", text), (0.9, 0.2, 0.01, 0.1))
    assert sorted(m.sentence for m in written(question, hit)[1]) == quoted


@pytest.mark.parametrize("question", ["What happened?", "List what they did.", "Who sang?"])
def test_an_answer_is_short(question: str) -> None:
    article = make_article("a", "Ann sang. Bob ran. Cid ate. Dan wept. Eve swam. Flo read. Gus slept.")
    _, markers = written(question, make_hit(article, (0.9,) * 7))
    assert len(markers) == 6


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What happened?", [1, 2]),
        ("Who sang?", [1]),
        ("Which two men sang?", [1, 2]),
        ("How did the choir change?", [1, 2]),
        ("Who sang in May 2021 and in June 2022?", [1, 2]),
    ],
)
def test_where_a_few_words_answer_the_best_sentence_is_joined_only_by_its_like(
    question: str, quoted: list[int]
) -> None:
    article = make_article("a", "Ann sang. Bob ran. Cid ate.")
    _, markers = written(question, make_hit(article, (0.9, 0.3, 0.1)))
    assert [marker.sentence for marker in markers] == quoted


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("Which topics did they take up?", [1, 2]),
        ("What did they take up?", [1]),
        ("How did the talks develop?", [1, 2]),
    ],
)
def test_more_is_quoted_where_the_answer_has_several_parts(question: str, quoted: list[int]) -> None:
    article = make_article("a", "They met in May. They spoke of trade, climate and drugs. It rained.")
    _, markers = written(question, make_hit(article, (0.9, 0.2, 0.01)))
    assert [marker.sentence for marker in markers] == quoted


def test_a_list_that_one_sentence_gives_needs_no_other() -> None:
    article = make_article("a", "They met. They spoke of trade, climate and drugs. It rained.")
    _, markers = written("Which topics did they take up?", make_hit(article, (0.1, 0.9, 0.2)))
    assert markers == [Marker(1, 2)]


def test_what_stood_at_several_times_is_told_from_the_first() -> None:
    early = make_article("early", "In 2023 it was 25%.", published_at=datetime(2023, 5, 1, tzinfo=UTC))
    late = make_article("late", "In 2024 it is 100%.", published_at=datetime(2024, 5, 1, tzinfo=UTC))
    undated = make_article("undated", "Some day it will be nothing.", published_at=None)
    hits = (make_hit(undated, (0.8,)), make_hit(late, (0.9,)), make_hit(early, (0.7,)))
    in_order = written("What was the duty in 2023 and in 2024?", *hits)[1]
    assert [marker.hit for marker in in_order] == [3, 2, 1]
    assert [marker.hit for marker in written("What is the duty?", *hits)[1]] == [2, 1, 3]
