"""Names in a question that stand in no article."""

from pathlib import Path

import pytest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.library import Library
from rag.settings import Settings
from rag.types import Answer, Status
from rag.unmentioned import of_countries, unmentioned
from rag.words import stems
from tests.fakes import make_article
from tests.growth import grows_linearly

TEXTS = [
    "The Duquesne fort fell. Officials of the World Trade Organization met the European Commission.",
    "Siberia froze.",
    "American and Japanese ministers spoke in Belém about steel, Wang Yi said after Christmas.",
]
KNOWN = {stem for text in TEXTS for stem in stems(text)}


def names_in(question: str) -> tuple[str, ...]:
    unknown = set(stems(question)) - KNOWN
    return unmentioned(question, unknown | (of_countries(question, unknown) - KNOWN), TEXTS)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does BYD say about the steel tariff?", ("BYD",)),
        ("BYD said what about steel?", ("BYD",)),
        ("Did Chuck Schumer meet Wang Yi?", ("Chuck Schumer",)),
        ("Which pandas went to the National Zoo and to Mexborough?", ("National Zoo", "Mexborough")),
        ("Which steel did Japan and Peru export?", ("Peru",)),
        ("What did Serbia say about steel?", ("Serbia",)),
        ("What did the Peruvian ministers say in Lima?", ("Peruvian", "Lima")),
        ("What did Steve Wozniak sell, and did Wozniak regret it?", ("Steve Wozniak",)),
    ],
)
def test_a_name_that_stands_nowhere_is_named(question: str, names: tuple[str, ...]) -> None:
    assert names_in(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "Who met Wang Yi?",
        "Who held Fort Dusquesne?",  # spelled almost so
        "Who spoke in Belem?",
        "What does the WTO want?",  # its name is there
        "Which steel did Japan export?",  # its ministers are there
        "Which steel did Tokyo export?",
        "What did the US say?",
        "What did General Wang ask before Easter?",  # a time, not a name
        "Who spoke on the 25th of May, and on December 25th?",
        "What did the Trade Department say?",  # an office may be called otherwise
        "WHY DID BYD SELL STEEL?",  # capitals that tell no names
        "Why Did Byd Sell Cheap Steel?",
        "how did byd fare",
        "Zebras eat what?",  # the first word has a capital anyway
        "",
    ],
)
def test_a_name_that_may_be_there_is_not(question: str) -> None:
    assert names_in(question) == ()


def test_an_abbreviation_of_the_name_is_enough() -> None:
    assert (
        unmentioned("What does the World Trade Organization want?", {"world", "trade"}, ["The WTO met."])
        == ()
    )
    assert unmentioned("What does the World Bank want?", {"world"}, ["The WTO met."]) == ("World Bank",)


def test_a_question_about_a_name_that_stands_nowhere_is_refused_and_says_why(
    tmp_path: Path, encoder: EmbeddedEncoder
) -> None:
    text = "The United States set a tariff of 100% on Chinese electric cars. Beijing called it protectionist."
    articles = [make_article("cars", text, title="Tariff on electric cars", source="Valley Post")]
    readout = Readout(Settings(_env_file=None, home=tmp_path, model=""), Library(tmp_path), encoder)
    with readout.library.writing():
        list(readout.adder.add_articles(articles))
    *_, known = readout.ask("What does Beijing say about the 100% tariff on Chinese electric cars?")
    *_, unknown = readout.ask("What does BYD say about the 100% tariff on Chinese electric cars?")
    *_, two = readout.ask("What does BYD say about the tariff on Chinese electric cars at the National Zoo?")
    *_, outlet = readout.ask("What does the Valley Post say about the 100% tariff on Chinese electric cars?")
    readout.close()
    assert isinstance(known, Answer) and isinstance(unknown, Answer)
    assert isinstance(two, Answer) and isinstance(outlet, Answer)
    assert known.status is outlet.status is Status.ANSWERED
    assert unknown.status is Status.NOT_IN_ARTICLES
    assert unknown.notice.startswith("The articles do not cover this: none of them mentions “BYD”.")
    assert unknown.hits
    assert "none of them mentions “BYD” or “National Zoo”." in two.notice


@pytest.mark.parametrize("unit", ["Ab ", "A b ", "Abc of the ", "Abc-De ", "AB’s "])
def test_its_time_grows_with_the_texts(unit: str) -> None:
    assert grows_linearly(lambda text: unmentioned("What does BYD say?", {"byd"}, [text]), unit)
