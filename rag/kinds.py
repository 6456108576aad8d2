"""Which kinds of file can be read, and by what. SUFFIXES is the one list of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import IO

from rag.archives import unpack_zip
from rag.documents import read_docx, read_pdf
from rag.errors import ReadError
from rag.markdown import Content
from rag.parts import INSIDE, Entry, Part, Reading, Unpack
from rag.texts import read_markdown_file, read_text
from rag.web_pages import read_web_page

Read = Callable[[bytes], Content]  # of a kind of file that is one article

# Ours alone, and linear in what they read: these need no child process.
PLAIN: Mapping[str, Read] = {".md": read_markdown_file, ".markdown": read_markdown_file, ".txt": read_text}
READ: Mapping[str, Read] = {
    **PLAIN,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".html": read_web_page,
    ".htm": read_web_page,
}
BROKEN = "is damaged, or not what its name says. Open it in its own program, save it anew and add that."
TOO_LARGE = "unpacks to more than may be read (1 GB of memory). Split it, or save its text as .txt."


def kind_of(name: str) -> str:
    """The one of the SUFFIXES that a file's name ends with; empty where it is of no kind that is read."""
    return next((s for s in SUFFIXES if name.lower().endswith(s) and len(name) > len(s)), "")


def is_wanted_folder(name: str) -> bool:
    """Not one that is hidden, nor 'Talks_files' beside 'Talks.html': pictures saved with a page."""
    return not name.startswith((".", "__MACOSX")) and not name.endswith("_files")


def is_wanted_file(name: str) -> bool:
    """Whether a file of this name in a folder or an archive is taken for an article."""
    return bool(kind_of(name)) and not name.startswith(".") and name.lower() != "readme.md"


def _is_wanted_member(path: str) -> bool:
    *folders, name = re.split(r"[/\\]", path)
    return is_wanted_file(name) and all(f in (".", "..") or is_wanted_folder(f) for f in folders)


def open_entries(kind: str, file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    """What a file of this kind holds, in order; for most kinds that is the file itself."""
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
    large = "memory" in str(error) or type(error).__name__ == "LimitReachedError"  # lxml's, pypdf's
    return TOO_LARGE if large or isinstance(error, MemoryError) else BROKEN


def _read_member(name: str, data: bytes, reading: Reading) -> Iterator[Part]:
    """The parts of a file inside another one."""
    kind = kind_of(name)
    if kind == ".zip":
        raise ReadError("is an archive inside an archive. Unpack it and add what it holds.")
    for entry in open_entries(kind, BytesIO(data), reading):
        for part in read_entry(entry):
            inside = INSIDE if part.name else ""
            key = f"{name}{INSIDE}{part.key}" if part.key else ""
            yield replace(part, name=f"{name}{inside}{part.name}", key=key)


def _unpack_zip(file: IO[bytes], reading: Reading) -> Iterator[Entry]:
    return unpack_zip(file, reading, _is_wanted_member, _read_member)


UNPACK: Mapping[str, Unpack] = {".zip": _unpack_zip}
SUFFIXES = (*READ, *UNPACK)
