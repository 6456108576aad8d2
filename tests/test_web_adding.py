"""Web pages become articles of the library: politely fetched, read in the child, one verdict each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.adding import Adder, FileVerdict, Outcome
from rag.cli import app
from rag.errors import FetchError
from rag.index import Indexes
from rag.library import Library
from rag.reading.confined import Confined
from rag.settings import Settings
from rag.visits import find_visit
from rag.web.fetching import Fetcher
from rag.web.reading import read_fetched
from rag.web.visiting import Visitor
from rag.web_adding import WebAdder
from tests.fakes import HashEmbedder
from tests.test_web_pages import PAGE
from tests.web_server import Answer, Site, redirect, reply, serve

KINDS = ("text/html", "text/plain")
FERRY = "Ferry\n\nThe ferry stops for six weeks."


def text(words: str) -> Answer:
    """An article that needs no child to be read, which would take a second to start."""
    return reply(words.encode(), kind="text/plain")


class Desk:
    """A library that takes articles from one site."""

    def __init__(self, home: Path, site: Site, fetch_pages: int = 100) -> None:
        self.site = site
        self.library = Library(home)
        self.indexes = Indexes(self.library)
        settings = Settings(
            _env_file=None,
            home=home,
            fetch_hosts=site.place,
            fetch_pause=0,
            fetch_pages=fetch_pages,
            file_megabytes=1,
        )
        adder = Adder(self.library, self.indexes, HashEmbedder(), settings)
        self.web = WebAdder(self.library, adder, settings)

    def add(self, *paths: str) -> list[FileVerdict]:
        return list(self.web.add([self.site.url(path) for path in paths]))


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(Site({"/bridge.html": PAGE.encode(), "/ferry": text(FERRY)})) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path, site: Site) -> Desk:
    return Desk(tmp_path / "home", site)


def visitor(site: Site, pause: float = 0, waits: list[float] | None = None) -> Visitor:
    return Visitor(Fetcher(1_000_000, (site.place,)), pause, (waits if waits is not None else []).append)


BAIT = (
    '<link rel=stylesheet href="/s.css"><script src="/s.js"></script><img src="/i.png">'
    '<iframe src="/f"></iframe>'
    '<meta http-equiv="refresh" content="0; url=/next"><link rel="canonical" href="/canonical">'
)


def test_a_page_is_read_with_what_it_says_of_itself_and_nothing_that_it_names_is_asked_for(
    desk: Desk,
) -> None:
    desk.site.pages["/bridge.html"] = PAGE.replace("<head>", f"<head>{BAIT}").encode()
    (verdict,) = desk.add("/bridge.html#top")
    assert (verdict.origin, verdict.outcome) == (desk.site.url("/bridge.html"), Outcome.ADDED)
    (article,) = desk.library.articles()
    assert (article.title, article.source) == ("Harbour bridge closes", "Coastal Courier")
    assert article.published_at == datetime(2024, 4, 26, 16, 5, tzinfo=UTC)
    assert article.url == article.origin == desk.site.url("/bridge.html")
    assert article.text.startswith("The harbour bridge closes on Monday")
    assert len(desk.indexes.search_words(["ferri"], 5)) == 1
    assert [path for path, _ in desk.site.asked] == ["/robots.txt", "/bridge.html"]


def test_the_same_address_again_changes_nothing_or_replaces_what_changed(desk: Desk) -> None:
    desk.add("/ferry")
    (again,) = desk.add("/ferry")
    assert again.outcome is Outcome.UNCHANGED
    desk.site.pages["/ferry"] = text(FERRY.replace("six", "nine"))
    (changed,) = desk.add("/ferry")
    assert (changed.outcome, changed.article_id) == (Outcome.REPLACED, again.article_id)
    (article,) = desk.library.articles()
    assert "nine weeks" in article.text


def test_two_addresses_of_one_page_give_one_article(desk: Desk) -> None:
    desk.site.pages["/moved"] = redirect("/ferry", 301)
    first, second = desk.add("/ferry", "/moved")
    assert (second.outcome, second.article_id) == (Outcome.UNCHANGED, first.article_id)
    visit = find_visit(desk.library, desk.site.url("/moved"))
    assert visit and visit.article_id == first.article_id


def test_a_page_tells_its_address_on_its_own_site_only(desk: Desk) -> None:
    named = {"/1": "http://127.0.0.1/bridge", "/2": "https://courier.example/bridge", "/3": "javascript:a()"}
    for path, address in named.items():
        link = f'<link rel="canonical" href="{address}">'
        desk.site.pages[path] = PAGE.replace("<head>", f"<head>{link}").encode()
    with Confined() as child:
        found = [read_fetched(visitor(desk.site).visit(desk.site.url(path), KINDS), child) for path in named]
    assert [article.origin for article in found] == [desk.site.url(path) for path in named]
    assert [article.url for article in found] == [named["/1"], desk.site.url("/2"), desk.site.url("/3")]


def test_each_address_gets_its_verdict_and_the_others_go_on(desk: Desk, site: Site) -> None:
    site.pages |= {
        "/robots.txt": reply(b"User-agent: *\nDisallow: /private", kind="text/plain"),
        "/private/a": PAGE.encode(),
        "/n.txt": reply("Ferry\n\nZoë pays.".encode("latin-1"), kind="text/plain; charset=iso-8859-1"),
        "/n.md": reply(b"---\ntitle: Tram\n---\nThe tram.", kind="text/plain"),
        "/file": reply(b"x", kind="application/octet-stream"),
        "/empty": b"<html></html>",
        "/deep": b"<div>" * 200_000,
        "/a.pdf": reply(b"%PDF", kind="application/pdf"),
    }
    found = {v.origin.removeprefix(site.url("")): v for v in desk.add(*list(site.pages)[2:], "/none")}
    outcomes = {path: verdict.outcome.value for path, verdict in found.items()}
    assert outcomes == {
        "/robots.txt": "added",
        "/private/a": "unreadable",
        "/n.txt": "added",
        "/n.md": "added",
        "/file": "unreadable",
        "/empty": "empty",
        "/deep": "unreadable",
        "/a.pdf": "unreadable",
        "/none": "unreadable",
    }
    assert "the robots.txt of its site says so" in found["/private/a"].reason
    assert "/private/a" not in site.paths
    assert "does not say what kind of file it is" in found["/file"].reason
    assert "is not there (404)" in found["/none"].reason
    texts = {article.title: article.text for article in desk.library.articles()}
    assert texts["Ferry"] == "Zoë pays."
    assert texts["Tram"] == "The tram."


def test_nobody_is_kept_from_writing_while_a_server_is_waited_for(desk: Desk, site: Site) -> None:
    free = []

    def answer(request: object) -> None:
        free.append(not desk.library.being_written())
        text(FERRY)(request)  # type: ignore[arg-type]

    site.pages["/slow"] = answer
    desk.add("/slow")
    assert free == [True]


# Manners


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "says so"),
        (404, ""),
        (403, ""),
        (500, "cannot be had now (500)"),
        (429, "cannot be had now (429)"),
    ],
)
def test_robots_that_cannot_be_had_forbid_all_and_those_that_are_not_there_nothing(
    site: Site, status: int, said: str
) -> None:
    site.pages["/robots.txt"] = reply(b"User-agent: *\nDisallow: /", status, "text/plain")
    if not said:
        assert visitor(site).visit(site.url("/ferry"), KINDS).content
        return
    with pytest.raises(FetchError) as caught:
        visitor(site).visit(site.url("/ferry"), KINDS)
    assert said in str(caught.value)
    assert site.paths == []


def test_robots_are_asked_for_once_and_hold_for_where_a_page_leads_to(site: Site) -> None:
    site.pages |= {
        "/robots.txt": reply(b"User-agent: readout\nDisallow: /b"),
        "/a": redirect("/b"),
        "/b": b"x",
    }
    one = visitor(site)
    for _ in range(2):
        with pytest.raises(FetchError, match="says so"):
            one.visit(site.url("/a"), KINDS)
    assert [path for path, _ in site.asked] == ["/robots.txt", "/a", "/a"]


def test_a_host_is_not_asked_in_haste(site: Site) -> None:
    waits: list[float] = []
    one = visitor(site, 1.0, waits)
    for _ in range(3):
        one.visit(site.url("/ferry"), KINDS)
    assert len(waits) == 2
    assert all(0.5 < wait <= 1.0 for wait in waits)
    site.pages["/robots.txt"] = reply(b"User-agent: *\nCrawl-delay: 7")
    one = visitor(site, 1.0, waits)
    one.visit(site.url("/ferry"), KINDS)
    one.visit(site.url("/ferry"), KINDS)
    assert 6 < waits[2] <= 7


def test_a_site_that_asks_for_too_long_a_pause_gives_one_page(site: Site) -> None:
    site.pages["/robots.txt"] = reply(b"User-agent: *\nCrawl-delay: 600")
    one = visitor(site)
    one.visit(site.url("/ferry"), KINDS)
    with pytest.raises(FetchError, match="asks for 600 seconds between two visits"):
        one.visit(site.url("/ferry"), KINDS)


def test_a_site_that_has_had_enough_is_left_alone(site: Site) -> None:
    site.pages["/a"] = reply(b"", 429)
    one = visitor(site)
    for path in ("/a", "/bridge.html"):
        with pytest.raises(FetchError, match=r"is asked too often \(429\)"):
            one.visit(site.url(path), KINDS)
    assert site.paths == ["/a"]


# The command


def test_the_command_takes_files_and_addresses_together(site: Site, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Ferry\n\nThe ferry stops.")
    settings = {
        "READOUT_HOME": str(tmp_path / "home"),
        "READOUT_FETCH_HOSTS": site.place,
        "READOUT_FETCH_PAUSE": "0",
    }
    done = CliRunner().invoke(app, ["add", str(note), site.url("/ferry"), "ftp://x"], env=settings)
    assert done.exit_code == 1
    assert f"added      {site.url('/ferry')} → ferry-" in done.output
    assert "unreadable ftp://x – ftp://x is no address of the web." in done.output
    assert "1 files and 2 addresses: 2 added, 1 unreadable. The library holds 2 articles." in done.output
