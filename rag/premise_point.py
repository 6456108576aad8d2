"""A question laid against a sentence: which of its words, names, days and numbers stand there. Pure."""

import re
from collections.abc import Collection
from datetime import date

from rag.verdicts.matching import Match, line_of
from rag.verdicts.names import is_name
from rag.verdicts.periods import meet, periods
from rag.verdicts.relations import MODALS
from rag.verdicts.vocabulary import LIGHT
from rag.verdicts.wording import Token, stems_of

HELD_LEAST = 0.6  # of the question's words, in the sentence; what only stands beside it counts half
NAME_REACH = 3  # tokens between the words of one name

# Phrases that stand for one word here.
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\b(?:left|leave|leaves|leaving|carved?)((?: \w+){0,3}) out\b", r"excluded\1"),
        (r"\blet(?:s|ting)? go\b", "release"),
        (r"\breceived?\b", "met"),
        (r"\bco-?sponsor(?:ed|s|ing)?\b", "supporter"),
        (r"\bplac(?:e|ed|es|ing) (?=sanctions|tariffs|curbs|limits)", "imposed "),
    )
)
_ASKS_WHEN = re.compile(
    r"(?:^\W*|, |\band |\bsince )when\b"
    r"|\b(?:by|in|on|until|since|from) (?:which|what) (?:year|day|date|month)\b",
    re.IGNORECASE,
)
_LIST = re.compile(r"^\W*(?:list|name|give|tell me|describe|explain)\b", re.IGNORECASE)


class Point:
    """A question laid against a sentence."""

    def __init__(self, question: str, sentence: str, published: date | None, around: str) -> None:
        text = _LIST.sub("", question)
        self.asks_when = bool(_ASKS_WHEN.search(text))
        if self.asks_when:
            text = text.rstrip("? ") + " date?"  # 'sets no date' denies 'by which year'
        self.question = question
        self.claim = line_of(_one_word(text))
        self.line = line_of(_one_word(sentence), published)
        self.match = Match(self.claim, [self.line])
        self.beside = line_of(_one_word(around), published)
        self._around = Match(self.claim, [self.beside])
        self.carried: dict[int, list[int]] = {}  # place in the sentence → the question's
        for token in self.claim.tokens:
            for place in self.match.candidates(token.place):
                self.carried.setdefault(place.place, []).append(token.place)
        self._content = [p for p in self.claim.content if self.claim.tokens[p].word not in MODALS | {"date"}]

    def held(self, passing: int = -1) -> float:
        """The share (0..1) of the question's words that the sentence has; names count double."""
        total = held = 0.0
        for place in self._content:
            if place == passing:
                continue
            token = self.claim.tokens[place]
            weight = 2.0 if is_name(self.match, token) else 0.5 if token.stem in stems_of(LIGHT) else 1.0
            total += weight
            held += weight * self._share(place)
        return held / total if total else 0.0

    def _share(self, place: int) -> float:
        if self.match.candidates(place):
            return 1.0
        return 0.5 if self._around.candidates(place) else 0.0

    def names(self) -> list[Token]:
        return [self.claim.tokens[p] for p in self._content if is_name(self.match, self.claim.tokens[p])]

    def names_lacking(self) -> list[int]:
        """Places of the names that stand neither in the sentence nor beside it.

        Of 'Lai Ching-te' one word is enough.
        """
        places = [token.place for token in self.names()]
        known = {place for place in places if self._share(place)}
        return [p for p in places if not any(abs(p - other) <= NAME_REACH for other in known)]

    def same_time(self) -> bool:
        ours, theirs = periods(self.claim), periods(self.line)
        return not ours or not theirs or meet(ours, theirs)

    def numbers_held(self, near: Collection[int] = ()) -> bool:
        """Whether the sentence has the question's numbers, those before the words at `near` apart."""
        return all(
            self.match.candidates(q.last) or any(0 < place - q.last <= 3 for place in near)
            for q in self.claim.quantities
        )

    def sure(self, near: Collection[int] = ()) -> bool:
        """Whether the two speak of one thing."""
        return not self.names_lacking() and self.numbers_held(near) and self.held() >= HELD_LEAST


def _one_word(text: str) -> str:
    for pattern, words in _PHRASES:
        text = pattern.sub(words, text)
    return text
