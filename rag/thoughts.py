"""The thoughts that reasoning models write before or between their words, kept from the reader. Pure."""

import re

NAMES = ("think", "thinking", "reasoning")
OPENINGS = tuple(f"<{name}>" for name in NAMES)
CLOSINGS = tuple(f"</{name}>" for name in NAMES)
CLOSING = "</think>"  # stands for any of them where it closes nothing

_OPENING = re.compile("|".join(OPENINGS), re.IGNORECASE)
_CLOSING = re.compile("|".join(CLOSINGS), re.IGNORECASE)
_EITHER = re.compile(f"{_OPENING.pattern}|{_CLOSING.pattern}", re.IGNORECASE)


class Thoughts:
    """Takes `<think>…</think>` out of a stream, the same wherever the stream is cut.

    Only what could still become a tag is held back. Some servers swallow the opening tag: a closing tag
    that closes nothing comes through as CLOSING, and `after_thoughts` reads what it means.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def feed(self, text: str) -> str:
        """What may be shown of all that came so far and was not yet given."""
        text, shown, place = self._held + text, [], 0
        while found := (_CLOSING if self._inside else _EITHER).search(text, place):
            if not self._inside:
                shown.append(text[place : found.start()])
                closes_nothing = found.group().startswith("</")
                shown += [CLOSING] if closes_nothing else []
                self._inside = not closes_nothing
            else:
                self._inside = False
            place = found.end()
        held = max(place, len(text) - _beginning_of_a_tag(text[place:]))
        if not self._inside:
            shown.append(text[place:held])
        self._held = text[held:]
        return "".join(shown)

    def rest(self) -> str:
        """What was held back, at the end of the stream."""
        return "" if self._inside else self._held


def after_thoughts(text: str) -> tuple[str, bool]:
    """What stands behind the last closing tag that closes nothing, and whether there was one."""
    _, tag, rest = text.rpartition(CLOSING)
    return rest, bool(tag)


def _beginning_of_a_tag(text: str) -> int:
    """How many characters at the end of `text` could be the beginning of a tag."""
    longest = max(map(len, CLOSINGS))
    start = text.rfind("<", max(0, len(text) - longest))
    tail = text[start:].lower()
    return len(tail) if start >= 0 and any(tag.startswith(tail) for tag in OPENINGS + CLOSINGS) else 0
