"""What a question asks for that nothing found has: the month it names, a number of what it counts."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.lacking import CHARACTERS_MOST, lacking
from rag.library import Library
from rag.passages import split_sentences
from rag.questions import read_constraints
from rag.settings import Settings
from rag.types import Answer, Hit, Passage, Signals, Status
from tests.fakes import make_article

MAY_2024 = datetime(2024, 5, 23, 9, 0, tzinfo=UTC)
DRILL = "Units of the army and the navy took part in the drill Joint Oar on 23 May 2024."


def found(text: str, published_at: datetime | None = MAY_2024) -> list[Hit]:
    """One passage whose sentences are likely from first to last."""
    article = make_article("a", text, title="Report", published_at=published_at)
    sentences = split_sentences(text)
    passage = Passage("p", "a", 0, 0, len(text), text, tuple(sentences))
    scores = tuple(0.9 - place / 100 for place in range(len(sentences)))
    return [Hit(passage, article, 1.0, 0, scores, Signals(1.0, 1.0, 1.0, 1.0, 1.0))]


def lacks(question: str, text: str, published_at: datetime | None = MAY_2024) -> str:
    return lacking(question, found(text, published_at), read_constraints(question, [], date(2024, 12, 1)))


@pytest.mark.parametrize(
    ("question", "text", "named"),
    [
        ("What did Lund warn Ortiz about in July 2022?", "Lund warned Ortiz on 2 April 2024.", "July 2022"),
        ("What did Lund say on 3 March 2022?", "Lund spoke in Oslo on Thursday.", "3 March 2022"),
        ("What did Lund say in mid-July 2022?", "In July 2023 Lund spoke.", "mid-July 2022"),
    ],
)
def test_a_month_of_which_nothing_is_found_is_named(question: str, text: str, named: str) -> None:
    assert lacks(question, text) == f"nothing found is from “{named}” or speaks of it"


@pytest.mark.parametrize(
    ("question", "text", "published_at"),
    [
        ("What did Lund say in July 2022?", "Lund had warned of it on 4 July 2022.", MAY_2024),
        ("What did Lund say in July 2022?", "In 2022 Lund had warned of it.", MAY_2024),
        ("What did Lund say in July 2023?", "Lund had warned of it in July.", MAY_2024),
        ("What did Lund say in July 2022?", "Lund had warned of it in July.", None),
        ("What did Lund say in May 2024?", "Lund spoke.", MAY_2024),
        ("What did Lund say in late April 2024?", "Lund spoke last month.", MAY_2024),
        ("What has Lund said since July 2022?", "Lund spoke.", MAY_2024),
        ("What did Lund say before July 2022?", "Lund spoke.", MAY_2024),
        ("What did Lund say in 2022?", "Lund spoke.", MAY_2024),
        ("What did Lund say in July?", "Lund spoke.", MAY_2024),
        ("What changed from July 2022 to July 2023?", "Lund spoke.", MAY_2024),
        ("What did Lund say in July 2022?", "Lund spoke, " + "again and " * 60 + "again.", MAY_2024),
    ],
)
def test_what_may_be_of_the_time_lets_a_question_pass(
    question: str, text: str, published_at: datetime | None
) -> None:
    assert lacks(question, text, published_at) == ""


@pytest.mark.parametrize(
    ("question", "text", "noun"),
    [
        ("How many warships took part in Joint Oar?", DRILL, "warships"),
        (
            "How many grey warships took part in Joint Oar?",
            f"{DRILL} It began at 7:45 and cost $4 million.",
            "warships",
        ),
        ("How many warships took part?", "Units of the navy took part on 23 and 24 May 2024.", "warships"),
        ("How many of the drills did 12 warships join?", DRILL, ""),
        ("How many drills did 12 ships join?", "The drills were joined by 12 ships.", "drills"),
    ],
)
def test_a_number_that_nothing_gives_is_named(question: str, text: str, noun: str) -> None:
    assert lacks(question, text) == (f"nothing found gives a number of {noun}" if noun else "")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many warships took part?", f"{DRILL} There were 19 warships."),
        ("How many warships took part?", f"{DRILL} There were several warships."),
        ("How many warships took part?", f"{DRILL} There were 19 ships."),
        ("How many warships took part?", f"{DRILL} {'It was calm. ' * 5}Nineteen grey warships were seen."),
        ("How many people took part?", DRILL),
        ("How many kilometers did they sail?", DRILL),
        ("How many took part?", DRILL),
        ("How many warships took part?", "x " * CHARACTERS_MOST),
        ("Which warships took part?", DRILL),
        ("Who led them? (How many warships took part?)", DRILL),
    ],
)
def test_what_may_be_the_count_lets_a_question_pass(question: str, text: str) -> None:
    assert lacks(question, text) == ""


def test_without_hits_and_in_a_long_question_nothing_is_looked_for() -> None:
    asked = "How many warships took part?"
    assert lacking(asked, [], read_constraints(asked, [], date(2024, 12, 1))) == ""
    assert lacks(f"{asked} {'Tell me all. ' * 60}", DRILL) == ""


def test_such_a_question_is_refused_and_told_why(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    text = f"{DRILL} Norway said that Joint Oar was a drill of its navy. Officers spoke of a success."
    readout = Readout(Settings(_env_file=None, home=tmp_path, model=""), Library(tmp_path), encoder)
    with readout.library.writing():
        list(readout.adder.add_articles([make_article("oar", text, "Joint Oar", published_at=MAY_2024)]))
    *_, known = readout.ask("Which units took part in the drill Joint Oar in May 2024?")
    *_, counted = readout.ask("How many warships took part in the drill Joint Oar?")
    *_, dated = readout.ask("Which units took part in the drill Joint Oar in May 2021?")
    readout.close()
    assert isinstance(known, Answer) and isinstance(counted, Answer) and isinstance(dated, Answer)
    assert known.status is Status.ANSWERED
    assert counted.status is dated.status is Status.NOT_IN_ARTICLES
    assert counted.notice.startswith(
        "The articles do not cover this: nothing found gives a number of warships. Searched: 1 article"
    )
    assert "nothing found is from “May 2021” or speaks of it. Searched" in dated.notice
    assert "other dates are shown" not in dated.notice  # said once
    assert counted.hits and dated.hits
