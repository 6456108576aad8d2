"""Which addresses of the web the library was filled from, so that they can be visited again.

An address stays known when its article is removed: what a person took out does not come back by itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from rag.library import Library
from rag.rows import read_moment, stamp

FAULT = "The visit was not kept"
COLUMNS = "address, article, named_by, etag, modified, visited_at"


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of an address since it was read last."""

    address: str  # as it was asked for, in its plain form
    article_id: str = ""  # empty for a feed or a sitemap
    named_by: str = ""  # the feed or sitemap that named it; empty where a person did
    etag: str = ""  # as its server said, to be told whether anything changed
    modified: str = ""  # the same for Last-Modified
    visited_at: datetime | None = None  # aware; set when it is kept


def keep_visit(library: Library, visit: Visit) -> None:
    """In place of what was known of the address. Raises LibraryBusy, LibraryError."""
    row = (visit.address, visit.article_id, visit.named_by, visit.etag, visit.modified)
    with library.aside(FAULT) as connection:
        connection.execute(
            f"INSERT OR REPLACE INTO visits ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - a constant
            (*row, stamp(datetime.now(UTC))),
        )


def visits(library: Library) -> list[Visit]:
    """All of them, by address."""
    if library.layout() < 4:
        return []  # an older layout that could not be written
    rows = library.rows(f"SELECT {COLUMNS} FROM visits ORDER BY address")  # noqa: S608 - a constant
    return [_read(*row) for row in rows]


def find_visit(library: Library, address: str) -> Visit | None:
    """What is known of one address."""
    if library.layout() < 4:
        return None
    rows = library.rows(f"SELECT {COLUMNS} FROM visits WHERE address = ?", (address,))  # noqa: S608 - a constant
    return _read(*rows[0]) if rows else None


def _read(address: str, article_id: str, named_by: str, etag: str, modified: str, visited_at: str) -> Visit:
    return Visit(address, article_id, named_by, etag, modified, read_moment(visited_at))
