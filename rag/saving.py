"""Writes an answer to files; the name's ending says in which form."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from rag.errors import SettingsError
from rag.show_saved import FORMATS
from rag.types import Answer


def check_places(paths: Sequence[Path]) -> None:
    """Before anything is asked: whether an answer can be written there. Raises SettingsError."""
    for path in paths:
        if path.suffix.lower() not in FORMATS:
            raise SettingsError(f"{path} names no form to save in. Let its name end in .md, .html or .json")
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise SettingsError(f"{path} cannot be written: name a file in a folder that is there.")


def save_answer(answer: Answer, paths: Sequence[Path]) -> None:
    """Writes each file whole or not at all. Raises SettingsError."""
    check_places(paths)
    now = datetime.now(UTC).replace(microsecond=0)
    for path in paths:
        try:
            _write(path, FORMATS[path.suffix.lower()](answer, now))
        except OSError as error:
            raise SettingsError(
                f"{path} cannot be written ({error.strerror}). Name another file: readout ask --save"
            ) from error


def _write(path: Path, text: str) -> None:
    """To a new file beside it first, so that no half-written answer lies in an older one's place."""
    if path.exists() and not path.is_file():  # a device or a pipe is written to as it is
        opened = os.open(path, os.O_WRONLY | os.O_NONBLOCK)  # a pipe that nobody reads is an error, no wait
        os.set_blocking(opened, True)
        with os.fdopen(opened, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return
    path = path.resolve()  # a link stays one; what it leads to is written
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
        new.write(text.encode("utf-8", errors="replace"))
    made = Path(new.name)
    try:
        made.chmod(path.stat().st_mode if path.exists() else 0o644)
        made.replace(path)
    except OSError:
        made.unlink(missing_ok=True)
        raise
