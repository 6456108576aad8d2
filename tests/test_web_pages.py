# ruff: noqa: E501  pages are quoted as they are
"""Web pages: the article comes out whole and in order, and what a browser would not show does not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rag.errors import ReadError
from rag.reading.web_pages import PAGE_BYTES, read_web_page
from tests.growth import grows_linearly

PARAGRAPH = (
    "<p>The council said on Monday that the bridge closes for six weeks and that ferries run instead.</p>"
)
PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Bridge closes | Courier</title>
<meta property="og:site_name" content="The Courier online">
<script type="application/ld+json">{"@graph": [{"@type": "Organization", "@id": "#o", "name": "Coastal Courier"},
{"@type": "NewsArticle", "headline": "Harbour bridge closes", "datePublished": "2024-04-26T18:05:00+0200",
"dateModified": "2024-04-27T07:00:00Z", "author": [{"name": "Ada Quill"}, {"name": "Ben Ink"}],
"publisher": {"@id": "#o"}}]}</script></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/s">Sport</a></li></ul></nav>
<main><article><h1>Harbour bridge closes</h1>
<p>The harbour bridge closes on Monday for repairs that take six weeks, the council said on Friday evening.</p>
<figure><img src="x.jpg"><figcaption>The bridge on Friday, seen from the quay.</figcaption></figure>
<h2>What it costs</h2>
<p>The council set aside 4.2 million pounds. It had <b>planned</b> for <a href="/x">less</a>.</p>
<ul><li>New cables on both sides</li><li>Green paint</li></ul>
<table><caption>Costs by year</caption><tr><th>Year</th><th>Cost</th></tr><tr><td>2024</td><td>3.1</td></tr></table>
<p>Ferries run every twenty minutes instead, and the fare stays the same until the bridge opens again.</p>
</article></main><footer><p>Copyright. All rights reserved.</p></footer></body></html>"""


def page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><article>{PARAGRAPH * 4}{body}</article></body></html>".encode()


def test_the_text_is_in_order_and_the_page_around_it_is_gone() -> None:
    assert read_web_page(PAGE.encode()).text.split("\n\n") == [
        "The harbour bridge closes on Monday for repairs that take six weeks, the council said on Friday evening.",
        "The bridge on Friday, seen from the quay.",
        "What it costs",
        "The council set aside 4.2 million pounds. It had planned for less.",
        "- New cables on both sides\n- Green paint",
        "Costs by year",
        "Year | Cost\n2024 | 3.1",
        "Ferries run every twenty minutes instead, and the fare stays the same until the bridge opens again.",
    ]


def test_what_json_ld_says_counts_with_its_zone() -> None:
    read = read_web_page(PAGE.encode(), "https://courier.example/bridge")
    assert (read.title, read.source, read.authors) == (
        "Harbour bridge closes",
        "Coastal Courier",
        ("Ada Quill", "Ben Ink"),
    )
    assert read.published_at == datetime(2024, 4, 26, 18, 5, tzinfo=timezone(timedelta(hours=2)))
    assert read.published_at.utcoffset() == timedelta(hours=2)
    assert read.updated_at == datetime(2024, 4, 27, 7, 0, tzinfo=UTC)
    assert (read.language, read.url) == ("en", "https://courier.example/bridge")


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2024-04-26T18:05:00+02:00">',
        '<script type="application/ld+json">{broken</script>'
        '<meta name="datePublished" content="2024-04-26T16:05:00Z">',
        '<script type="application/ld+json">[{"@type":["Thing","ReportageNewsArticle"],'
        '"datePublished":"2024-04-26 16:05:00 +0000"}]</script>',
    ],
)
def test_a_time_of_publication_is_found_in_the_head(head: str) -> None:
    assert read_web_page(page("", head)).published_at == datetime(2024, 4, 26, 16, 5, tzinfo=UTC)


def test_a_time_element_tells_the_date_and_a_day_alone_is_midnight() -> None:
    read = read_web_page(page('<time datetime="2024-04-26">26 April</time>'))
    assert read.published_at == datetime(2024, 4, 26, tzinfo=UTC)


def test_a_page_that_says_nothing_of_itself_has_empty_fields() -> None:
    read = read_web_page(page(""))
    assert (read.title, read.source, read.authors, read.language, read.url) == ("", "", (), "", "")
    assert read.published_at is read.updated_at is None


def test_an_address_that_is_none_of_the_web_is_no_url() -> None:
    assert read_web_page(page("", '<link rel="canonical" href="javascript:alert(1)">')).url == ""


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">{}</p>',
        '<p style="color:red; DISPLAY : none !important">{}</p>',
        '<span style="visibility:hidden">{}</span>',
        "<div hidden>{}</div>",
        '<p hidden=""><b>{}</b></p>',
        '<p style="color:#fff">{}</p>',
        '<p style="background:#123456;color:#123456">{}</p>',
        '<p style="color: rgb(255, 255, 255)">{}</p>',
        '<p style="font-size:0">{}</p>',
        '<p style="opacity:0.0">{}</p>',
        '<p style="position:absolute;left:-9999px">{}</p>',
        "<!-- {} -->",
        "<template><p>{}</p></template>",
        "<script>{}</script>",
        "<noscript><p>{}</p></noscript>",
    ],
)
def test_what_no_reader_sees_is_left_out(hidden: str) -> None:
    marked = "<p>Seen before it, said the harbour master. " + hidden.format("OBEY ME") + "</p>" + PARAGRAPH
    text = read_web_page(page(marked)).text
    assert "OBEY" not in text
    assert "Seen before it" in text


@pytest.mark.parametrize(
    "style", ["color:#333", "opacity:0.9", "display:block", "background:#003;color:white"]
)
def test_what_a_reader_sees_stays(style: str) -> None:
    assert "Plainly seen" in read_web_page(page(f'<p style="{style}">Plainly seen by all who pass.</p>')).text


def test_characters_that_do_not_show_are_left_out() -> None:
    assert "the harbour wall" in read_web_page(page("<p>They saw the har​bour wall.</p>")).text


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_a_page_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    text = page("<p>Zoë paid “ten” francs.</p>", f'<meta charset="{encoding}">').decode()
    assert "Zoë paid “ten” francs." in read_web_page(text.encode(encoding)).text


@pytest.mark.parametrize("body", [b"", b"\0\0", b"<", b"<html></html>", b"\xff\xfe", b"<!---->"])
def test_an_empty_page_has_no_text(body: bytes) -> None:
    assert read_web_page(body).text == ""


@pytest.mark.parametrize(
    "body", [b"a" * (PAGE_BYTES + 1), b"<div>" * 200_000, b"<br>" * 100_000], ids=["long", "deep", "many"]
)
def test_a_page_like_no_other_is_refused_in_a_sentence(body: bytes) -> None:
    try:
        read = read_web_page(body)
    except ReadError as error:
        assert str(error).endswith("Save its article alone, as text or Markdown.")
    else:
        assert read.text == ""


@pytest.mark.parametrize("unit", ["<", "&amp;"])
def test_a_hostile_page_takes_time_in_proportion(unit: str) -> None:
    assert grows_linearly(lambda text: read_web_page(text.encode()), unit)


def test_entities_that_a_page_declares_do_not_grow() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + page("<p>End: &b;&b;.</p>").decode()
    assert "aaaa" not in read_web_page(bomb.encode()).text
