"""Words as the index sees them."""

import sys

import pytest

from rag.irregular import NOUNS, VERBS, base_forms
from rag.words import LONGEST_WORD, _analyzer, _plain, content_of, content_stems, stems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talks resumed", ["talk", "resum"]),
        ("U.S. officials", ["us", "offici"]),
        ("the U.S.-China call", ["the", "us", "china", "call"]),
        ("Café in Besançon", ["cafe", "in", "besancon"]),
        ("COVID-19", ["covid", "19"]),
        ("Talks resumed.", ["talk", "resum"]),
        ("U.S. officials, e.g. Blinken", ["us", "offici", "eg", "blinken"]),
        ("one qx0between0qx two", ["one", "qx0between0qx", "two"]),
        ("They sold what the men wrote", ["they", "sell", "what", "the", "man", "write"]),
        ("Wang met 王毅", ["wang", "meet", "王毅"]),
        ("会见", ["会见"]),
        ("", []),
    ],
)
def test_stems_are_lower_case_without_accents_and_endings(text: str, expected: list[str]) -> None:
    assert stems(text) == expected


def test_an_irregular_form_belongs_to_one_word_which_is_no_form_itself() -> None:
    lines = [line.split(": ") for line in (VERBS + NOUNS).split("\n") if line]
    forms = [form for _, of_one in lines for form in of_one.split()]
    assert len(forms) == len(set(forms)) == len(base_forms(VERBS, NOUNS)) > 200
    assert not set(forms) & {base for base, _ in lines}


def test_content_stems_leave_out_what_every_question_holds() -> None:
    assert content_stems("What did Wang say about Taiwan?") == ["wang", "taiwan"]


def test_a_question_of_such_words_alone_keeps_them() -> None:
    assert content_stems("Who is who?") == ["who", "is"]


def test_words_kept_from_earlier_texts_are_what_the_index_makes_of_them() -> None:
    analysed = _analyzer().analyze
    for number in (*range(0x3000), *range(0x3000, 0xD800, 97), *range(0xE000, sys.maxunicode, 97)):
        sign = chr(number)
        text = f"ab{sign}ities {sign}ing {sign} {sign}{sign} runners a_{sign}b {sign * 20}"
        assert stems(text) == analysed(_plain(text)), hex(number)


@pytest.mark.parametrize("sign", "aéßÆ")
def test_words_too_long_for_the_index_are_left_out(sign: str) -> None:
    for length in range(15, LONGEST_WORD + 3):
        text = f"run {sign * length} on"
        assert stems(text) == _analyzer().analyze(text)


def test_content_of_known_stems_is_that_of_their_text() -> None:
    for text in ("What did Wang say about Taiwan?", "Who is who?", ""):
        assert content_of(set(stems(text))) == set(content_stems(text))
