"""Whom 'he' or 'she' means at the head of a quoted sentence."""

import pytest

from rag.passages import split_sentences
from rag.speakers import pronoun_meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Foreign Minister Wang Yi said that trade grows. He added that it must.", ("he", "Wang Yi")),
        (
            "The talks began. Janet Yellen said no. She also said why. She told them when.",
            ("she", "Janet Yellen"),
        ),
        ("In Rome they met Blinken. Blinken said that he was glad. He said it twice.", ("he", "Blinken")),
        ("Wang Yi said that trade grows. But he warned of tariffs.", ("he", "Wang Yi")),
        # open, or no speech of the one who spoke before
        ("Officials said that trade grows. He added that it must.", ("", "")),
        ("Wang Yi said no. The room was full. He added that it was late.", ("", "")),
        ("Janet Yellen said no. He said yes. She added why.", ("", "")),
        ("Gartner analyst Arun Chandra said no. He said why.", ("", "")),
        ("Wang Yi said that trade grows. He Lifeng said that it must.", ("", "")),
        ("Wang Yi said that trade grows. He flew home.", ("", "")),
        ("He said that trade grows.", ("", "")),
    ],
)
def test_a_pronoun_is_named_only_where_the_speaker_before_is_sure(text: str, meant: tuple[str, str]) -> None:
    sentences = split_sentences(text)
    assert pronoun_meant(sentences, len(sentences) - 1) == meant
