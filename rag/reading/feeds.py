"""RSS, Atom and sitemaps → what they name, newest first. Runs in the child process of `confined.py`, never
elsewhere: feedparser takes quadratic time on crafted input.
"""

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any

from rag.errors import ReadError
from rag.reading.markdown import Content
from rag.reading.moments import read_moment
from rag.reading.parts import Entry, Part, Reading
from rag.reading.web_pages import read_address, read_line, read_whole_page

ENTRIES_MOST = 2_000  # of one feed or sitemap; the newest count
TITLE_CHARACTERS = 5_000  # of a title as it stands in its feed, with marks
NAMES_MOST = 20
LIST = "list"  # the name of a part that is a sitemap of its own

_ADDRESS = re.compile(r"\S{1,2000}")
_MARKS = re.compile(r"</?[A-Za-z]|&#?\w{2,8};")
_SITEMAP = re.compile(rb"<(?:\w{1,20}:)?(urlset|sitemapindex)[\s>]")
_HEAD_BYTES = 10_000  # within which a sitemap says that it is one


def unpack_list(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """What a feed or a sitemap names: parts without text, `content.url` as it stands there.

    The part of a sitemap that another one names is called LIST.
    """
    yield Entry("", lambda: _named(_unzipped(file, reading)))


def unpack_feed(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """The articles of a feed as they stand in its file; nothing is fetched."""
    yield Entry("", lambda: _whole(_unzipped(file, reading)))


def _unzipped(file: IO[bytes], reading: Reading) -> bytes:
    """Raises ReadError where it is too large, also once unpacked."""
    data = file.read(reading.most_bytes + 1)
    if data[:2] == b"\x1f\x8b":
        data = zlib.decompressobj(wbits=31).decompress(data, reading.most_bytes + 1)
    if len(data) > reading.most_bytes:
        raise ReadError(f"is larger than {reading.most_bytes / 1e6:g} MB. Raise READOUT_FILE_MEGABYTES.")
    return data


def _named(data: bytes) -> Iterator[Part]:
    found = list(_sitemap(data) if _SITEMAP.search(data, 0, _HEAD_BYTES) else _feed(data, whole=False))
    never = datetime.min.replace(tzinfo=UTC)
    found.sort(key=lambda part: part.content.updated_at or part.content.published_at or never, reverse=True)
    yield from found[:ENTRIES_MOST]


def _whole(data: bytes) -> Iterator[Part]:
    if _SITEMAP.search(data, 0, _HEAD_BYTES):
        raise ReadError("is a sitemap, which names pages and holds none. Add it by its address.")
    yield from _feed(data, whole=True)


# Feeds


def _feed(data: bytes, whole: bool) -> Iterator[Part]:
    """Raises ReadError where it is no feed, or an empty one."""
    import feedparser  # type: ignore[import-untyped]

    read = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not read.version and not read.entries:
        raise ReadError("is no feed and no sitemap. Give the address of an article, a feed or a sitemap.")
    if not read.entries:
        raise ReadError("is a feed without entries. Try again later.")
    outlet = _plain(read.feed, "title")
    for number, entry in enumerate(read.entries[:ENTRIES_MOST], start=1):
        published, updated = _moment(entry, "published_parsed"), _moment(entry, "updated_parsed")
        address = _address(entry.get("link"))
        content = Content(
            title=_plain(entry, "title"),
            text=_text(entry) if whole else "",
            source=_plain(entry.get("source") or {}, "title") or outlet,
            authors=_authors(entry),
            published_at=published or updated,
            updated_at=updated if published and updated != published else None,
            url=read_address(address) if whole else address,
        )
        key = str(entry.get("id") or address)[:2000]
        yield Part(f"entry {number}", content, key=key)


def _plain(values: Any, key: str) -> str:
    """A field of one line. Many are written in HTML, whatever their feed says of them."""
    value = values.get(key)
    if not isinstance(value, str):
        return ""
    return read_line(_words(value[:TITLE_CHARACTERS]) if _MARKS.search(value) else value)


def _text(entry: Any) -> str:
    """The longest of what the entry gives as its text."""
    texts = [one.get("value") for one in entry.get("content") or ()] + [entry.get("summary")]
    return max((_words(text) for text in texts if isinstance(text, str) and text), key=len, default="")


def _words(fragment: str) -> str:
    """The text of a piece of HTML."""
    return read_whole_page(b"\xef\xbb\xbf" + fragment.encode("utf-8", "replace"))[1]


def _authors(entry: Any) -> tuple[str, ...]:
    people = entry.get("authors") or ()
    names = (read_line(str(person.get("name") or "")) for person in people[:NAMES_MOST])
    return tuple(dict.fromkeys(name for name in names if name and "@" not in name))


def _address(value: object) -> str:
    return value if isinstance(value, str) and _ADDRESS.fullmatch(value) else ""


def _moment(entry: Any, key: str) -> datetime | None:
    """feedparser reads the zone and gives UTC. In UTC it stays, as the library keeps it."""
    if not dict.__contains__(entry, key):  # its own `get` takes one date for the other
        return None
    try:
        year, month, day, hour, minute, second = entry[key][:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


# Sitemaps


def _sitemap(data: bytes) -> Iterator[Part]:
    """The pages, or the sitemaps, that a sitemap names. What is broken ends it."""
    from lxml import etree  # type: ignore[import-untyped]

    kinds = {"url": "", "sitemap": LIST}
    reader = etree.iterparse(
        BytesIO(data), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, recover=True
    )
    for _, element in reader:
        name = _name(element)
        if name not in kinds:
            continue
        texts = {_name(one): one.text or "" for one in element.iter() if one is not element}
        fields = {name: read_line(text) for name, text in texts.items()}
        published, updated = _utc(fields.get("publication_date", "")), _utc(fields.get("lastmod", ""))
        content = Content(
            title=fields.get("title", ""),
            source=fields.get("name", ""),
            published_at=published,
            updated_at=updated,
            url=_address(texts.get("loc", "").strip()),
        )
        element.clear()
        yield Part(kinds[name], content)


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _utc(stamp: str) -> datetime | None:
    """In UTC, as the library keeps it."""
    moment = read_moment(stamp)
    return moment.astimezone(UTC) if moment else None
