"""Slips of the pen in a question, and other spellings than the articles'. Pure.

'When did Yelen visit Guangzhou?' finds little by its words or by its vector, and the articles would be said
not to cover it. What is searched in its place is shown, and can be searched as typed.
"""

import calendar
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from rag.words import STOP_WORDS, stems

if TYPE_CHECKING:
    from spellchecker import SpellChecker

LETTERS_LEAST, LETTERS_MOST = 5, 30  # a shorter word is one slip away from too many others
LATIN_END = "\u0250"
UNKNOWN_MOST = 5  # words that no article has; where there are more, they are no slips but another language
LETTERS_OF_TWO = 9  # from so many on there may be two slips in it
LETTERS_OF_NAME = 7  # shorter names that differ by more than a double letter are mostly two: Patil, Patel
BASE_LEAST = 4  # letters that are left of a word without its ending
AHEAD = 3  # times as often as any other likely word
USUAL = 4  # times as often as the question's own spelling

_WORDS = re.compile(r"[^\W\d_]+")
_DATES = frozenset((*calendar.month_name[1:], *calendar.day_name))  # 'Febuary', whatever the articles hold
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "r")
# Both ways; what comes of it in a word that has no other spelling stands in no article.
_SPELLINGS = (
    ("our", "or"), ("ise", "ize"), ("isa", "iza"), ("yse", "yze"), ("ence", "ense"), ("tre", "ter"),
    ("lling", "ling"), ("lled", "led"), ("ller", "ler"), ("mme", "m"), ("grey", "gray"),
    ("tyre", "tire"), ("sceptic", "skeptic"), ("aluminium", "aluminum"), ("manoeuv", "maneuv"),
    ("plough", "plow"), ("dialogue", "dialog"), ("catalogue", "catalog"), ("telephone", "phone"),
    ("photograph", "photo"), ("aeroplane", "plane"), ("airplane", "plane"),
)  # fmt: skip


def words_to_spell(question: str) -> list[str]:
    """Those that may be misspelled, as typed, each once: Latin letters, no acronym, no stop word."""
    return [
        word
        for word in dict.fromkeys(_WORDS.findall(question))
        if LETTERS_LEAST <= len(word) <= LETTERS_MOST
        and max(word) < LATIN_END
        and not word.isupper()
        and word.lower() not in STOP_WORDS
    ]


def other_spellings(word: str) -> list[str]:
    """'Defence' for 'Defense'; most of them are no words."""
    small = word.lower()
    found = [
        small.replace(ours, theirs)
        for pair in _SPELLINGS
        for ours, theirs in (pair, pair[::-1])
        if ours in small and theirs not in small.replace(ours, "")
    ]
    return [_in_case(word, other) for other in dict.fromkeys(found) if other != small]


def usual_spelling(word: str, counts: Mapping[str, int]) -> str:
    """The other spelling that stands far oftener, if any. `counts`: passages with each word."""
    best = max(other_spellings(word), key=lambda other: counts.get(other, 0), default="")
    return best if best and counts.get(best, 0) >= max(1, USUAL * counts.get(word, 0)) else ""


def is_english(word: str) -> bool:
    """Whether a dictionary has it, without its ending or in its other spelling; names are hardly in there."""
    small = word.lower()
    bases = [small.removesuffix(ending) for ending in _ENDINGS if small.endswith(ending)]
    bases = [base for base in bases if len(base) >= BASE_LEAST]
    whole = [small, *(base for base in bases if base[-1] != "e" or small[len(base)] not in "ei")]
    forms = (*whole, *(base + "e" for base in bases), *other_spellings(small))
    return any(form in _english() for form in forms)


@cache
def _english() -> "SpellChecker":
    """160,000 words; read in 0.2 s, when a question has a word that no article has."""
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)


def slips_most(word: str) -> int:
    return 2 if len(word) >= LETTERS_OF_TWO else 1


def words_near(word: str, texts: Iterable[str]) -> set[str]:
    """What may have been meant: words of the texts as they stand there, dates, and other English words."""
    found = {other for text in texts for other in _WORDS.findall(text)} | _DATES
    english = _english().known(_english().edit_distance_1(word.lower()))
    found |= english.difference(other.lower() for other in found)
    # 'Turkey' may be no more than a name in the texts; it is a word all the same.
    return {o for o in found if _may_be(word, o) or (o.lower() in english and _may_be(word, o.lower()))}


def likely_word(word: str, counts: Mapping[str, int]) -> str:
    """Which of the words near was meant; empty where that is in doubt. `counts`: passages with each."""
    typed = word.lower()
    near: dict[tuple[int, bool], dict[str, int]] = {}
    for other, count in counts.items():
        if count or other in _DATES:
            key = (slips(typed, other.lower()), _squeezed(typed) != _squeezed(other.lower()))
            near.setdefault(key, {})[other] = count
    if not near:
        return ""
    by_stem: dict[str, list[str]] = {}
    for other in sorted(near[min(near)], key=lambda other: (other[0].isupper(), other)):
        by_stem.setdefault(" ".join(stems(other)), []).append(other)
    best, *others = sorted((counts[words[0]], words[0]) for words in by_stem.values())[::-1]
    if others and best[0] < AHEAD * others[0][0]:
        return ""
    return _in_case(word, best[1])


def slips(one: str, other: str) -> int:
    """Letters put in, left out, put for others or exchanged with the next (Damerau 1964)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, theirs in enumerate(other, start=1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != theirs)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                row[-1] = min(row[-1], before[j - 2] + 1)
        before, last = last, row
    return last[-1]


def respelled(question: str, meant: Mapping[str, str]) -> str:
    """The question with the words that were meant in place of those that were typed."""
    return _WORDS.sub(lambda match: meant.get(match.group(), match.group()), question)


def _may_be(word: str, other: str) -> bool:
    """Whether the one may be a slip for the other."""
    typed, found = word.lower(), other.lower()
    most = slips_most(typed)
    if typed == found or abs(len(typed) - len(found)) > most or typed[0] not in found[:2]:
        return False
    if slips(typed, found) > most or typed[:-1] == found:
        return False
    is_name = (word[0].isupper() or other[0].isupper()) and other not in _DATES
    is_double_or_turned = _squeezed(typed) == _squeezed(found) or sorted(typed) == sorted(found)
    return is_double_or_turned or not is_name or max(len(typed), len(found)) >= LETTERS_OF_NAME


def _squeezed(word: str) -> str:
    """Double letters as one: most slips are there."""
    return re.sub(r"(.)\1+", r"\1", word)


def _in_case(typed: str, word: str) -> str:
    return word[0].upper() + word[1:] if typed[0].isupper() else word
