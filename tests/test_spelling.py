"""Slips of the pen in a question, and other spellings than the articles'."""

import random
from pathlib import Path

import pytest

from evals.slips import with_slip
from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.library import Library
from rag.settings import Settings
from rag.spelling import is_english, likely_word, other_spellings, slips, usual_spelling, words_near
from rag.types import Answer, Status
from tests.fakes import make_article
from tests.growth import grows_linearly

TEXT = (
    "Treasury Secretary Janet Yellen met Vice Premier He Lifeng in Guangzhou on 5 April 2024. In Beijing the"
    " two sides agreed on fentanyl precursors. Sullivan had told the summit in Bangkok so. The defence"
    " ministers spoke by telephone. Patel lives on Elm Street and has a goal. Iran and Biden were named."
)


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder) -> Readout:
    home = tmp_path_factory.mktemp("home")
    readout = Readout(Settings(_env_file=None, home=home, model=""), Library(home), encoder)
    with readout.library.writing():
        article = make_article("visit", TEXT, title="Yellen ends her journey", source="Rueters Wire")
        list(readout.adder.add_articles([article]))
    return readout


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("When did Yelen visit Guangzhou?", "When did Yellen visit Guangzhou?"),
        ("when did yelen visit guangzou?", "when did Yellen visit Guangzhou?"),
        ("What did Sulivan tell the sumit in Bejing?", "What did Sullivan tell the summit in Beijing?"),
        ("What is said of fentanil precurssors?", "What is said of fentanyl precursors?"),
        ("Who was in Bankgok in Febuary?", "Who was in Bangkok in February?"),
        ("Yelen's jorney", "Yellen's journey"),  # of the title
        ("Which defense ministers spoke by phone?", "Which defence ministers spoke by telephone?"),
    ],
)
def test_a_slip_is_searched_as_the_word_of_the_articles(readout: Readout, typed: str, searched: str) -> None:
    assert readout.speller.respelled(typed) == searched


@pytest.mark.parametrize(
    "question",
    [
        "When did Yellen visit Guangzhou?",
        "What did Iraq say?",  # another country, and a word that the encoder knows
        "What did Bidet say to Patil?",  # short names that differ by a letter are two
        "Who whines about slowdowns?",  # English words
        "What does the Rueters Wire say?",  # the outlet's own name
        "WHO SAID YELEN?",  # capitals may be an abbreviation
        "Who has 4 iPhones15?",
        "Wieso haben Yelen, Sulivan, Lifeng und Bankok gestern abend etwas vereinbart?",  # no slips at all
        f"Who is {'Guangzho' * 200}?",
        "谁在北京？会见布林肯国务卿",
        "Кто был в Бейжинге?",
        "?",
        "",
    ],
)
def test_what_may_be_meant_is_searched_as_typed(readout: Readout, question: str) -> None:
    assert readout.speller.respelled(question) == question


def test_the_answer_tells_what_was_searched_and_can_be_had_as_typed(readout: Readout) -> None:
    typed = "When did Yelen meet He Lifeng?"
    *_, answer = readout.ask(typed)
    *_, as_typed = readout.ask(typed, asked=typed)
    assert isinstance(answer, Answer) and isinstance(as_typed, Answer)
    assert (answer.question, answer.asked) == (typed, "When did Yellen meet He Lifeng?")
    assert answer.status is Status.ANSWERED
    assert answer.claims[0].text.startswith("Treasury Secretary Janet Yellen met")
    assert as_typed.asked == typed


def test_a_library_without_articles_respells_nothing(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    empty = Readout(Settings(_env_file=None, home=tmp_path, model=""), Library(tmp_path), encoder)
    assert empty.speller.respelled("When did Yelen visit Guangzou?") == "When did Yelen visit Guangzou?"


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("", "", 0),
        ("talks", "talks", 0),
        ("talks", "tals", 1),
        ("talks", "tallks", 1),
        ("talks", "takls", 1),
        ("talks", "tanks", 1),
        ("talks", "", 5),
        ("talks", "walk", 2),
        ("ab", "bca", 3),
    ],
)
def test_slips_are_counted(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count


def test_the_nearest_word_wins_unless_another_is_as_near_and_as_frequent() -> None:
    assert likely_word("sumit", {"summit": 1, "submit": 9}) == "summit"  # double letters are hard
    assert likely_word("contest", {"context": 9, "content": 1}) == "context"
    assert likely_word("contest", {"context": 2, "content": 1}) == ""
    assert likely_word("agreemnet", {"agreement": 1, "agreements": 1}) == "agreement"
    assert likely_word("Goverment", {"government": 3}) == "Government"
    assert likely_word("sumit", {"summit": 0}) == likely_word("sumit", {}) == ""


def test_a_name_is_taken_for_another_only_where_that_is_sure() -> None:
    near = words_near("Patil", ["Patel and Patill met Paitl."])
    assert near == {"Patill", "Paitl"}
    assert words_near("Raimando", ["Gina Raimondo"]) == {"Raimondo"}
    assert words_near("Marcg", []) == {"March"}
    assert "Store" in words_near("tsore", ["The Store closed."])  # a name there, a word in the dictionary


def test_other_spellings_are_taken_where_they_are_far_oftener() -> None:
    assert {"Defence", "Colour"} <= {*other_spellings("Defense"), *other_spellings("Color")}
    assert usual_spelling("defense", {"defence": 4, "defense": 1}) == "defence"
    assert usual_spelling("defense", {"defence": 3, "defense": 1}) == ""
    assert usual_spelling("defense", {}) == usual_spelling("talks", {"talks": 0}) == ""


def test_english_words_are_known_with_their_endings_and_in_both_spellings() -> None:
    for word in ("whine", "whines", "slowdowns", "apologise", "Maximise", "emphasised"):
        assert is_english(word), word
    for word in ("yelen", "sumit", "goverment", "announceed"):
        assert not is_english(word), word


def test_a_slip_made_for_measuring_is_one_slip_in_one_word() -> None:
    chance = random.Random(1)
    for _ in range(200):
        question = "When did the Treasury Secretary visit Guangzhou?"
        wrong = with_slip(question, chance)
        assert wrong != question and slips(wrong, question) == 1
    assert with_slip("Who is it?", chance) == "Who is it?"


def test_its_time_grows_with_the_texts() -> None:
    assert grows_linearly(lambda text: words_near("Raimando", [text]), "Raimondo raimonde Ramon ")
