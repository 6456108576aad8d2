"""Question → hits: what is found, why, and when it is enough. With the real encoder."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.errors import IndexMismatch, QuestionError
from rag.extractive import ExtractiveAnswerer
from rag.langchain_retriever import ReadoutRetriever
from rag.library import Library
from rag.settings import Settings
from rag.types import Article
from tests.fakes import HashEmbedder, make_article

ARTICLES = (
    make_article(
        "taiwan",
        "Wang Yi called the Taiwan question the first red line. He spoke in Beijing on Friday.\n\n"
        "Blinken said that the US keeps to its one-China policy.",
        title="Wang warns Blinken over Taiwan",
        source="The Verge",
    ),
    make_article(
        "pandas",
        "Two pandas, Yun Chuan and Xin Bao, arrived in San Diego in June. The zoo had waited for 21 years.",
        title="Pandas come to San Diego",
        published_at=datetime(2024, 6, 28, tzinfo=UTC),
    ),
    make_article(
        "tariffs",
        "The United States raised the tariff on electric vehicles to 100 percent."
        " Steel followed at 25 percent.",
        title="Tariffs rise",
        source="TechCrunch",
        published_at=datetime(2024, 5, 14, tzinfo=UTC),
    ),
    make_article(
        "tariffs-again",
        "In September the final list came out. The tariff on electric vehicles stayed at 100 percent.",
        title="Final tariff list",
        source="Time",
        published_at=datetime(2024, 9, 13, tzinfo=UTC),
    ),
    *(make_article(f"filler-{n}", f"The town of Linden {n} opened a bridge.") for n in range(12)),
)


def make_readout(home: Path, encoder: EmbeddedEncoder, articles: tuple[Article, ...] = ARTICLES) -> Readout:
    settings = Settings(home=home, model="")
    readout = Readout(settings, Library(home), encoder, ExtractiveAnswerer())
    with readout.library.writing():
        list(readout.adder.add_articles(articles))
    return readout


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder) -> Readout:
    return make_readout(tmp_path_factory.mktemp("home"), encoder)


@pytest.mark.parametrize(
    ("question", "article", "sentence"),
    [
        ("What is the first red line?", "taiwan", "Wang Yi called the Taiwan question the first red line."),
        ("How long did the zoo wait?", "pandas", "The zoo had waited for 21 years."),
        ("How high is the tariff on steel?", "tariffs", "Steel followed at 25 percent."),
    ],
)
def test_the_right_sentence_comes_first(readout: Readout, question: str, article: str, sentence: str) -> None:
    hit = readout.retriever.retrieve(question).hits[0]
    assert hit.article.id == article
    assert hit.passage.sentences[hit.best].text == sentence


def test_common_words_of_a_question_do_not_win_where_its_rare_ones_are_nowhere(
    tmp_path: Path, encoder: EmbeddedEncoder
) -> None:
    mascot = make_article(
        "mascot",
        "The small statue on the bonnet was made by a sculptor of London. It shows a woman in the wind.",
        title="The Spirit of Ecstasy",
    )
    console = make_article(
        "console",
        "The meaning of the number on the lid was never told. The lid was grey.",
        title="A games console",
    )
    readout = make_readout(tmp_path, encoder, (mascot, console, *ARTICLES[4:]))
    ranking = readout.retriever.rank("What is the meaning of the emblem of a Rolls-Royce limousine?")
    assert ranking.hits[0].article.id == "mascot"
    ranking = readout.retriever.rank("What is the meaning of the number on the lid?")
    assert ranking.hits[0].article.id == "console"


def test_an_outlet_named_in_the_question_counts(readout: Readout) -> None:
    question = "What tariff on electric vehicles does {} report?"
    for outlet, article in (("TechCrunch", "tariffs"), ("Time", "tariffs-again")):
        assert readout.retriever.retrieve(question.format(outlet)).hits[0].article.id == article


def test_a_date_named_in_the_question_counts(readout: Readout) -> None:
    question = "What was reported on the tariff on electric vehicles in {}?"
    for month, article in (("May 2024", "tariffs"), ("September 2024", "tariffs-again")):
        assert readout.retriever.retrieve(question.format(month)).hits[0].article.id == article


def test_last_month_counts_from_the_reference_date(readout: Readout) -> None:
    question = "What was reported last month on the tariff on electric vehicles?"
    for as_of, article in ((date(2024, 6, 3), "tariffs"), (date(2024, 10, 3), "tariffs-again")):
        assert readout.retriever.retrieve(question, as_of=as_of).hits[0].article.id == article


def test_a_date_that_leaves_nothing_is_relaxed_and_said(readout: Readout) -> None:
    found = readout.retriever.retrieve("What was said on the tariff in March 2019?")
    assert found.hits[0].article.id in ("tariffs", "tariffs-again")
    assert "published between 1 March 2019 and 31 March 2019;" in found.note


def test_a_question_that_names_nothing_but_a_day_is_answered_with_what_is_told_of_it(
    readout: Readout,
) -> None:
    found = readout.retriever.retrieve("What happened on 13 September 2024?")
    assert found.hits[0].article.id == "tariffs-again" and found.enough
    lacking = readout.retriever.retrieve("What happened on 25 September 2024?")
    assert (
        lacking.lacking == "nothing found is from “25 September 2024” or speaks of it" and not lacking.enough
    )


def test_an_event_is_summed_up_by_the_article_on_it(readout: Readout) -> None:
    found = readout.retriever.retrieve("Summarise the pandas of San Diego")
    assert [found.hits[place].article.id for place in found.reports] == ["pandas"]
    assert readout.retriever.retrieve("Where are the pandas?").reports == ()


def test_the_day_of_an_event_is_no_day_of_publication(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    told = "Ambassador Ito opened the harbour of Linden on 1 May. Twenty ships came."
    told_later = make_article("harbour", told, published_at=datetime(2024, 6, 28, tzinfo=UTC))
    readout = make_readout(tmp_path, encoder, (told_later, *ARTICLES))
    question = "How many ships came when Ito opened the harbour on 1 May {}?"
    notes = [readout.retriever.retrieve(question.format(year)).note for year in (2023, 2024)]
    assert "published" in notes[0] and not notes[1]


def test_no_article_takes_more_places_than_settings_allow(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    long = "\n\n".join(
        f"On day {n} the delegates spoke about fishing rights and {n * 7} boats. "
        + "They agreed on little. " * 60
        for n in range(8)
    )
    readout = make_readout(tmp_path, encoder, (make_article("long", long), *ARTICLES))
    hits = readout.retriever.retrieve("What did the delegates say about fishing rights?").hits
    assert sum(hit.article.id == "long" for hit in hits) == readout.settings.per_article


def test_an_empty_question_and_one_too_long_are_refused_in_one_sentence(readout: Readout) -> None:
    with pytest.raises(QuestionError, match="empty"):
        readout.retriever.retrieve("  ")
    with pytest.raises(QuestionError, match="2,000"):
        readout.retriever.retrieve("why " * 600)


def test_a_library_of_another_encoder_is_not_searched(readout: Readout) -> None:
    other = Readout(readout.settings, readout.library, HashEmbedder(), ExtractiveAnswerer())
    with pytest.raises(IndexMismatch, match="rebuild --embed"):
        other.retriever.retrieve("What is the first red line?")


def test_an_empty_library_finds_nothing_and_says_so(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    found = make_readout(tmp_path, encoder, ()).retriever.retrieve("Anything?")
    assert found.hits == ()
    assert not found.enough


def test_a_library_of_one_passage_answers_what_it_says_and_nothing_else(
    tmp_path: Path, encoder: EmbeddedEncoder
) -> None:
    retriever = make_readout(tmp_path, encoder, ARTICLES[1:2]).retriever
    for question in ("How long had the zoo waited?", "When did the pandas arrive?"):
        assert retriever.retrieve(question).enough
    for question in ("How long did the bus wait?", "What is the price of oil?", "Who won the election?"):
        assert not retriever.retrieve(question).enough


def test_text_in_another_script_is_found_by_its_words(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    articles = (*ARTICLES, make_article("cn", "王毅 在 北京 会见 布林肯。", title="会见"))
    hits = make_readout(tmp_path, encoder, articles).retriever.retrieve("王毅 北京").hits
    assert hits[0].article.id == "cn"


class TestLangChainRetriever(RetrieversIntegrationTests):
    """LangChain's own conformance suite."""

    @pytest.fixture(autouse=True)
    def _library(self, readout: Readout) -> None:
        type(self).readout = readout

    readout: Readout

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return ReadoutRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, object]:
        return {"retriever": self.readout.retriever}

    @property
    def retriever_query_example(self) -> str:
        return "What is the tariff on electric vehicles?"


def test_a_document_cites_its_article_with_exact_offsets(readout: Readout) -> None:
    (found,) = ReadoutRetriever(retriever=readout.retriever, k=1).invoke("What is the first red line?")
    assert isinstance(found, Document)
    article = readout.article(found.metadata["article_id"])
    assert article is not None
    facts = found.metadata
    assert article.text[facts["start"] : facts["end"]] == found.page_content
    best = article.text[facts["best_start"] : facts["best_end"]]
    assert best == "Wang Yi called the Taiwan question the first red line."
