"""What sort of thing is a question after: a date, a number, a place …? And does a sentence tell one?

By patterns, one pair to a kind (Li and Roth 2002, Learning Question Classifiers, name such kinds). Whether a
sentence that tells one is likelier the answer, and by how much, the rule of `rag/sentences.py` has learned.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.questions import own_part
from rag.words import STOP_WORDS, stems

MOST = 4.0  # items of a list beyond which more say no more

_AUXILIARY = "did|do|does|was|were|is|are|has|have|had|will|would|can|could|should|might|must"
_MONTH, _DAY = ("|".join(names) for names in (calendar.month_name[1:], calendar.day_name))
_UNIT = "seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)"
_FIGURE = (
    r"(?<![\d,.])\d+(?:[.,]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundreds?|thousands?|millions?|billions?|half|thirds?|quarters?|once|twice|dozens?|none|both"
)
_DATES = re.compile(
    rf"\b(?:\d{{1,2}} (?:{_MONTH})|(?:{_MONTH})(?: \d+)?|(?:1\d|20)\d\ds?|{_DAY}|centur(?:y|ies)|BC|AD"
    rf"|(?:{_UNIT}) ago|last (?:week|month|year)|yesterday|(?:spring|summer|autumn|winter) (?:of )?\d+)\b"
)
_DURATIONS = re.compile(
    rf"\b(?:{_FIGURE}|an?|few|several|many)(?: \w+)?[ -](?:{_UNIT})\b|\b(?:decades|centuries)\b",
    re.IGNORECASE,
)
_FREQUENCIES = re.compile(
    r"\b(?:every|each|once|twice|times|annual(?:ly)?|yearly|quarterly|monthly|weekly|daily|regularly"
    r"|(?:a|per) (?:day|week|month|year))\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(rf"\b(?:{_FIGURE})\b", re.IGNORECASE)
_NAME = rf"(?!(?:{_MONTH}|{_DAY})\b)[A-Z][\w’'-]+"
_NAMES = re.compile(rf"\b{_NAME}")
_PLACES = re.compile(rf"\b(?:in|at|near|from|to|of|on|outside|inside|off|across|along) (?:the )?({_NAME})")
_CAUSES = re.compile(
    r"\b(?:because|since|due to|as a result|so that|in order to|therefore|thus|owing|caus(?:ed?|ing)|led to"
    r"|reasons?|grounds|aim|to (?:protect|avoid|prevent|help))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question, as far as a sentence may only repeat it."""

    text: str  # in lower case
    stems: frozenset[str]


def _new(pattern: re.Pattern[str]) -> Callable[[str, _Asked], float]:
    """Whether something of the pattern stands in a sentence that does not stand in the question."""

    def tell(sentence: str, asked: _Asked) -> float:
        return float(any(found.lower() not in asked.text for found in pattern.findall(sentence)))

    return tell


def _new_name(pattern: re.Pattern[str]) -> Callable[[str, _Asked], float]:
    """The same of names, by their stems; a capital alone makes no name of 'The'."""

    def tell(sentence: str, asked: _Asked) -> float:
        found = (name for name in pattern.findall(sentence) if name.lower() not in STOP_WORDS)
        return float(any(not asked.stems.issuperset(stems(name)) for name in found))

    return tell


_new_figure = _new(_FIGURES)


def _figure(sentence: str, asked: _Asked) -> float:
    """The same of numbers; those of a date are none."""
    return _new_figure(_DATES.sub(" ", sentence), asked)


def _items(sentence: str, asked: _Asked) -> float:
    return min(MOST, sentence.count(",") + sentence.count(" and "))


def _cause(sentence: str, asked: _Asked) -> float:
    return float(bool(_CAUSES.search(sentence)))


# Kind, what asks for it, and what a sentence has of it.
_KINDS: dict[str, tuple[str, Callable[[str, _Asked], float]]] = {
    "name": (
        r"\b(?:who|whom|whose"
        r"|which (?:\w+ )?(?:official|person|minister|general|leader|team|company|country))\b",
        _new_name(_NAMES),
    ),
    # 'When did …', 'the talks began when', not 'what happened when …'
    "date": (
        rf"(?:^|[,;:] |\b(?:and|since|until|by) )when (?:{_AUXILIARY})\b|\bwhen\W*$"
        r"|\bhow long ago\b|\b(?:what|which) (?:day|date|year|month|century|decade|period|time)\b",
        _new(_DATES),
    ),
    "duration": (
        rf"\bhow long\b(?! ago)|\bduration\b|\bhow much time\b|\bhow many (?:{_UNIT})\b",
        _new(_DURATIONS),
    ),
    "frequency": (r"\bhow (?:often|frequently|regularly|many times)\b", _new(_FREQUENCIES)),
    "number": (
        r"\bhow (?:many|much|far|high|large|big|old|tall|deep|fast|long(?! ago))\b|\bduration\b"
        r"|\b(?:what|which) (?:\w+ )?(?:share|percentage|number|rate|amount|price|proportion|sum|total|size"
        r"|length|distance|level|age)\b",
        _figure,
    ),
    "place": (
        r"\bwhere\b"
        r"|\b(?:what|which) (?:\w+ )?(?:city|town|place|country|region|state|location|building|venue)\b",
        _new_name(_PLACES),
    ),
    # And for what is to be described, 'what is', 'what does': right more often where most commas are.
    "list": (r"\b(?:(?:which|what) (?:\w+ ){0,2}\w+s|list|name the)\b", _items),
    "cause": (r"\bwhy\b|\b(?:reasons?|purpose|causes?d?)\b|\bon what grounds\b", _cause),
}
KINDS = tuple(_KINDS)
_OF_FEW_WORDS = frozenset(KINDS) - {"list", "cause"}
_ASK = {kind: re.compile(pattern, re.IGNORECASE) for kind, (pattern, _) in _KINDS.items()}


class Sought:
    """What a question is after; it may be after several kinds of things."""

    def __init__(self, question: str) -> None:
        self._kinds = _kinds_of(question)
        self._asked = _Asked(question.lower(), frozenset(stems(question)))

    def in_sentence(self, text: str) -> tuple[float, ...]:
        """For each of KINDS 1.0 where it is asked for and the sentence tells one that is not the question's.

        Else 0.0; for a list its items, up to MOST.
        """
        return tuple(
            tell(text, self._asked) if kind in self._kinds else 0.0 for kind, (_, tell) in _KINDS.items()
        )


def asks_for_words(question: str) -> bool:
    """Whether a few words answer: 'when did …', 'who …', 'how many …', 'in which city …'."""
    return not _OF_FEW_WORDS.isdisjoint(_kinds_of(question))


def _kinds_of(question: str) -> set[str]:
    own = own_part(question)
    return {kind for kind, pattern in _ASK.items() if pattern.search(own)}
