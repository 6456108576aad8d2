"""Web archives (.warc, .warc.gz): of each address the newest page that was found, as an article."""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from rag.errors import ReadError
from rag.reading.markdown import Content
from rag.reading.parts import Entry, Part, Reading
from rag.reading.web_pages import in_utf8, read_line

RECORDS_MOST = 200_000  # of one archive
PAUSE = 50  # records between two signs of life while all are looked through

# Media types of what is read, with the kind of file that each is.
_KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}

_BROKEN = "is damaged after record {}, or no web archive. What stands before it is read."
_PACKINGS = ("", "identity", "gzip", "x-gzip", "deflate")
_REST_BYTES = 1000  # of blank lines at the end

_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w-]{1,30})", re.IGNORECASE)

ReadPage = Callable[[str, bytes, str], Content]  # kind of file, its bytes, its address


@dataclass(frozen=True, slots=True)
class _Place:
    date: str
    offset: int


def unpack_web_archive(file: IO[bytes], reading: Reading, read: ReadPage) -> Iterator[Entry]:
    """Responses with status 200 that are pages, PDFs or plain text, in the archive's order.

    What was read before a damaged place is kept; the damage is said. Raises ReadError.
    """
    newest: dict[str, _Place] = {}
    fault = yield from _look_through(file, newest)
    for url, place in sorted(newest.items(), key=lambda one: one[1].offset):
        yield Entry(url, partial(_read_record, file, place.offset, url, reading, read))
    if fault:
        raise ReadError(fault)
    if not newest:
        raise ReadError("holds no page, PDF or plain text that was found (status 200).")


def _look_through(file: IO[bytes], newest: dict[str, _Place]) -> Generator[Entry, None, str]:
    """Fills `newest`; returns why it ended early. Yields empty entries: it may take longer than one may."""
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

    number = end = 0
    records = ArchiveIterator(file)
    try:
        for number, record in enumerate(records, start=1):
            if number % PAUSE == 0:
                yield Entry("", lambda: iter(()))
            if number > RECORDS_MOST:
                return f"holds more than {RECORDS_MOST:,} records; the rest was left. Split it."
            offset = records.get_record_offset()  # reads the record to its end
            if getattr(record.raw_stream, "limit", 0) > 0:
                break
            end = offset + records.get_record_length()
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            date = record.rec_headers.get_header("WARC-Date") or ""
            if _kind(record) and (url not in newest or date >= newest[url].date):
                newest[url] = _Place(date, offset)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  damaged records make the library raise anything
        return _BROKEN.format(number)
    file.seek(end)  # the library takes some damage for the end
    return "" if end and not file.read(_REST_BYTES).strip() else _BROKEN.format(number)


def _kind(record: Any) -> str:
    if record.rec_type != "response" or not record.http_headers:
        return ""
    if record.http_headers.get_statuscode() != "200":
        return ""
    media = record.http_headers.get_header("Content-Type") or ""
    return _KINDS.get(media.partition(";")[0].strip().lower(), "")


def _read_record(file: IO[bytes], offset: int, url: str, reading: Reading, read: ReadPage) -> Iterator[Part]:
    from warcio.archiveiterator import ArchiveIterator

    file.seek(offset)
    record = next(iter(ArchiveIterator(file)))
    packing = (record.http_headers.get_header("Content-Encoding") or "").strip().lower()
    if packing not in _PACKINGS:
        raise ReadError(f"is packed in a way that is not read ({read_line(packing)[:20]}).")
    data = record.content_stream().read(reading.most_bytes + 1)
    if len(data) > reading.most_bytes:
        raise ReadError(
            f"unpacks to more than {reading.most_bytes / 1e6:g} MB. Raise READOUT_FILE_MEGABYTES."
        )
    kind, media = _kind(record), record.http_headers.get_header("Content-Type") or ""
    if kind != ".pdf" and (charset := _CHARSET.search(media)):
        data = in_utf8(data, charset[1])
    yield Part(url, read(kind, data, url), key=url)
