"""Conversations: they come out of the library as they went in, whatever happened to it since."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.conversations import (
    NAME_CHARACTERS,
    UNREADABLE,
    changed_articles,
    conversation_name,
    conversations,
    delete_conversation,
    keep_exchange,
    load_conversation,
    pack_answer,
    rename_conversation,
    unpack_answer,
)
from rag.errors import LibraryBusy
from rag.library import Library
from rag.schema import SCHEMA_VERSION
from rag.show import OTHERWISE
from rag.show_conversation import export_conversation, file_name
from rag.types import (
    Answer,
    Article,
    Claim,
    Disagreement,
    Filters,
    KeptConversation,
    KeptExchange,
    Point,
    Status,
    Verdict,
)
from tests.answers import ARTICLE, TEXT, make_answer, make_citation, make_hit
from tests.test_feedback import FEEDBACK
from tests.test_library import LAYOUT_1, store

GOLDEN = Path(__file__).parent / "golden"
ASKED_AT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
TEXTS = {(ARTICLE.id, ARTICLE.content_hash): ARTICLE.text}


def make_exchange(number: int = 1, answer: Answer | None = None, **changes: object) -> KeptExchange:
    answer = answer or make_answer()
    exchange = KeptExchange(f"answer-{number}", answer.question, ASKED_AT.replace(minute=number), answer)
    return replace(exchange, **changes)  # type: ignore[arg-type]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    store(library, ARTICLE)
    yield library
    library.close()


def load(library: Library, conversation_id: str = "one") -> KeptConversation:
    found = load_conversation(library, conversation_id)
    assert found
    return found


def stored_article(library: Library) -> Article:
    article = library.article(ARTICLE.id)
    assert article
    return article


# Answers as JSON


def test_an_answer_comes_back_as_it_went_in() -> None:
    answer = make_answer(
        claims=(
            Claim("They met.", Verdict.SUPPORTED, citations=(make_citation(1, 0), make_citation(2, 1))),
            Claim("48 did.", Verdict.PARTLY, ("the number 48",), (make_citation(1, 0),), lead="\n\n- "),
        ),
        status=Status.STOPPED,
        unresolved=3,
        filters=Filters(("Example Wire",), date(2024, 4, 26)),
        disagreements=(
            Disagreement(Point.OPPOSITE, make_citation(1, 0), make_citation(2, 1), "met", "spoke"),
        ),
    )
    assert unpack_answer(pack_answer(answer), TEXTS) == answer


def test_an_answer_kept_before_a_field_was_there_has_its_default() -> None:
    older = json.loads(pack_answer(replace(make_answer(), otherwise=True)))
    assert older.pop("otherwise") is True
    assert unpack_answer(json.dumps(older), TEXTS) == make_answer()


def test_half_characters_and_numbers_of_numpy_come_back() -> None:
    hit = replace(make_hit(), score=np.float32(0.5), sentence_scores=(np.float32(0.25),))  # type: ignore[arg-type]
    answer = make_answer(claims=(Claim("Half \ud800 a pair.", Verdict.UNCITED),), hits=(hit,))
    found = unpack_answer(pack_answer(answer), TEXTS)
    assert found == answer
    assert type(found.hits[0].score) is float


def test_an_answer_without_hits_or_dates_comes_back() -> None:
    undated = replace(ARTICLE, published_at=None, authors=())
    citation = make_citation(1, 1, undated)
    answer = make_answer(
        hits=(make_hit(undated),), claims=(Claim("It.", Verdict.SUPPORTED, (), (citation,)),)
    )
    assert unpack_answer(pack_answer(answer), TEXTS) == answer
    assert unpack_answer(pack_answer(replace(answer, hits=(), claims=())), {}).hits == ()


def test_the_text_of_an_article_is_not_kept_twice_but_its_passages_are() -> None:
    long = replace(ARTICLE, text=TEXT + "\n\nNobody asked about this.")
    line = pack_answer(make_answer(long))
    assert "Nobody asked" not in line
    (hit,) = unpack_answer(line, {}).hits
    assert hit.article.text == ""
    assert [sentence.text for sentence in hit.passage.sentences][1] == "They spoke for five hours."


def test_a_field_that_an_older_version_did_not_know_has_its_default() -> None:
    values = json.loads(pack_answer(make_answer(unresolved=2)))
    del values["unresolved"]
    values["a field of the future"] = [1]
    assert unpack_answer(json.dumps(values), TEXTS) == make_answer()


@pytest.mark.parametrize(
    ("field", "value"), [("status", "perhaps"), ("claims", [1]), ("question", None), ("seconds", "soon")]
)
def test_json_that_is_no_answer_is_refused(field: str, value: object) -> None:
    values = {**json.loads(pack_answer(make_answer())), field: value}
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        unpack_answer(json.dumps(values), TEXTS)


# In the library


def test_a_conversation_comes_back_with_its_answers_in_the_order_asked(library: Library) -> None:
    now = stored_article(library)
    first, second = make_exchange(1, make_answer(now)), make_exchange(2, make_answer(now), question="And?")
    failed = make_exchange(3, question="Why?", answer=None)
    failed = replace(failed, answer=None, fault="The library cannot be searched.", model="openai:x")
    for position, exchange in ((2, second), (1, first), (3, failed)):
        keep_exchange(library, "one", position, exchange, name=first.question)
    found = load(library)
    assert found.name == "How long did they speak?"
    assert found.changed_at == failed.asked_at
    assert found.exchanges == (first, second, failed)
    assert load_conversation(library, "other") is None


def test_an_answer_given_again_takes_the_place_of_the_one_before(library: Library) -> None:
    keep_exchange(library, "one", 1, make_exchange(1))
    keep_exchange(library, "one", 2, make_exchange(2))
    keep_exchange(library, "one", 1, make_exchange(3, question="Edited?"), replaces="answer-1")
    assert [one.id for one in load(library).exchanges] == ["answer-3", "answer-2"]


def test_conversations_are_listed_latest_first_and_found_by_all_words(library: Library) -> None:
    about_copper = make_answer(claims=(Claim("Das KUPFER-Märchen.", Verdict.UNCITED),))
    keep_exchange(library, "old", 1, make_exchange(1, question="What of Chile?", answer=about_copper))
    keep_exchange(library, "new", 1, make_exchange(2))
    keep_exchange(library, "new", 2, make_exchange(3, question="100% of _it_?"))
    assert [(one.id, one.name, one.questions) for one in conversations(library)] == [
        ("new", "How long did they speak?", 2),
        ("old", "What of Chile?", 1),
    ]
    assert [one.id for one in conversations(library, most=1)] == ["new"]
    found = {
        words: [one.id for one in conversations(library, words)]
        for words in ("chile", "kupfer-MÄRCHEN chile", "five hours", "100%", "copper", "  ", "0_", "%")
    }
    assert found == {
        "chile": ["old"],
        "kupfer-MÄRCHEN chile": ["old"],
        "five hours": ["new"],
        "100%": ["new"],
        "copper": [],
        "  ": ["new", "old"],
        "0_": [],
        "%": ["new"],
    }


def test_a_conversation_is_renamed_found_by_its_new_name_and_deleted(library: Library) -> None:
    keep_exchange(library, "one", 1, make_exchange(1))
    keep_exchange(library, "two", 1, make_exchange(2))
    assert rename_conversation(library, "one", "  Talks\u202e of\nApril ") == "Talks of April"
    keep_exchange(library, "one", 2, make_exchange(3), name="another first question")
    assert [one.name for one in conversations(library, "april")] == ["Talks of April"]
    library.add_feedback(replace(FEEDBACK, id="answer-1"))
    delete_conversation(library, "one")
    assert [one.id for one in conversations(library)] == ["two"]
    assert [row[0] for row in library.rows("SELECT id FROM exchanges")] == ["answer-2"]
    assert len(library.feedback()) == 1
    assert library.faults() == []


def test_a_name_is_one_short_line_of_the_first_question() -> None:
    assert conversation_name("Who\n met\x00 whom?") == "Who met whom?"
    long = conversation_name("word " * 40)
    assert len(long) <= NAME_CHARACTERS + 1
    assert long.endswith("word …")
    assert conversation_name(" \u202e ") == "A question without words"


def test_an_article_that_changed_or_went_is_named_and_its_sentence_stays(library: Library) -> None:
    gone = replace(ARTICLE, id="gone")
    both = (make_citation(1, 1), make_citation(2, 0, gone))
    answer = make_answer(claims=(Claim("They spoke.", Verdict.SUPPORTED, (), both),))
    keep_exchange(library, "one", 1, make_exchange(1, answer))
    assert changed_articles(library, [answer]) == {("gone", ARTICLE.content_hash): False}
    store(library, replace(ARTICLE, text="They spoke for six hours.", content_hash="beef"))
    changed = {("gone", ARTICLE.content_hash): False, ("meeting", ARTICLE.content_hash): True}
    assert changed_articles(library, [answer]) == changed
    (found,) = load(library).exchanges
    assert found.answer
    assert [one.quote for one in found.answer.citations] == [
        "They spoke for five hours.",
        "Wang met Blinken on Friday.",
    ]
    assert found.answer.hits[0].passage.text == TEXT
    assert found.answer.hits[0].article.text == ""


def test_an_answer_that_cannot_be_read_is_one_sentence_and_the_others_stay(library: Library) -> None:
    for number in (1, 2, 3):
        keep_exchange(library, "one", number, make_exchange(number))
    with library.aside("") as connection:
        connection.execute("UPDATE exchanges SET answer = '{\"hits\": 1}' WHERE id = 'answer-1'")
        connection.execute("UPDATE exchanges SET answer = 'no JSON' WHERE id = 'answer-2'")
    first, second, third = load(library).exchanges
    assert (first.answer, first.fault, second.fault) == (None, UNREADABLE, UNREADABLE)
    assert third.answer


def test_a_locked_library_is_one_sentence(library: Library) -> None:
    other = sqlite3.connect(library.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryBusy, match=r"^The conversation was not kept: .* being written just now\."):
        keep_exchange(library, "one", 1, make_exchange(1), seconds=0.1)
    other.close()
    assert conversations(library) == []


# Older libraries


@pytest.mark.parametrize("version", [1, 2])
def test_a_library_of_an_older_layout_keeps_all_and_takes_conversations(tmp_path: Path, version: int) -> None:
    written = LAYOUT_1 if version == 1 else (GOLDEN / "library-layout-2.sql").read_text()
    connection = sqlite3.connect(tmp_path / "library.sqlite3")
    connection.executescript(written)
    connection.close()
    library = Library(tmp_path)
    assert library.layout() == SCHEMA_VERSION
    assert [article.text for article in library.articles()] == ["Wang met Blinken in Beijing."]
    assert library.feedback() == ([] if version == 1 else [FEEDBACK])
    assert library.faults() == []
    assert conversations(library) == []
    keep_exchange(library, "one", 1, make_exchange(1))
    assert len(load(library).exchanges) == 1
    library.add_feedback(replace(FEEDBACK, id="answer-2"))
    library.close()
    again = Library(tmp_path)
    assert [one.id for one in conversations(again)] == ["one"]
    again.close()


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_library_that_cannot_be_written_has_no_conversations_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    def refused(connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    written = LAYOUT_1 if version == 1 else (GOLDEN / "library-layout-2.sql").read_text()
    connection = sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)
    connection.executescript("PRAGMA journal_mode = WAL;" + written)
    connection.close()
    monkeypatch.setattr("rag.library.prepare", refused)
    library = Library(tmp_path)
    assert library.layout() == version
    assert conversations(library) == []
    assert load_conversation(library, "one") is None
    assert library.feedback() == ([] if version == 1 else [FEEDBACK])


# Exports

HOSTILE = "<img src=x onerror=alert(1)> ![x](https://evil.example/x.png) www.evil.example *b*"


def hostile_conversation() -> KeptConversation:
    article = replace(ARTICLE, title=HOSTILE, source=HOSTILE, url="javascript:alert(1)")
    citation = replace(make_citation(1, 1, article), quote=HOSTILE)
    claims = (Claim(HOSTILE, Verdict.PARTLY, (HOSTILE,), (citation,)),)
    answer = make_answer(claims=claims, question=HOSTILE, asked=HOSTILE + "?", notice=HOSTILE)
    exchanges = (make_exchange(1, answer), replace(make_exchange(2), answer=None, fault=HOSTILE))
    return KeptConversation("one", HOSTILE, ASKED_AT, exchanges)


def test_an_export_holds_claims_verdicts_and_references() -> None:
    conversation = KeptConversation("one", "Talks: April/May?", ASKED_AT, (make_exchange(1),))
    assert file_name(conversation.name, "html") == "Talks-April-May.html"
    markdown = export_conversation(conversation, "md")
    assert "## How long did they speak?" in markdown
    assert "They spoke for five hours. \\[1\\] It was a success. *(no source given)*" in markdown
    assert "\\[1\\] Example Wire, 26 April 2024: Wang meets Blinken" in markdown
    assert "> “They spoke for five hours.”" in markdown
    assert "<https://example.org/meeting>" in markdown
    page = export_conversation(conversation, "html")
    assert 'href="#a1-s1"' in page
    assert '<li id="a1-s1"><b>[1]</b> Example Wire, 26 April 2024: Wang meets Blinken' in page
    assert "<blockquote>“They spoke for five hours.”</blockquote>" in page
    values = json.loads(export_conversation(conversation, "json"))
    (citation,) = values["exchanges"][0]["answer"]["claims"][0]["citations"]
    assert (citation["quote"], citation["start"], citation["end"]) == ("They spoke for five hours.", 28, 54)


@pytest.mark.parametrize("form", ["md", "html"])
def test_an_export_says_where_the_articles_say_otherwise(form: str) -> None:
    for otherwise in (True, False):
        exchange = make_exchange(1, make_answer(otherwise=otherwise))
        conversation = KeptConversation("one", "Talks", ASKED_AT, (exchange,))
        assert (OTHERWISE in export_conversation(conversation, form)) is otherwise


def test_an_export_shows_hostile_words_as_text() -> None:
    markdown = export_conversation(hostile_conversation(), "md")
    assert "![" not in markdown.replace("\\!\\[", "")
    assert "<img" not in markdown.replace("\\<img", "")
    assert "https://evil" not in markdown
    assert "www.evil" not in markdown
    assert "javascript:" not in markdown
    page = export_conversation(hostile_conversation(), "html")
    assert "<img" not in page
    assert "javascript:" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            "On 26 April, in 2024: a one-way, well-known road.",
            "On 26 April, in 2024: a one-way, well-known road.",
        ),
        ("1. no list", "1\\. no list"),
        ("- no list", "\\- no list"),
        (": no definition", "\\: no definition"),
        ("a --- b", "a \\-\\-\\- b"),
        ("see www.evil.example", "see www\\.evil\\.example"),
        ("see https://evil.example/x", "see https\\://evil\\.example/x"),
        ("at 18:30 for 2.5 hours", "at 18:30 for 2.5 hours"),
        (":100:", "\\:100:"),
        ("a :smile: b", "a \\:smile: b"),
    ],
)
def test_prose_stays_as_it_is_in_markdown_and_signs_mean_nothing(written: str, shown: str) -> None:
    conversation = KeptConversation("one", written, ASKED_AT, ())
    assert export_conversation(conversation, "md").splitlines()[0] == f"# {shown}"


def test_the_name_of_a_file_ends_with_a_whole_word() -> None:
    name = "What did the two sides say about Taiwan at the Bangkok meeting in January?"
    assert file_name(name, "md") == "What-did-the-two-sides-say-about-Taiwan-at-the-Bangkok.md"
    assert file_name("x" * 100, "md") == "x" * 60 + ".md"


# In the terminal


def run(*arguments: str, home: Path, answer: str = "") -> str:
    done = CliRunner().invoke(app, list(arguments), env={"READOUT_HOME": str(home)}, input=answer)
    assert not done.exception, done.output
    return done.output


def test_the_terminal_lists_shows_and_deletes(library: Library) -> None:
    home = library.home
    assert "No conversations yet" in run("conversations", home=home)
    keep_exchange(library, "abc1", 1, make_exchange(1))
    keep_exchange(library, "abd2", 1, make_exchange(2, question="What of Chile?"))
    listed = run("conversations", home=home)
    assert "abd2  What of Chile?\n    2024-05-01 08:02 UTC · 1 question\nabc1  How long" in listed
    assert "abc1" not in run("conversations", "--find", "chile", home=home)
    assert "They spoke for five hours. \\[1\\]" in run("conversations", "show", "abc", home=home)
    assert run("conversations", "show", "abc", "--as", "html", home=home).startswith("<!doctype html>")
    assert "Delete “What of Chile?”" in run("conversations", "delete", "abd2", home=home, answer="n\n")
    assert len(conversations(library)) == 2
    assert "deleted    abd2" in run("conversations", "delete", "abd2", "--yes", home=home)
    assert [one.id for one in conversations(library)] == ["abc1"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [(("show", "ab"), "2 conversations begin"), (("delete", "x"), "No conversation has the id 'x'")],
)
def test_an_id_that_names_no_or_several_conversations_is_one_sentence(
    library: Library, arguments: tuple[str, ...], fault: str
) -> None:
    for key in ("abc1", "abd2"):
        keep_exchange(library, key, 1, make_exchange(1, id=key))
    done = CliRunner().invoke(app, ["conversations", *arguments], env={"READOUT_HOME": str(library.home)})
    assert fault in str(done.exception)
