"""'Did …?', 'Is …?': which sentence says so, denies it, or comes nearest, and what a reader is told."""

import json
from pathlib import Path

import pytest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.passages import split_sentences
from rag.settings import Settings
from rag.show import answer_json, head_words
from rag.show_html import answer_html
from rag.types import Answer, Article, Bearing, Hit, Marker, Passage, Retrieval, Signals, Span, Told
from rag.whether import statements_of, told
from tests.fakes import make_article

TEXT = (
    "Ana Ortiz met Per Lind in Oslo on 3 May 2024. Norway raised the quota for Danish boats."
    " The talks set no date for a treaty. It rained in June 2023."
)


def make_hit(article: Article, scores: tuple[float, ...]) -> Hit:
    sentences = tuple(split_sentences(article.text))
    passage = Passage(f"{article.id}:0", article.id, 0, 0, len(article.text), article.text, sentences)
    return Hit(passage, article, 1.0, 0, scores, Signals(0, 0, 0, 0, 0))


def tell(question: str, text: str = TEXT) -> Told | None:
    article = make_article("a", text, title="Talks in Oslo")
    return told(question, (make_hit(article, (0.9,) * len(split_sentences(text))),))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did Ortiz meet Lind?", 1),
        ("And did Ana Ortiz meet Per Lind in May 2024?", 1),
        ("Was the quota raised?", 2),
        ("Has Norway raised the quota for Danish boats?", 2),
        ("Did it rain in June 2023", 4),
    ],
)
def test_a_sentence_says_so(question: str, sentence: int) -> None:
    assert tell(question) == Told(Bearing.SAID, Marker(1, sentence))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did Norway cut the quota for Danish boats?", 2),  # as a false premise is denied
        ("Did the talks set a date for a treaty?", 3),
    ],
)
def test_a_sentence_denies_it(question: str, sentence: int) -> None:
    assert tell(question) == Told(Bearing.DENIED, Marker(1, sentence))


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("Did Ortiz thank Lind?", ("thank",)),
        ("Did Ortiz meet Kai Holm?", ("Kai Holm",)),
        ("Did Ortiz meet Lind in May 2023?", ("May 2023",)),
        ("Did Ana Ortiz meet Lars Lind?", ()),  # of a name one word is enough, yet it is not said
    ],
)
def test_the_nearest_sentence_is_named_with_what_it_lacks(question: str, lacking: tuple[str, ...]) -> None:
    assert tell(question) == (Told(Bearing.NEITHER, Marker(1, 1), lacking) if lacking else None)


@pytest.mark.parametrize(
    "question",
    [
        "When did Ortiz meet Lind?",
        "Did Ortiz or Lind come?",
        "Did Ortiz meet Lind, and where?",
        "Did he? (Did Ortiz meet Lind?)",
        "Did not Ortiz meet Lind?",
        "Did Ortiz meet Lind " + "again " * 60 + "?",
        "Did?",
    ],
)
def test_other_questions_are_told_nothing(question: str) -> None:
    assert not list(statements_of(question))
    assert tell(question) is None


def test_what_one_sentence_says_and_another_denies_is_left_to_the_reader() -> None:
    assert tell("Did Ortiz sign?", "Ortiz signed. Ortiz did not sign.") is None


def test_a_question_in_an_article_says_nothing() -> None:
    assert tell("Did Ortiz sign?", "Did Ortiz sign?") is None
    assert told("Did Ortiz sign?", ()) is None


def test_a_headline_alone_does_not_say_so() -> None:
    article = make_article("a", "Lind met Holm in Oslo.", title="Ortiz met Lind")
    assert told("Did Ortiz meet Lind?", (make_hit(article, (0.9,)),)) is None


def test_the_auxiliary_is_tried_behind_each_word_of_the_subject() -> None:
    statements = list(statements_of("Was the big ship of Ann freed on 3 May 2024?"))
    assert "the big ship of Ann was freed on 3 May 2024." in statements
    assert not any("3 was" in one or "May was" in one for one in statements)


@pytest.mark.parametrize(
    ("bearing", "sentences"), [(Bearing.SAID, [4, 1, 2]), (Bearing.NEITHER, [4, 1, 2, 3])]
)
def test_the_sentence_that_tells_it_leads(bearing: Bearing, sentences: list[int]) -> None:
    hit = make_hit(make_article("a", TEXT), (0.9, 0.8, 0.7, 0.1))
    asked = "Did it rain?"
    retrieval = Retrieval(asked, asked, (hit,), 1.0, True, Span(), told=Told(bearing, Marker(1, 4)))
    written = [piece for piece in ExtractiveAnswerer().write(retrieval, ()) if isinstance(piece, Marker)]
    assert [marker.sentence for marker in written] == sentences


def test_the_reader_is_told_above_the_answer(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    readout = Readout(Settings(_env_file=None, home=tmp_path, model=""), Library(tmp_path), encoder)
    with readout.library.writing():
        list(readout.adder.add_articles([make_article("a", TEXT, title="Talks in Oslo")]))

    def ask(question: str) -> Answer:
        *_, answer = readout.ask(question)
        assert isinstance(answer, Answer)
        return answer

    said, denied, neither, other = map(
        ask,
        (
            "Did Ana Ortiz meet Per Lind in Oslo?",
            "Did the talks set a date for a treaty?",
            "Did Ana Ortiz thank Per Lind in Oslo?",
            "Where did Ana Ortiz meet Per Lind?",
        ),
    )
    readout.close()
    assert head_words(said) == "The first sentence says so."
    assert said.citations[0].quote.startswith("Ana Ortiz met")
    assert head_words(denied) == "The first sentence says that it is not so."
    assert denied.citations[0].quote.startswith("The talks set no date")
    assert head_words(neither).endswith("The nearest stands first; it lacks “thank”.")
    assert head_words(neither) in answer_html(neither, "a") and "r-otherwise" in answer_html(neither, "a")
    assert "r-otherwise" not in answer_html(said, "a")
    assert head_words(other) == "" and "r-told" not in answer_html(other, "a")
    assert json.loads(json.dumps(answer_json(neither)))["told"] == {
        "bearing": "neither",
        "lacking": ["thank"],
    }
