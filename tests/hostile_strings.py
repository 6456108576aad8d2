"""Strings that attack a page: our own, and those of a folder that READOUT_HOSTILE names, where it does.

The folder may hold public collections: text files of one string a line, JSON files with strings in any depth.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.payloads import PAYLOADS

SETTING = "READOUT_HOSTILE"
MARKS = (  # what leaves a place in HTML, in an attribute, in Markdown, in a template
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "</mark></p></article><iframe src=//evil.example>",
    "</summary></details><script>alert(1)</script>",
    "</title></style></textarea><script>alert(1)</script>",
    "<svg/onload=alert(1)>&lt;b&gt;",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "<\x00script>alert(1)</script>",
    "<img src='x'\x0bonerror=alert(1)>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "[x](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.org/",
    "java\nscript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)",
    'https://example.org/" onclick="alert(1)',
    "https://example.org/' onclick='alert(1)",
    "https://example.org/><script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "\ud800<script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "{0} {answer} %s ${x} {{7*7}} {% raw %}",
    "<a" + " b" * 500 + "><script>alert(1)</script>",
)
OWN = (*MARKS, *PAYLOADS)


def hostile_strings() -> list[str]:
    """Each once; our own first."""
    folder = os.environ.get(SETTING)
    more = _read(Path(folder)) if folder else ()
    return list(dict.fromkeys(one for one in (*OWN, *more) if one.strip()))


def _read(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json":
            yield from _strings(json.loads(path.read_bytes()))
        elif path.suffix == ".txt":
            yield from path.read_text(errors="surrogateescape").split("\n")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)
