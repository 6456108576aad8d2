"""Backup and restore: the whole library as one SQLite file, without the indexes, which are remade from it.

Both go through SQLite's backup interface: a copy is of one moment, and a library is replaced in one
transaction, so that a crash leaves the old one or the new one.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile

from rag.conversations import conversations
from rag.errors import LibraryError
from rag.index import Indexes
from rag.library import Library
from rag.schema import SCHEMA_VERSION, TABLES, layout, prepare

APPLICATION = 0x52444F54  # 'RDOT': marks a file as a backup of Readout (SQLite's application id)
STAGING = "restoring"  # folder in the home; what a killed restore leaves there, the next one clears


def back_up(library: Library, file: Path, *, replace: bool = False) -> None:
    """Writes the library as it is at this moment to `file`, whole or not at all; others may read and write.

    Only its owner may read the file: conversations are in it. Raises LibraryError.
    """
    file = file.absolute()
    if file.parent.resolve() == library.home.resolve():
        raise LibraryError(f"{file} would lie beside the library itself. Name a file in another folder.")
    if file.exists() and not (replace and file.is_file()):
        raise LibraryError(f"{file} is there already. Name another file, or replace it with --replace")
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
            made = Path(new.name)
        try:
            _copy_library(library, made)
            made.replace(file)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
    except (sqlite3.Error, OSError) as error:
        raise LibraryError(
            f"The backup {file} was not written ({error}). Name a file in a folder that can be written"
            " and has the space."
        ) from error


def _copy_library(library: Library, path: Path) -> None:
    address = f"{library.path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
        copy.execute(f"PRAGMA application_id = {APPLICATION}")
        copy.commit()
        copy.execute("PRAGMA journal_mode = DELETE")  # one plain file, readable where nothing can be written
        faults = _faults(copy)
    if faults:
        raise LibraryError(f"The library {library.home} is damaged ({faults}). No backup was written.")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def check_backup(file: Path) -> None:
    """Raises LibraryError, saying what is wrong, for a file that cannot be restored."""
    if not file.is_file():
        raise LibraryError(f"{file} is not there. Name a file that `readout backup` wrote.")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            _check(file, copy)
    except sqlite3.DatabaseError as error:
        raise LibraryError(
            f"{file} cannot be read as a backup ({error}). Name a file that `readout backup` wrote."
        ) from error


def _check(file: Path, copy: sqlite3.Connection) -> None:
    mark, found = copy.execute("PRAGMA application_id").fetchone()[0], layout(copy)
    names = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
    if mark not in (0, APPLICATION) or not {"meta", "articles", "passages"} <= names or found < 1:
        raise LibraryError(
            f"{file} is a database of something else. Name a file that `readout backup` wrote."
        )
    if found > SCHEMA_VERSION:
        raise LibraryError(
            f"{file} has layout {found}, this version of Readout reads up to layout {SCHEMA_VERSION}."
            " Restore it with the version that wrote it."
        )
    faults = _faults(copy)
    if faults:
        raise LibraryError(f"{file} is damaged ({faults}). Restore an older backup.")


def _faults(connection: sqlite3.Connection) -> str:
    """The first fault that SQLite finds in its own structure; empty when there is none."""
    first = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    return "" if first == "ok" else " ".join(first.split())


def restore(
    library: Library,
    indexes: Indexes,
    file: Path,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Puts what `file` holds in the place of all that the library holds. The caller holds its `writing()`.

    The indexes are made before the library changes: who asks meanwhile gets the old library, then the new.
    Raises LibraryError for a file that is no backup; the library is then as it was.
    """
    check_backup(file)
    staging = library.home / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        _stage(library, file, staging, progress)
        _take(library, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    indexes.close()
    for old in library.home.glob("indexes-*"):
        if old.name != library.state().indexes:
            shutil.rmtree(old, ignore_errors=True)


def check_empty(library: Library) -> None:
    """Raises LibraryError where a restore would take something away."""
    if library.span().articles or library.feedback() or conversations(library, most=1):
        raise LibraryError(
            f"The library {library.home} is not empty. Restore over all that it holds with --replace,"
            " or to another folder with READOUT_HOME."
        )


def _stage(library: Library, file: Path, staging: Path, progress: Callable[[int, int], None] | None) -> None:
    """The backup as it will be: in this version's layout, later than all that was here, with its indexes."""
    address = f"{file.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(staging / library.path.name)) as copy,
    ):
        source.backup(copy)
    staged = Library(staging)
    try:
        _check_tables(file, staged)
        staged.come_after(library.state(), _free_folder(library, staged))
        made = Indexes(staged)
        made.sync(progress)
        made.close()
        folder = staging / staged.state().indexes
        if folder.exists():  # an empty library has none
            folder.rename(library.home / folder.name)
    finally:
        staged.close()


def _check_tables(file: Path, staged: Library) -> None:
    """Nothing but what Readout makes itself: no trigger, no view, no other column."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
        prepare(ours)
        if staged.rows(TABLES) != ours.execute(TABLES).fetchall():
            raise LibraryError(f"{file} has other tables than Readout makes. Restore another backup.")


def _free_folder(library: Library, staged: Library) -> str:
    """A folder for indexes that never was there: none of another library can be taken for these."""
    names = [library.state().indexes, staged.state().indexes]
    names += [folder.name for folder in library.home.glob("indexes-*")]
    return f"indexes-{1 + max(int(name.rpartition('-')[2]) for name in names)}"


def _take(library: Library, staging: Path) -> None:
    """All pages of the staged file in one transaction; readers see the library before it or after it."""
    with (
        closing(sqlite3.connect(staging / library.path.name)) as source,
        closing(sqlite3.connect(library.path)) as target,
    ):
        target.execute("PRAGMA synchronous = FULL")
        source.backup(target)
