"""The values that pass while one file is read: what it holds, piece by piece, and how it is to be read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from rag.reading.markdown import Content

INSIDE = " › "  # between the name of a file and that of a part of it


@dataclass(frozen=True, slots=True)
class Part:
    """One article of a file, or why a part of it gives none."""

    name: str = ""  # inside its file: 'folder/a.html', 'line 12'; empty where the file is the article
    content: Content = field(default_factory=Content)
    reason: str = ""  # why it was not read, as the rest of a sentence; `content` is empty then
    key: str = ""  # what tells it from the file's others next time, where the file says: an id, an address


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of a file, not read yet: what may take long or break the reader is done in `read`."""

    name: str
    read: Callable[[], Iterator[Part]]


@dataclass(frozen=True, slots=True)
class Fields:
    """Which column of a table holds what; an empty one is found by its usual names."""

    title: str = ""
    text: str = ""
    source: str = ""
    authors: str = ""
    published_at: str = ""
    updated_at: str = ""
    url: str = ""
    language: str = ""
    id: str = ""  # what tells a row from the others when the table is added again


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are to be read."""

    most_bytes: int  # of one article's file, also inside another
    fields: Fields = Fields()
    depth: int = 0  # how many files lie around this one


Unpack = Callable[[IO[bytes], Reading], Iterator[Entry]]  # of a kind of file that may hold many articles
