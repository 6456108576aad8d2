"""HTML that cannot be left unescaped: whatever is not `Html` already passes through `rag.show.safe`."""

import re
from collections.abc import Iterable, Sequence

from rag.show import safe

_NO_NAME = re.compile(r"[^a-z0-9-]")


class Html(str):
    """Text that is HTML already; made only in this module and of the package's own constants."""

    __slots__ = ()


def element(name: str, *inside: str, **attributes: object) -> Html:
    """An element. In an attribute's name a trailing '_' goes and others become '-': class_, aria_label."""
    written = "".join(f' {_attribute(key)}="{safe(_text(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>{join(inside)}</{name}>")


def join(parts: Iterable[str]) -> Html:
    return Html("".join(part if isinstance(part, Html) else safe(part) for part in parts))


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> Html:
    """A table whose first column names its rows. It scrolls by itself where the page is narrow."""
    head = element("tr", *(element("th", column, scope="col") for column in columns))
    body = element("tbody", *map(_row, rows))
    whole = element("table", element("caption", caption), element("thead", head), body, class_=kind)
    return element("div", whole, class_="scroll", role="region", tabindex=0, aria_label=caption)


def _row(cells: Sequence[str]) -> Html:
    first, *others = cells
    return element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in others))


def link(place: str, text: str) -> Html:
    """A link to the element of that id on the same page."""
    return element("a", text, href=f"#{place}")


def fold(summary: str, *inside: str) -> Html:
    return element("details", element("summary", summary), *inside)


def identity(prefix: str, name: str) -> str:
    """An element's id; what an id had better not hold becomes its number, so that no two are the same."""
    return prefix + _NO_NAME.sub(lambda match: f"_{ord(match[0]):x}_", name)


def _attribute(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
