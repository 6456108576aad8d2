"""Libraries as older versions of Readout wrote them, stored as SQL: each opens and keeps all that it holds.

A stored library is never changed. Whoever changes the layout stores one of the layout before, made by
`python -m tests.test_layouts FILE` of the last commit that wrote it.
"""

import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.conversations import keep_exchange, load_conversation
from rag.editions import copies, versions
from rag.errors import LibraryError
from rag.library import Library
from rag.schema import SCHEMA_VERSION, TABLES, layout, prepare
from rag.types import ClaimRating, Feedback, KeptExchange, Rating, Verdict
from rag.visits import Visit, find_visit, keep_visit
from tests.answers import ARTICLE, make_answer
from tests.fakes import make_article
from tests.test_feedback import FEEDBACK
from tests.test_index import Desk

GOLDEN = Path(__file__).parent / "golden"
MOMENT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
PANDAS = make_article("pandas", "Two pandas arrived in San Diego. Their names are Yun Chuan and Xin Bao.")
RATED: Feedback = replace(
    FEEDBACK,
    id="answer-2",
    rating=Rating.DOWN,
    claims=(ClaimRating(1, "They met.", Verdict.SUPPORTED, Rating.UP, "Yes."),),
)
VISIT = Visit("https://zoo.example/pandas", "pandas", "https://zoo.example/feed", '"1"', "Fri, 26 Apr 2024")
WIRE = replace(make_article("wire", "Wang met Blinken, AP says.", source="AP"), ingested_at=MOMENT)
EXCHANGES = (
    KeptExchange("answer-1", make_answer().question, MOMENT, make_answer()),
    KeptExchange("answer-2", "And where?", MOMENT.replace(minute=31), None, "The model failed.", "tiny"),
)


def fill(home: Path) -> None:
    """A library with articles, one replaced, one removed and one with a copy, a conversation and feedback."""
    desk = Desk(home)
    desk.add(ARTICLE, replace(PANDAS, text="No pandas.", content_hash="00000000"), PANDAS)
    desk.add(make_article("gone", "This article is removed again."))
    desk.remove("gone")
    for number, exchange in enumerate(EXCHANGES, start=1):
        keep_exchange(desk.library, "one", number, exchange, name="Talks")
    for feedback in (FEEDBACK, RATED):
        desk.library.add_feedback(feedback)
    keep_visit(desk.library, VISIT)
    desk.library.add_copy(WIRE, ARTICLE.id)
    desk.close()


def make_stored(home: Path, version: int) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "library.sqlite3")) as connection:
        connection.executescript((GOLDEN / f"library-layout-{version}.sql").read_text())
        assert layout(connection) == version


def tables(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(TABLES).fetchall()


def test_a_library_of_each_layout_is_stored() -> None:
    stored = {int(path.stem.rpartition("-")[2]) for path in GOLDEN.glob("library-layout-*.sql")}
    assert stored == set(range(2, SCHEMA_VERSION + 1))  # that of layout 1 stands in test_library.py


@pytest.mark.parametrize("version", range(2, SCHEMA_VERSION + 1))
def test_a_stored_library_gets_the_tables_of_a_new_one_and_works(tmp_path: Path, version: int) -> None:
    make_stored(tmp_path / "home", version)
    Library(tmp_path / "new").close()
    Library(tmp_path / "home").close()
    assert tables(tmp_path / "home" / "library.sqlite3") == tables(tmp_path / "new" / "library.sqlite3")
    desk = Desk(tmp_path / "home")
    assert desk.library.faults() == []
    assert desk.library.feedback()[0] == FEEDBACK
    article = desk.library.articles()[0]
    assert desk.library.passages(article_id=article.id)[0].passage.text in article.text
    keep_exchange(desk.library, "new", 1, EXCHANGES[0])


@pytest.mark.parametrize("version", range(3, SCHEMA_VERSION + 1))
def test_articles_conversations_and_feedback_come_back_as_they_went_in(tmp_path: Path, version: int) -> None:
    make_stored(tmp_path / "home", version)
    desk = Desk(tmp_path / "home")
    assert {article.id for article in desk.library.articles()} == {ARTICLE.id, "pandas"}
    found = desk.library.article("pandas")
    assert found
    assert replace(found, ingested_at=None) == PANDAS
    assert desk.library.feedback() == [FEEDBACK, RATED]
    conversation = load_conversation(desk.library, "one")
    assert conversation
    assert (conversation.name, conversation.exchanges) == ("Talks", EXCHANGES)
    assert desk.found("pandas in San Diego") == ["pandas", "pandas"]
    assert desk.indexes.check().faults == ()
    assert desk.add(make_article("new", "Elephants came to Hanoi.")) == ["added"]


@pytest.mark.parametrize("version", range(4, SCHEMA_VERSION + 1))
def test_visited_addresses_come_back_as_they_went_in(tmp_path: Path, version: int) -> None:
    make_stored(tmp_path / "home", version)
    found = find_visit(Library(tmp_path / "home"), VISIT.address)
    assert found and found.visited_at
    assert replace(found, visited_at=None) == VISIT


@pytest.mark.parametrize("version", range(5, SCHEMA_VERSION + 1))
def test_copies_and_earlier_versions_come_back_as_they_went_in(tmp_path: Path, version: int) -> None:
    make_stored(tmp_path / "home", version)
    library = Library(tmp_path / "home")
    assert copies(library, ARTICLE.id) == [WIRE]
    (earlier,) = versions(library, "pandas")
    assert (earlier.article.text, earlier.article.content_hash) == ("No pandas.", "00000000")


@pytest.mark.parametrize("version", range(3, 5))
def test_articles_of_an_older_layout_are_found_by_their_copies(tmp_path: Path, version: int) -> None:
    make_stored(tmp_path / "home", version)
    desk = Desk(tmp_path / "home")
    left = desk.library.compare_older(1)
    assert left == len(desk.library.articles()) - 1
    desk.add(make_article("new", "Elephants came to Hanoi."))
    assert desk.library.compare_older(1) == 0


def test_a_later_library_is_refused_in_one_sentence_and_left_as_it_is(tmp_path: Path) -> None:
    Library(tmp_path).close()
    path = tmp_path / "library.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    done = CliRunner().invoke(app, ["list"], env={"READOUT_HOME": str(tmp_path)})
    sentence = (
        f"The library {path} has layout {SCHEMA_VERSION + 1}, this version of Readout reads layout"
        f" {SCHEMA_VERSION}. Use the version that wrote it, or another READOUT_HOME."
    )
    assert isinstance(done.exception, LibraryError)
    assert str(done.exception) == sentence
    assert path.read_bytes() == before


def test_a_page_left_open_does_not_write_into_a_library_that_became_a_later_one(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with closing(sqlite3.connect(library.path)) as later:
        later.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        with pytest.raises(LibraryError, match="Use the version that wrote it"):
            keep_exchange(library, "one", 1, EXCHANGES[0])
        assert layout(later) == SCHEMA_VERSION + 1
        with pytest.raises(LibraryError, match="Use the version that wrote it"):
            prepare(later)


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        fill(Path(folder))
        with closing(sqlite3.connect(Path(folder) / "library.sqlite3")) as made:
            Path(sys.argv[1]).write_text(
                "-- A library as the code of this layout wrote it. Never changed.\n"
                + "\n".join(made.iterdump())
                + f"\nPRAGMA user_version = {layout(made)};\n"
            )
