"""Risky kinds of file are read in a child process that can be killed: 1 GB, 20 s, no secrets, no writing.

The parent sends one line of JSON and the file's bytes; the child answers with one line of JSON. A child that
is killed or dies takes one file with it; the next file gets a fresh one.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from rag.documents import read_docx, read_pdf
from rag.errors import ReadError
from rag.markdown import Content
from rag.web_pages import read_web_page

SECONDS = 20.0  # for one file
MEMORY_MEGABYTES = 1_000  # of address space, which is never less than what is used
ORPHAN_SECONDS = 5  # longer than SECONDS: then the kernel ends a child whose parent is gone
REPLY_BYTES = 100_000_000  # more than TEXT_CHARACTERS take as JSON

READ: dict[str, Callable[[bytes], Content]] = {
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".html": read_web_page,
    ".htm": read_web_page,
}
SUFFIXES = tuple(READ)
_BROKEN = "is damaged, or not what its name says. Open it in its own program, save it anew and add that."
_TOO_LARGE = "unpacks to more than may be read (1 GB of memory). Split it, or save its text as .txt."


class Confined:
    """Reads files in a child, which starts with the first file and ends with the `with` block."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Confined":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child, whatever it does."""
        child, self._child = self._child, None
        if child:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):  # what was not sent to it is not missed
                    pipe.close()  # type: ignore[union-attr]

    def read(self, suffix: str, data: bytes) -> Content:
        """The content of a file of one of the SUFFIXES. Raises ReadError; the caller names the file."""
        late = threading.Event()
        child = self._child = self._child or _start()

        def end() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self._seconds, end)
        timer.start()
        try:
            reply = _exchange(child, suffix, data)
        except BaseException:  # Ctrl-C too: what the child would still say belongs to no file
            self.close()
            raise
        finally:
            timer.cancel()
        if not reply.endswith(b"\n"):
            self.close()
            raise ReadError(
                f"takes more than {self._seconds:g} seconds to read." if late.is_set() else _BROKEN
            )
        if late.is_set():
            self.close()
        return _unpack(reply)


def _start() -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches the parent only, which then ends it."""
    root = str(Path(__file__).resolve().parent.parent)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "rag.confined"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONPATH": root, "LC_ALL": "C.UTF-8"},  # nothing else: keys lie in the environment
        start_new_session=True,
    )


def _exchange(child: subprocess.Popen[bytes], suffix: str, data: bytes) -> bytes:
    """The child's line; shorter and without its end if the child died."""
    assert child.stdin and child.stdout
    head = json.dumps({"suffix": suffix, "bytes": len(data)}).encode()
    try:
        child.stdin.write(head + b"\n" + data)
        child.stdin.flush()
    except OSError:
        return b""
    return child.stdout.readline(REPLY_BYTES)


def _pack(content: Content) -> dict[str, object]:
    fields = asdict(content)
    for key in ("published_at", "updated_at"):
        fields[key] = fields[key].isoformat() if fields[key] else None
    return fields


def _unpack(reply: bytes) -> Content:
    fields = json.loads(reply)
    if "error" in fields:
        raise ReadError(fields["error"])
    for key in ("published_at", "updated_at"):
        fields[key] = datetime.fromisoformat(fields[key]) if fields[key] else None
    return Content(**fields | {"authors": tuple(fields["authors"])})


# The child


def _confine() -> None:
    """Limits that hold for all that follows: no writing to any file, no core, little memory."""
    memory = MEMORY_MEGABYTES * 1_000_000
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a system without it; time still holds
            resource.setrlimit(limit, (most, most))


def _reply(suffix: str, data: bytes) -> dict[str, object]:
    try:
        return _pack(READ[suffix](data))
    except ReadError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": _TOO_LARGE}
    except Exception as error:  # noqa: BLE001  hostile files make libraries raise anything; it ends here
        large = "memory" in str(error) or type(error).__name__ == "LimitReachedError"  # lxml's, pypdf's
        return {"error": _TOO_LARGE if large else _BROKEN}


def serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answers until its parent closes the pipe, or is gone."""
    while head := requests.readline():
        request = json.loads(head)
        signal.setitimer(signal.ITIMER_REAL, SECONDS + ORPHAN_SECONDS)
        answer = _reply(request["suffix"], requests.read(request["bytes"]))
        signal.setitimer(signal.ITIMER_REAL, 0)
        replies.write(json.dumps(answer).encode() + b"\n")
        replies.flush()


if __name__ == "__main__":
    _confine()
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, sys.stdout.buffer)
    os._exit(0)  # nothing to tidy up, and a full pipe must not make noise
