"""Risky kinds of file are read in a child process that can be killed: 1 GB, 20 s, no secrets, no writing.

The parent sends one line of JSON together with an open file; the child answers with lines of JSON: for each
entry of the file its beginning, its parts and its end, so that the parent knows what a child that dies or is
killed was reading. That entry gets its sentence, and a fresh child goes on behind it.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from rag.reading.kinds import BROKEN, READ, open_entries, read_entry, reason_of
from rag.reading.markdown import Content
from rag.reading.parts import Fields, Part, Reading

SECONDS = 20.0  # for one answer: an article, or an entry of a file with many that gives none
MEMORY_MEGABYTES = 1_000  # of address space, which is never less than what is used
SPARE_SECONDS = 5  # more than SECONDS: then the kernel ends a child that nobody has ended
CHILDREN_MOST = 10  # that one file may cost
REPLY_BYTES = 100_000_000  # more than TEXT_CHARACTERS take as JSON
REQUEST_BYTES = 100_000

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, on Linux


class _Died(Exception):
    """The child is gone; in words, what that says of the file."""


class Confined:
    """Reads files in a child, which starts with the first file and ends with the `with` block."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: _Child | None = None

    def __enter__(self) -> "Confined":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The child's number; 0 while there is none."""
        return self._child.process.pid if self._child else 0

    def close(self) -> None:
        """Ends the child, whatever it does."""
        child, self._child = self._child, None
        if child:
            child.end()

    def parts(self, kind: str, file: IO[bytes], reading: Reading) -> Iterator[Part]:
        """The articles of a file on disk of one of the SUFFIXES, and what of it could not be read."""
        inside: str | None
        passed = 0  # entries that children before this one have seen to, or died of
        for _ in range(CHILDREN_MOST):
            number, inside = 0, None  # the entry that is being read: its number, its name
            try:
                for message in self._ask(kind, file, reading, passed):
                    if "begin" in message:
                        number, inside = number + 1, message["begin"]
                    elif "end" in message:
                        inside = None
                    else:
                        part = _unpack(message)
                        if part.name == inside:  # an entry that is one article: it has come whole
                            inside = None
                        yield part
                return
            except _Died as died:
                stuck = number <= passed  # no further than the child before
                if stuck:
                    yield Part(reason=str(died))
                elif inside is not None:  # between two entries it may have been killed from outside
                    yield Part(inside, reason=str(died))
                if stuck or kind in READ:
                    return
                passed = number
        yield Part(reason=f"was given up after {CHILDREN_MOST} parts that cannot be read. Split it.")

    def _ask(self, kind: str, file: IO[bytes], reading: Reading, skip: int) -> Iterator[dict[str, Any]]:
        """The child's lines up to the last one for this file. Raises _Died."""
        child = self._child = self._child or _Child()
        over = False
        try:
            child.send({"kind": kind, "skip": skip, "reading": asdict(reading)}, file)
            while not over:
                message = child.receive(self._seconds)
                over = "over" in message
                if not over:
                    yield message
        finally:  # Ctrl-C too: what the child would still say belongs to no other file
            if not over:
                self.close()


class _Child:
    """The process, in a session of its own, so that Ctrl-C reaches the parent only, which then ends it."""

    def __init__(self) -> None:
        self._asking, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "rag.reading.confined"],
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                # nothing else: keys lie in the environment
                env={"PYTHONPATH": str(Path(__file__).resolve().parent.parent.parent), "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        self._come = bytearray()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._asking.close()
        assert self.process.stdout
        self.process.stdout.close()

    def send(self, request: dict[str, Any], file: IO[bytes]) -> None:
        with contextlib.suppress(OSError):  # a dead child: `receive` says so
            socket.send_fds(self._asking, [json.dumps(request).encode() + b"\n"], [file.fileno()])

    def receive(self, seconds: float) -> dict[str, Any]:
        """Its next line. Raises _Died if none comes in time or the child has ended."""
        assert self.process.stdout
        pipe, deadline, looked = self.process.stdout.fileno(), time.monotonic() + seconds, 0
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while (end := self._come.find(b"\n", looked)) < 0:
            looked = len(self._come)
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise _Died(f"takes more than {seconds:g} seconds to read.")
            piece = os.read(pipe, 1 << 20)
            if not piece or looked > REPLY_BYTES:
                raise _Died(BROKEN)
            self._come += piece
        line = bytes(self._come[:end])
        del self._come[: end + 1]
        message: dict[str, Any] = json.loads(line)
        return message


def _pack(part: Part) -> dict[str, Any]:
    fields = asdict(part)
    for key in ("published_at", "updated_at"):
        moment = fields["content"][key]
        fields["content"][key] = moment.isoformat() if moment else None
    return fields


def _unpack(fields: dict[str, Any]) -> Part:
    content = fields["content"]
    for key in ("published_at", "updated_at"):
        content[key] = datetime.fromisoformat(content[key]) if content[key] else None
    content["authors"] = tuple(content["authors"])
    return Part(**fields | {"content": Content(**content)})


# The child


def _confine() -> None:
    """Limits that hold for all that follows: no writing to any file, no core, little memory, no orphan."""
    memory = MEMORY_MEGABYTES * 1_000_000
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a system without it; time still holds
            resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":  # elsewhere the timer of `serve` does it, a little later
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _messages(request: dict[str, Any], file: IO[bytes]) -> Iterator[dict[str, Any]]:
    fields = request["reading"]
    reading = Reading(**fields | {"fields": Fields(**fields["fields"])})
    try:
        for number, entry in enumerate(open_entries(request["kind"], file, reading)):
            yield {"begin": entry.name}
            if number >= request["skip"]:
                yield from map(_pack, read_entry(entry))
            yield {"end": True}
    except Exception as error:  # noqa: BLE001  as in `read_entry`
        yield _pack(Part(reason=reason_of(error)))
    yield {"over": True}


def serve(requests: socket.socket, replies: IO[bytes]) -> None:
    """Answers until its parent closes the socket, or is gone."""
    while True:
        line, files = b"", list[int]()
        while not line.endswith(b"\n"):
            piece, sent, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 1)
            if not piece:
                return
            line, files = line + piece, files + sent
        with os.fdopen(files[0], "rb") as file:
            file.seek(0)
            _answer(json.loads(line), file, replies)


def _answer(request: dict[str, Any], file: IO[bytes], replies: IO[bytes]) -> None:
    messages = _messages(request, file)
    while True:
        signal.setitimer(signal.ITIMER_REAL, SECONDS + SPARE_SECONDS)
        message = next(messages, None)
        signal.setitimer(signal.ITIMER_REAL, 0)  # a parent that is busy may be waited for
        if message is None:
            return
        replies.write(json.dumps(message).encode() + b"\n")
        replies.flush()


if __name__ == "__main__":
    _confine()
    with contextlib.suppress(BrokenPipeError):
        serve(socket.socket(fileno=0), sys.stdout.buffer)
    os._exit(0)  # nothing to tidy up, and a full pipe must not make noise
