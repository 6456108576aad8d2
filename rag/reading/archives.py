"""Archives of articles. Nothing is written to the disk, so what a member is called can do no harm."""

import zipfile
from collections.abc import Callable, Iterator
from typing import IO

from rag.errors import ReadError
from rag.reading.parts import Entry, Part, Reading

MEMBERS_MOST = 100_000  # files in one archive; each takes about a kilobyte before any is read
UNPACKED_MEGABYTES = 5_000  # of one archive in all

ReadMember = Callable[[str, bytes, Reading], Iterator[Part]]

_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the others unpack without a bound
_LOCKED = 0x1


def unpack_zip(
    file: IO[bytes], reading: Reading, wanted: Callable[[str], object], read: ReadMember
) -> Iterator[Entry]:
    """The members whose names are `wanted`, in the archive's order, each read by `read`.

    What is unpacked is counted while it is, as an archive's own word for it may be a lie.
    Raises ReadError for an archive of too many members.
    """
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS_MOST:
            raise ReadError(f"holds more than {MEMBERS_MOST:,} files. Split it.")
        unpacking = _Unpacking(archive, reading, read)
        for member in members:
            if not member.is_dir() and wanted(member.filename):
                yield Entry(member.filename, lambda member=member: unpacking.read(member))  # type: ignore[misc]


class _Unpacking:
    """One archive while it is read, with what may still be unpacked of it."""

    def __init__(self, archive: zipfile.ZipFile, reading: Reading, read: ReadMember) -> None:
        self._archive = archive
        self._reading = reading
        self._read = read
        self._left = UNPACKED_MEGABYTES * 1_000_000

    def read(self, member: zipfile.ZipInfo) -> Iterator[Part]:
        if member.flag_bits & _LOCKED:
            raise ReadError("is locked with a password. Unpack it and add what it holds.")
        if member.compress_type not in _PACKED:
            raise ReadError("is packed in an uncommon way. Unpack it and add what it holds.")
        most = self._reading.most_bytes
        with self._archive.open(member) as opened:
            data = opened.read(min(most, self._left) + 1)
        self._left -= len(data)
        if len(data) > most:
            raise ReadError(
                f"unpacks to more than {most / 1e6:g} MB. Split it, or raise READOUT_FILE_MEGABYTES."
            )
        if self._left < 0:
            raise ReadError(f"lies behind more than {UNPACKED_MEGABYTES:,} MB of others. Split the archive.")
        yield from self._read(member.filename, data, self._reading)
