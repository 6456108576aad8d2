"""The bytes of a plain text (title on its first line) or of Markdown with front matter → Content."""

import re
from dataclasses import replace
from datetime import datetime

from rag.errors import ReadError
from rag.reading.markdown import Content, read_front_matter, read_markdown
from rag.reading.moments import parse_moment

_TITLE_CHARACTERS = 200  # a longer first line is a paragraph
_STAMP = r"\s{0,9}(\S.{3,40}?)\s{0,9}"
_STAMPS = re.compile(rf"(?=Published:|Updated:)(?:Published:{_STAMP})?(?:Updated:{_STAMP})?$", re.IGNORECASE)


def read_text(data: bytes) -> Content:
    """Title on the first line, dates on the next if they are stamped there, the rest is the text.

    Raises ReadError for what is not text.
    """
    text = _decode(data)
    first, _, rest = text.strip().partition("\n")
    rest = rest.strip()
    if not rest or len(first) > _TITLE_CHARACTERS:
        return Content(text=text)
    second, _, after = rest.partition("\n")
    try:
        published, updated = _read_stamps(second)
    except (ValueError, OverflowError):  # not a stamp, or not one that can be read: it stays text
        return Content(title=first, text=rest)
    return Content(title=first, text=after, published_at=published, updated_at=updated)


def read_markdown_file(data: bytes) -> Content:
    """Raises ReadError for what is not text, or has front matter that cannot be used."""
    text = _decode(data)
    try:
        content, body = read_front_matter(text)
    except ReadError as error:
        raise ReadError(f"has front matter that cannot be used: {error}") from None
    title, plain = read_markdown(body, content.title)
    return replace(content, title=title, text=plain)


def _decode(data: bytes) -> str:
    """UTF-8, UTF-16 with its byte order mark, or else windows-1252, with \\n line ends."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-16" or re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", data):
                raise
            text = data.decode("windows-1252")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ReadError("is not text. Save the article as text in UTF-8 and add it again.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_stamps(line: str) -> tuple[datetime | None, datetime | None]:
    """The dates of a line such as 'Published: Apr 26, 2024 09:10 AM Updated: Apr 26, 2024 10:51 PM'.

    Either may be missing. Raises ValueError for any other line.
    """
    found = _STAMPS.match(line.strip())
    if not found:
        raise ValueError(line)
    published, updated = (parse_moment(stamp) if stamp else None for stamp in found.groups())
    return published, updated
