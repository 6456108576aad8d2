"""Words as the index sees them."""

import pytest

from rag.words import content_stems, stems, stems_of_each


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talks resumed", ["talk", "resum"]),
        ("U.S. officials", ["us", "offici"]),
        ("the U.S.-China call", ["the", "us", "china", "call"]),
        ("Café in Besançon", ["cafe", "in", "besancon"]),
        ("COVID-19", ["covid", "19"]),
    ],
)
def test_stems_are_lower_case_without_accents_and_endings(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


def test_content_stems_leave_out_what_every_question_holds() -> None:
    assert content_stems("What did Wang say about Taiwan?") == ["wang", "taiwan"]


def test_a_question_of_such_words_alone_keeps_them() -> None:
    assert content_stems("Who is who?") == ["who", "is"]


def test_texts_analysed_together_give_what_each_gives_alone() -> None:
    texts = ["Talks resumed.", "", "U.S. officials, e.g. Blinken", "会见", "Talks resumed."]
    assert stems_of_each(texts) == [set(stems(text)) for text in texts]


def test_a_text_that_holds_the_word_between_changes_nothing() -> None:
    texts = ["one qx0between0qx two", "three"]
    assert stems_of_each(texts) == [set(stems(text)) for text in texts]


def test_no_texts_give_no_stems() -> None:
    assert stems_of_each([]) == []
