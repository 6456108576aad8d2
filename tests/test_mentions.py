"""Names and dates that a question holds, and what kind each is."""

import pytest

from rag.mentions import Kind, adjective_of, country_of, read_mentions
from tests.growth import grows_linearly


def kinds(text: str) -> list[tuple[str, Kind]]:
    return [(mention.text, mention.kind) for mention in read_mentions(text)]


def test_people_places_countries_and_dates_are_told_apart() -> None:
    assert kinds("What did Janet Yellen say about China in Guangzhou in April 2024?") == [
        ("Janet Yellen", Kind.PERSON),
        ("China", Kind.COUNTRY),
        ("Guangzhou", Kind.PLACE),
        ("in April 2024", Kind.TIME),
    ]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Is the Ministry of Commerce right?", "Ministry of Commerce", Kind.GROUP),
        ("What does NATO want?", "NATO", Kind.GROUP),
        ("Who was in Beijing?", "Beijing", Kind.PLACE),  # the city
        ("What does Beijing want?", "Beijing", Kind.COUNTRY),  # the government
        ("What is Starship?", "Starship", Kind.NAME),  # nothing says more
        ("Where did Yellen meet He Lifeng?", "He Lifeng", Kind.PERSON),  # 'He' is a family name here
        ("When did Dr. Fauci resign?", "Dr. Fauci", Kind.PERSON),
        ("Why did Russia's army stop?", "Russia", Kind.COUNTRY),
    ],
)
def test_a_name_has_the_kind_that_its_place_shows(text: str, name: str, kind: Kind) -> None:
    assert (name, kind) in kinds(text)


@pytest.mark.parametrize("text", ["Regional differences", "Did it end?", "He left. What then?", "", "why"])
def test_a_capital_at_the_beginning_makes_no_name(text: str) -> None:
    assert kinds(text) == []


def test_a_name_ends_with_its_sentence() -> None:
    assert [text for text, _ in kinds("It was about Russia. What followed?")] == ["Russia"]


def test_a_gender_is_known_by_title_or_first_name_only() -> None:
    names = read_mentions("When did Mrs Reid, Janet Yellen, Antony Blinken and Wang Yi meet?")
    assert [mention.gender for mention in names] == ["she", "she", "he", ""]


@pytest.mark.parametrize(
    ("text", "country", "adjective"),
    [
        ("the United States", "us", "American"),
        ("China's", "china", "Chinese"),
        ("Greeks", "greece", "Greek"),
        ("Danish", "denmark", "Danish"),
        ("Atlantis", "", ""),
    ],
)
def test_countries_have_an_adjective(text: str, country: str, adjective: str) -> None:
    assert (country_of(text), adjective_of(country_of(text))) == (country, adjective)


@pytest.mark.parametrize("unit", ["A", "A ", "A.", "A'", "of the ", "Mr. ", "in 2024 ", "Summit of "])
def test_reading_names_takes_linear_time(unit: str) -> None:
    assert grows_linearly(read_mentions, unit)


def test_offsets_point_at_the_name() -> None:
    text = "Who met Wang Yi’s envoy in New York on 3 May 2024?"
    assert [text[m.start : m.end] for m in read_mentions(text)] == [m.text for m in read_mentions(text)]
    assert [m.text for m in read_mentions(text)] == ["Wang Yi", "New York", "on 3 May 2024"]
