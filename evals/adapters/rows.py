"""A JSON file → rows whose fields are asked for by name and type; what is missing is said in one sentence."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.cleaning import clean_line
from rag.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Row:
    """A JSON object and where it stands. Every method raises SettingsError that names that place."""

    place: str  # 'en.json, line 3'
    fields: dict[str, Any]

    def fault(self, what: str) -> SettingsError:
        return SettingsError(f"{self.place} {what}.")

    def text(self, name: str) -> str:
        """As it was written: nothing is cleaned here, so that offsets into it hold."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise self.fault(f"lacks '{name}' (a text)")
        return value

    def words(self, name: str) -> str:
        """A text that says something."""
        if not clean_line(self.text(name)):
            raise self.fault(f"lacks '{name}' (it is empty)")
        return self.text(name)

    def maybe(self, name: str) -> str:
        """A text that need not be there: '' then."""
        return "" if self.fields.get(name) is None else self.text(name)

    def identity(self, name: str) -> str:
        value = self.fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str) or not clean_line(str(value)):
            raise self.fault(f"lacks '{name}' (a number or a text)")
        return str(value)

    def flag(self, name: str) -> bool:
        """False where it is not there."""
        value = self.fields.get(name, False)
        if not isinstance(value, bool):
            raise self.fault(f"has a '{name}' that is neither true nor false")
        return value

    def items(self, name: str) -> list[Any]:
        value = self.fields.get(name)
        if not isinstance(value, list):
            raise self.fault(f"lacks '{name}' (a list)")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        if not is_texts(self.items(name)):
            raise self.fault(f"has a '{name}' that is no list of texts")
        return tuple(self.items(name))

    def rows(self, name: str) -> tuple["Row", ...]:
        return _number(self.items(name), f"{self.place}, {name}")


def is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def read_rows(path: Path) -> tuple[Row, ...]:
    """The objects of a file that holds one, a list of them, or one on each line. There is at least one."""
    text = _read_text(path)
    try:
        value = _parse(text, str(path))
    except SettingsError:
        lines = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
        rows = tuple(_make_row(_parse(line, f"{path}, line {n}"), f"{path}, line {n}") for n, line in lines)
    else:
        rows = _number(value, f"{path}, entry") if isinstance(value, list) else (_make_row(value, str(path)),)
    if not rows:
        raise SettingsError(f"{path} is empty.")
    return rows


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise SettingsError(f"{path} is not text in UTF-8.") from None


def _parse(text: str, place: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise SettingsError(f"{place} is not JSON.") from None


def _number(values: Sequence[object], place: str) -> tuple[Row, ...]:
    return tuple(_make_row(value, f"{place} {number}") for number, value in enumerate(values, start=1))


def _make_row(value: object, place: str) -> Row:
    if not isinstance(value, dict):
        raise SettingsError(f"{place} is no JSON object.")
    return Row(place, value)
