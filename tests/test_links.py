"""From the first passages to what they name: values worked by hand."""

import numpy as np

from rag.links import BELOW, LIFT, follow, named

QUESTION = "In which era did the friar of Faversham live?"


def test_a_title_that_the_question_names_counts() -> None:
    assert named("Who wrote Dead Sea for money?", ["Dead Sea", "Red Sea", "Sea"]).tolist() == [1.0, 0.0, 0.0]


def test_a_title_is_named_without_its_aside_and_as_whole_words_only() -> None:
    assert named("Is Amelia a film?", ["Amelia (film)", "Amel"]).tolist() == [1.0, 0.0]


def test_what_the_first_passage_names_comes_right_behind_it() -> None:
    scores = follow(
        QUESTION,
        np.array([6.0, 3.0, -2.0]),
        ["haymo", "ferry", "latin"],
        ["Haymo", "The ferry", "Latin translations"],
        ["He lived in the time of the Latin translations.", "It sank.", "Many were made."],
    )
    assert scores.tolist() == [6.0, 3.0, -2.0 + LIFT]


def test_no_link_lifts_above_what_links_to_it() -> None:
    scores = follow(QUESTION, np.array([6.0, 5.0]), ["a", "b"], ["One", "Harbour"], ["See Harbour.", "Text."])
    assert scores.tolist() == [6.0, 6.0 - BELOW]


def test_a_title_that_several_articles_bear_points_at_none_in_particular() -> None:
    scores = follow(
        QUESTION,
        np.array([9.0, 0.0, 0.0]),
        ["a", "b", "c"],
        ["One", "Harbour", "Harbour"],
        ["See Harbour.", "Text.", "Text."],
    )
    assert scores.tolist() == [9.0, LIFT / 2, LIFT / 2]


def test_an_article_does_not_link_to_itself_nor_to_what_the_question_names() -> None:
    scores = np.array([4.0, 1.0, 0.0])
    articles, titles = ["a", "a", "b"], ["Harbour", "Harbour", "Faversham"]
    texts = ["Harbour and Faversham.", "Text.", "Text."]
    assert follow(QUESTION, scores, articles, titles, texts).tolist() == scores.tolist()


def test_nothing_found_stays_nothing() -> None:
    assert follow(QUESTION, np.array([]), [], [], []).tolist() == []
