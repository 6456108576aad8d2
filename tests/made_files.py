"""Small files of every kind that is read, made anew for each test."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from io import BytesIO

from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

Row = Mapping[str, object]


def zip_file(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def json_lines(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def mail_file(
    text: str = "The ferry of Linden stopped on Friday.",
    page: str = "",
    attached: Mapping[str, bytes] | None = None,
) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "Ferry stops – again"
    mail["From"] = '"Itō, Anna" <anna@example.org>, desk@example.org'
    mail["Date"] = "Fri, 26 Apr 2024 09:10:00 +0200"
    if text:
        mail.set_content(text)
    if page and text:
        mail.add_alternative(page, subtype="html")
    elif page:
        mail.set_content(page, subtype="html")
    for name, data in (attached or {}).items():
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


CHAPTERS = {
    "cover.xhtml": "<img src='cover.jpg'/>",
    "ch1.xhtml": "<h2>The quay</h2><p>The old quay was mended.</p><ul><li>Cost: <b>nine</b></li></ul>",
    "ch%202.xhtml": "<h2>The mill</h2><p>The mill<br/>closed.</p><p style='display:none'>It did not.</p>",
}


def book_file(chapters: Mapping[str, str] = CHAPTERS, more: Mapping[str, bytes] | None = None) -> bytes:
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Linden in 2024</dc:title><dc:creator>A. Ito</dc:creator><dc:creator>B. Cole</dc:creator>"
        "<dc:publisher>Example Press</dc:publisher><dc:date>2024-04-26</dc:date>"
        f"<dc:language>en-GB</dc:language></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
        f"<spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    )
    pages = {
        f"OPS/{name.replace('%20', ' ')}": (
            f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{body}</body></html>'
        ).encode()
        for name, body in chapters.items()
    }
    parts = {"META-INF/container.xml": container.encode(), "OPS/book.opf": package.encode()} | pages
    return zip_file(parts | dict(more or {}))


def web_archive(
    records: Sequence[tuple[str, str, bytes, str, str]], *, packed: bool = True, kind: str = "response"
) -> bytes:
    """Records: address, media type, content, date, status."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=packed)
    for url, media, content, date, status in records:
        headers = StatusAndHeaders(f"{status} OK", [("Content-Type", media)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                url,
                kind,
                payload=BytesIO(content),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": date},
            )
        )
    return file.getvalue()
