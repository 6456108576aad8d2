"""A question that the articles do not answer is met with ones that they do, found before they are offered."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.library import Library
from rag.offers import OFFERED_MOST, SEARCHED_MOST, offer_questions
from rag.settings import Settings
from rag.show import answer_json, sources_text
from rag.types import Answer, Hit, Retrieval, Span, Status
from tests.answers import ARTICLE, make_answer, make_hit
from tests.fakes import make_article

ARTICLES = (
    make_article(
        "quarry",
        "Mayor Ann Lorimer said that Copper Valley needs a new quarry. The council votes in June.\n\n"
        "The quarry would give work to forty people, according to the council.",
        title="Council to vote on a new quarry",
        source="Valley Post",
    ),
    make_article(
        "ferry",
        "The ferry to Marrow Island runs again. It had been out of service since a storm in March.",
        title="Ferry to Marrow Island runs again",
        source="Island Wire",
    ),
)


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder) -> Iterator[Readout]:
    home = tmp_path_factory.mktemp("offers")
    readout = Readout(Settings(_env_file=None, home=home, model=""), Library(home), encoder)
    with readout.library.writing():
        list(readout.adder.add_articles(ARTICLES))
    yield readout
    readout.close()


def ask(readout: Readout, question: str) -> Answer:
    *_, answer = readout.ask(question)
    assert isinstance(answer, Answer)
    return answer


def test_each_question_that_is_offered_is_answered_when_it_is_asked(readout: Readout) -> None:
    refused = ask(readout, "Who won the chess championship in Reykjavik?")
    assert refused.status is Status.NOT_IN_ARTICLES
    assert refused.offers
    for offer in refused.offers:
        assert ask(readout, offer).status is Status.ANSWERED


def test_an_answered_question_offers_nothing(readout: Readout) -> None:
    answered = ask(readout, "Which ferry runs again after the storm in March?")
    assert answered.status is Status.ANSWERED
    assert answered.offers == ()


def hit(text: str, title: str = "A plain title") -> Hit:
    article = replace(ARTICLE, id=title + text[:9], title=title, text=text)
    return make_hit(article, ((0, len(text)), (0, len(text))))


def found(question: str, *hits: Hit, enough: bool = True) -> Retrieval:
    return Retrieval(question, question, hits, 0.9, enough, Span(1, 1))


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "Mayor Ann Lorimer said that Copper Valley needs a new quarry.",
            "What did Ann Lorimer say about Copper Valley?",
        ),
        (
            "The Philippines said that Ann Lorimer was wrong.",
            "What did the Philippines say about Ann Lorimer?",
        ),
    ],
)
def test_a_speaker_with_a_name_makes_a_question(sentence: str, question: str) -> None:
    near = hit(sentence)
    assert offer_questions([near], lambda q: found(q, near)) == (question,)


def test_what_is_not_found_or_found_in_another_article_is_not_offered() -> None:
    near, other = hit("Nothing is said here by anybody at all."), hit("Another text.", title="Another")
    assert offer_questions([near], lambda q: found(q, near, enough=False)) == ()
    assert offer_questions([near], lambda q: found(q, other)) == ()


def test_few_are_offered_and_few_are_searched() -> None:
    hits = [hit("No speaker in this one.", title=f"Title number {n}") for n in range(20)]
    searched: list[str] = []

    def search(question: str) -> Retrieval:
        searched.append(question)
        return found(question, *hits, enough=False)

    assert offer_questions(hits, search) == ()
    assert len(searched) == SEARCHED_MOST
    assert (
        len(offer_questions(hits, lambda q: found(q, *[h for h in hits if h.article.title in q])))
        == OFFERED_MOST
    )


@pytest.mark.parametrize(
    "title", ["![x](https://evil.test)", "see www.evil.test", "<b>bold</b>", "long " * 40]
)
def test_a_title_that_could_mean_something_in_a_label_makes_no_question(title: str) -> None:
    near = hit("Nothing is said here by anybody at all.", title=title)
    assert offer_questions([near], lambda q: found(q, near)) == ()


def test_a_refusal_names_what_is_covered_and_what_can_be_asked() -> None:
    refused = make_answer(
        status=Status.NOT_IN_ARTICLES,
        claims=(),
        offers=("What is reported about “Ferries”?",),
        span=Span(9, 20, ("A", "B", "C", "D", "E", "F", "G")),
    )
    text = sources_text(refused)
    assert "Nearest passages:" in text
    assert "Outlets: A; B; C; D; E and 2 more." in text
    assert "The articles do answer:\n  What is reported about “Ferries”?" in text
    assert answer_json(refused)["offers"] == ["What is reported about “Ferries”?"]


def test_no_model_is_asked_for_them(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    class Model:
        name, notice = "model", ""

        def write(self, retrieval: Retrieval, turns: object) -> Iterator[str]:
            raise AssertionError("asked")

    readout = Readout(Settings(_env_file=None, home=tmp_path, model=""), Library(tmp_path), encoder, Model())
    with readout.library.writing():
        list(readout.adder.add_articles(ARTICLES))
    assert ask(readout, "Who won the chess championship in Reykjavik?").status is Status.NOT_IN_ARTICLES
    readout.close()
