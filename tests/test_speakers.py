"""Who speaks in a sentence, by name or by 'he' and 'she', and whose words a question asks for."""

import pytest

from rag.passages import split_sentences
from rag.speakers import pronoun_meant, speakers_asked, speaks


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


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did Lin Jian say about the tariffs?", {"lin", "jian"}),
        ("How has Foreign Ministry spokesman Lin Jian responded?", {"lin", "jian"}),
        ("What did Wang and Blinken each tell reporters?", {"wang", "blinken"}),
        ("What did Wang say, and how did Blinken reply?", {"wang", "blinken"}),
        ("What did Wang say, and which talks did he announce?", {"wang"}),
        ("Why did Wang fly to Munich? What did he say?", set()),
        # a country speaks through many
        ("What did China say about the tariffs?", set()),
        ("What did Wang say, and what did Beijing reply?", set()),
        # nobody, or nobody by name
        ("What did the ministry say?", set()),
        ("Does the article from The Verge suggest that it is true?", set()),
        ("Does the TechCrunch article claim it?", set()),
        ("What did Wang eat? (What did Blinken say?)", set()),
        ("What did Wang find in Munich?", set()),
    ],
)
def test_whose_words_are_asked_for(question: str, names: set[str]) -> None:
    assert speakers_asked(question) == names


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("Yellen said that trade grows.", True),
        ("Trade grows, according to Treasury Secretary Janet Yellen.", True),
        ("Trade grows, said Yellen.", True),
        ("On trade, Yellen spoke of a level playing field.", True),
        ("Yellen, who had come by train, called it fair.", True),
        ("Yellen said no. She asked for more. “Trade grows.”", True),
        ("What Yellen said in China was new.", True),
        # another speaks, or nobody
        ("Yellen said no. Liao said yes.", False),
        ("Li, who received Yellen in Beijing, said no.", False),
        ("The answer to Yellen said no.", False),
        ("Yellen’s visit raised hopes.", False),
        ("He told Yellen that trade grows.", False),
        ("Yellen spoke by video on Monday.", False),
        ("Yellen flew home. She said no.", False),
        ("She said no.", False),
    ],
)
def test_whether_the_last_sentence_tells_what_somebody_said(text: str, does: bool) -> None:
    sentences = split_sentences(text)
    assert speaks(sentences, len(sentences) - 1, {"janet", "yellen"}) is does
