"""The tables of the library's SQLite file, and how an older layout becomes this one."""

import sqlite3
import uuid

from rag.errors import LibraryError

SCHEMA_VERSION = 5

FEEDBACK = """CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, made_at TEXT NOT NULL, question TEXT NOT NULL, asked TEXT NOT NULL,
    status TEXT NOT NULL, answer TEXT NOT NULL,
    cited TEXT NOT NULL,             -- JSON, as settings and history (rag.feedback)
    rating TEXT NOT NULL CHECK (rating IN ('up', 'down')), note TEXT NOT NULL,
    answerer TEXT NOT NULL, settings TEXT NOT NULL, history TEXT NOT NULL)
    """

# Conversations, and ratings of single claims. Answers, hits included, lie there as JSON (rag.conversations);
# `words` is what a search looks through, in small letters.
KEPT = (
    "ALTER TABLE feedback ADD COLUMN claims TEXT NOT NULL DEFAULT '[]'",
    """CREATE TABLE conversations (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, words TEXT NOT NULL,
    made_at TEXT NOT NULL, changed_at TEXT NOT NULL)
    """,
    """CREATE TABLE exchanges (
    id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, asked_at TEXT NOT NULL, question TEXT NOT NULL, model TEXT NOT NULL,
    answer TEXT NOT NULL,            -- empty where there is none; `fault` then says why
    fault TEXT NOT NULL, words TEXT NOT NULL)
    """,
    "CREATE INDEX exchanges_by_conversation ON exchanges (conversation, position)",
)

# Addresses of the web that articles, feeds and sitemaps were read from (rag.visits).
VISITS = """CREATE TABLE IF NOT EXISTS visits (
    address TEXT PRIMARY KEY, article TEXT NOT NULL, named_by TEXT NOT NULL,
    etag TEXT NOT NULL, modified TEXT NOT NULL, visited_at TEXT NOT NULL) WITHOUT ROWID
    """

# Earlier versions of articles; reports that are nearly those of an article, kept with it (both begin with the
# columns of articles); what they are found by (rag.shingles); and articles of an older layout, for which that
# is still to be reckoned.
_LIKE_ARTICLES = """id TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, updated_at TEXT, ingested_at TEXT NOT NULL,
    language TEXT NOT NULL, url TEXT NOT NULL"""
COPIES = (
    f"""CREATE TABLE versions ({_LIKE_ARTICLES}, replaced_at TEXT NOT NULL,
    PRIMARY KEY (id, content_hash))""",
    f"""CREATE TABLE copies ({_LIKE_ARTICLES},
    leader TEXT NOT NULL REFERENCES articles (id) DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (id))""",
    "CREATE INDEX copies_by_leader ON copies (leader)",
    "CREATE INDEX copies_by_hash ON copies (content_hash)",
    """CREATE TABLE bands (
    band INTEGER NOT NULL, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (band, article_id)) WITHOUT ROWID
    """,
    "CREATE INDEX bands_by_article ON bands (article_id)",
    """CREATE TABLE uncompared (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE) WITHOUT ROWID
    """,
    "INSERT INTO uncompared SELECT id FROM articles",
)

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, updated_at TEXT, ingested_at TEXT NOT NULL,
    language TEXT NOT NULL, url TEXT NOT NULL, generation INTEGER NOT NULL)
    """,
    "CREATE INDEX IF NOT EXISTS articles_by_generation ON articles (generation)",
    "CREATE INDEX IF NOT EXISTS articles_by_hash ON articles (content_hash)",
    """CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL,         -- int32, little-endian: start, end of each sentence
    vector BLOB NOT NULL,            -- float16
    sentence_vectors BLOB NOT NULL)  -- int8, one row per sentence, times SENTENCE_SCALE
    """,
    "CREATE INDEX IF NOT EXISTS passages_by_article ON passages (article_id)",
    """CREATE TABLE IF NOT EXISTS removed (
    version TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID
    """,
    FEEDBACK,
    *KEPT,
    VISITS,
    *COPIES,
)

MIGRATIONS = {1: (FEEDBACK,), 2: KEPT, 3: (VISITS,), 4: COPIES}  # what makes layout N into N + 1

# Each table, index, view and trigger with its columns: two files of one layout give the same.
TABLES = """SELECT m.type, m.name, m.tbl_name, c.name, c.type, c."notnull", c.pk
    FROM sqlite_master m LEFT JOIN pragma_table_info(m.name) c ORDER BY m.type, m.name, c.cid"""


def layout(connection: sqlite3.Connection) -> int:
    """The layout that the file has; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _known_layout(connection: sqlite3.Connection) -> int:
    """Raises LibraryError for one that a later version of Readout wrote, perhaps a moment ago."""
    found = layout(connection)
    if not 0 <= found <= SCHEMA_VERSION:
        path = connection.execute("PRAGMA database_list").fetchone()[2]
        raise LibraryError(
            f"The library {path} has layout {found}, this version of Readout reads layout {SCHEMA_VERSION}."
            " Use the version that wrote it, or another READOUT_HOME."
        )
    return found


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables of an empty file, or brings an older layout up to this one, all or nothing.

    Writes nothing where the layout is this one. `connection` must be in autocommit mode.
    Raises LibraryError for a later layout than this one.
    """
    if _known_layout(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _known_layout(connection)  # again: another process may have been first
        if found == 0:
            _create(connection)
        for version in range(found, SCHEMA_VERSION) if found else ():
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends it by itself where the disk is full
            connection.execute("ROLLBACK")
        raise


def _create(connection: sqlite3.Connection) -> None:
    for statement in SCHEMA:
        connection.execute(statement)
    for key, value in (
        ("library", uuid.uuid4().hex),
        ("generation", "0"),
        ("embedder", ""),
        ("passage_tokens", "0"),
        ("indexes", "indexes-1"),
        ("unfinished", ""),
    ):
        connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
