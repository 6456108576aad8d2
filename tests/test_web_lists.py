"""Feeds and sitemaps: a verdict for each page that they name; visited again, they give what is new."""

import gzip
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import FetchError
from rag.readers import Unread, read_articles
from rag.reading.confined import Confined
from rag.reading.kinds import LIST_KIND
from rag.reading.parts import Reading
from rag.visits import visits
from rag.web.fetching import Fetched
from rag.web.reading import Listed, read_list
from tests.soak import cases
from tests.test_mutated_files import mutate
from tests.test_web_adding import Desk, text
from tests.web_server import Answer, Site, redirect, reply, serve

ITEM = "<item><title>{0}</title><link>{1}</link><pubDate>{2}</pubDate></item>"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour News</title><link>/</link>
{}</channel></rss>"""


def rss(*items: tuple[str, str, str]) -> bytes:
    return FEED.format("".join(ITEM.format(*item) for item in items)).encode()


def feed(*items: tuple[str, str, str], **headers: str) -> Answer:
    return reply(rss(*items), kind="application/rss+xml", **headers)


def sitemap(root: str, item: str, *addresses: str) -> bytes:
    body = "".join(f"<{item}><loc>{address}</loc></{item}>" for address in addresses)
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    return f'<?xml version="1.0"?><{root} {space}>{body}</{root}>'.encode()


FERRY = ("The ferry", "/ferry.txt", "Fri, 26 Apr 2024 18:05:00 +0200")
TRAM = ("The tram", "tram.txt", "Sat, 27 Apr 2024 08:00:00 GMT")


ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/2024/"><title>News</title>'
    b'<entry><title type="html">A &lt;i&gt;b&lt;/i&gt;</title><link rel="alternate" href="b"/><id>1</id>'
    b"<author><name>Ada Quill</name><email>a@news.example</email></author>"
    b"<published>2024-04-26T09:00:00+02:00</published><updated>2024-04-27T09:00:00Z</updated></entry></feed>"
)


@pytest.fixture
def site() -> Iterator[Site]:
    pages = {f"/{name}.txt": text(f"The {name} stops for six weeks.") for name in ("ferry", "tram", "bus")}
    with serve(Site({**pages, "/feed": feed(FERRY, TRAM)})) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path, site: Site) -> Desk:
    return Desk(tmp_path / "home", site)


def outcomes(desk: Desk, *paths: str) -> dict[str, str]:
    return {v.origin.removeprefix(desk.site.url("")): v.outcome.value for v in desk.add(*paths)}


def refreshed(desk: Desk, *paths: str) -> dict[str, str]:
    verdicts = desk.web.refresh([desk.site.url(path) for path in paths])
    return {v.origin.removeprefix(desk.site.url("")): v.outcome.value for v in verdicts}


@pytest.fixture(scope="module")
def child() -> Iterator[Confined]:
    """One for all, as each takes a moment to start."""
    with Confined() as child:
        yield child


def listed(child: Confined, content: bytes) -> list[Listed]:
    url = "https://news.example/feeds/a"
    return read_list(Fetched(url, url, content, "application/xml"), child)


# What they name


def test_a_feed_names_pages_newest_first_with_what_it_says_of_them(child: Confined) -> None:
    hostile = ("<![CDATA[<b>Tom</b> &amp; <script>x</script>Jerry]]>", "https://other.example/x", "no date")
    tram, ferry, other = listed(child, rss(FERRY, hostile, TRAM))
    assert (tram.address, ferry.address) == (
        "https://news.example/feeds/tram.txt",
        "https://news.example/ferry.txt",
    )
    said = ferry.lacking
    assert (said.title, said.source) == ("The ferry", "Harbour News")
    assert said.published_at == datetime(2024, 4, 26, 16, 5, tzinfo=UTC)
    assert (other.lacking.title, other.lacking.source) == ("Tom & Jerry", "")  # gathered from elsewhere
    assert other.lacking.published_at is None


def test_an_atom_feed_names_authors_and_both_dates(child: Confined) -> None:
    (one,) = listed(child, ATOM)
    assert one.address == "https://news.example/2024/b"
    assert (one.lacking.title, one.lacking.authors) == ("A b", ("Ada Quill",))
    assert one.lacking.published_at == datetime(2024, 4, 26, 7, tzinfo=UTC)
    assert one.lacking.updated_at == datetime(2024, 4, 27, 9, tzinfo=UTC)


def test_a_news_sitemap_names_titles_and_dates(child: Confined) -> None:
    (one,) = listed(
        child,
        b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        b"<loc> https://news.example/a?b=1&amp;c=2 </loc>"
        b"<news:news><news:publication><news:name>Harbour News</news:name><news:language>en</news:language>"
        b"</news:publication><news:publication_date>2024-04-26T09:00:00+02:00</news:publication_date>"
        b"<news:title>The ferry</news:title></news:news></url></urlset>",
    )
    assert (one.address, one.is_list) == ("https://news.example/a?b=1&c=2", False)
    assert (one.lacking.title, one.lacking.source) == ("The ferry", "Harbour News")
    assert one.lacking.published_at == datetime(2024, 4, 26, 7, tzinfo=UTC)


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "%s"><!ENTITY b "%s">]>' % (b"ha" * 5000, b"&a;" * 5000)
CRAFTED = b'<rss version="2.0"><channel><item><author>' + b"a" * 80_000 + b"</author></item></channel></rss>"


@pytest.mark.parametrize(
    "content",
    [
        b"<a/>",
        b"<rss",
        b"<rss version='2.0'><channel/></rss>",
        b"<urlset></urlset>",
        gzip.compress(b"<urlset>" + b" " * 80_000_000, mtime=0),
        gzip.compress(b"<urlset>", mtime=0)[:9],
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
        LAUGHS + b"<urlset><url><loc>&b;</loc></url></urlset>",
        LAUGHS + b"<rss version='2.0'><channel><item><link>&b;</link></item></channel></rss>",
    ],
)
def test_a_hostile_list_is_refused_in_a_sentence_or_names_nothing(child: Confined, content: bytes) -> None:
    try:
        found = listed(child, content)
    except FetchError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert all(len(one.address) < 40 for one in found)


def test_a_feed_that_takes_too_long_ends_in_time() -> None:
    with Confined(1) as child, pytest.raises(FetchError, match="takes more than 1 seconds"):
        read_list(Fetched("https://news.example/", "https://news.example/", CRAFTED, "text/xml"), child)


def test_a_feed_on_the_disk_gives_its_articles_and_nothing_is_fetched(
    tmp_path: Path, site: Site, child: Confined
) -> None:
    words = (
        b"<description>&lt;p&gt;It <![CDATA[<b onclick=x()>stops</b><script>x()</script>"
        b"<p style=display:none>OBEY</p>]]></description></item>"
    )
    file = tmp_path / "news.rss"
    file.write_bytes(
        rss(FERRY, TRAM).replace(b"</item>", words).replace(b"/ferry.txt", site.url("/f").encode())
    )
    first, second = read_articles(file, Reading(1_000_000), child)
    assert not isinstance(first, Unread) and not isinstance(second, Unread)
    assert (first.title, first.text, first.source) == ("The ferry", "It stops", "Harbour News")
    assert (first.url, second.url) == (site.url("/f"), "")
    assert first.id != second.id
    assert site.asked == []


def test_a_mutated_feed_or_sitemap_gives_articles_and_addresses_or_a_reason(
    child: Confined, record_property: Callable[[str, object], None]
) -> None:
    chance, number = random.Random(7), cases(40, 1000)
    good = [rss(FERRY, TRAM), ATOM, sitemap("urlset", "url", "https://news.example/a")]
    with TemporaryFile() as file:
        for _ in range(number):
            file.seek(0)
            file.truncate()
            file.write(mutate(chance.choice(good), chance))
            file.flush()
            for kind in (".rss", LIST_KIND):
                parts = list(child.parts(kind, file, Reading(1_000_000)))
                assert all(part.reason or part.content or part.name for part in parts)
                assert all(len(part.reason.splitlines()) <= 1 for part in parts)
    record_property("cases", number)


# Into the library


def test_each_entry_gets_a_verdict_and_the_feed_fills_what_its_page_lacks(desk: Desk) -> None:
    broken = ("Gone", "/gone.txt", "")
    nowhere = ("Nowhere", "", "")
    inside = ("Inside", "http://127.0.0.1:1/", "")
    desk.site.pages["/feed"] = feed(FERRY, TRAM, broken, nowhere, inside, FERRY)
    more: list[int] = []
    verdicts = list(desk.web.add([desk.site.url("/feed")], more.append))
    assert [(v.origin.removeprefix(desk.site.url("")), v.outcome.value) for v in verdicts] == [
        ("/tram.txt", "added"),
        ("/ferry.txt", "added"),
        ("/gone.txt", "unreadable"),
        ("/feed", "unreadable"),
        ("http://127.0.0.1:1/", "unreadable"),
    ]
    assert sum(more) + 1 == len(verdicts)
    assert "“Nowhere” names no address" in verdicts[3].reason
    ferry = next(a for a in desk.library.articles() if a.origin.endswith("ferry.txt"))
    assert (ferry.title, ferry.source) == ("The ferry", "Harbour News")
    assert ferry.published_at == datetime(2024, 4, 26, 16, 5, tzinfo=UTC)
    again = outcomes(desk, "/feed")
    assert (again["/tram.txt"], again["/ferry.txt"], again["/gone.txt"]) == (
        "unchanged",
        "unchanged",
        "unreadable",
    )


def test_a_feed_of_a_stranger_leads_to_no_host_of_ones_own(desk: Desk) -> None:
    from rag.visits import Visit, keep_visit

    keep_visit(desk.library, Visit(desk.site.url("/ferry.txt"), "ferry", "https://stranger.example/feed"))
    desk.add("/tram.txt")
    article = desk.library.articles()[0]
    keep_visit(desk.library, Visit(desk.site.url("/ferry.txt"), article.id, "https://stranger.example/feed"))
    assert refreshed(desk, "/ferry.txt") == {"/ferry.txt": "unreadable"}
    assert desk.site.paths == ["/tram.txt"]


def test_sitemaps_lead_to_sitemaps_packed_or_not_and_those_no_further(desk: Desk, site: Site) -> None:
    index = sitemap("sitemapindex", "sitemap", site.url("/a.xml.gz"), site.url("/b.xml"))
    first = gzip.compress(sitemap("urlset", "url", site.url("/ferry.txt")))
    second = sitemap("urlset", "url", site.url("/tram.txt"), site.url("/feed"), site.url("/ferry.txt"))
    site.pages |= {
        "/map.xml": reply(index, kind="text/xml"),
        "/a.xml.gz": reply(first, kind="application/x-gzip"),
        "/b.xml": reply(second, kind=""),
    }
    assert outcomes(desk, "/map.xml") == {"/ferry.txt": "added", "/tram.txt": "added", "/feed": "unreadable"}
    site.pages["/loop.xml"] = reply(
        sitemap("sitemapindex", "sitemap", site.url("/loop.xml")), kind="text/xml"
    )
    assert outcomes(desk, "/loop.xml") == {"/loop.xml": "unchanged"}


def test_many_pages_are_read_some_at_a_time(tmp_path: Path, site: Site) -> None:
    desk, more = Desk(tmp_path / "few", site, fetch_pages=1), [1]
    site.pages["/feed"] = feed(FERRY, TRAM, ("The bus", "/bus.txt", ""))
    verdicts = list(desk.web.add([site.url("/feed")], more.append))
    assert [v.outcome.value for v in verdicts] == ["added", "left out"]
    assert verdicts[1].reason.startswith("It names 2 more;")
    assert sum(more) == 2
    assert outcomes(desk, "/feed") == {"/tram.txt": "unchanged", "/ferry.txt": "added", "/feed": "left out"}


# Again


def test_a_refresh_adds_what_is_new_and_replaces_what_changed(desk: Desk, site: Site) -> None:
    long = "The bus line to the harbour is closed for six weeks, the council of the town said on Friday."
    site.pages["/bus.txt"] = text(long)  # its language is told by its text, and that is no change
    desk.add("/feed", "/bus.txt")
    assert refreshed(desk) == {
        "/feed": "unchanged",
        "/bus.txt": "unchanged",
        "/ferry.txt": "unchanged",
        "/tram.txt": "unchanged",
    }
    site.pages["/feed"] = feed(FERRY, TRAM, ("News", "/news.txt", ""))
    site.pages["/news.txt"] = text("Something is new.")
    site.pages["/tram.txt"] = text("The tram stops for nine weeks.")
    del site.pages["/bus.txt"]
    verdicts = {v.origin.removeprefix(site.url("")): v for v in desk.web.refresh()}
    assert {path: v.outcome.value for path, v in verdicts.items()} == {
        "/news.txt": "added",
        "/bus.txt": "unreadable",
        "/ferry.txt": "unchanged",
        "/tram.txt": "replaced",
    }
    assert (
        "is not there (404). Check the address. The library keeps what it has of it."
        in verdicts["/bus.txt"].reason
    )
    tram = next(a for a in desk.library.articles() if a.origin.endswith("tram.txt"))
    assert (tram.title, tram.source) == ("The tram", "Harbour News")  # as the feed had said
    assert "nine weeks" in tram.text
    assert len(desk.library.articles()) == 4


def test_what_has_not_changed_is_not_sent_and_a_feed_that_was_not_read_to_its_end_is(
    desk: Desk, site: Site
) -> None:
    def answer(request) -> None:  # type: ignore[no-untyped-def]
        tagged = request.headers["If-None-Match"] == '"1"'
        (reply(status=304) if tagged else feed(FERRY, ("Later", "/later.txt", ""), ETag='"1"'))(request)

    site.pages["/feed"] = answer
    site.pages["/later.txt"] = reply(b"", 503)
    assert outcomes(desk, "/feed") == {"/ferry.txt": "added", "/later.txt": "unreadable"}
    site.pages["/later.txt"] = text("It came later.")
    assert refreshed(desk, "/feed") == {"/later.txt": "added"}
    site.asked.clear()
    assert refreshed(desk, "/feed") == {"/feed": "unchanged"}
    assert site.asked[-1][1]["If-None-Match"] == '"1"'
    assert site.paths == ["/feed"]


def test_what_was_removed_does_not_come_back_by_itself(desk: Desk) -> None:
    verdict = desk.add("/feed")[0]
    with desk.library.writing():
        desk.web._adder.remove([verdict.article_id])
    assert refreshed(desk) == {"/feed": "unchanged", "/ferry.txt": "unchanged"}
    assert refreshed(desk, "/tram.txt") == {"/tram.txt": "left out"}
    assert outcomes(desk, "/feed") == {"/tram.txt": "left out", "/ferry.txt": "unchanged"}
    assert outcomes(desk, "/tram.txt") == {"/tram.txt": "added"}


def test_an_address_that_leads_elsewhere_stays_one_article(desk: Desk, site: Site) -> None:
    site.pages["/short"] = redirect("/bus.txt")
    desk.add("/short")
    site.pages["/short"] = redirect("/bus2.txt")
    site.pages["/bus2.txt"] = text("The bus goes again.")
    assert refreshed(desk) == {"/short": "replaced"}
    assert [a.text for a in desk.library.articles()] == ["The bus goes again."]


def test_the_command_refreshes_and_says_what_came_of_it(site: Site, tmp_path: Path) -> None:
    settings = {"READOUT_HOME": str(tmp_path), "READOUT_FETCH_HOSTS": site.place, "READOUT_FETCH_PAUSE": "0"}

    def run(*words: str) -> str:
        return CliRunner().invoke(app, words, env=settings).output

    assert "1 addresses, 2 articles: 2 added. The library holds 2 articles." in run("add", site.url("/feed"))
    site.pages["/tram.txt"] = text("The tram stops for nine weeks.")
    said = run("refresh")
    assert "3 addresses: 1 replaced, 2 unchanged. The library holds 2 articles." in said
    site.asked.clear()
    said = run("refresh", site.url("/bus.txt"))
    assert f"unreadable {site.url('/bus.txt')} – It was not added yet." in said
    assert "1 addresses: 1 unreadable." in said
    assert site.asked == []
    assert len(visits_of(tmp_path)) == 3


def visits_of(home: Path) -> list[str]:
    from rag.library import Library

    return [visit.address for visit in visits(Library(home))]
