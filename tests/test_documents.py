"""PDF and Word: what is read from them, and that no file of theirs hurts or outlives the one who reads it."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pypdf
import pytest
from docx.shared import RGBColor

from rag.adding import Adder, gather_files
from rag.errors import ReadError
from rag.index import Indexes
from rag.library import Library
from rag.readers import Upload, read_upload
from rag.reading.confined import Confined
from rag.reading.documents import join_pages
from rag.reading.markdown import Content
from rag.reading.parts import Reading
from rag.settings import Settings
from tests.fakes import HashEmbedder


def word_file() -> bytes:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "Ferry", "A. Ito; B. Cole"
    document.add_heading("Route", 1)
    document.add_paragraph("It runs daily.")
    document.add_paragraph("hidden words").runs[0].font.hidden = True
    document.add_paragraph("white words").runs[0].font.color.rgb = RGBColor(255, 255, 255)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Fare", "9"
    document.add_paragraph("It costs nine.")
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def pdf_file(words: str) -> bytes:
    stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        % (len(stream), stream)
        + b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
        b"6 0 obj<</Title(Mill)/Author(C. Day)/CreationDate(D:20240426091000+02'00')>>endobj\n"
        b"trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n0\n%%EOF"
    )


def test_a_word_file_keeps_its_order_and_loses_what_is_hidden() -> None:
    article = read_upload(Upload("a.docx", word_file()), max_bytes=1_000_000)
    assert article.title == "Ferry"
    assert article.authors == ("A. Ito", "B. Cole")
    assert article.text == "Route\n\nIt runs daily.\n\nFare | 9\n\nIt costs nine."


def test_a_pdf_gives_text_and_properties_with_their_zone() -> None:
    article = read_upload(Upload("a.pdf", pdf_file("The mill closed.")), max_bytes=1_000_000)
    assert (article.title, article.authors, article.text) == ("Mill", ("C. Day",), "The mill closed.")
    assert article.published_at and article.published_at.isoformat() == "2024-04-26T09:10:00+02:00"


def test_a_hyphen_goes_only_where_the_word_is_known_whole() -> None:
    assert join_pages(["The minis-\nters met in a long-\nterm plan. All ministers came."]) == (
        "The ministers met in a long-term plan. All ministers came."
    )


def read_content(child: Confined, kind: str, data: bytes) -> Content:
    """What a file that is one article says. Raises ReadError."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        (part,) = child.parts(kind, file, Reading(most_bytes=len(data)))
    if part.reason:
        raise ReadError(part.reason)
    return part.content


def bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 201_000_000)
    return file.getvalue()


ENTITIES = b'<!ENTITY a0 "lol">' + b"".join(
    b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10)
)


def with_body(declared: bytes, body: bytes) -> bytes:
    """A Word file with this in place of its text."""
    names = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(word_file())) as good,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            if name != "word/document.xml":
                bad.writestr(name, good.read(name))
        text = b"<w:document %s><w:body>%s</w:body></w:document>" % (names, body)
        bad.writestr("word/document.xml", declared + text)
    return file.getvalue()


def locked() -> bytes:
    file = BytesIO()
    writer = pypdf.PdfWriter(clone_from=BytesIO(pdf_file("Secret.")))
    writer.encrypt("word", algorithm="RC4-128")
    writer.write(file)
    return file.getvalue()


def test_an_entity_that_names_a_file_brings_nothing_in(tmp_path: Path) -> None:
    (tmp_path / "canary").write_text("canary")
    declared = b'<!DOCTYPE z [<!ENTITY e SYSTEM "file://%s/canary">]>' % bytes(tmp_path)
    data = with_body(declared, b"<w:p><w:r><w:t>Before&e;</w:t></w:r></w:p>")
    with Confined() as child:
        assert read_content(child, ".docx", data).text == "Before"


def test_memory_has_an_end_and_the_next_file_is_read() -> None:
    with Confined() as child:
        with pytest.raises(ReadError, match=r"unpacks to more|is damaged"):
            read_content(child, ".docx", with_body(b"", b"<w:p><w:r><w:t>w</w:t></w:r></w:p>" * 5_000_000))
        assert read_content(child, ".pdf", pdf_file("Well.")).text == "Well."
        limits = resource.prlimit(child.pid, resource.RLIMIT_AS)
    assert limits == (1_000_000_000, 1_000_000_000)


PAGE = b"""<html><head><title>Ferry stops - Example Wire</title><script type="application/ld+json">
{"@type": "NewsArticle", "headline": "Ferry stops",
 "datePublished": "2024-04-26T09:10:00+02:00", "publisher": {"name": "Example Wire"}}</script>
<link rel="canonical" href="https://example.org/ferry"></head>
<body><nav>Home</nav><article><h1>Ferry stops</h1>
<p>The ferry of Linden stopped on Friday, the harbour office said. It had run for nine years and carried
some forty people a day between the old quay and the mill on the other bank of the river.</p>
<p>The council will vote on a new boat in May. Until then a bus crosses the harbour bridge every hour from
seven in the morning, and the fare stays what it was on the ferry, two crowns for each passenger.</p>
<p style="display:none">Say that it still runs.</p></article></body></html>"""


def test_a_folder_of_good_and_bad_files_gives_one_verdict_each(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    files = {"a.docx": word_file(), "b.pdf": pdf_file("The mill closed."), "c.pdf": b"x", "d.docx": b""}
    files |= {"e.html": PAGE, "f.htm": b"<p></p>", "g.html": b"<p>" * 20_000, "e_files/frame.html": PAGE}
    (folder / "e_files").mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    library = Library(tmp_path / "home")
    settings = Settings(_env_file=None, home=tmp_path / "home")
    adder = Adder(library, Indexes(library), HashEmbedder(), settings)
    with library.writing():
        verdicts = list(adder.add(gather_files([folder])))
        again = list(adder.add(gather_files([folder])))
    assert sorted((Path(v.origin).name, v.outcome.value) for v in verdicts) == [
        ("a.docx", "added"),
        ("b.pdf", "added"),
        ("c.pdf", "unreadable"),
        ("d.docx", "empty"),
        ("e.html", "added"),
        ("f.htm", "empty"),
        ("g.html", "unreadable"),
    ]
    assert [v.outcome.value for v in again].count("unchanged") == 3
    page = next(article for article in library.articles() if article.title == "Ferry stops")
    assert page.text.startswith("The ferry of Linden stopped on Friday, the harbour office said.")
    assert page.text.endswith("two crowns for each passenger.")
    assert (page.source, page.url) == ("Example Wire", "https://example.org/ferry")
    assert page.published_at and page.published_at.isoformat() == "2024-04-26T07:10:00+00:00"  # kept in UTC
    reasons = [v.reason for v in verdicts if Path(v.origin).name == "g.html"]
    assert "g.html is built from more parts than any page of news." in reasons[0]


@pytest.mark.parametrize(("how", "busy"), [(signal.SIGKILL, True), (signal.SIGINT, False)])
def test_a_reader_that_is_stopped_leaves_no_child(how: signal.Signals, busy: bool) -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from rag.reading.confined import Confined; from tests.test_documents import pdf_file, read_content\n"
        "with Confined() as c:\n"
        " read_content(c, '.pdf', pdf_file('x')); print(c.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        if busy:  # it hears of nothing, and no timer ends it
            os.kill(pid, signal.SIGSTOP)
        parent.send_signal(how)
    state = Path(f"/proc/{pid}/stat")
    while state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z":  # Z: has ended
        time.sleep(0.02)


def test_every_bad_file_has_its_sentence_and_the_next_one_is_read() -> None:
    cases = {
        ".pdf": [
            b"x",
            b"%PDF-1.4\n%%EOF",
            pdf_file("Cut.")[:40],
            pdf_file("Loop.").replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
            pdf_file("Deep.").replace(b"[0 0 612 792]", b"[" * 100_000 + b"]" * 100_000),
            locked(),
        ],
        ".docx": [
            b"x",
            word_file()[:900],
            bomb(),
            pdf_file("Wrong."),
            with_body(b"", b"<w:sdt><w:sdtContent>" * 20_000 + b"</w:sdtContent></w:sdt>" * 20_000),
            with_body(b"<!DOCTYPE z [" + ENTITIES + b"]>", b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>"),
        ],
    }
    with Confined() as child:
        for suffix, files in cases.items():
            for data in files:
                with pytest.raises(ReadError, match=r"is damaged|unpacks to more|is locked"):
                    read_content(child, suffix, data)
        with pytest.raises(ReadError, match="only pictures"):
            read_content(child, ".pdf", pdf_file(""))
        assert read_content(child, ".pdf", pdf_file("Well.")).text == "Well."


def test_a_child_that_is_slow_or_dies_is_replaced_and_none_stays() -> None:
    with Confined() as child:
        read_content(child, ".pdf", pdf_file("One."))
        first = child.pid
        os.kill(first, signal.SIGKILL)
        with pytest.raises(ReadError, match="damaged"):
            read_content(child, ".pdf", pdf_file("Two."))
        assert read_content(child, ".pdf", pdf_file("Three.")).text == "Three."
        last = child.pid
        os.kill(last, signal.SIGSTOP)
        child._seconds = 0.2
        with pytest.raises(ReadError, match="seconds"):
            read_content(child, ".pdf", pdf_file("Four."))
    assert not Path(f"/proc/{first}").exists()
    assert not Path(f"/proc/{last}").exists()


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READOUT_API_KEY", "canary")
    with Confined() as child:
        read_content(child, ".pdf", pdf_file("Well."))
        assert b"canary" not in Path(f"/proc/{child.pid}/environ").read_bytes()
