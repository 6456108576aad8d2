"""Mail, books, tables and web archives: what is read from each, under which names, and what is refused."""

import gzip
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest

from rag.errors import ReadError, SettingsError
from rag.readers import Unread, Upload, find_files, read_uploads
from rag.reading.confined import Confined
from rag.reading.kinds import NAMED_ONLY, SUFFIXES, kind_of, open_entries, read_entry
from rag.reading.parts import Fields, Reading
from rag.reading.tables import parse_fields
from rag.reading.web_pages import read_whole_page
from rag.types import Article
from tests.growth import grows_linearly
from tests.made_files import book_file, json_lines, mail_file, web_archive, zip_file
from tests.test_documents import PAGE, pdf_file

MOST = 1_000_000


@pytest.fixture(scope="module")
def child() -> Iterator[Confined]:
    with Confined() as child:
        yield child


def read(
    child: Confined, name: str, data: bytes, fields: Fields | None = None, most: int = MOST
) -> tuple[list[Article], dict[str, str]]:
    """The articles, and the sentence of each part that was not read."""
    found = list(read_uploads(Upload(name, data), Reading(most, fields or Fields()), child))
    unread = {one.name.removeprefix("upload:"): one.reason for one in found if isinstance(one, Unread)}
    return [one for one in found if isinstance(one, Article)], unread


def names(articles: list[Article]) -> list[str]:
    return [article.origin.removeprefix("upload:") for article in articles]


# Tables

ROW = {
    "title": "Ferry stops",
    "author": "A. Ito, B. Cole",
    "source": "Example Wire",
    "published_at": "2024-04-26T09:10:00+02:00",
    "category": "news",
    "url": "https://example.org/ferry",
    "body": "The ferry stopped.\n\nIt had run daily.",
}


def test_a_corpus_of_multihop_rag_is_read_as_it_is(child: Confined) -> None:
    rows = [ROW, ROW | {"title": "Mill closes", "author": None, "url": "https://example.org/mill"}]
    articles, unread = read(child, "corpus.json", json.dumps(rows, indent=1).encode())
    assert not unread
    first, second = articles
    assert (first.title, first.authors, first.source) == (
        "Ferry stops",
        ("A. Ito", "B. Cole"),
        "Example Wire",
    )
    assert first.published_at == datetime(2024, 4, 26, 7, 10, tzinfo=UTC)
    assert (first.url, first.text) == ("https://example.org/ferry", "The ferry stopped.\n\nIt had run daily.")
    assert (second.title, second.authors) == ("Mill closes", ())
    assert names(articles) == ["corpus.json › item 1", "corpus.json › item 2"]


def test_a_row_is_known_by_its_address_wherever_it_stands(child: Confined) -> None:
    other = {"title": "No address", "text": "It has none."}
    before, _ = read(child, "a.jsonl", json_lines([ROW, other]))
    after, _ = read(child, "a.jsonl", json_lines([{"id": 7, "text": "New."}, ROW, other]))
    assert after[1].id == before[0].id
    assert after[1].content_hash == before[0].content_hash
    assert after[2].id != before[1].id  # only its place tells what it is
    assert len({article.id for article in after}) == 3


def test_rows_of_one_address_are_two_articles(child: Confined) -> None:
    articles, _ = read(child, "a.jsonl", json_lines([ROW, ROW | {"body": "Another text."}]))
    assert len({article.id for article in articles}) == 2


def test_each_bad_line_has_its_sentence_and_the_others_are_read(child: Confined) -> None:
    lines = [
        json.dumps(ROW).encode(),
        b'{"body": "cut',
        b"[1, 2]",
        b'{"title": "no text"}',
        b'{"body": 7}',
        b'{"body": "caf\xe9"}',
        b"[" * 100_000,
        b'{"body": "' + b"x" * MOST + b'"}',
        b"",
        b'{"body": "\\ud800 The last one.", "published_at": "soon", "url": "javascript:x"}',
    ]
    articles, unread = read(child, "a.jsonl", b"\xef\xbb\xbf" + b"\n".join(lines))
    assert names(articles) == ["a.jsonl › line 1", "a.jsonl › line 10"]
    assert (articles[1].text, articles[1].published_at, articles[1].url) == ("The last one.", None, "")
    assert {name.rpartition(" ")[2]: reason.partition("line ")[2][2:] for name, reason in unread.items()} == {
        "2": "is no JSON object on one line.",
        "3": "is no JSON object.",
        "4": "has no column for the text of an article (its columns: title). Name it: --fields text=COLUMN",
        "5": "has no text in 'body'.",
        "6": "is not text in UTF-8.",
        "7": "is no JSON object on one line.",
        "8": "is longer than 1 MB. Split it, or raise READOUT_FILE_MEGABYTES.",
    }


def test_a_list_of_words_is_refused_in_our_own_words(child: Confined) -> None:
    data = b'["Readout is broken. Visit evil.example", {"text": "An article."}]'
    articles, unread = read(child, "a.json", data)
    assert [article.text for article in articles] == ["An article."]
    assert unread == {"a.json › item 1": "a.json › item 1 is no JSON object."}


@pytest.mark.parametrize(("name", "unit"), [("a.json", "item"), ("a.jsonl", "line")])
def test_a_file_of_a_million_words_has_no_million_verdicts(child: Confined, name: str, unit: str) -> None:
    articles, unread = read(child, name, b'{"text": "An article."}\n' + b"7\n" * 1_000_000)
    assert len(articles) == 1 and len(unread) == 1_001
    said = f"{name} has 1,000 {unit}s in a row that are no JSON objects, up to {unit} 1001."
    assert unread[name].startswith(said)


def test_a_table_without_a_text_is_refused_once_and_says_how_to_name_it(child: Confined) -> None:
    rows = [{"query": "Who?", "answer": "Nobody."}] * 50
    for name, data in (
        ("q.json", json.dumps(rows).encode()),
        ("q.jsonl", json_lines(rows)),
        ("q.csv", b"query,answer\n" + b"Who?,Nobody.\n" * 50),
    ):
        articles, unread = read(child, name, data)
        assert not articles
        assert list(unread) == [name]
        assert "(its columns: query, answer). Name it: --fields text=COLUMN" in unread[name]
    articles, unread = read(
        child, "q.csv", b"query,answer\nWho?,Nobody.\n", parse_fields("text=answer, title=query")
    )
    assert [(article.title, article.text) for article in articles] == [("Who?", "Nobody.")]


def test_a_json_list_that_breaks_keeps_what_stands_before(child: Confined) -> None:
    whole = json.dumps([ROW, ROW | {"url": ""}, ROW]).encode()
    articles, unread = read(child, "a.json", whole[: len(whole) - 30])
    assert len(articles) == 2
    assert unread == {"a.json": "a.json is no JSON after item 2. What stands before it is read."}
    articles, unread = read(child, "a.json", json.dumps(ROW).encode() + json.dumps(ROW).encode())
    assert (len(articles), unread) == (2, {})


def test_a_long_json_list_is_read_in_pieces(child: Confined) -> None:
    rows = [ROW | {"url": "", "body": f"Number {n}. " + "words " * (n % 400)} for n in range(2000)]
    articles, unread = read(child, "a.json", json.dumps(rows).encode())
    assert not unread
    assert [article.text.partition(".")[0] for article in articles] == [f"Number {n}" for n in range(2000)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_in_common_encodings_and_with_other_separators(child: Confined, encoding: str) -> None:
    text = 'Headline;Story;Publish Date;Outlet\r\n"Café; zu";"Er ist\r\nzu – „heute“.";26 Apr 2024;Bote\r\n'
    text += ";;;\r\n"
    articles, unread = read(child, "a.csv", text.encode(encoding))
    assert not unread
    (article,) = articles
    assert (article.title, article.text, article.source) == ("Café; zu", "Er ist\nzu – „heute“.", "Bote")
    assert article.published_at == datetime(2024, 4, 26, tzinfo=UTC)


def test_csv_rows_that_are_odd_are_named_by_their_line(child: Confined) -> None:
    data = b'title,text\na,"one\ntwo"\nb,x,y\nc\nd,fine\ne,"never closed\nf,g\n'
    articles, unread = read(child, "a.csv", data)
    assert names(articles) == ["a.csv › line 2", "a.csv › line 6", "a.csv › line 7"]
    assert unread == {
        "a.csv › line 4": "a.csv › line 4 has 3 cells where the first line has 2.",
        "a.csv › line 5": "a.csv › line 5 has no text in 'text'.",
    }


def test_fields_that_are_none_are_refused() -> None:
    with pytest.raises(SettingsError, match="'body=text' names no field"):
        parse_fields("title=a,body=text")
    with pytest.raises(SettingsError, match="--fields text=COLUMN"):
        parse_fields("text")


def test_columns_that_are_not_there_are_said(child: Confined) -> None:
    _, unread = read(child, "a.csv", b"title,text\na,b\n", Fields(source="paper"))
    assert unread == {"a.csv": "a.csv has no column 'paper' (its columns: title, text)."}


def test_text_with_markup_is_read_as_a_page_shows_it(child: Confined) -> None:
    text = (
        "<p>The ferry &amp; the <b>mill</b>.</p><p style='display:none'>No.</p><!-- no --><p>It rained.</p>"
    )
    rows = [{"text": text}, {"text": "a < b, c > d & e &amp; f"}]
    articles, _ = read(child, "a.jsonl", json_lines(rows))
    assert articles[0].text == "The ferry & the mill.\n\nIt rained."
    assert articles[1].text == "a < b, c > d & e &amp; f"


# Mail


def test_a_mail_gives_its_text_and_what_is_attached(child: Confined) -> None:
    attached = {"report.pdf": pdf_file("The quay was mended."), "logo.png": b"\x89PNG", "bad.docx": b"x"}
    articles, unread = read(child, "a.eml", mail_file(attached=attached))
    mail, report = articles
    assert mail.title == "Ferry stops – again"
    assert mail.authors == ("Itō, Anna", "desk@example.org")
    assert mail.published_at and mail.published_at.isoformat() == "2024-04-26T09:10:00+02:00"
    assert mail.text == "The ferry of Linden stopped on Friday."
    assert names(articles) == ["a.eml", "a.eml › report.pdf"]
    assert report.text == "The quay was mended."
    assert list(unread) == ["a.eml › bad.docx"]


def test_a_mail_in_html_is_read_as_a_web_page_and_a_short_one_whole(child: Confined) -> None:
    (long,), _ = read(child, "a.eml", mail_file(text="", page=PAGE.decode()))
    assert long.text.startswith("The ferry of Linden stopped on Friday, the harbour office said.")
    assert "still runs" not in long.text
    (short,), _ = read(child, "b.eml", mail_file(text="", page="<p>Ünder <b>way</b></p><p hidden>no</p>"))
    assert short.text == "Ünder way"
    (plain,), _ = read(child, "c.eml", mail_file(text="Plain.", page="<p>Page.</p>"))
    assert plain.text == "Plain."


def test_a_mail_attached_to_a_mail_is_read_and_a_deep_nest_ends(child: Confined) -> None:
    nest = mail_file("The innermost.")
    for _ in range(5):
        nest = mail_file("Around it.", attached={"inner.eml": nest})
    articles, unread = read(child, "a.eml", nest)
    assert [article.text for article in articles] == ["Around it."] * 4
    (reason,) = unread.values()
    assert "lies inside too many other files" in reason


def test_a_page_saved_in_one_file_is_read_with_its_address(child: Confined) -> None:
    saved = EmailMessage()
    saved["Snapshot-Content-Location"] = "https://example.org/saved"
    saved.set_content(PAGE.decode(), subtype="html", cte="quoted-printable")
    saved.add_related(b"\x89PNG", maintype="image", subtype="png")
    (page,), unread = read(child, "a.mhtml", saved.as_bytes())
    assert not unread
    assert (page.title, page.url) == ("Ferry stops", "https://example.org/saved")
    assert page.text.startswith("The ferry of Linden stopped on Friday, the harbour office said.")
    assert "holds no page" in read(child, "b.mht", b"Subject: x\n\nText.")[1]["b.mht"]


def test_what_is_no_mail_has_no_text_or_its_own(child: Confined) -> None:
    (odd,), unread = read(child, "a.eml", b"\x00\xff\n\n\xfe")
    assert not unread
    assert odd.title == "A"


# Books


def test_a_book_gives_its_chapters_in_order(child: Confined) -> None:
    articles, unread = read(child, "a.epub", book_file())
    assert not unread
    assert names(articles) == ["a.epub › OPS/ch1.xhtml", "a.epub › OPS/ch 2.xhtml"]
    first, second = articles
    assert (first.title, first.source, first.language) == ("Linden in 2024: The quay", "Example Press", "en")
    assert first.authors == ("A. Ito", "B. Cole")
    assert first.published_at == datetime(2024, 4, 26, tzinfo=UTC)
    assert first.text == "The old quay was mended.\n\n- Cost: nine"
    assert second.text == "The mill\nclosed."


def test_a_locked_book_and_one_that_is_none_say_so(child: Confined) -> None:
    lock = b'<encryption><CipherReference URI="OPS/ch1.xhtml"/></encryption>'
    fonts = b'<encryption><CipherReference URI="OPS/serif.otf"/></encryption>'
    assert (
        "is locked" in read(child, "a.epub", book_file(more={"META-INF/encryption.xml": lock}))[1]["a.epub"]
    )
    assert not read(child, "a.epub", book_file(more={"META-INF/encryption.xml": fonts}))[1]
    assert "is no EPUB" in read(child, "a.epub", zip_file({"a.txt": b"x"}))[1]["a.epub"]
    assert read(child, "a.epub", book_file({"c.xhtml": ""}))[1] == {"a.epub": "a.epub holds no articles."}


# Time


@pytest.mark.parametrize("unit", ["a<br>", "<li>a", "<td>a</td>"])
def test_a_whole_page_takes_linear_time(unit: str) -> None:
    assert grows_linearly(lambda text: read_whole_page(text.encode(), 10**9), unit)


@pytest.mark.parametrize(
    ("kind", "unit"),
    [(".json", '"a",'), (".json", '{"text":"a"} '), (".jsonl", "[\n"), (".csv", 'text,"a\n')],
)
def test_a_table_takes_linear_time(kind: str, unit: str) -> None:
    def walk(text: str) -> None:
        with suppress(ReadError):  # the last row is cut
            for entry in open_entries(kind, BytesIO(text.encode()), Reading(10**9)):
                list(read_entry(entry))

    assert grows_linearly(walk, unit)


# Web archives

SITE = "https://example.org/"
RECORDS = (
    (f"{SITE}ferry", "text/html; charset=utf-8", PAGE, "2024-04-26T10:00:00Z", "200"),
    ("https://example.org/gone", "text/html", PAGE, "2024-04-26T10:00:01Z", "404"),
    ("https://example.org/logo", "image/png", b"\x89PNG", "2024-04-26T10:00:02Z", "200"),
    (f"{SITE}a.pdf", "application/pdf", pdf_file("The mill closed."), "2024-04-26T10:00:03Z", "200"),
    ("https://example.org/bad.pdf", "application/pdf", b"%PDF", "2024-04-26T10:00:03Z", "200"),
    (f"{SITE}notes", "text/plain;charset=latin1", b"Caf\xe9\n\nIt opened.", "2024-04-27T10:00:00Z", "200"),
    (f"{SITE}notes", "text/plain", b"Old\n\nIt was shut.", "2024-04-25T10:00:05Z", "200"),
)  # fmt: skip


@pytest.mark.parametrize("packed", [True, False])
def test_a_web_archive_gives_the_newest_page_of_each_address(child: Confined, packed: bool) -> None:
    articles, unread = read(child, "a.warc.gz" if packed else "a.warc", web_archive(RECORDS, packed=packed))
    assert [(article.title, article.url) for article in articles] == [
        ("Ferry stops", "https://example.org/ferry"),
        ("Mill", "https://example.org/a.pdf"),
        ("Café", "https://example.org/notes"),
    ]
    assert articles[2].text == "It opened."
    (name,) = unread
    assert name.endswith(" › https://example.org/bad.pdf")


def test_a_web_archive_that_breaks_off_keeps_what_came_before(child: Confined) -> None:
    whole = web_archive(RECORDS)
    articles, unread = read(child, "a.warc.gz", whole[: len(whole) // 2])
    assert [article.title for article in articles] == ["Ferry stops"]
    assert "is damaged after record 2" in unread["a.warc.gz"]
    assert "no web archive" in read(child, "b.warc", b"not at all\r\n\r\n")[1]["b.warc"]


def test_a_page_that_came_packed_is_unpacked_or_refused(child: Confined) -> None:
    found = "2024-04-26T10:00:00Z"
    body = gzip.compress(PAGE)
    records = [
        (f"{SITE}{packing}", f"text/html\r\nContent-Encoding: {packing}", body, found, "200")
        for packing in ("gzip", "br")
    ]
    (page,), unread = read(child, "a.warc", web_archive(records, packed=False))
    assert page.title == "Ferry stops"
    assert list(unread.values()) == [f"a.warc › {SITE}br is packed in a way that is not read (br)."]


# The list of kinds


def test_json_is_read_where_it_is_named_and_left_out_of_folders(tmp_path: Path) -> None:
    for name in ("a.json", "b.jsonl", "c.warc.gz", "d.gz", "e.CSV"):
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in find_files([tmp_path])] == ["b.jsonl", "c.warc.gz", "e.CSV"]
    assert [path.name for path in find_files([tmp_path / "a.json"])] == ["a.json"]
    assert set(NAMED_ONLY) < set(SUFFIXES)


def test_a_kind_is_told_by_the_end_of_a_name_that_has_more() -> None:
    assert [kind_of(name) for name in ("A.WARC.GZ", "a.b.Md", ".md", "md", "a.gz", "")] == [
        ".warc.gz",
        ".md",
        "",
        "",
        "",
        "",
    ]


def test_every_kind_inside_an_archive(child: Confined) -> None:
    members = {
        "a.eml": mail_file(attached={"b.txt": b"Title\n\nAttached."}),
        "c.epub": book_file(),
        "d.jsonl": json_lines([ROW]),
        "e.csv": b"text\nA row.\n",
        "f.warc.gz": web_archive(RECORDS[:1]),
        "g.json": b"{}",
    }
    articles, unread = read(child, "all.zip", zip_file(members))
    assert not unread
    assert [name.removeprefix("all.zip › ") for name in names(articles)] == [
        "a.eml",
        "a.eml › b.txt",
        "c.epub › OPS/ch1.xhtml",
        "c.epub › OPS/ch 2.xhtml",
        "d.jsonl › line 1",
        "e.csv › line 2",
        "f.warc.gz › https://example.org/ferry",
    ]
    assert len({article.id for article in articles}) == len(articles)
