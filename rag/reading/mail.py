"""A mail (.eml): its own text is an article, and so is each attached file of a kind that is read. A page that
was saved in one file (.mhtml) is built like a mail.

Pictures, calendars and other attachments get no verdict, like files of other kinds in a folder: most mails
carry some, and none of them is an article.
"""

import email
import email.policy
from collections.abc import Callable, Iterator
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parsedate_to_datetime
from functools import partial
from typing import IO

from rag.cleaning import clean_line
from rag.errors import ReadError
from rag.reading.documents import aware
from rag.reading.markdown import Content
from rag.reading.parts import Entry, Part, Reading
from rag.reading.web_pages import MARK, read_line, read_web_page, read_whole_page

ATTACHMENTS_MOST = 500

ReadMember = Callable[[str, bytes, Reading], Iterator[Part]]


def read_saved_page(data: bytes) -> Content:
    """A page that a browser saved with all its pictures in one file (.mhtml): its first part in HTML."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    address = _header(mail, "Snapshot-Content-Location")
    for part in mail.walk():
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            page = MARK + _decode(part).encode("utf-8", "replace")
            return read_web_page(page, address or _header(part, "Content-Location"))
    raise ReadError("holds no page. Save it anew as HTML and add that.")


def unpack_mail(
    file: IO[bytes], reading: Reading, wanted: Callable[[str], object], read: ReadMember
) -> Iterator[Entry]:
    """The mail, then its attachments whose names are `wanted`. Raises ReadError for one too large."""
    data = file.read(reading.most_bytes + 1)
    if len(data) > reading.most_bytes:
        raise ReadError(
            f"is larger than {reading.most_bytes / 1e6:g} MB. Save its text, or raise READOUT_FILE_MEGABYTES."
        )
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    yield Entry("", partial(_read_mail, mail))
    for number, part in enumerate(mail.iter_attachments()):
        if number == ATTACHMENTS_MOST:
            raise ReadError(f"has more than {ATTACHMENTS_MOST} attachments. The others were left.")
        name = _name(part)
        if wanted(name):
            yield Entry(name, partial(_read_attachment, name, part, reading, read))


def _name(part: EmailMessage) -> str:
    if part.get_content_type() == "message/rfc822":
        return (clean_line(part.get_filename() or "") or "attached mail").removesuffix(".eml") + ".eml"
    return clean_line(part.get_filename() or "")


def _read_attachment(name: str, part: EmailMessage, reading: Reading, read: ReadMember) -> Iterator[Part]:
    inner = part.get_payload()
    data: object = part.get_payload(decode=True)
    if isinstance(inner, list) and inner and isinstance(inner[0], EmailMessage):  # a mail is parsed already
        data = inner[0].as_bytes()
    yield from read(name, data if isinstance(data, bytes) else b"", reading)


def _read_mail(mail: EmailMessage) -> Iterator[Part]:
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    text = _decode(plain) if plain else ""
    content = Content(text=text)
    if not text.strip() and page:
        content = _read_page(_decode(page))
    yield Part(
        content=Content(
            title=_header(mail, "Subject") or content.title,
            text=content.text,
            authors=_authors(mail),
            published_at=aware(lambda: parsedate_to_datetime(str(mail["Date"]))),
            language=content.language,
        )
    )


def _read_page(page: str) -> Content:
    """As a web page; a short mail in which no main part is found, whole."""
    data = MARK + page.encode("utf-8", "replace")
    content = read_web_page(data)
    return content if content.text else Content(text=read_whole_page(data)[1], language=content.language)


def _header(mail: EmailMessage, name: str) -> str:
    return read_line(str(mail[name] or ""))


def _authors(mail: EmailMessage) -> tuple[str, ...]:
    pairs = getaddresses([_header(mail, "From")])
    return tuple(dict.fromkeys(read_line(name or address) for name, address in pairs if name or address))


def _decode(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    for encoding in (part.get_content_charset(), "utf-8"):
        try:
            return data.decode(encoding or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("windows-1252", "replace")
