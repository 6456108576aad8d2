"""Markdown → what its front matter says, and readable plain text.

Not a full parser: news articles use headings, emphasis, links, lists and quotations. What is not
recognised stays as it stands, so no words are lost. A full parser in Python takes ten seconds and more
on one hostile megabyte; every pattern here is linear: what repeats cannot cross the character that
ends it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.cleaning import clean_line
from rag.errors import ReadError

if TYPE_CHECKING:
    import yaml

_FRONT_MATTER_CHARACTERS = 32_000  # far more than a title, an outlet and authors need; a second of YAML
_FRONT_MATTER_DEPTH = 10  # lists within lists; deeper ones would exhaust the stack
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"\w{1,80}[ \t]{0,9}:")
_URL = re.compile(r"https?://[^\s<>\"\\]{1,2000}", re.IGNORECASE)
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_]\w{1,8})?")
_ZONE_GAP = re.compile(r"\s+(?=[+-]\d|Z$)")

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})((?:[\s/][^<>]{0,2000})?)>")
_SILENT = {"script", "style", "template", "title", "head"}  # elements whose content is never shown
_UNSEEN = re.compile(
    r"(?i)(?:^|\s)hidden(?:[\s=/]|$)|display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|"
    r"(?:font-size|opacity)\s{0,9}:\s{0,9}0(?![.\d])"
)
_LEAF = {"br", "hr", "img", "input", "link", "meta", "wbr"}  # elements that have no content
_BREAKS = {"br": "  \n"} | dict.fromkeys(
    ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "blockquote", "hr"),
    "\n\n",
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")

_MARKED = re.compile(r"[\[<*_`~\\&]")
_TARGET = (
    r"\(\s{0,9}[^()\s]{0,2000}+(?:\([^()\s]{0,500}\)[^()\s]{0,500}+)?"
    r"(?:\s{1,9}(?:\"[^\"]{0,300}\"|'[^']{0,300}'))?\s{0,9}\)"
)
_IMAGE = re.compile(r"(?<!\\)!\[([^\[\]]{0,1000}+)\]" + _TARGET)
_LINK = re.compile(r"(?<!\\)\[([^\[\]]{0,1000}+)\](?:" + _TARGET + r"|\[[^\[\]]{0,100}\])")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]{1,100}\]:[ \t]{1,9}\S+\s*$")
_STARS = re.compile(r"(?<!\\)(\*{1,3})(?=[^\s*])([^*]++)(?<=[^\s\\])\1")
_UNDERSCORES = re.compile(r"(?<![\\\w])(_{1,3})(?=[^\s_])([^_]++)(?<=[^\s\\])\1(?!\w)")
_STRUCK = re.compile(r"(?<![\\~])(~~)(?=[^\s~])([^~]++)~~")
_CODE = re.compile(r"(?<![\\`])(`{1,3})([^`]++)\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

_QUOTE = re.compile(r" {0,3}(?:> ?)++")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")
_RULE = re.compile(r" {0,3}(?:(-)(?:[- \t])*+|(=)=*+[ \t]*+|(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)$")
_TABLE_RULE = re.compile(r"(?=.*\|)(?=.*-)[\s:|-]++$")
_ITEM = re.compile(r"[ \t]{0,40}(?:[-*+]|(\d{1,3}[.)]))[ \t]{1,9}(?=\S)")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file says about its article."""

    title: str = ""
    text: str = ""
    source: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    language: str = ""
    url: str = ""


def read_front_matter(text: str) -> tuple[Content, str]:
    """What the YAML at the start of `text` says (an empty Content without it), and the text after it.

    Keys that Readout does not know are left alone. Raises ReadError that names the key and the value;
    the caller puts the file's name before it.
    """
    front, body = _split_front_matter(text)
    fields = _load_yaml(front)
    authors = fields.get("authors", "")
    if isinstance(authors, str):
        authors = authors.split(",")
    if not isinstance(authors, list) or not all(isinstance(name, str) for name in authors):
        raise ReadError("'authors' must be a list of names or names with commas between.")
    language = _read_line(fields, "language")
    if language and not _LANGUAGE.fullmatch(language):
        raise ReadError(f"the language '{_cut(language)}' must be a code of two letters: en.")
    url = _read_line(fields, "url")
    content = Content(
        title=_read_line(fields, "title"),
        source=_read_line(fields, "source"),
        authors=tuple(name for name in map(clean_line, authors) if name),
        published_at=_read_date(fields, "published_at"),
        updated_at=_read_date(fields, "updated_at"),
        language=language[:2].lower(),
        url=url if _URL.fullmatch(url) else "",
    )
    return content, body


def _split_front_matter(text: str) -> tuple[str, str]:
    """The YAML between the first line '---' and the next one ('' without it), and all that follows."""
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        return "", text
    closing = _CLOSING.search(rest, 0, _FRONT_MATTER_CHARACTERS)
    if closing:
        return rest[: closing.start()], rest[closing.end() :]
    if _KEY.match(rest):
        raise ReadError(
            "it has front matter without an end. "
            f"Put a line '---' after it, within its first {_FRONT_MATTER_CHARACTERS} characters."
        )
    return "", text  # a drawn line


@cache
def _plain_loader() -> type["yaml.BaseLoader"]:
    import yaml

    class PlainLoader(yaml.BaseLoader):
        """Refuses aliases and what lies too deep as it reads: nothing is built then."""

        _depth = 0

        def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
            deeper = self.check_event(yaml.CollectionStartEvent)
            self._depth += deeper
            if self._depth > _FRONT_MATTER_DEPTH or self.check_event(yaml.AliasEvent):
                raise ReadError("its front matter must be plain keys and values.")
            node = super().compose_node(parent, index)
            self._depth -= deeper
            return node

    return PlainLoader


def _load_yaml(text: str) -> dict[str, object]:
    """The mapping in `text`; every scalar in it is a string, as it was typed.

    Aliases (which can grow without bound) and deep nesting are refused before anything is built.
    """
    import yaml

    try:
        fields = yaml.load(text, _plain_loader())  # noqa: S506  it builds strings, lists and dicts only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # One for the opening '---', one because YAML counts lines from 0.
        where = f" at line {mark.line + 2}" if mark else ""
        reason = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise ReadError(
            f"its front matter is not YAML{where} ({reason}). "
            "Mend that line; put a value with a colon in it in quotes."
        ) from None
    if not fields:
        return {}
    if not isinstance(fields, dict):
        raise ReadError("its front matter must be lines of the form 'key: value'.")
    return fields


def _read_line(fields: dict[str, object], key: str) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str):
        raise ReadError(f"'{key}' in its front matter must be one line of text.")
    return "" if value in ("~", "null") else clean_line(value)


def _read_date(fields: dict[str, object], key: str) -> datetime | None:
    """An aware datetime; without a zone it is UTC, without a time midnight. Its own zone is kept: the day
    in an outlet's own zone is the day that it dates itself by."""
    value = _read_line(fields, key)
    if not value:
        return None
    try:
        date = datetime.fromisoformat(_ZONE_GAP.sub("", value))
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        date.astimezone(UTC)  # a date at the very ends of the calendar cannot be stored
    except (ValueError, OverflowError):
        raise ReadError(
            f"the {key} '{_cut(value)}' is not a date. Write it as 2024-04-26T18:00:00+00:00."
        ) from None
    return date


def _cut(value: str) -> str:
    return value if len(value) <= 60 else value[:59] + "…"


def read_markdown(text: str, title: str = "") -> tuple[str, str]:
    """The title and the rest as plain text. Without a `title`, the first level-one heading gives it; a
    heading that only repeats the title is left out of the text. The title is '' if there is none.

    Paragraphs and headings stand on one line each, an empty line between them. Each list item and each
    table row has a line of its own; a list mark becomes '- ', a number stays.
    """
    before, parts = "", list[str]()
    for kind, block in _read_blocks(_drop_html(text).split("\n")):
        words = _drop_marks(block)
        if kind == "title" and title in ("", words):
            title = words
        elif words:
            parts.append(("\n" if kind == before == "line" else "\n\n") + words)
            before = kind
    return title, "".join(parts).strip()


def _read_blocks(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each block as (kind, text), its lines joined; the kinds are those of `_classify`."""
    kind, held = "", list[str]()
    for found, content in map(_classify, [*lines, ""]):
        if found == "text" and held:
            held += ["" if held[-1].endswith("\n") else " ", content]
            continue
        if held:
            underlined = kind == "text" and found in ("title rule", "heading rule")
            yield found.removesuffix(" rule") if underlined else kind, "".join(held)
            held = []
        if found in ("title", "heading"):
            yield found, content
        elif found in ("line", "text"):
            kind, held = found, [content]


def _classify(line: str) -> tuple[str, str]:
    """What a line is, and its words: 'title' (level one), 'heading', 'line' (list item, table row), 'text';
    'title rule', 'heading rule' (they underline what stands above); 'gap'."""
    if quoted := _QUOTE.match(line):
        line = line[quoted.end() :]
    words = line.strip()
    # Two blanks or a backslash at the end of a line ask for a line break.
    text = words.removesuffix("\\") + "\n" if line.endswith(("  ", "\\")) else words
    if words[:1].isalpha():  # every mark begins with something else
        return "text", text
    if not words:
        return "gap", ""
    if rule := _RULE.match(line):
        return ("title rule" if rule[2] else "heading rule" if rule[1] else "gap"), ""
    if any(pattern.match(line) for pattern in (_FENCE, _TABLE_RULE, _DEFINITION)):
        return "gap", ""
    if heading := _HEADING.match(line):
        level = "title" if len(heading[1]) == 1 else "heading"
        return level, line[heading.end() :].rstrip().rstrip("#")
    if item := _ITEM.match(line):
        return "line", f"{item[1] or '-'} {line[item.end() :].strip()}"
    if words.startswith("|"):
        return "line", words.strip("| ")
    return "text", text


def _drop_marks(text: str) -> str:
    """`text` of one block without the marks of links, images, emphasis and code."""
    if not _MARKED.search(text):
        return text.strip()
    text = _AUTOLINK.sub(r"\1", text)
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    for pattern in (_CODE, _STARS, _STARS, _UNDERSCORES, _UNDERSCORES, _STRUCK):  # twice: they nest
        text = pattern.sub(r"\2", text)
    text = _ESCAPE.sub(r"\1", text)
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text).strip()


def _drop_html(text: str) -> str:
    """`text` without tags, and without what a browser would not show: comments, scripts, hidden elements.

    What is opened and never closed stays as text, so that no words are lost by one slip.
    """
    text = _drop_comments(text)
    kept, start, hidden, depth = list[str](), 0, "", 0
    for tag in _TAG.finditer(text):
        closing, name = bool(tag[1]), tag[2].lower()
        if hidden:
            if name == hidden:
                depth += -1 if closing else 1
            if depth == 0:
                hidden, start = "", tag.end()
            continue
        kept.append(text[start : tag.start()] + _BREAKS.get(name, ""))
        start = tag.end()
        if not closing and name not in _LEAF and (name in _SILENT or _UNSEEN.search(tag[3])):
            hidden, depth = name, 1
    return "".join(kept) + _TAG.sub("", text[start:])


def _drop_comments(text: str) -> str:
    kept, start = list[str](), 0
    while (opening := text.find("<!--", start)) >= 0:
        closing = text.find("-->", opening + 4)
        if closing < 0:
            break
        kept.append(text[start:opening])
        start = closing + 3
    return "".join(kept) + text[start:]
