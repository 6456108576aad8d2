"""A file → Article. Markdown with front matter and plain text (title on its first line) are read here,
PDF and Word in a child process (`confined.py`)."""

import hashlib
import json
import os
import re
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rag import confined
from rag.cleaning import clean_line, clean_text
from rag.confined import Confined
from rag.errors import ReadError
from rag.markdown import Content, read_front_matter, read_markdown
from rag.types import Article

__all__ = ["Upload", "clean_text", "find_files", "read_article", "read_upload"]

_MARKDOWN = (".md", ".markdown")
SUFFIXES = (*_MARKDOWN, ".txt", *confined.SUFFIXES)

_TITLE_CHARACTERS = 200  # a longer first line is a paragraph
_SLUG_CHARACTERS = 48
_NAME_CHARACTERS = 255  # of an uploaded file; no file system has longer ones

UPLOADED = "upload:"  # what the origin of an uploaded file begins with

_STAMP = r"\s{0,9}(\S.{3,40}?)\s{0,9}"
# A year, and a month that cannot be mistaken: 04/05/2024 may be in April or in May.
_WHOLE_DATE = re.compile(r"(?=.*\d{4})(?=.*(?:[A-Za-z]{3}|\d{4}-\d\d-\d\d))")
_STAMPS = re.compile(rf"(?=Published:|Updated:)(?:Published:{_STAMP})?(?:Updated:{_STAMP})?$", re.IGNORECASE)
# Zone names that mean one thing only in news in English; others leave a stamp unread.
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7}  # hours


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
        # 'Talks_files' beside 'Talks.html': pictures and frames that a browser saved with the page
        folders[:] = [name for name in folders if not name.startswith(".") and not name.endswith("_files")]
        for name in names:
            path = Path(parent, name)
            wanted = path.suffix.lower() in SUFFIXES and name.lower() != "readme.md"
            if wanted and not name.startswith(".") and _is_inside(path, root):
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


def read_article(path: Path, *, max_bytes: int, child: Confined | None = None) -> Article:
    """The article in the file at `path`. Its text may be empty; the caller decides what that means.

    `child` reads the risky kinds of file; without it each of them gets one of its own.

    Raises ReadError if the file is missing, not regular, not allowed, larger than `max_bytes`, of another
    type, not text, or has front matter that cannot be used.
    """
    return _article(_read_bytes(path, max_bytes), path, os.fsencode(os.path.realpath(path)), child)


def read_upload(upload: Upload, *, max_bytes: int, child: Confined | None = None) -> Article:
    """The article in an uploaded file. No file is opened, whatever it is called. Raises ReadError."""
    name = Path(upload.origin.removeprefix(UPLOADED))
    _check_type(name)
    _check_size(upload.content, name, max_bytes)
    return _article(upload.content, name, upload.origin.encode("utf-8", "replace"), child)


def _article(data: bytes, path: Path, address: bytes, child: Confined | None) -> Article:
    """`path` tells the type and, where the content does not, the title."""
    content = _read_content(data, path, child)
    title = clean_line(content.title) or _title_from_name(path)
    content = replace(content, title=title, text=clean_text(content.text))
    return Article(
        id=f"{_slug(path.stem)}-{hashlib.sha256(address).hexdigest()[:8]}",
        title=content.title,
        text=content.text,
        origin=address.decode("utf-8", "replace"),
        content_hash=_hash(content),
        source=content.source,
        authors=content.authors,
        published_at=content.published_at,
        updated_at=content.updated_at,
        language=content.language,
        url=content.url,
    )


def _read_content(data: bytes, path: Path, child: Confined | None) -> Content:
    suffix = path.suffix.lower()
    if suffix in _MARKDOWN:
        return _read_markdown_file(_decode(data, path), path)
    if suffix not in confined.SUFFIXES:
        return _read_plain_text(_decode(data, path))
    if not data:
        return Content()
    try:
        if child:
            return child.read(suffix, data)
        with Confined() as own:
            return own.read(suffix, data)
    except ReadError as error:
        raise ReadError(f"{_show(path)} {error}") from None


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device is never opened: it may never end
            raise ReadError(
                f"{_show(path)} is not a file that can be read. Name a file or a folder of articles."
            )
        _check_type(path)
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise ReadError(f"{_show(path)} is not there. Check its name.") from None
    except PermissionError:
        raise ReadError(f"{_show(path)} may not be read. Change its permissions and add it again.") from None
    except (OSError, ValueError) as error:
        raise ReadError(f"{_show(path)} cannot be read ({error}). Check its name and its disk.") from None
    _check_size(data, path, max_bytes)
    return data


def _check_type(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise ReadError(
            f"{_show(path)} is of a type that is not read. Save it as one of {', '.join(SUFFIXES)}."
        )


def _check_size(data: bytes, path: Path, max_bytes: int) -> None:
    if len(data) > max_bytes:
        raise ReadError(
            f"{_show(path)} is larger than {max_bytes / 1e6:g} MB. Split it, or raise READOUT_FILE_MEGABYTES."
        )


def _decode(data: bytes, path: Path) -> str:
    """UTF-8, UTF-16 with its byte order mark, or else windows-1252, with \\n line ends."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-16" or re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", data):
                raise
            text = data.decode("windows-1252")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ReadError(f"{_show(path)} is not text. Save the article as text in UTF-8 and add it again.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_markdown_file(text: str, path: Path) -> Content:
    try:
        content, body = read_front_matter(text)
    except ReadError as error:
        raise ReadError(f"{_show(path)}: {error}") from None
    title, plain = read_markdown(body, content.title)
    return replace(content, title=title, text=plain)


def _read_plain_text(text: str) -> Content:
    """Title on the first line, dates on the next if they are stamped there, the rest is the text."""
    first, _, rest = text.strip().partition("\n")
    rest = rest.strip()
    if not rest or len(first) > _TITLE_CHARACTERS:
        return Content(text=text)
    second, _, after = rest.partition("\n")
    try:
        published, updated = _read_stamps(second)
    except (ValueError, OverflowError):  # not a stamp, or not one that can be read: it stays text
        return Content(title=first, text=rest)
    return Content(title=first, text=after, published_at=published, updated_at=updated)


def _read_stamps(line: str) -> tuple[datetime | None, datetime | None]:
    """The dates of a line such as 'Published: Apr 26, 2024 09:10 AM Updated: Apr 26, 2024 10:51 PM'.

    Either may be missing. Raises ValueError for any other line.
    """
    found = _STAMPS.match(line.strip())
    if not found:
        raise ValueError(line)
    published, updated = (_parse_stamp(stamp) if stamp else None for stamp in found.groups())
    return published, updated


def _parse_stamp(stamp: str) -> datetime:
    """Raises ValueError unless `stamp` names a whole date; nothing is filled in but midnight and UTC."""
    from dateutil import parser

    def read_zone(name: str | None, offset: int | None) -> int:
        return offset if offset is not None else _ZONES[name or "UTC"] * 3600

    if not _WHOLE_DATE.match(stamp):
        raise ValueError(stamp)
    defaults = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 2, 2, tzinfo=UTC))
    try:
        first, second = (parser.parse(stamp, default=day, tzinfos=read_zone) for day in defaults)
    except KeyError:
        raise ValueError(stamp) from None
    if first != second:
        raise ValueError(stamp)
    return first


def _title_from_name(path: Path) -> str:
    words = clean_line(re.sub(r"[-_\s]+", " ", path.stem))
    return words[:1].upper() + words[1:] or "Untitled"


def _slug(stem: str) -> str:
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters)[:_SLUG_CHARACTERS].strip("-") or "article"


def _hash(content: Content) -> str:
    """SHA-256 (hex) over all that was read, in one canonical form."""
    fields = asdict(content)
    for key in ("published_at", "updated_at"):
        fields[key] = fields[key].isoformat() if fields[key] else None
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _show(path: Path) -> str:
    """A path for a message: characters that do not print could steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(path))
