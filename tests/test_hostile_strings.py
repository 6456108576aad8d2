"""Strings that attack a page stay text wherever it shows them, by a parser of HTML and by what feeds give."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest
from lxml import html as lxml_html

from rag.adding import FileVerdict, Outcome
from rag.listing import Listed
from rag.page.answers import notice_html, question_html
from rag.page.articles import row_html, verdicts_html
from rag.page.jobs import Job
from rag.readers import Unread, Upload, read_uploads
from rag.reading.confined import Confined
from rag.reading.parts import Reading
from rag.show import web_address
from rag.show_conversation import export_conversation
from rag.show_html import draft_html
from rag.show_saved import saved_html
from rag.types import Article, KeptConversation, KeptExchange
from tests.answers import ARTICLE, make_answer
from tests.hostile_strings import OWN, hostile_strings
from tests.soak import cases
from tests.test_show import ATTRIBUTES, TAGS, all_html, with_hostile

PLACES = ("title", "source", "authors", "url", "claim", "sentence", "lead", "missing")
SHOWN = {*TAGS, "h2", "li", "ul", "body", "html", "b"}
SAVED = {
    *SHOWN,
    "head",
    "meta",
    "title",
    "style",
    "h1",
    "ol",
    "blockquote",
    "cite",
    "header",
    "footer",
    "section",
}
SAVED |= {"main", "q", "dl", "small", "em", "i", "hr", "br", "strong"}
MOMENT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
BATCH = 200  # strings in one feed


def pages(text: str) -> Iterator[tuple[str, str]]:
    """All places of the page with `text` in them: name and HTML."""
    for place in PLACES:
        yield place, all_html(with_hostile(place, text))
    yield "draft", draft_html([text])
    yield "error", notice_html("It failed", text, fault=True) + question_html(text)
    listed = Listed("a", text, text, (), f"/articles/{text}.md", None, None, text, 1, "")
    yield "file name", row_html(listed)
    job: Job[FileVerdict] = Job(lambda job: None, 1)
    job.results = [
        FileVerdict(f"{text}.md", Outcome.UNREADABLE, reason=f"{text} is not there."),
        FileVerdict(f"upload:{text}.md", Outcome.ADDED, "a", 1),
    ]
    job.wait(5)
    job.fault = text
    yield "verdict", verdicts_html(job)


def files(text: str) -> Iterator[tuple[str, str]]:
    """What is saved as a page of its own: name and HTML."""
    answer = with_hostile("claim", text)
    answer = replace(answer, question=text, notice=text, hits=(), claims=answer.claims)
    yield "saved", saved_html(answer, MOMENT)
    kept = KeptConversation("one", text, MOMENT, (KeptExchange("a", text, MOMENT, answer),))
    yield "conversation", export_conversation(kept, "html")


def assert_text_only(html: str, allowed: set[str], url: str = "") -> None:
    """Only our own elements and attributes, no address but those within the page and of the article."""
    for element in lxml_html.document_fromstring(
        f"<div>{html}</div>" if "<body" not in html else html
    ).iter():
        assert element.tag in allowed, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            if name == "href":
                assert value.startswith(("#", "https://example.org/")) or (url and value == url), value
            elif allowed is SHOWN:
                assert name in ATTRIBUTES or name == "open", name
            else:
                assert name not in ("src", "action", "formaction", "srcdoc", "style", "srcset", "data"), name


def test_every_string_stays_text_in_every_place(record_property: Callable[[str, object], None]) -> None:
    strings = hostile_strings()
    strings = strings[:: cases(len(strings) // 60, 1)]
    tried = 0
    for text in strings:
        for place, html in pages(text):
            assert_text_only(html, SHOWN, web_address(text) if place == "url" else "")
            tried += 1
        for _, html in files(text):
            assert_text_only(html, SAVED)
            tried += 1
    record_property("cases", tried)


def feed_of(strings: Sequence[str]) -> bytes:
    def plain(text: str) -> str:  # as XML can hold it
        return "".join(c for c in text if c == "\n" or (" " <= c < "\ud800") or ("\ue000" <= c < "\ufffe"))

    items = "".join(
        f"<item><title>{escape(plain(text))}</title><author>{escape(plain(text))}</author>"
        f"<link>https://example.org/{number}</link><guid>{number}</guid>"
        f"<description>{escape(escape(plain(text)))} It rained on Monday {number}.</description></item>"
        for number, text in enumerate(strings)
    )
    name = escape(plain(strings[0]))
    return f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()


def test_every_string_in_a_feeds_fields_stays_text(record_property: Callable[[str, object], None]) -> None:
    strings = hostile_strings()
    strings = strings[:: cases(len(strings) // 100, 1)]
    read: list[Article] = []
    with Confined() as child:
        for start in range(0, len(strings), BATCH):
            data = feed_of(strings[start : start + BATCH])
            for one in read_uploads(Upload(f"{start}.rss", data), Reading(10_000_000), child):
                assert not isinstance(one, Unread), one
                read.append(one)
    assert len(read) >= len(strings) * 0.9
    for article in read:
        shown = replace(ARTICLE, title=article.title, authors=article.authors, source=article.source)
        assert_text_only(all_html(make_answer(replace(shown, url=article.url))), SHOWN, article.url)
        assert_text_only(all_html(with_hostile("sentence", article.text)), SHOWN)
    record_property("cases", len(strings))


def test_the_parser_sees_what_would_run() -> None:
    for text in OWN[:5]:
        with pytest.raises(AssertionError):
            assert_text_only(f"<p title='{text}' class=\"{text}\">{text}</p>", SHOWN)


def test_more_strings_come_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("<one>\n\n<two>\n")
    (tmp_path / "b.json").write_text('{"x": ["<three>", {"y": "<one>"}], "z": 1}')
    monkeypatch.setenv("READOUT_HOSTILE", str(tmp_path))
    assert hostile_strings()[len(set(OWN)) :] == ["<one>", "<two>", "<three>"]
