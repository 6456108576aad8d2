"""What is kept with an article: its earlier versions, and reports of other outlets that are nearly the same.

Two reports that have other numbers are no copies, however alike: that is a disagreement, and shown.
A copy has no passages of its own: whatever is found of the article is found of it. Its own text, title,
outlet, address and date stay. The article that others are copies of is their leader; when it goes, or is no
longer like them, one of them takes its place. All that is written here is part of the library's transactions.
"""

import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from rag.copies import numbers_differ
from rag.passages import split_sentences
from rag.rows import ARTICLE_COLUMNS, article_row, read_article_row, read_moment, stamp
from rag.shingles import CHARACTERS_MOST, COPY_LEAST, bands, resemblance, shingles
from rag.types import AlsoIn, Article, EarlierVersion, Passage, PassageVectors

LAYOUT = 5  # the first that has these tables
VERSIONS_MOST = 20  # of one article that are kept, the latest: a live report changes all day
CANDIDATES_MOST = 20  # articles whose texts are compared with one that comes in, those likest to it first
RUN, LACKING_MOST = 3, 0.5  # words in a row; share of a sentence's runs that may lack where it is there
BYLINE_MOST = 8  # runs of a byline: ten words
_BYLINE = re.compile(
    r"\W{0,3}(?:(?:additional )?report(?:ed|ing)|writ(?:ten|ing)|edit(?:ed|ing)|by)\b", re.IGNORECASE
)
_WORDS = re.compile(r"\w+")
ALSO_COLUMNS = "leader, id, title, source, published_at, url"


class Rows(Protocol):
    """A library that can be read (rag.library)."""

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]: ...
    def layout(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Whole:
    """An article with all that is stored of it."""

    article: Article
    passages: Sequence[Passage]
    vectors: Sequence[PassageVectors]
    bands: Collection[int] | None = None  # of its text, where they are known already


@dataclass(frozen=True, slots=True)
class Heir:
    """A copy that becomes an article of its own, and the copies that are its own from then on."""

    whole: Whole
    followers: tuple[str, ...] = ()  # ids


# Reading


def also_in(library: Rows, ids: Collection[str] | None = None) -> dict[str, tuple[AlsoIn, ...]]:
    """The copies of the articles named, or of all, by the article's id, in the order in which they came."""
    if library.layout() < LAYOUT:
        return {}
    query, values = f"SELECT {ALSO_COLUMNS} FROM copies", tuple(ids or ())  # noqa: S608 - a constant
    if ids is not None:
        query += f" WHERE leader IN ({_marks(values)})"
    found: dict[str, tuple[AlsoIn, ...]] = {}
    for leader, key, title, source, published, url in library.rows(query + " ORDER BY rowid", values):
        one = AlsoIn(key, title, source, read_moment(published), url)
        found[leader] = (*found.get(leader, ()), one)
    return found


def copies(library: Rows, leader: str) -> list[Article]:
    """The copies of an article with all that was read of them, in the order in which they came."""
    return _copies(library, "leader = ? ORDER BY rowid", leader)


def find_copy(library: Rows, copy_id: str) -> Article | None:
    found = _copies(library, "id = ?", copy_id)
    return found[0] if found else None


def leader_of(library: Rows, copy_id: str) -> str:
    """The article that this is a copy of; empty where it is none."""
    if library.layout() < LAYOUT:
        return ""
    rows = library.rows("SELECT leader FROM copies WHERE id = ?", (copy_id,))
    return str(rows[0][0]) if rows else ""


def find_leader(library: Rows, article: Article, own: Collection[int]) -> str:
    """The article that this one, of these bands, is nearly the same as, or empty. Looks at few texts."""
    if library.layout() < LAYOUT or not own:
        return ""
    rows = library.rows(
        "SELECT a.id, a.text FROM bands b JOIN articles a ON a.id = b.article_id"  # noqa: S608 - question marks only
        f" WHERE b.band IN ({_marks(own)}) AND a.id != ? GROUP BY a.id ORDER BY count(*) DESC, a.id LIMIT ?",
        (*own, article.id, CANDIDATES_MOST),
    )
    if not rows:
        return ""
    likeness = _Likeness(article)
    best, key, text = max((likeness.of(text), key, text) for key, text in rows)
    return key if best >= COPY_LEAST and not says_more(article, text) else ""


def unlike(library: Rows, article: Article) -> list[Article]:
    """The copies of an article that are so no longer, now that its text is another."""
    kept = copies(library, article.id)
    if not kept:
        return []
    likeness = _Likeness(article)
    return [one for one in kept if likeness.of(one.text) < COPY_LEAST or says_more(one, article.text)]


def says_more(copy: Article, text: str) -> bool:
    """Whether a sentence of `copy`, bylines apart, is not in `text`: filed with it, nobody would find it."""
    if len(copy.text) > CHARACTERS_MOST:
        return True  # its end is compared with nothing
    held = set(_runs(text))
    for sentence in split_sentences(copy.text):
        own = _runs(sentence.text)
        lacking = sum(run not in held for run in own)
        is_byline = len(own) <= BYLINE_MOST and _BYLINE.match(sentence.text)
        if lacking > LACKING_MOST * len(own) and not is_byline:
            return True
    return False


def _runs(text: str) -> list[tuple[str, ...]]:
    words = _WORDS.findall(text.casefold())
    return list(zip(*(words[place:] for place in range(RUN)), strict=False))


class _Likeness:
    """Of other texts to one article's."""

    def __init__(self, article: Article) -> None:
        self._text = article.text
        self._shingles = shingles(article.text)

    def of(self, text: str) -> float:
        """0..1; 0 where a number stands against another."""
        found = resemblance(self._shingles, shingles(text))
        return 0.0 if found >= COPY_LEAST and numbers_differ(self._text, text) else found


def versions(library: Rows, article_id: str) -> list[EarlierVersion]:
    """What an article or a copy was before, the latest first."""
    if library.layout() < LAYOUT:
        return []
    rows = library.rows(
        f"SELECT {ARTICLE_COLUMNS}, replaced_at FROM versions WHERE id = ?"  # noqa: S608 - columns are a constant
        " ORDER BY replaced_at DESC, rowid DESC",
        (article_id,),
    )
    return [EarlierVersion(read_article_row(row[:-1]), datetime.fromisoformat(row[-1])) for row in rows]


def count_versions(library: Rows, article_id: str) -> int:
    if library.layout() < LAYOUT:
        return 0
    return int(library.rows("SELECT count(*) FROM versions WHERE id = ?", (article_id,))[0][0])


def _copies(library: Rows, condition: str, value: str) -> list[Article]:
    if library.layout() < LAYOUT:
        return []
    rows = library.rows(f"SELECT {ARTICLE_COLUMNS} FROM copies WHERE {condition}", (value,))  # noqa: S608 - constants
    return [read_article_row(row) for row in rows]


# Writing, within a transaction of the library


def keep_version(connection: sqlite3.Connection, article: Article) -> None:
    """Keeps what is there under the article's id, before `article` takes its place."""
    for table in ("articles", "copies"):
        connection.execute(
            f"INSERT OR REPLACE INTO versions SELECT {ARTICLE_COLUMNS}, ? FROM {table}"  # noqa: S608 - constants
            " WHERE id = ? AND content_hash != ?",
            (stamp(datetime.now(UTC)), article.id, article.content_hash),
        )
    connection.execute(
        "DELETE FROM versions WHERE id = ?1 AND (content_hash = ?2 OR rowid NOT IN"
        " (SELECT rowid FROM versions WHERE id = ?1 ORDER BY replaced_at DESC, rowid DESC LIMIT ?3))",
        (article.id, article.content_hash, VERSIONS_MOST),
    )


def put_copy(connection: sqlite3.Connection, copy: Article, leader: str) -> None:
    keep_version(connection, copy)
    connection.execute("DELETE FROM copies WHERE id = ?", (copy.id,))
    connection.execute(
        f"INSERT INTO copies VALUES ({_marks(range(13))})",  # noqa: S608 - question marks only
        (*article_row(copy), leader),
    )


def put_bands(connection: sqlite3.Connection, article_id: str, own: Iterable[int]) -> None:
    connection.executemany("INSERT INTO bands VALUES (?, ?)", ((band, article_id) for band in own))


def drop_copy(connection: sqlite3.Connection, copy_id: str) -> None:
    connection.execute("DELETE FROM copies WHERE id = ?", (copy_id,))


def drop_versions(connection: sqlite3.Connection, article_id: str) -> None:
    connection.execute("DELETE FROM versions WHERE id = ?", (article_id,))


def give(connection: sqlite3.Connection, followers: Iterable[str], leader: str) -> None:
    """Makes the copies named those of another article."""
    connection.executemany("UPDATE copies SET leader = ? WHERE id = ?", ((leader, one) for one in followers))


def compare_older(connection: sqlite3.Connection, most: int) -> int:
    """Makes some articles of an older layout comparable; how many are left to do."""
    rows = connection.execute(
        "SELECT a.id, a.text FROM uncompared u JOIN articles a ON a.id = u.article_id LIMIT ?", (most,)
    ).fetchall()
    for key, text in rows:
        put_bands(connection, key, bands(text))
        connection.execute("DELETE FROM uncompared WHERE article_id = ?", (key,))
    return int(connection.execute("SELECT count(*) FROM uncompared").fetchone()[0])


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
