"""Files made to exhaust their reader: each ends in articles or in sentences that say why not, within 1 GB."""

import gzip
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import islice

from rag.readers import Unread, Upload, read_uploads
from rag.reading.confined import Confined
from rag.reading.parts import Reading
from rag.types import Article
from tests.made_files import CHAPTERS, book_file, mail_file, web_archive, zip_file
from tests.soak import cases
from tests.test_documents import ENTITIES, PAGE, pdf_file, with_body, word_file

MOST = 20_000_000  # as READOUT_FILE_MEGABYTES is at first
Bomb = tuple[str, bytes, str]  # name, content, what its sentence says; empty where articles may come of it

LARGE = "unpacks to more"
DAMAGED = "is damaged"


def zip_bombs(size: int) -> Iterator[Bomb]:
    zeros = bytes(2 * MOST)
    yield "zeros.zip", zip_file({"a.md": zeros}), LARGE
    yield "bz2.zip", zip_file({"a.md": zeros}, zipfile.ZIP_BZIP2), "packed in an uncommon way"
    yield "lzma.zip", zip_file({"a.md": zeros}, zipfile.ZIP_LZMA), "packed in an uncommon way"
    yield (
        "nested.zip",
        zip_file({"a.zip": zip_file({"a.zip": zip_file({"a.md": zeros})})}),
        "inside another file",
    )
    yield "overlapping.zip", overlapping(20 * size), ""
    yield "many.zip", zip_file(dict.fromkeys(map("{}.x".format, range(500 * size)), b"")), "holds no"
    yield "names.zip", zip_file({"\u202e" * 9_000 + "/" * 9_000 + "a.md": b"Text."}), ""
    whole = zip_file({"a.md": b"One.", "b.md": b"Two."})
    yield "lying.zip", whole.replace(struct.pack("<L", 4), struct.pack("<L", 2**31 - 1)), ""
    yield "count.zip", whole[:-12] + b"\xff" * 4 + whole[-8:], ""
    yield "directory.zip", whole[:-10] + b"\xff" * 8 + whole[-2:], DAMAGED
    yield (
        "locked.zip",
        whole.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
        "locked",
    )


def overlapping(times: int) -> bytes:
    """An archive in which many names stand for the same packed megabyte."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", b"word " * 200_000)
        (one,) = archive.filelist
        for number in range(times):
            other = zipfile.ZipInfo(f"{number}.md")
            for field in ("compress_type", "compress_size", "file_size", "CRC", "header_offset", "flag_bits"):
                setattr(other, field, getattr(one, field))
            archive.filelist.append(other)
    return file.getvalue()


def document_bombs(size: int) -> Iterator[Bomb]:
    paragraph = b"<w:p><w:r><w:t>w</w:t></w:r></w:p>"
    yield "paragraphs.docx", with_body(b"", paragraph * 12_500 * size), rf"{LARGE}|seconds|^$"
    yield (
        "word.docx",
        with_body(b"", b"<w:p><w:r><w:t>" + b"w" * 1_500_000 * size + b"</w:t></w:r></w:p>"),
        "",
    )
    yield "deep.docx", with_body(b"", b"<w:sdt>" * 20_000 + b"</w:sdt>" * 20_000), rf"{DAMAGED}|{LARGE}"
    laughs = with_body(b"<!DOCTYPE z [" + ENTITIES + b"]>", b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>")
    yield "entities.docx", laughs, rf"{DAMAGED}|{LARGE}"
    yield "parts.docx", zip_file(dict.fromkeys(map(str, range(5_001)), b"")), LARGE
    yield "zeros.docx", zip_file({"word/document.xml": b" " * 201_000_000}), LARGE
    page = pdf_file("Many.")
    yield "loop.pdf", page.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"), DAMAGED
    yield "deep.pdf", page.replace(b"[0 0 612 792]", b"[" * 100_000 + b"]" * 100_000), DAMAGED
    yield "pages.pdf", page.replace(b"[3 0 R]", b"[" + b"3 0 R " * 6_000 + b"]"), "more than 5,000 pages|^$"
    yield "stream.pdf", packed_pdf(bytes(2_000_000 * size)), ""
    yield "words.pdf", packed_pdf(b"BT /F1 12 Tf (word and more) Tj ET " * 1_500 * size), ""


def packed_pdf(stream: bytes) -> bytes:
    packed = zlib.compress(stream)
    head, _, rest = pdf_file("x").partition(b"4 0 obj<<")
    body = b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (len(packed), packed)
    return head + body + rest[rest.index(b"5 0 obj") :]


def page_bombs(size: int) -> Iterator[Bomb]:
    yield "deep.html", b"<div>" * 20_000, "more parts than any page"
    yield "wide.html", b"<b>x</b>" * 100_000, "more parts than any page"
    yield "long.html", b"x" * 5_000_001, "larger than 5 MB"
    yield (
        "attributes.html",
        b"<p " + b" ".join(b"a%d=1" % n for n in range(20_000 * size)) + b">Text.</p>",
        "",
    )
    yield "opened.html", b"<" * 20_000 * size, ""
    yield "entities.html", b"<!DOCTYPE html [" + ENTITIES + b"]><p>&a9;</p>", ""
    notice = b'<script type="application/ld+json">' + b'{"@graph":' * 40_000 + b"</script>"
    yield "notice.html", notice + PAGE, ""
    yield "comment.html", PAGE + b"<!--" * 50_000 * size, ""


def table_bombs(size: int) -> Iterator[Bomb]:
    yield "line.jsonl", b'{"text": "' + b"x" * MOST + b'"}', "longer than 20 MB"
    yield "deep.jsonl", b'{"text":' * 100_000, "no JSON object"
    yield "number.jsonl", b'{"text": 1' + b"0" * 1_000_000 + b"}", "no JSON object"
    yield (
        "keys.jsonl",
        b'{"text": "A.", ' + b", ".join(b'"%d": 1' % n for n in range(50_000 * size)) + b"}",
        "",
    )
    yield "lists.jsonl", b'{"text": "A.", "title": ' + b"[" + b"[]," * 50_000 * size + b"[]]}", ""
    yield "deep.json", b"[" * 1_000_000, "no JSON after item 0|no JSON object"
    yield "blank.json", b"[" + b" ," * 500_000 * size, "holds no articles|no JSON after"
    yield "open.json", b'[{"text": "' + b"x" * MOST, "no whole object|no JSON after"
    yield "line.csv", b"text\n" + b"x" * MOST * 2, "longer than 20 MB"
    yield "header.csv", b"text," * 20_000 * size + b"\n" + b"a," * 20_000, ""
    yield "quote.csv", b'text,title\n"' + b"never closed\n" * 160_000 * 10, "is no CSV after line 2"
    yield "nul.csv", b"text\n" + b"\0" * 50_000 * size, ""


def mail_bombs(size: int) -> Iterator[Bomb]:
    nest = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(100 * size)
    )
    yield "nest.eml", nest + b"\nText.", ""
    mails = b"Content-Type: message/rfc822\n\n" * 200 * size
    yield "mails.eml", mails + b"\nText.", ""
    yield "headers.eml", b"".join(b"X-%d: y\n" % n for n in range(5_000 * size)) + b"\nText.", ""
    yield "from.eml", b"From: " + b"a@b.c," * 500 * size + b"\n\nText.", ""
    yield "subject.eml", b"Subject: " + b"=?utf-8?q?a?= " * 500 * size + b"\n\nText.", ""
    yield "brackets.eml", b"From: " + b"(" * 5_000 + b"\nDate: " + b"(" * 5_000 + b"\n\nText.", ""
    attached = mail_file("Text.", attached={f"{n}.txt": b"Title\n\nText." for n in range(501)})
    yield "attached.eml", attached, "more than 500 attachments"
    yield "charset.eml", b"Content-Type: text/plain; charset=punycode\n\n" + b"a" * 5_000 * size, ""
    yield "zip.eml", mail_file("Text.", attached={"a.zip": zip_file({"a.md": bytes(MOST)})}), "inside another"


def book_bombs(size: int) -> Iterator[Bomb]:
    yield "chapter.epub", book_file({"a.xhtml": " " * 20_100_000}), LARGE
    yield "wide.epub", book_file({"a.xhtml": "<b>x</b>" * 300_000}), "more parts than any page"
    laughs = b"<!DOCTYPE z [" + ENTITIES + b"]><package>&a9;</package>"
    yield "entities.epub", book_file(more={"OPS/book.opf": laughs}), rf"{DAMAGED}|{LARGE}|holds no articles"
    outside = (
        b'<!DOCTYPE z [<!ENTITY e SYSTEM "file:///etc/passwd">]><package><metadata>&e;</metadata></package>'
    )
    yield "outside.epub", book_file(more={"OPS/book.opf": outside}), "holds no articles"
    items = b"".join(b'<itemref idref="c1"/>' for _ in range(5_000 * size))
    yield "spine.epub", with_spine(items), ""
    yield "list.epub", book_file(more={"OPS/book.opf": b"<package>" + b" " * 5_000_001}), LARGE
    yield "parts.epub", book_file(more=dict.fromkeys(map(str, range(10_001)), b"")), "holds more than 10,000"


def with_spine(items: bytes) -> bytes:
    good = zipfile.ZipFile(BytesIO(book_file()))
    package = good.read("OPS/book.opf")
    return book_file(CHAPTERS, {"OPS/book.opf": package.replace(b"<spine>", b"<spine>" + items)})


def archive_bombs(size: int) -> Iterator[Bomb]:
    url, found = "https://example.org/", "2024-04-26T10:00:00Z"
    zeros = bytes(MOST + 1)
    yield "zeros.warc.gz", web_archive([(url, "text/plain", zeros, found, "200")]), LARGE
    yield (
        "long.warc.gz",
        gzip.compress(b"WARC/1.0\r\n" + b"X-Y: z\r\n" * 20_000 * size),
        "is damaged|holds no page",
    )
    many = [(f"{url}{n}", "text/plain", b"Title\n\nText.", found, "200") for n in range(50 * size)]
    yield "many.warc.gz", web_archive(many), ""
    yield "cut.warc.gz", web_archive(many[:9])[:-50], "is damaged after record 8"
    plain = web_archive(many[:1], packed=False)
    yield "length.warc", plain.replace(b"Content-Length: ", b"Content-Length: 9999999"), "is damaged after"
    yield "negative.warc", plain.replace(b"Content-Length: ", b"Content-Length: -"), "is damaged after|^$"
    whole = gzip.compress(plain * 50)
    yield "whole.warc.gz", whole, "is damaged after"
    yield "bytes.warc.gz", gzip.compress(bytes(MOST * 5)), f"is damaged after|{LARGE}"


MAKERS = (zip_bombs, document_bombs, page_bombs, table_bombs, mail_bombs, book_bombs, archive_bombs)


def check(name: str, read: Sequence[Article | Unread], said: str) -> None:
    assert read, name
    reasons = [one.reason for one in read if isinstance(one, Unread)]
    for reason in reasons:
        assert reason.startswith(name), name
        assert len(reason.splitlines()) == 1, name
    assert re.search(said, " ".join(reasons)), (name, reasons[:3])


def test_a_bomb_ends_in_articles_or_sentences_and_the_next_file_is_read(
    record_property: Callable[[str, object], None],
) -> None:
    size, of_each, tried = cases(1, 20), cases(1, 20), 0
    with Confined() as child:
        for make in MAKERS:
            for name, data, said in islice(make(size), of_each):
                check(name, list(read_uploads(Upload(name, data), Reading(MOST), child)), said)
                (good,) = read_uploads(Upload("good.docx", word_file()), Reading(MOST), child)
                assert isinstance(good, Article), name
                tried += 1
    record_property("cases", tried)
