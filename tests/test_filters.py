"""Filters: which articles may answer at all, whatever the question says."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pytest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.extractive import ExtractiveAnswerer
from rag.index import WIDER
from rag.library import Library, version_key, version_of
from rag.settings import Settings
from rag.show import answer_json, filter_words
from rag.types import Answer, Article, Filters, Retrieval, Status
from tests.fakes import HashEmbedder, make_article

QUESTION = "How high is the tariff on electric vehicles?"
TARIFF = "The tariff on electric vehicles is {} percent. The ministry said so on Friday."


def tariff(name: str, percent: int, source: str, moment: datetime | None, language: str = "en") -> Article:
    article = make_article(name, TARIFF.format(percent), f"Tariffs in {name}", source, moment)
    return Article(**{field: getattr(article, field) for field in article.__slots__} | {"language": language})


ARTICLES = (
    tariff("may", 25, "River Post", datetime(2024, 5, 14, 23, 30, tzinfo=UTC)),
    tariff("june", 50, "Harbour Times", datetime(2024, 6, 1, 0, 10, tzinfo=UTC)),
    tariff("july", 75, "River Post", datetime(2024, 7, 2, tzinfo=UTC), language="de"),
    tariff("undated", 100, "Harbour Times", None, language=""),
)


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder) -> Iterator[Readout]:
    home = tmp_path_factory.mktemp("home")
    readout = Readout(
        Settings(_env_file=None, home=home, model=""), Library(home), encoder, ExtractiveAnswerer()
    )
    with readout.library.writing():
        list(readout.adder.add_articles(ARTICLES))
    yield readout
    readout.close()


def found(readout: Readout, filters: Filters, question: str = QUESTION) -> set[str]:
    return {hit.article.id for hit in readout.retriever.retrieve(question, filters=filters).hits}


@pytest.mark.parametrize(
    ("filters", "articles"),
    [
        (Filters(), {"may", "june", "july", "undated"}),
        (Filters(outlets=("River Post",)), {"may", "july"}),
        (Filters(outlets=("River Post", "Harbour Times")), {"may", "june", "july", "undated"}),
        (Filters(outlets=("river post",)), set()),
        (Filters(languages=("de",)), {"july"}),
        (Filters(languages=("de", "en")), {"may", "june", "july", "undated"}),
        (Filters(first=date(2024, 5, 15)), {"june", "july"}),
        (Filters(first=date(2024, 5, 14), last=date(2024, 5, 14)), {"may"}),
        (Filters(last=date(2024, 6, 1)), {"may", "june"}),
        (Filters(("River Post",), first=date(2024, 6, 1), languages=("de",)), {"july"}),
        (Filters(("Harbour Times",), languages=("de",)), set()),
    ],
)
def test_only_articles_that_the_filter_leaves_are_found(
    readout: Readout, filters: Filters, articles: set[str]
) -> None:
    assert found(readout, filters) == articles
    assert readout.library.select(filters).span.articles == len(articles)


def test_a_filter_holds_against_what_the_question_names(readout: Readout) -> None:
    question = "How high was the tariff on electric vehicles in the Harbour Times in June 2024?"
    assert found(readout, Filters(outlets=("River Post",)), question) == {"may", "july"}


def test_an_answer_cites_nothing_outside_its_filter_and_says_what_was_asked(readout: Readout) -> None:
    filters = Filters(outlets=("River Post",), last=date(2024, 5, 31))
    *_, answer = readout.ask(QUESTION, filters=filters)
    assert isinstance(answer, Answer)
    assert "25 percent" in answer.text
    assert {hit.article.id for hit in answer.hits} == {"may"}
    assert answer.filters == filters
    assert (answer.span.articles, answer.span.of, answer.span.sources) == (1, 4, ("River Post",))
    assert answer_json(answer)["filters"] == {
        "outlets": ["River Post"],
        "first": None,
        "last": "2024-05-31",
        "languages": [],
    }


def test_a_refusal_says_what_the_filter_left(readout: Readout) -> None:
    *_, answer = readout.ask("Who sang in the opera of Vienna?", filters=Filters(outlets=("River Post",)))
    assert isinstance(answer, Answer)
    assert answer.status is Status.NOT_IN_ARTICLES
    assert "Searched: 2 of 4 articles, filtered by outlet River Post. The nearest" in answer.notice


def test_a_filter_that_leaves_nothing_says_so_and_asks_no_answerer(readout: Readout) -> None:
    class Silent:
        name = "silent"
        notice = ""

        def write(self, retrieval: Retrieval, turns: object) -> Iterator[str]:
            raise AssertionError("asked without articles")

    *_, answer = readout.ask(QUESTION, filters=Filters(first=date(2025, 1, 1)), answerer=Silent())
    assert isinstance(answer, Answer)
    assert (answer.status, answer.hits) == (Status.NOT_IN_ARTICLES, ())
    assert answer.notice == (
        "No article is left by the filter: date since 1 January 2025. Drop it to search all 4 articles."
    )


def test_a_filter_in_words() -> None:
    first, last = date(2024, 5, 1), date(2024, 6, 3)
    assert filter_words(Filters(("A", "B"), first, last, ("en",))) == (
        "outlet A or B; date from 1 May 2024 to 3 June 2024; language en"
    )
    assert filter_words(Filters(last=last)) == "date until 3 June 2024"
    assert filter_words(Filters(first=first, last=first)) == "date 1 May 2024"
    assert filter_words(Filters(outlets=("A", "B", "C", "D"))) == "4 outlets"
    assert not Filters()


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readout]:
    """One small outlet that writes of something else than the many articles of a large one."""
    home = tmp_path_factory.mktemp("crowd")
    settings = Settings(_env_file=None, home=home, model="")
    readout = Readout(settings, Library(home), HashEmbedder(), ExtractiveAnswerer())
    many = [make_article(f"large-{n}", f"Copper ore sells well {n}.", source="Large") for n in range(60)]
    few = [make_article(f"small-{n}", f"Fog lay on the pier {n}.", source="Small") for n in range(5)]
    with readout.library.writing():
        list(readout.adder.add_articles([*many, *few]))
    yield readout
    readout.close()


@pytest.mark.parametrize("source", ["Small", "Large"])
def test_the_nearest_passages_under_a_filter_are_those_of_a_full_comparison(
    crowd: Readout, source: str
) -> None:
    """Also where none of them is among the neighbours that the index gives."""
    most = 2
    assert most * WIDER < 60  # the large outlet fills the neighbourhood alone
    question = crowd.embedder.embed_question("copper ore sells well")
    versions = crowd.library.select(Filters(outlets=(source,))).versions
    stored = [
        passage
        for article in crowd.articles()
        if version_key(article.id, article.content_hash) in versions
        for passage in crowd.library.passages(article_id=article.id)
    ]
    exact = sorted((float(one.vector @ question) for one in stored), reverse=True)[:most]
    near = crowd.indexes.search_vectors(question, most, versions)
    assert np.allclose([cosine for _, cosine in near], exact, atol=1e-3)
    words = crowd.indexes.search_words(["copper", "fog"], 100, versions)
    assert {hit.number for hit in words} == {one.number for one in stored}


@pytest.mark.parametrize("filters", [Filters(), Filters(outlets=("Large",))])
def test_what_was_found_may_be_passed_over(crowd: Readout, filters: Filters) -> None:
    versions = crowd.library.select(filters).versions if filters else None
    question, words = crowd.embedder.embed_question("copper ore sells well"), ["copper", "sell"]
    keys = crowd.library.passage_ids()
    first = [key for key, _ in crowd.indexes.search_vectors(question, 2, versions)]
    first += [keys[hit.number] for hit in crowd.indexes.search_words(words, 2, versions)]
    besides = set(map(version_of, first))
    others = [key for key, _ in crowd.indexes.search_vectors(question, 2, versions, besides)]
    by_words = [keys[hit.number] for hit in crowd.indexes.search_words(words, 100, versions, besides)]
    assert (len(others), len(by_words)) == (2, 60 - len(besides))
    assert besides.isdisjoint(map(version_of, (*others, *by_words)))
    assert all(key.startswith("large") for key in (*others, *by_words))


def test_the_languages_and_the_size_of_the_library_are_in_its_span(readout: Readout) -> None:
    span = readout.span()
    assert (span.articles, span.of, span.languages) == (4, 4, ("en", "de"))
    readout.library.remove(["july"])
    try:
        assert readout.span().languages == ("en",)
        assert found(readout, Filters(outlets=("River Post",))) == {"may"}
    finally:
        with readout.library.writing():
            list(readout.adder.add_articles(ARTICLES))
