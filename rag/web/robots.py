"""What a site's robots.txt allows us, as RFC 9309 says. Pure.

Not Python's own urllib.robotparser: until 3.14 it took the first rule that fits instead of the longest, and
read `*` and `$` as letters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

PRODUCT = "readout"  # what we are called in a robots.txt
LONGEST = 500_000  # bytes of a robots.txt that are read: as much as the standard asks for
RULES_MOST = 5_000
DELAY_MOST = 86_400.0

_RULES = ("allow", "disallow", "crawl-delay")


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules for one program; none: all is allowed."""

    rules: tuple[tuple[str, bool], ...] = ()  # a pattern of a path in its plain form, and whether it allows
    delay: float = 0.0  # seconds between two visits that the site asks for

    def allow(self, path: str) -> bool:
        """Whether a path with its query may be asked for: the longest rule that fits says so."""
        plain = _plain(path)
        fitting = [(len(pattern), allows) for pattern, allows in self.rules if _fits(pattern, plain)]
        return max(fitting, default=(0, True))[1]


def read_robots(text: str, product: str = PRODUCT) -> Rules:
    """The rules of the groups that name `product`, else of those for all programs."""
    groups: dict[str, list[tuple[str, str]]] = {product: [], "*": []}
    named: set[str] = set()
    agents: list[str] = []
    in_rules = False
    for key, value in _lines(text):
        if key == "user-agent":
            agents = [] if in_rules else agents
            in_rules = False
            agents.append(re.split(r"[^a-z_*-]", value.lower(), maxsplit=1)[0])
            named.add(agents[-1])
        elif key in _RULES:
            in_rules = True
            for agent in {*agents} & groups.keys():
                groups[agent].append((key, value))
    return _rules(groups[product if product in named else "*"])


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def _rules(group: list[tuple[str, str]]) -> Rules:
    found: list[tuple[str, bool]] = []
    delay = 0.0
    for key, value in group:
        if key == "crawl-delay":
            if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", value):
                delay = min(float(value), DELAY_MOST)
        elif value and len(found) < RULES_MOST:  # an empty rule says nothing
            found.append((_plain(value), key == "allow"))
    return Rules(tuple(found), delay)


def _plain(path: str) -> str:
    """Percent signs in one form: signs that need none have none, others have them in capitals."""
    return quote(unquote_to_bytes(path.encode("utf-8", "replace")), safe="/*$?&=:@!+,;'()~")


def _fits(pattern: str, path: str) -> bool:
    """Whether `path` begins with `pattern`, in which * stands for anything and a last $ for the end."""
    whole = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if whole:
        if not parts:
            return at == len(path)
        *parts, last = parts
        if len(path) - len(last) < at or not path.endswith(last):
            return False
        path = path[: len(path) - len(last)]
    for part in parts:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
