"""Tables of articles, one in each row: JSON lines, a JSON list, CSV. Read as a stream, row by row."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from functools import partial
from io import TextIOWrapper
from typing import IO

from rag.cleaning import clean_line
from rag.errors import ReadError, SettingsError
from rag.reading.markdown import Content
from rag.reading.moments import read_moment
from rag.reading.parts import Entry, Fields, Part, Reading
from rag.reading.web_pages import MARK, read_address, read_language, read_line, read_whole_page

AUTHORS_MOST = 50
COLUMNS_MOST = 1_000  # that are looked at; tables of news have a dozen
WITHOUT_MOST = 1_000  # rows in a row that are no objects: the file is no table, and each has a verdict
SHOWN_MOST = 12  # names of columns in a message
_PIECE = 1 << 16  # characters of a JSON list that are read at first
_MARKUP = re.compile(r"(?i)</(?:p|div|span|a|li|h[1-6]|strong|em|b|i)>|<br ?/?>|<!--")
_OPENING = re.compile(r"\s*+\[?+\s*+")
_GAP = re.compile(r"[\s,]*+")

# The usual names of each column, the likeliest first; in any case, '-' and ' ' as '_'.
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "heading"),
    "text": ("text", "body", "content", "article", "story", "full_text", "maintext"),
    "source": ("source", "outlet", "publisher", "publication", "newspaper", "site", "source_name"),
    "authors": ("authors", "author", "byline", "creator"),
    "published_at": (
        "published_at", "published", "date", "publish_date", "date_published", "datepublished",
        "date_publish", "pub_date", "pubdate", "publishedat", "published_date", "publication_date",
        "created_at",
    ),
    "updated_at": ("updated_at", "updated", "modified", "date_modified", "datemodified", "date_modify"),
    "url": ("url", "link", "address", "article_url"),
    "language": ("language", "lang"),
    "id": ("id", "_id", "article_id", "guid"),
}  # fmt: skip

Row = Mapping[str, object]


def parse_fields(words: str) -> Fields:
    """'text=body,title=headline' as Fields. Raises SettingsError."""
    fields, known = Fields(), [field.name for field in fields_of(Fields)]
    for pair in filter(None, words.split(",")):
        name, _, column = (piece.strip() for piece in pair.partition("="))
        if name not in known or not column:
            raise SettingsError(
                f"'{pair.strip()}' names no field. Write --fields text=COLUMN,title=COLUMN; the fields are"
                f" {', '.join(known)}."
            )
        fields = replace(fields, **{name: column})
    return fields


def unpack_json_lines(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """Each line that is not blank. Raises ReadError where the first object has no text."""
    rows = ((number, _try_row(line, reading)) for number, line in _lines(file, reading.most_bytes))
    yield from _objects("line", rows, reading)


def unpack_json(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """The objects of a list, or one after the other. Raises ReadError where the first one has no text, or
    where one cannot be read: there is no telling where the next one would begin."""
    values = enumerate(_values(file, reading.most_bytes), start=1)
    rows = ((n, value if isinstance(value, dict) else "is no JSON object.") for n, value in values)
    yield from _objects("item", rows, reading)


def _objects(unit: str, rows: Iterable[tuple[int, Row | str]], reading: Reading) -> Iterator[Entry]:
    """Of each row, an object or why there is none. Raises ReadError after too many without one in a row."""
    begun, without = False, 0
    for number, row in rows:
        name = f"{unit} {number}"
        if isinstance(row, str):
            yield Entry(name, partial(_refuse, row))
            without += 1
            if without == WITHOUT_MOST:
                raise ReadError(
                    f"has {WITHOUT_MOST:,} {unit}s in a row that are no JSON objects, up to {name}. Mend it"
                    " and add it again."
                )
            continue
        if not begun:
            _find_columns(list(row), reading.fields)
        begun, without = True, 0
        yield Entry(name, partial(_read_object, name, row, reading.fields))


def _read_object(name: str, row: Row, fields: Fields) -> Iterator[Part]:
    """Columns are looked for in each object, as those without a value are often left out."""
    yield _read_row(name, row, _find_columns(list(row), fields))


def _refuse(reason: str) -> Iterator[Part]:
    raise ReadError(reason)
    yield


def _lines(file: IO[bytes], most: int) -> Iterator[tuple[int, bytes]]:
    """Each line with its number; of one that is too long, one byte more than `most`."""
    number = 0
    while line := file.readline(most + 1):
        number += 1
        rest = line
        while len(rest) > most and not rest.endswith(b"\n"):
            rest = file.readline(most + 1)
        if line.strip():
            yield number, line


def _try_row(line: bytes, reading: Reading) -> Row | str:
    """The line's object, or why there is none."""
    if len(line) > reading.most_bytes:
        return f"is longer than {reading.most_bytes / 1e6:g} MB. Split it, or raise READOUT_FILE_MEGABYTES."
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "is not text in UTF-8."
    except (ValueError, RecursionError):
        return "is no JSON object on one line."
    return row if isinstance(row, dict) else "is no JSON object."


def _values(file: IO[bytes], most: int) -> Iterator[object]:
    """The values of a list, or those that follow each other; what is held is little more than one of them."""
    text, decoder = TextIOWrapper(file, "utf-8-sig"), json.JSONDecoder()
    held, at, count, piece, over = "", 0, 0, _PIECE, False
    while True:
        at = (_GAP if count else _OPENING).match(held, at).end()  # type: ignore[union-attr]  # may be empty
        if held.startswith("]", at):
            return
        try:
            value, end = decoder.raw_decode(held, at)
            if end < len(held) or over:  # else a number may go on in what was not read yet
                at, count, piece = end, count + 1, _PIECE
                yield value
                continue
        except (ValueError, RecursionError) as error:
            if over and at == len(held):
                return
            if over or isinstance(error, RecursionError):
                raise ReadError(f"is no JSON after item {count}. What stands before it is read.") from None
        if len(held) - at > most:
            raise ReadError(f"has more than {most / 1e6:g} MB after item {count} that are no whole object.")
        try:
            more = text.read(piece)
        except UnicodeDecodeError:
            raise ReadError(f"is not text in UTF-8 after item {count}.") from None
        held, at, over, piece = held[at:] + more, 0, not more, piece * 2


def unpack_csv(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """Each row below the first one, which names the columns. Raises ReadError where none holds the text."""
    csv.field_size_limit(reading.most_bytes)
    text = TextIOWrapper(file, _encoding(file), errors="replace", newline="")
    first = text.readline(reading.most_bytes)
    text.seek(0)
    rows = csv.reader(_text_lines(text, reading.most_bytes), delimiter=max(",;\t|", key=first.count))
    header = [clean_line(cell) for cell in next(rows, [])]
    columns = _find_columns(header, reading.fields, strict=True)
    try:
        line = rows.line_num + 1
        for cells in rows:
            if any(cells):
                name = f"line {line}"
                yield Entry(name, partial(_read_cells, name, cells, header, columns))
            line = rows.line_num + 1
    except csv.Error as error:
        raise ReadError(f"is no CSV after line {line} ({error}). What stands before it is read.") from None


def _text_lines(text: IO[str], most: int) -> Iterator[str]:
    while line := text.readline(most):
        if len(line) == most and not line.endswith(("\n", "\r")):
            raise ReadError(f"has a line longer than {most / 1e6:g} MB.")
        yield line


def _encoding(file: IO[bytes]) -> str:
    """UTF-8, UTF-16 with its byte order mark, or else windows-1252, as of plain text."""
    try:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16"
        file.seek(0)
        text = TextIOWrapper(file, "utf-8")
        try:
            while text.read(1 << 20):
                pass
        except UnicodeDecodeError:
            return "windows-1252"
        finally:
            text.detach()
        return "utf-8-sig"
    finally:
        file.seek(0)


def _read_cells(
    name: str, cells: Sequence[str], header: Sequence[str], columns: Mapping[str, str]
) -> Iterator[Part]:
    if len(cells) > len(header):
        raise ReadError(f"has {len(cells)} cells where the first line has {len(header)}.")
    yield _read_row(name, dict(zip(header, cells, strict=False)), columns)


def _find_columns(names: Sequence[str], fields: Fields, *, strict: bool = False) -> dict[str, str]:
    """The column of each field that has one.

    Raises ReadError where none holds the text, or (`strict`) one that was named is not there.
    """
    names = names[:COLUMNS_MOST]
    known = {_plain(name): name for name in reversed(names)}
    columns = {}
    for field, usual in NAMES.items():
        named = getattr(fields, field)
        if named and named not in names and (strict or field == "text"):
            raise ReadError(f"has no column '{clean_line(named)[:40]}' ({_some(names)}).")
        found = named or next((known[name] for name in usual if name in known), "")
        if found:
            columns[field] = found
    if "text" not in columns:
        raise ReadError(
            f"has no column for the text of an article ({_some(names)}). Name it: --fields text=COLUMN"
        )
    return columns


def _read_row(name: str, row: Row, columns: Mapping[str, str]) -> Part:
    """Raises ReadError where it has no text; a field that cannot be used is empty.

    Text with the markup of a page in it is read as one: what no reader would see must not get in.
    """
    text = row.get(columns["text"])
    if not isinstance(text, str):
        raise ReadError(f"has no text in '{clean_line(columns['text'])[:40]}'.")
    fields = {field: row.get(column) for field, column in columns.items()}
    url = read_address(_line(fields.get("url")))
    content = Content(
        title=_line(fields.get("title")),
        text=read_whole_page(MARK + text.encode("utf-8", "replace"))[1] if _MARKUP.search(text) else text,
        source=_line(fields.get("source")),
        authors=_authors(fields.get("authors")),
        published_at=read_moment(_line(fields.get("published_at"))),
        updated_at=read_moment(_line(fields.get("updated_at"))),
        language=read_language(_line(fields.get("language"))),
        url=url,
    )
    return Part(name, content, key=_line(fields.get("id")) or url)


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").split())


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(clean_line(name)[:40] for name in names[:SHOWN_MOST])
    return f"its columns: {shown}{', …' if len(names) > SHOWN_MOST else ''}"


def _line(value: object) -> str:
    """A value as one short line; of an object its name."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return read_line(value) if isinstance(value, str) else ""


def _authors(value: object) -> tuple[str, ...]:
    """A name, names with commas or semicolons between, or a list of names."""
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(name for one in values[:AUTHORS_MOST] if (name := _line(one))))
