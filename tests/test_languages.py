"""Articles in other languages: named, kept whole, and found by a question in their own language."""

from dataclasses import replace

import pytest

from rag.adding import Outcome
from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.reading.languages import name_language
from rag.settings import Settings
from rag.types import Filters
from rag.words import stems
from tests.fakes import make_article
from tests.growth import grows_linearly

TEXTS = {
    "de": "Der Fährbetrieb in Linden ruht seit Freitag, teilte das Hafenamt mit. Ein Bus fährt stündlich über"
    " die Hafenbrücke. Der Stadtrat stimmt im Mai über ein neues Boot ab.",
    "fr": "Le bac de Linden ne circule plus depuis vendredi, a annoncé la capitainerie. Un autobus traverse"
    " le pont toutes les heures. Le conseil municipal votera en mai sur un nouveau bateau.",
    "es": "El transbordador de Linden dejó de funcionar el viernes, informó la capitanía. Un autobús cruza el"
    " puente cada hora. El ayuntamiento votará en mayo sobre un barco nuevo.",
    "zh": "林登的渡船星期五停航，港务局说。"
    "一辆公共汽车每小时开过港口大桥。市议会将在五月就购买新船进行表决。",
    "ar": "توقفت العبارة في ليندن يوم الجمعة، بحسب مكتب الميناء. تعبر حافلة جسر الميناء كل ساعة."
    " سيصوت مجلس المدينة في مايو على قارب جديد.",
}
ASKED = {
    "de": ("Was fährt über die Hafenbrücke?", "Ein Bus fährt stündlich über die Hafenbrücke."),
    "fr": ("Que traverse l'autobus ?", "Un autobus traverse le pont toutes les heures."),
    "es": ("¿Qué cruza el puente?", "Un autobús cruza el puente cada hora."),
    "zh": ("什么开过港口大桥？", "一辆公共汽车每小时开过港口大桥。"),
    "ar": ("ماذا يعبر جسر الميناء؟", "تعبر حافلة جسر الميناء كل ساعة."),
}


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder) -> Readout:
    home = tmp_path_factory.mktemp("home")
    readout = Readout(Settings(_env_file=None, home=home), Library(home), encoder, ExtractiveAnswerer())
    articles = [make_article(language, text, title="") for language, text in TEXTS.items()]
    articles += [make_article(f"filler-{n}", f"The town of Linden {n} opened a bridge.") for n in range(12)]
    with readout.library.writing():
        list(readout.adder.add_articles(articles))
    return readout


@pytest.mark.parametrize("language", TEXTS)
def test_a_question_in_its_own_language_finds_the_sentence(readout: Readout, language: str) -> None:
    question, sentence = ASKED[language]
    hit = readout.retriever.retrieve(question).hits[0]
    assert hit.article.id == language
    assert hit.passage.sentences[hit.best].text == sentence
    only = readout.retriever.retrieve(question, filters=Filters(languages=(language,)))
    assert {hit.article.id for hit in only.hits} == {language}


def test_the_language_is_named_where_the_article_does_not(readout: Readout) -> None:
    named = {article.id: article.language for article in readout.library.articles()}
    assert {name: named[name] for name in TEXTS} == {name: name for name in TEXTS}


def test_what_is_short_or_no_language_is_not_named() -> None:
    for text in (
        "",
        "OK",
        "12 34 56 78 99",
        "Wang Blinken Xi Yellen Biden Trump",
        "a b c d e f g h",
        "\ud800" * 99,
    ):
        assert name_language(text) == "", text


def test_naming_a_language_makes_no_article_a_changed_one(readout: Readout) -> None:
    """A library from before has articles of the same hash without a language."""
    with readout.library.writing():
        again = list(readout.adder.add_articles([make_article("de", TEXTS["de"], title="")]))
    assert [verdict.outcome for verdict in again] == [Outcome.UNCHANGED]


def test_the_articles_own_word_for_its_language_counts(readout: Readout) -> None:
    article = make_article("own", "Der Turm der alten Mühle wird im Herbst neu gedeckt.", title="")
    with readout.library.writing():
        list(readout.adder.add_articles([replace(article, language="nl")]))
        stored = readout.library.article("own")
        readout.adder.remove(["own"])
    assert stored and stored.language == "nl"


def test_text_without_spaces_is_found_by_pairs_of_its_signs() -> None:
    assert stems("林登的渡船 2024年") == ["林登", "登的", "的渡", "渡船", "2024", "年"]
    assert stems("ไทย") == ["ไท", "ทย"]
    assert stems("The U.S. café") == ["the", "us", "cafe"]


@pytest.mark.parametrize("unit", ["林", "林a", "ไ ", "渡\u200d"])
def test_pairs_take_linear_time(unit: str) -> None:
    assert grows_linearly(stems, unit)
