"""The bytes of a PDF or Word file → Content. Runs in the child process of `confined.py`, never elsewhere."""

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from rag.cleaning import clean_line
from rag.errors import ReadError
from rag.reading.markdown import Content

UNPACKED_MEGABYTES = 200  # of a Word file: far more than a newspaper's, far less than the child may use
PARTS_MOST = 5_000  # files inside a Word file
TEXT_CHARACTERS = 10_000_000  # twice a very long book
PAGES_MOST = 5_000

_PAGE_NUMBER = re.compile(r"(?:page\s)?\W{0,3}\d{1,4}(?:\s?(?:of|/)\s?\d{1,4})?\W{0,3}", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,60}+)-\n([^\W\d_]{1,60}+)")
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’)\]]*$")
_EDITOR = re.compile(
    r"^Microsoft (?:Word|PowerPoint) - |^untitled$|\.(?:docx?|pdf|indd|qxd|rtf)$", re.IGNORECASE
)
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_]\w{1,8})*")
_SHORT = 0.8  # of the page's usual width: a shorter line that ends a sentence ends its paragraph

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_OFF = ("0", "false", "off")


def read_pdf(data: bytes) -> Content:
    """Text page by page in its order; title, authors and dates from its properties. Raises ReadError."""
    import pypdf

    reader = pypdf.PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ReadError("is locked with a password. Save a copy without one and add that.")
    if len(reader.pages) > PAGES_MOST:
        raise ReadError(f"has more than {PAGES_MOST:,} pages. Split it.")
    pages = []
    for page in reader.pages:
        pages.append(page.extract_text())
        _check_length(sum(map(len, pages)))
    if not any(page.strip() for page in pages):
        raise ReadError("holds no text, only pictures. Run text recognition (OCR) on it and add the result.")
    return replace(_pdf_properties(reader.metadata), text=join_pages(pages))


def _pdf_properties(properties: Any) -> Content:
    """`properties`: pypdf's, or None. One that cannot be read stays empty."""
    title = clean_line(_try(lambda: properties.title))
    author = clean_line(_try(lambda: properties.author))
    published = aware(lambda: properties.creation_date)
    return Content(
        title="" if _EDITOR.search(title) else title,
        authors=tuple(name for name in map(clean_line, re.split(r"[;,]", author)) if name),
        published_at=published,
        updated_at=_later(aware(lambda: properties.modification_date), published),
    )


def join_pages(pages: list[str]) -> str:
    """Paragraphs with an empty line between; no page numbers, no lines that every page repeats."""
    lines = [[line.strip() for line in page.replace("\u00ad\n", "").split("\n")] for page in pages]
    repeated = _repeated(lines)
    known = Counter(_WORDS.findall("\n".join(pages)))
    kept = [_trim(page, repeated) for page in lines]
    paragraphs: list[str] = []
    for page in kept:
        found = list(_paragraphs(page))
        # A paragraph goes on over the page's end unless its sentence is over.
        if paragraphs and found and not _SENTENCE_END.search(paragraphs[-1]) and found[0][:1].islower():
            paragraphs[-1] += "\n" + found.pop(0)
        paragraphs += found
    return "\n\n".join(_mend(paragraph, known) for paragraph in paragraphs)


def _repeated(pages: list[list[str]]) -> set[str]:
    """First and last lines that more than half of three or more pages have: heads and feet."""
    edges = Counter(edge for page in pages if any(page) for edge in {_edge(page, 0), _edge(page, -1)})
    return {edge for edge, times in edges.items() if times >= 3 and times > len(pages) / 2}


def _edge(page: list[str], which: int) -> str:
    return re.sub(r"\d+", "0", [line for line in page if line][which])


def _trim(page: list[str], repeated: set[str]) -> list[str]:
    """Without its head, foot and number: one line at each end is looked at, twice."""
    for _ in range(2):
        for end in (0, -1):
            page = _without_blanks(page)
            if page and (_PAGE_NUMBER.fullmatch(page[end]) or _edge(page, end) in repeated):
                del page[end]
    return page


def _without_blanks(page: list[str]) -> list[str]:
    """Without the empty lines at its head and foot."""
    filled = [place for place, line in enumerate(page) if line]
    return page[filled[0] : filled[-1] + 1] if filled else []


def _paragraphs(lines: list[str]) -> Iterator[str]:
    widths = sorted(len(line) for line in lines if line)
    usual = widths[len(widths) * 3 // 4] if widths else 0
    paragraph: list[str] = []
    for line in lines:
        if line:
            paragraph.append(line)
        ends = not line or (len(line) < _SHORT * usual and _SENTENCE_END.search(line))
        if ends and paragraph:
            yield "\n".join(paragraph)
            paragraph = []
    if paragraph:
        yield "\n".join(paragraph)


def _mend(paragraph: str, known: Counter[str]) -> str:
    """One line. A word that was broken at a line's end is joined where the document has it whole, too;
    else the hyphen stays: 'long-term' must not become 'longterm'."""

    def join(found: re.Match[str]) -> str:
        before, after = found.groups()
        return before + after if known[before + after] else f"{before}-{after}"

    return _BROKEN.sub(join, paragraph).replace("\n", " ")


def read_docx(data: bytes) -> Content:
    """Headings, paragraphs, lists, tables and captions in their order; hidden text is left out.

    Raises ReadError for what unpacks to too much.
    """
    import docx

    _check_archive(data)
    document = docx.Document(BytesIO(data))
    hidden = _hidden_styles(document)
    blocks = [block for block in _blocks(document.element.body, hidden) if block.strip()]
    _check_length(sum(map(len, blocks)))
    core = document.core_properties
    title = clean_line(_try(lambda: core.title))
    if not title and blocks and _is_title(document, blocks[0]):
        title = blocks.pop(0)
    author = clean_line(_try(lambda: core.author))
    language = _LANGUAGE.fullmatch(clean_line(_try(lambda: core.language)))
    published = aware(lambda: core.created)
    return Content(
        title=title,
        text="\n\n".join(blocks),
        authors=tuple(name for name in map(clean_line, re.split(r"[;,]", author)) if name),
        published_at=published,
        updated_at=_later(aware(lambda: core.modified), published),
        language=language[1].lower() if language else "",
    )


def _check_archive(data: bytes) -> None:
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise ReadError("is locked with a password, or an old .doc. Save it as .docx without a password.")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
    if len(parts) > PARTS_MOST or sum(part.file_size for part in parts) > UNPACKED_MEGABYTES * 1_000_000:
        raise ReadError(f"unpacks to more than {UNPACKED_MEGABYTES} MB or {PARTS_MOST:,} parts. Split it.")


def _is_title(document: Any, first: str) -> bool:
    for paragraph in document.paragraphs:
        if paragraph.text.strip():
            style = paragraph.style.name if paragraph.style is not None else ""
            return style in ("Title", "Heading 1") and clean_line(paragraph.text) == clean_line(first)
    return False


def _hidden_styles(document: Any) -> set[str]:
    """Ids of the styles whose text is not shown."""
    return {
        style.get(f"{_W}styleId", "")
        for style in document.styles.element.iter(f"{_W}style")
        if any(_is_vanished(p) or _is_white(p) for p in style.iterfind(f"{_W}rPr"))
    }


def _blocks(parent: Any, hidden: set[str]) -> Iterator[str]:
    """The paragraphs and table rows below an element, in order; content controls are looked into."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield _paragraph_text(child, hidden)
        elif child.tag == f"{_W}tbl":
            rows = (_row_text(row, hidden) for row in child.iter(f"{_W}tr"))
            yield "\n".join(row for row in rows if row)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
            yield from _blocks(child, hidden)


def _row_text(row: Any, hidden: set[str]) -> str:
    """The cells with ' | ' between. A table in a cell gives rows of its own."""
    cells = (
        " ".join(_paragraph_text(p, hidden) for p in cell.iterchildren(f"{_W}p"))
        for cell in row.iterchildren(f"{_W}tc")
    )
    return " | ".join(cell for cell in map(str.strip, cells) if cell)


def _paragraph_text(paragraph: Any, hidden: set[str]) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    if style is not None and style.get(f"{_W}val") in hidden:
        return ""
    pieces = []
    for run in paragraph.iter(f"{_W}r"):
        if _is_shown(run, hidden):
            pieces += [_piece(part) for part in run]
    text = "".join(pieces).strip()
    is_item = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    return f"- {text}" if text and is_item else text


def _piece(part: Any) -> str:
    if part.tag == f"{_W}t":
        return part.text or ""
    return {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}.get(part.tag, "")


def _is_shown(run: Any, hidden: set[str]) -> bool:
    """Not hidden, not white on white, and not the second copy of a text box."""
    properties = run.find(f"{_W}rPr")
    if properties is not None:
        style = properties.find(f"{_W}rStyle")
        if style is not None and style.get(f"{_W}val") in hidden:
            return False
        if _is_vanished(properties) or (_is_white(properties) and not _is_shaded(run)):
            return False
    return next(run.iterancestors(_FALLBACK), None) is None


def _is_vanished(properties: Any) -> bool:
    vanish = properties.find(f"{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "1") not in _OFF


def _is_white(properties: Any) -> bool:
    color = properties.find(f"{_W}color")
    return color is not None and color.get(f"{_W}val", "").upper() == "FFFFFF"


def _is_shaded(run: Any) -> bool:
    """Whether a dark ground stands behind the run, as in the first row of many tables."""
    for place in (run, *run.iterancestors(f"{_W}p", f"{_W}tc")):
        for shade in place.iterfind(f"./*/{_W}shd"):
            if shade.get(f"{_W}fill", "auto").upper() not in ("AUTO", "FFFFFF"):
                return True
    return False


def _check_length(characters: int) -> None:
    if characters > TEXT_CHARACTERS:
        raise ReadError(f"holds more than {TEXT_CHARACTERS:,} characters of text. Split it.")


def _try(read: Callable[[], object]) -> str:
    """A property as a string, empty where it is missing or cannot be read: the text matters more."""
    try:
        return str(read() or "")
    except Exception:  # noqa: BLE001  whatever the library raises over a broken property
        return ""


def aware(read: Callable[[], object]) -> datetime | None:
    """A property as an aware moment; UTC where it names no zone, as everywhere in Readout."""
    try:
        moment = read()
    except Exception:  # noqa: BLE001  as above
        return None
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _later(updated: datetime | None, published: datetime | None) -> datetime | None:
    return updated if updated and (not published or updated > published) else None
