"""A web page (HTML) → what it says of its article, and the article's text without the page around it.

Pure: bytes in, a value out; no file and no address is opened, whatever the page names. What a browser would
not show is dropped before the text is looked for, as it can carry instructions that no reader sees.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rag.cleaning import clean_line, clean_text
from rag.errors import ReadError
from rag.reading.markdown import Content

PAGE_BYTES = 5_000_000  # the longest saved pages of news sites have 3 MB
ELEMENTS_MOST = 12_000  # more than busy pages of news have; finding the text is not linear in them
DEPTH_MOST = 200  # elements within elements; deeper ones would exhaust the stack
NOTICES_MOST = 50  # of JSON-LD in one page
NOTICE_CHARACTERS = 500_000
NAMES_MOST = 20  # authors
FIELD_CHARACTERS = 500

MARK = b"\xef\xbb\xbf"  # says that what follows is UTF-8
_BYTE_ORDER = {MARK: "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# Those that the HTML standard names and Python decodes in linear time.
_CHARSET = re.compile(
    rb"(?i)charset\s{0,9}=\s{0,9}[\"']?(utf-?8|windows-125\d|iso-8859-\d{1,2}|shift_jis|euc-jp|euc-kr|gbk|"
    rb"gb2312|gb18030|big5|koi8-[ru])"
)
_CHARSET_BYTES = 4096  # that a page may take until it names its encoding
_LATIN = {"iso-8859-1", "windows-1252"}  # one and the same to every browser

_SILENT = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "svg",
    "canvas",
    "datalist",
)
_UNSEEN = re.compile(
    r"(?i)display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)|"
    r"(?:font-size|opacity|max-height|max-width)\s{0,9}:\s{0,9}0(?:\.0{1,9})?(?![.\d])|"
    r"(?:text-indent|left|top)\s{0,9}:\s{0,9}-\d{3,}|"
    r"(?<![-\w])color\s{0,9}:\s{0,9}transparent"
)
_INK = re.compile(r"(?i)(?<![-\w])color\s{0,9}:\s{0,9}([^;!]{1,60})")
_PAPER = re.compile(r"(?i)background(?:-color)?\s{0,9}:\s{0,9}([^;!]{1,60})")
_WHITE = re.compile(
    r"(?i)#f{3,8}|white|rgba?\((?:\s{0,9}255\s{0,9},){2}\s{0,9}255\s{0,9}(?:,[\s\d.]{1,9})?\)"
)
_STYLE_CHARACTERS = 2000

_ARTICLE = re.compile(r"(?:Article|BlogPosting|Report|Review)$")
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
_SHORT_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_]\w{1,8}){0,3}")
_ADDRESS = re.compile(r"https?://[^\s<>\"\\]{1,2000}", re.IGNORECASE)
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dcterms.date",
    "dc.date.issued",
    "dcterms.created",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publish-date",
    "cxenseparse:recs:publishtime",
)
_UPDATED = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
)
_HEADINGS = ("h1", "h2", "h3", "h4")
_SPACES = re.compile(r"\s+")
_BLOCKS = (
    "address article aside blockquote caption dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr main nav ol p pre section table ul"
)
_GAPS = dict.fromkeys(_BLOCKS.split(), "\n\n") | {
    "br": "\n",
    "li": "\n- ",
    "tr": "\n",
    "td": " | ",
    "th": " | ",
}  # what stands before an element's text, where it is more than nothing
_SITE_IN_TITLE = re.compile(r"\s[|–—·-]\s")


@dataclass(frozen=True, slots=True)
class _Said:
    """What JSON-LD says of the page's article; empty where it says nothing."""

    title: str = ""
    source: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    language: str = ""


def read_web_page(page: bytes, url: str = "") -> Content:
    """The article of an HTML page. Its text is '' where none was found; a field of which the page says
    nothing stays empty. `url` is where the page was read; without it, the page's own word for that counts.

    A date without a time is midnight, a time without a zone is in UTC, as in front matter. Headings,
    paragraphs and captions stand on lines of their own with an empty line between; each list item ('- ')
    and each table row (cells parted by ' | ') has a line.
    ELEMENTS_MOST bounds the time, which for some hostile pages grows faster than they do.
    Raises ReadError if the page is larger than PAGE_BYTES, more deeply nested or of more elements than any
    real page.
    """
    if len(page) > PAGE_BYTES:
        raise ReadError(
            f"is larger than {PAGE_BYTES / 1e6:g} MB, too large for a web page. Save its article alone,"
            " as text or Markdown."
        )
    tree = _parse(_decode(page))
    if tree is None:
        return Content(url=read_address(url))
    said, meta = _read_notices(tree), _read_meta(tree)
    first = next(iter(tree.xpath("//h1")), None)
    heading = read_line(" ".join(first.itertext())) if first is not None else ""
    times = _read_times(tree)
    _drop_unseen(tree)
    _free_captions(tree)
    title = said.title or meta.get("og:title") or heading or _page_title(tree)
    text = _drop_title(clean_text("".join(_read_blocks(_main_part(tree)))), title)
    own = read_address(url) or read_address(meta.get("og:url", "")) or _canonical(tree)
    published = said.published or _first(meta, _PUBLISHED) or times.get("published", "")
    updated = said.updated or _first(meta, _UPDATED) or times.get("updated", "")
    published_at = _moment(published) or _found_date(tree, own)
    updated_at = _moment(updated)
    return Content(
        title=read_line(title),
        text=text,
        source=read_line(said.source or meta.get("og:site_name") or meta.get("application-name") or ""),
        authors=said.authors or _names(meta.get("author", "")) or _byline(tree),
        published_at=published_at,
        updated_at=None if updated_at == published_at else updated_at,
        language=read_language(str(tree.get("lang") or ""), said.language, meta.get("og:locale", "")),
        url=own,
    )


def in_utf8(page: bytes, charset: str) -> bytes:
    """A page in the encoding that its server or mail names, as UTF-8 with the mark that says so; as it is
    where it has a mark of its own, or is not in that encoding."""
    named = _CHARSET.fullmatch(f"charset={charset}".encode())
    if not named or page.startswith(tuple(_BYTE_ORDER)):
        return page
    encoding = named[1].decode().lower()
    try:
        return MARK + page.decode("windows-1252" if encoding in _LATIN else encoding).encode()
    except (UnicodeError, LookupError):
        return page


def _decode(page: bytes) -> str:
    for mark, encoding in _BYTE_ORDER.items():
        if page.startswith(mark):
            return page.decode(encoding, "replace")
    named = _CHARSET.search(page, 0, _CHARSET_BYTES)
    encoding = named[1].decode().lower() if named else "utf-8"
    try:
        return page.decode("windows-1252" if encoding in _LATIN else encoding)
    except (UnicodeDecodeError, LookupError):
        pass
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        return page.decode("utf-8" if encoding == "utf-8" and named else "windows-1252", "replace")


def _parse(text: str, elements: int = ELEMENTS_MOST) -> Any:
    """The page's root element; None where it holds none. Raises ReadError."""
    from lxml import etree, html  # type: ignore[import-untyped]

    if not text.strip("\0 \t\r\n\f"):
        return None
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(
            text.replace("\0", "").encode("utf-8", "replace"), parser, ensure_head_body=True
        )
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    _check_shape(tree, elements)
    return tree


def _check_shape(tree: Any, most: int) -> None:
    from lxml import etree

    depth = elements = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > DEPTH_MOST or elements > most:
            raise ReadError(
                "is built from more parts than any page of news. Save its article alone, as text or Markdown."
            )


def _drop_unseen(tree: Any) -> None:
    """Takes out what a browser would not show, as far as the elements themselves say so."""
    for element in list(tree.iter()):
        style = (element.get("style") or "")[:_STYLE_CHARACTERS]
        unseen = element.get("hidden") is not None or (
            style and (_UNSEEN.search(style) or _is_white(element))
        )
        unseen = element.tag in _SILENT or (unseen and element.tag not in ("html", "body"))
        if unseen and element.getparent() is not None:
            element.drop_tree()


def _is_white(element: Any) -> bool:
    """White letters on paper that nothing says is of another colour, or letters as their own paper."""
    style = element.get("style")[:_STYLE_CHARACTERS]
    ink = _INK.search(style)
    if not ink:
        return False
    paper = _PAPER.search(style)
    if paper and paper[1].strip().lower() == ink[1].strip().lower():
        return True
    if not _WHITE.fullmatch(ink[1].strip()):
        return False
    for around in (element, *element.iterancestors()):
        if (paper := _PAPER.search((around.get("style") or "")[:_STYLE_CHARACTERS])) or around.get("bgcolor"):
            return bool(paper and _WHITE.match(paper[1].strip()))
    return True


def _free_captions(tree: Any) -> None:
    """Makes captions paragraphs of their own, as what looks for the text takes figures out whole."""
    for caption in list(tree.iter("figcaption", "caption")):
        around = next(caption.iterancestors("figure" if caption.tag == "figcaption" else "table"), None)
        caption.tag = "p"
        if around is None or around.getparent() is None:
            continue
        caption.drop_tree() if not caption.text_content().strip() else around.addprevious(caption)


# What the page says of its article


def _read_notices(tree: Any) -> _Said:
    """JSON-LD: the first article that it describes, else what it says of the page."""
    found = [node for script in _notices(tree) for node in _nodes(script)]
    articles = [node for node in found if any(_ARTICLE.search(kind) for kind in _kinds(node))]
    for node in articles or [node for node in found if "datePublished" in node]:
        return _Said(
            title=_word(node.get("headline")) or _word(node.get("name")),
            source=next(iter(_named(node.get("publisher"), found)), ""),
            authors=_named(node.get("author"), found),
            published=_word(node.get("datePublished")),
            updated=_word(node.get("dateModified")),
            language=_word(node.get("inLanguage")),
        )
    return _Said()


def _notices(tree: Any) -> Iterator[object]:
    for script in tree.xpath("//script[contains(@type, 'ld+json')]")[:NOTICES_MOST]:
        try:
            yield json.loads((script.text or "")[:NOTICE_CHARACTERS], strict=False)
        except (ValueError, RecursionError):  # a page's slip, or cut
            continue


def _nodes(value: object, depth: int = 0) -> Iterator[dict[str, object]]:
    """The objects of a notice: itself, those in a list, in '@graph' and as what a page is about."""
    if isinstance(value, list) and depth < 5:
        for one in value:
            yield from _nodes(one, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity"):
            if depth < 5:
                yield from _nodes(value.get(key), depth + 1)


def _kinds(node: dict[str, object]) -> list[str]:
    kind = node.get("@type")
    return [one for one in (kind if isinstance(kind, list) else [kind]) if isinstance(one, str)]


def _word(value: object) -> str:
    return read_line(value) if isinstance(value, str) else ""


def _named(value: object, nodes: list[dict[str, object]]) -> tuple[str, ...]:
    """Names of people or an outlet: a string, an object with a name, a pointer to one, or a list of these."""
    names: dict[str, None] = {}
    for one in (value if isinstance(value, list) else [value])[:NAMES_MOST]:
        if isinstance(one, dict) and "name" not in one:
            one = next((node for node in nodes if "name" in node and node.get("@id") == one.get("@id")), {})
        name = one.get("name") if isinstance(one, dict) else one
        for part in name if isinstance(name, list) else [name]:
            if (words := _word(part)) and not _ADDRESS.match(words):
                names[words] = None
    return tuple(names)


def _read_meta(tree: Any) -> dict[str, str]:
    """The page's meta elements by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = read_line(element.get("content") or "")
        if content:
            found.setdefault(key.lower()[:80], content)
    return found


def _read_times(tree: Any) -> dict[str, str]:
    """Times that the article itself shows, in <time datetime> or with an itemprop."""
    found: dict[str, str] = {}
    for element in tree.xpath(
        "//time[@datetime] | //*[@itemprop='datePublished' or @itemprop='dateModified']"
    ):
        stamp = element.get("datetime") or element.get("content") or ""
        kind = " ".join(element.get(key) or "" for key in ("itemprop", "class", "data-testid")).lower()
        if not _moment(stamp):
            continue
        later = "modif" in kind or "updat" in kind
        outspoken = later or element.get("pubdate") is not None or "publi" in kind
        if outspoken:
            found.setdefault("updated" if later else "published", stamp)
    lone = tree.xpath("//article//time[@datetime] | //header//time[@datetime]")
    if "published" not in found and "updated" not in found and len({t.get("datetime") for t in lone}) == 1:
        found["published"] = lone[0].get("datetime")
    return found


def _first(meta: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((meta[key] for key in keys if key in meta and _moment(meta[key])), "")


def _moment(stamp: str) -> datetime | None:
    """An aware datetime with the zone that the stamp names; None for what is no whole date."""
    stamp = _SHORT_ZONE.sub(r"\1:\2", stamp.strip()[:60]) if "T" in stamp or " " in stamp else stamp.strip()
    if not _DATED.match(stamp):
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d|Z$)", "", stamp))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment


def _found_date(tree: Any, url: str) -> datetime | None:
    """A day that the head, a date line or the address of the page shows: not one guessed from its text."""
    from htmldate import find_date

    try:
        day = find_date(tree, original_date=True, extensive_search=False, url=url or None)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
    return _moment(day or "")


def _byline(tree: Any) -> tuple[str, ...]:
    places = tree.xpath("//*[@rel='author' or @itemprop='author' or contains(@class, 'byline-name')]")
    names = dict.fromkeys(read_line(" ".join(place.itertext()))[:100] for place in places[:NAMES_MOST])
    return tuple(name for name in names if name)


def _names(value: str) -> tuple[str, ...]:
    parts = re.split(r",|;|\band\b", value.removeprefix("By "))[:NAMES_MOST]
    return tuple(
        dict.fromkeys(name for part in parts if (name := read_line(part)) and not _ADDRESS.match(name))
    )


def _page_title(tree: Any) -> str:
    """The title of the window without the outlet, which stands last."""
    title = read_line(tree.findtext(".//title") or "")
    parts = _SITE_IN_TITLE.split(title)
    return max(parts, key=len) if len(parts) > 1 else title


def _canonical(tree: Any) -> str:
    return next((a for link in tree.xpath("//link[@rel='canonical']/@href") if (a := read_address(link))), "")


def read_address(url: str) -> str:
    return url.strip() if _ADDRESS.fullmatch(url.strip()) else ""


def read_language(*codes: str) -> str:
    return next((code[:2].lower() for code in codes if _LANGUAGE.fullmatch(code)), "")


def read_line(text: str) -> str:
    return clean_line(text[: 4 * FIELD_CHARACTERS])[:FIELD_CHARACTERS].strip()


def read_whole_page(page: bytes, elements: int = ELEMENTS_MOST) -> tuple[str, str]:
    """The first heading of an HTML or XHTML page and all its visible text, in order: for pages that have
    nothing around their text. Linear in the page. Raises ReadError as `read_web_page`."""
    tree = _parse(_decode(page), elements)
    if tree is None:
        return "", ""
    _drop_unseen(tree)
    heading = next((words for h in tree.iter(*_HEADINGS) if (words := read_line("".join(h.itertext())))), "")
    pieces: list[str] = []
    for event, element in _walk(tree.find("body")):
        if event == "start":
            pieces.append(_GAPS.get(element.tag, ""))
            pieces.append(_SPACES.sub(" ", element.text or ""))
        else:
            pieces.append("\n\n" if _GAPS.get(element.tag, "").startswith("\n\n") else "")
            pieces.append(_SPACES.sub(" ", element.tail or ""))
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return heading, clean_text("\n".join(lines))


def _walk(body: Any) -> Iterator[tuple[str, Any]]:
    from lxml import etree

    return iter(()) if body is None else etree.iterwalk(body, events=("start", "end"))


# Its text


def _main_part(tree: Any) -> Any:
    """The article's part of the page, in trafilatura's elements; None where there is none."""
    from trafilatura import bare_extraction

    try:
        found: Any = bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=False)
    except (RecursionError, ValueError):
        return None
    return found.body if found is not None else None


def _read_blocks(body: Any) -> Iterator[str]:
    """The text in order, each block with the gap before it."""
    if body is None:
        return
    for block in body:
        if block.tag in ("list", "table"):
            yield "\n\n" + "\n".join(_rows(block))
        else:
            yield "\n\n" + _block_words(block)


def _rows(block: Any) -> Iterator[str]:
    for row in block.iter("item", "row"):
        if row.tag == "item":
            yield f"- {_block_words(row)}"
            continue
        cells = [_block_words(cell) for cell in row.iter("cell")]
        if any(cells):
            yield " | ".join(cells)


def _block_words(block: Any) -> str:
    """The words of a block on one line, but for those of lists in it, which have lines of their own."""
    words = [block.text or ""]
    for part in block:
        if part.tag == "lb":
            words.append("\n")
        elif part.tag == "list":
            pass
        elif part.tag in ("p", "head", "quote", "item"):
            words += ["\n", _block_words(part), "\n"]
        else:
            words.append(_block_words(part))
        words.append(part.tail or "")
    lines = ("".join(words)).split("\n")
    return " ".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _drop_title(text: str, title: str) -> str:
    """The text without a first line that only repeats the title."""
    first, _, rest = text.partition("\n")
    return rest.strip() if title and clean_line(first) == read_line(title) else text
