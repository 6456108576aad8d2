"""An EPUB: each chapter is an article. A book as one article could give an answer only a few passages, and
a chapter is what a reader wants to open; of a magazine, it is what was an article.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import IO, Any
from urllib.parse import unquote

from rag.errors import ReadError
from rag.reading.markdown import Content
from rag.reading.moments import read_moment
from rag.reading.parts import Entry, Part, Reading
from rag.reading.web_pages import read_language, read_line, read_whole_page

PARTS_MOST = 10_000
CHAPTER_MEGABYTES = 20
XML_MEGABYTES = 5  # of what lists the chapters
ELEMENTS_MOST = 200_000  # a whole book may be one page
AUTHORS_MOST = 20

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGE = re.compile(r"\.x?html?$", re.IGNORECASE)


def unpack_book(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """The chapters in reading order; those without text are passed over. Raises ReadError."""
    with zipfile.ZipFile(file) as archive:
        if len(archive.infolist()) > PARTS_MOST:
            raise ReadError(f"holds more than {PARTS_MOST:,} files. Split it.")
        names = set(archive.namelist())
        if _CONTAINER not in names:
            raise ReadError("is no EPUB, or damaged. Open it in its own program, save it anew and add that.")
        if _ENCRYPTION in names and _locks_pages(_load_xml(archive, _ENCRYPTION)):
            raise ReadError("is locked against copying. Add a copy without that lock.")
        places = _load_xml(archive, _CONTAINER).xpath("//*[local-name()='rootfile']/@full-path")
        place = str(next(iter(places), ""))
        package = _load_xml(archive, place)
        book = _read_metadata(package)
        for path in _chapters(package, posixpath.dirname(place)):
            if path in names:
                yield Entry(path, partial(_read_chapter, archive, path, book))


def _locks_pages(encryption: Any) -> bool:
    """Fonts are often scrambled in books that are not locked."""
    return any(_PAGE.search(str(uri)) for uri in encryption.xpath("//@URI"))


def _load(archive: zipfile.ZipFile, name: str, megabytes: int) -> bytes:
    try:
        with archive.open(name) as part:
            data = part.read(megabytes * 1_000_000 + 1)
    except KeyError:
        raise ReadError(f"lacks its part '{read_line(name)[:80]}'.") from None
    if len(data) > megabytes * 1_000_000:
        raise ReadError(f"unpacks to more than {megabytes} MB. Split it.")
    return data


def _load_xml(archive: zipfile.ZipFile, name: str) -> Any:
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(_load(archive, name, XML_MEGABYTES), parser)


def _read_metadata(package: Any) -> Content:
    def values(name: str) -> list[str]:
        found = package.xpath("//*[local-name()='metadata']//*[local-name()=$name]", name=name)
        return [line for one in found[:AUTHORS_MOST] if (line := read_line("".join(one.itertext())))]

    return Content(
        title=next(iter(values("title")), ""),
        source=next(iter(values("publisher")), ""),
        authors=tuple(dict.fromkeys(values("creator"))),
        published_at=next((moment for date in values("date") if (moment := read_moment(date))), None),
        language=read_language(*values("language")),
    )


def _chapters(package: Any, folder: str) -> Iterator[str]:
    """Paths of the pages inside the book, in the order of its spine; not the table of contents."""
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        for item in package.xpath("//*[local-name()='manifest']/*[local-name()='item']")
        if "nav" not in (item.get("properties") or "").split() and "html" in (item.get("media-type") or "")
    }
    spine = package.xpath("//*[local-name()='spine']/*[local-name()='itemref']")
    yield from dict.fromkeys(items[one.get("idref")] for one in spine if one.get("idref") in items)


def _read_chapter(archive: zipfile.ZipFile, path: str, book: Content) -> Iterator[Part]:
    heading, text = read_whole_page(_load(archive, path, CHAPTER_MEGABYTES), ELEMENTS_MOST)
    if text.removeprefix(heading).strip():
        title = ": ".join(dict.fromkeys(filter(None, (book.title, heading))))
        yield Part(path, replace(book, title=title, text=text.removeprefix(heading).strip()))
