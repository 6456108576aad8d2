"""A file → its articles. Markdown and plain text are read here, the rest in a child (`confined.py`)."""

import hashlib
import json
import os
import re
import stat
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from rag.cleaning import clean_line, clean_text
from rag.errors import ReadError
from rag.reading.confined import Confined
from rag.reading.kinds import PLAIN, SUFFIXES, is_wanted_file, is_wanted_folder, kind_of, load
from rag.reading.markdown import Content
from rag.reading.parts import INSIDE, Part, Reading
from rag.types import Article

__all__ = [
    "SUFFIXES",
    "Unread",
    "Upload",
    "clean_text",
    "find_files",
    "read_article",
    "read_articles",
    "read_upload",
    "read_uploads",
]

_SLUG_CHARACTERS = 48
_NAME_CHARACTERS = 255  # of an uploaded file or a part of one; no file system has longer ones
_FIELD_CHARACTERS = 500  # of a title, an outlet or an author: each passage of the article carries them
_AUTHORS_MOST = 100
_DIGITS, _PART_DIGITS = 8, 16  # of a hash in an id

UPLOADED = "upload:"  # what the origin of an uploaded file begins with


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or a part of one that gives no article."""

    name: str  # of a part: 'archive.zip › folder/a.html'
    reason: str  # a sentence


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sends it."""

    name: str  # as it says; may be anything
    content: bytes

    @property
    def origin(self) -> str:
        """Where its article comes from: the same for the next upload of the same name."""
        last = clean_line(re.split(r"[/\\]", self.name)[-1])
        return UPLOADED + last[-_NAME_CHARACTERS:]


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files named by `paths` and the articles inside the folders among them, each once.

    A folder gives its files of the SUFFIXES in sorted order, but no README.md, no hidden file, nothing of a
    folder that a browser saved beside a page, and no link that leads out of it. Anything else that is named
    is returned as it is, even if it is not there: `read_article` says what is wrong, so that one bad name
    does not stop the others.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for file in _walk(path) if _is_folder(path) else [path]:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # `read_article` says what is wrong with it
        return False


def _walk(folder: Path) -> list[Path]:
    root, files = Path(os.path.realpath(folder)), list[Path]()

    def keep_unreadable(error: OSError) -> None:
        files.append(Path(str(error.filename)))

    for parent, folders, names in os.walk(folder, onerror=keep_unreadable):
        folders[:] = filter(is_wanted_folder, folders)
        for path in (Path(parent, name) for name in names if is_wanted_file(name)):
            if _is_inside(path, root):
                files.append(path)
    return sorted(files)


def _is_inside(path: Path, root: Path) -> bool:
    """Whether `path` is a regular file, or a link to one, that lies in the folder `root`."""
    if not Path(os.path.realpath(path)).is_relative_to(root):
        return False
    try:
        return path.is_file()
    except OSError:  # not allowed: `read_article` says so
        return True


def read_articles(path: Path, reading: Reading, child: Confined) -> Iterator[Article | Unread]:
    """The articles in the file at `path`, most often one, and what of it could not be read.

    An article's text may be empty; the caller decides what that means. `child` reads the risky kinds.
    """
    try:
        with _open(path) as file:
            address = os.fsencode(os.path.realpath(path))
            yield from _articles(file, _Named(path, str(path), address), reading, child)
    except ReadError as error:
        yield Unread(str(path), f"{_show(path)} {error}")


def read_uploads(upload: Upload, reading: Reading, child: Confined) -> Iterator[Article | Unread]:
    """The articles in an uploaded file. No file of the disk is opened, whatever it is called."""
    path = Path(upload.origin.removeprefix(UPLOADED))
    try:
        _check_type(path)
        with _hold(upload.content) as file:
            address = upload.origin.encode("utf-8", "replace")
            yield from _articles(file, _Named(path, upload.origin, address), reading, child)
    except ReadError as error:
        yield Unread(upload.origin, f"{_show(path)} {error}")


def _hold(content: bytes) -> IO[bytes]:
    """An open file with this content, which lies in memory only where the system can do that."""
    if hasattr(os, "memfd_create"):
        file = os.fdopen(os.memfd_create("upload"), "w+b")
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    file.write(content)
    file.seek(0)
    return file


def read_article(path: Path, *, max_bytes: int) -> Article:
    """The article in a file that holds one. Raises ReadError."""
    with Confined() as child:
        return _only(read_articles(path, Reading(max_bytes), child))


def read_upload(upload: Upload, *, max_bytes: int) -> Article:
    """The same of an uploaded file."""
    with Confined() as child:
        return _only(read_uploads(upload, Reading(max_bytes), child))


def _only(read: Iterator[Article | Unread]) -> Article:
    (one,) = read
    if isinstance(one, Unread):
        raise ReadError(one.reason)
    return one


@dataclass(frozen=True, slots=True)
class _Named:
    """A file by its names."""

    path: Path  # tells the kind and, where the content does not, the title
    name: str  # in a verdict
    address: bytes  # what it is known by next time


def _articles(
    file: IO[bytes], named: _Named, reading: Reading, child: Confined
) -> Iterator[Article | Unread]:
    times = Counter[str]()
    found = False
    for part in _parts(file, kind_of(named.path.name), reading, child):
        found = True
        name = clean_line(part.name)[-_NAME_CHARACTERS:]
        if part.reason:
            yield Unread(_join(named.name, name), f"{_join(_show(named.path), name)} {part.reason}")
            continue
        key = part.key or part.name
        times[key] += 1
        yield _article(part.content, named, name, key if times[key] == 1 else f"{key}{INSIDE}{times[key]}")
    if not found:
        raise ReadError("holds no articles.")


def _parts(file: IO[bytes], kind: str, reading: Reading, child: Confined) -> Iterator[Part]:
    if not os.fstat(file.fileno()).st_size:
        yield Part()
    elif kind in PLAIN:
        try:
            yield Part(content=PLAIN[kind](load(file, reading)))
        except OSError as error:
            raise ReadError(f"cannot be read ({error}). Check its disk.") from None
    else:
        yield from child.parts(kind, file, reading)


def _join(name: str, part: str) -> str:
    return f"{name}{INSIDE}{part}" if part else name


def _article(content: Content, named: _Named, name: str, key: str) -> Article:
    """`name`, `key`: of the part of the file that is the article, where the file is not; else empty."""
    stem = _stem(named.path, name)
    # A row or a page has no name of its own but one in its file.
    named_so = stem if not name or kind_of(name) else f"{stem} {name}"
    content = replace(
        content,
        title=_field(clean_line(content.title)) or _title_from_name(named_so),
        text=clean_text(content.text),
        source=_field(content.source),
        authors=tuple(map(_field, content.authors[:_AUTHORS_MOST])),
    )
    address = named.address + (INSIDE + key).encode("utf-8", "replace") if key else named.address
    # Eight digits do not tell very many apart, and names of parts may be made to hit an id that is there.
    digits = hashlib.sha256(address).hexdigest()[: _PART_DIGITS if key else _DIGITS]
    return Article(
        id=f"{_slug(stem)}-{digits}",
        title=content.title,
        text=content.text,
        origin=_join(named.address.decode("utf-8", "replace"), name),
        content_hash=hash_content(content),
        source=content.source,
        authors=content.authors,
        published_at=content.published_at,
        updated_at=content.updated_at,
        language=content.language,
        url=content.url,
    )


def _field(words: str) -> str:
    return words[:_FIELD_CHARACTERS].strip()


def _stem(path: Path, name: str) -> str:
    """The name without its ending of the file that an article comes from, be it inside another one."""
    last = name.rpartition("/")[2]
    own = last if kind_of(last) else path.name
    return own[: -len(kind_of(own))]


def _open(path: Path) -> IO[bytes]:
    """Raises ReadError for what is no regular file of a kind that is read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device is never opened: it may never end
            raise ReadError("is not a file that can be read. Name a file or a folder of articles.")
        _check_type(path)
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise ReadError("is not there. Check its name.") from None
    except PermissionError:
        raise ReadError("may not be read. Change its permissions and add it again.") from None
    except (OSError, ValueError) as error:
        raise ReadError(f"cannot be read ({error}). Check its name and its disk.") from None


def _check_type(path: Path) -> None:
    if not kind_of(path.name):
        raise ReadError(f"is of a type that is not read. Save it as one of {', '.join(SUFFIXES)}.")


def _title_from_name(stem: str) -> str:
    words = clean_line(re.sub(r"[-_\s]+", " ", stem))
    return words[:1].upper() + words[1:] or "Untitled"


def _slug(stem: str) -> str:
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters)[:_SLUG_CHARACTERS].strip("-") or "article"


def hash_content(content: Content) -> str:
    """SHA-256 (hex) over all that was read, in one canonical form."""
    fields = asdict(content)
    for key in ("published_at", "updated_at"):
        fields[key] = fields[key].isoformat() if fields[key] else None
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _show(path: Path) -> str:
    """A path for a message: characters that do not print could steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(path))
