"""Which kinds of file can be read, and by what. SUFFIXES is the one list of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import IO

from rag.errors import ReadError
from rag.reading.archives import unpack_zip
from rag.reading.books import unpack_book
from rag.reading.documents import read_docx, read_pdf
from rag.reading.feeds import unpack_feed, unpack_list
from rag.reading.mail import read_saved_page, unpack_mail
from rag.reading.markdown import Content
from rag.reading.parts import INSIDE, Entry, Part, Reading, Unpack
from rag.reading.tables import unpack_csv, unpack_json, unpack_json_lines
from rag.reading.texts import read_markdown_file, read_text
from rag.reading.web_archives import unpack_web_archive
from rag.reading.web_pages import read_address, read_web_page

Read = Callable[[bytes], Content]  # of a kind of file that is one article

# Ours alone, and linear in what they read: these need no child process.
PLAIN: Mapping[str, Read] = {".md": read_markdown_file, ".markdown": read_markdown_file, ".txt": read_text}
READ: Mapping[str, Read] = {
    **PLAIN,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".html": read_web_page,
    ".htm": read_web_page,
    ".mhtml": read_saved_page,
    ".mht": read_saved_page,
}
BROKEN = "is damaged, or not what its name says. Open it in its own program, save it anew and add that."
DEPTH_MOST = 3  # files inside files: an attachment of a mail in an archive is in the second
TOO_LARGE = "unpacks to more than may be read (1 GB of memory). Split it, or save its text as .txt."
# pypdf's, and lxml's where memory, or what it takes for reasonable, is at an end
_LARGE = re.compile(r"LimitReachedError|memory|Resource limit exceeded|XML_PARSE_HUGE|: unknown error")


def kind_of(name: str) -> str:
    """The one of the SUFFIXES that a file's name ends with; empty where it is of no kind that is read."""
    return next((s for s in SUFFIXES if name.lower().endswith(s) and len(name) > len(s)), "")


def is_wanted_folder(name: str) -> bool:
    """Not one that is hidden, nor 'Talks_files' beside 'Talks.html': pictures saved with a page."""
    return not name.startswith((".", "__MACOSX")) and not name.endswith("_files")


def is_wanted_file(name: str) -> bool:
    """Whether a file of this name in a folder or an archive is taken for an article."""
    kind = kind_of(name)
    return bool(kind) and kind not in NAMED_ONLY and name[0] != "." and name.lower() != "readme.md"


def _is_wanted_member(path: str) -> bool:
    *folders, name = re.split(r"[/\\]", path)
    return is_wanted_file(name) and all(f in (".", "..") or is_wanted_folder(f) for f in folders)


def open_entries(kind: str, file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """What a file of this kind holds, in order; for most kinds that is the file itself."""
    if kind == LIST_KIND:
        return unpack_list(file, reading)
    if kind in UNPACK:
        return UNPACK[kind](file, reading)
    return iter([Entry("", lambda: iter([Part(content=READ[kind](load(file, reading)))]))])


def load(file: IO[bytes], reading: Reading) -> bytes:
    data = file.read(reading.most_bytes + 1)
    check_size(len(data), reading)
    return data


def check_size(size: int, reading: Reading) -> None:
    if size > reading.most_bytes:
        raise ReadError(
            f"is larger than {reading.most_bytes / 1e6:g} MB. Split it, or raise READOUT_FILE_MEGABYTES."
        )


def read_entry(entry: Entry) -> Iterator[Part]:
    """The entry's parts; what cannot be read ends it with a part that says why."""
    try:
        yield from entry.read()
    except Exception as error:  # noqa: BLE001  hostile files make libraries raise anything; it ends here
        yield Part(entry.name, reason=reason_of(error))


def reason_of(error: Exception) -> str:
    """Why a file was not read, as the rest of a sentence that begins with its name."""
    if isinstance(error, ReadError):
        return str(error)
    large = isinstance(error, MemoryError) or _LARGE.search(f"{type(error).__name__}: {error}")
    return TOO_LARGE if large else BROKEN


def _read_member(name: str, data: bytes, reading: Reading) -> Iterator[Part]:
    """The parts of a file inside another one."""
    kind, deeper = kind_of(name), replace(reading, depth=reading.depth + 1)
    if kind == ".zip":
        raise ReadError("is an archive inside another file. Unpack it and add what it holds.")
    if deeper.depth > DEPTH_MOST:
        raise ReadError("lies inside too many other files. Take it out and add it.")
    if not data:
        yield Part(name)
        return
    for entry in open_entries(kind, BytesIO(data), deeper):
        for part in read_entry(entry):
            inside = INSIDE if part.name else ""
            key = f"{name}{INSIDE}{part.key}" if part.key else ""
            yield replace(part, name=f"{name}{inside}{part.name}", key=key)


def _unpack_zip(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    held = False
    for entry in unpack_zip(file, reading, _is_wanted_member, _read_member):
        held = True
        yield entry
    if not held:
        raise ReadError(f"holds no article of a kind that is read ({', '.join(SUFFIXES)}).")


def _unpack_mail(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    return unpack_mail(file, reading, _is_wanted_member, _read_member)


def _unpack_web_archive(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    return unpack_web_archive(file, reading, _read_archived)


def _read_archived(kind: str, data: bytes, url: str) -> Content:
    content = read_web_page(data, url) if kind == ".html" else READ[kind](data)
    return replace(content, url=content.url or read_address(url))


UNPACK: Mapping[str, Unpack] = {
    ".eml": _unpack_mail,
    ".epub": unpack_book,
    ".jsonl": unpack_json_lines,
    ".csv": unpack_csv,
    ".json": unpack_json,
    ".zip": _unpack_zip,
    ".warc": _unpack_web_archive,
    ".warc.gz": _unpack_web_archive,
    ".rss": unpack_feed,
    ".atom": unpack_feed,
    ".xml": unpack_feed,
}
SUFFIXES = (*READ, *UNPACK)
LIST_KIND = "list"  # no file's: a feed or sitemap that was fetched, for what it names
NAMED_ONLY = (".json", ".xml")  # mostly something else than articles: such a file is read where it is named
