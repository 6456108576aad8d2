"""The list of the library's articles: found by words, in order, read once for each generation."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.adding import Adder
from rag.index import Indexes
from rag.library import Library
from rag.listing import Listed, Order, find_listed, fold, order_listed, short_origin
from rag.readers import Upload
from rag.settings import Settings
from tests.fakes import HashEmbedder, make_article
from tests.made_files import zip_file


def listed(name: str, title: str = "", source: str = "", published: int = 0, passages: int = 1) -> Listed:
    day = datetime(2024, 1, published, tzinfo=UTC) if published else None
    added = datetime(2025, 1, ord(name[0]) - 96, tzinfo=UTC)
    return Listed(name, title, source, (), f"/{name}.md", day, added, "", passages, fold(f"{title} {source}"))


ONES = [
    listed("a", "Zürich votes", "The Wire", 3, passages=2),
    listed("b", "ferry stops", "", 0, passages=9),
    listed("c", "Bridge opens", "Alpine Post", 7),
]


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        (Order.NEWEST, "cab"),
        (Order.OLDEST, "acb"),
        (Order.ADDED, "cba"),
        (Order.TITLE, "cba"),
        (Order.OUTLET, "cab"),
        (Order.LONGEST, "bac"),
    ],
)
def test_each_order_puts_what_lacks_its_field_last(order: Order, ids: str) -> None:
    assert "".join(one.id for one in order_listed(ONES, order)) == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [("", "abc"), ("ZÜRICH", "a"), ("Zu\u0308rich", "a"), ("opens post", "c"), ("opens wire", ""), ("%", "")],
)
def test_all_words_must_be_there_in_any_field_and_case(query: str, ids: str) -> None:
    assert "".join(one.id for one in find_listed(ONES, query)) == ids


def test_the_library_lists_all_but_the_text_and_looks_again_when_it_changed(tmp_path: Path) -> None:
    library = Library(tmp_path)
    adder = Adder(library, Indexes(library), HashEmbedder(), Settings(_env_file=None, home=tmp_path))
    with library.writing():
        list(adder.add_articles([make_article("one", "A first sentence. A second one.", title="First")]))
    (first,) = before = library.listed()
    assert (first.id, first.title, first.source, first.passages) == ("one", "First", "Example Wire", 1)
    assert find_listed(before, "one.md example") == [first]
    assert library.listed() is before
    with library.writing():
        list(adder.add_articles([make_article("two", "Another text.")]))
        assert {one.id for one in library.listed()} == {"one", "two"}
        adder.remove(["one"])
    assert {one.id for one in library.listed()} == {"two"}


def test_what_an_archive_held_is_found_by_the_archives_name(tmp_path: Path) -> None:
    library = Library(tmp_path)
    adder = Adder(library, Indexes(library), HashEmbedder(), Settings(_env_file=None, home=tmp_path))
    members = {"news/a.md": b"The ferry stopped.", "news/b.md": b"The mill closed."}
    with library.writing():
        list(adder.add_uploads([Upload("week 17.zip", zip_file(members)), Upload("c.md", b"A bridge.")]))
    assert len(find_listed(library.listed(), "week 17.zip")) == 2
    assert [one.title for one in find_listed(library.listed(), "17.zip › news/b.md")] == ["B"]


def test_an_origin_is_named_without_folders() -> None:
    origins = ("/x/y/a.md", "/x/week.zip › news/a.md", "C:\\x\\a.md", "/x/a.warc › https://e.org/b", "a.md")
    assert [short_origin(origin) for origin in origins] == [
        "a.md",
        "week.zip › news/a.md",
        "a.md",
        "a.warc › https://e.org/b",
        "a.md",
    ]
