"""Names in a question that no article mentions. Pure.

'What does BYD say about the tariff?' finds much on the tariff, and nothing of it is an answer. A name counts
as mentioned where anything hints at it, another spelling or an abbreviation; a country where any of its words
stands anywhere.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from rag.mentions import (
    GROUP_WORDS,
    PLACE_WORDS,
    TITLES,
    Kind,
    Mention,
    read_mentions,
    words_for_country,
)
from rag.words import stems

NAMED_MOST = 3
ALIKE = 0.7  # difflib's ratio from which two words may be one name: 'Dusquesne' and 'Duquesne' have .94
SHORTEST = 3  # characters; initials and 'II' may be written in any way
# Days that the news seldom names where it reports what happened about then.
_FEASTS = frozenset("christmas easter ramadan thanksgiving halloween eve day".split())
_SAID_OTHERWISE = _FEASTS | TITLES | GROUP_WORDS | PLACE_WORDS  # 'Department' for 'Ministry'
_SMALL_IN_HEADLINES = frozenset("a an the of in on at to by for and or as from with s t".split())
_CAPITALISED = re.compile(r"\b[A-ZÀ-Þ][\w’'-]*")
_RUN = re.compile(r"\b[A-Z][\w’'-]*(?:[ -](?:(?:of|the|for|and|on|in|de|du|des) )*[A-Z][\w’'-]*)+")


def unmentioned(question: str, unknown: AbstractSet[str], texts: Iterable[str]) -> tuple[str, ...]:
    """The names, as the question writes them, of which a word stands nowhere; at most NAMED_MOST.

    `unknown`: stems that stand in no article, outlet or title; those `of_countries` too. `texts`: what was
    found for the question; another form of the name is looked for there.
    """
    missing = [
        (mention, lacking)
        for mention in read_mentions(question)
        if mention.kind is not Kind.TIME and (lacking := _lacking(mention, unknown))
    ]
    if not missing or _shouts(question):
        return ()
    found = "\n".join(texts)
    words = sorted({_bare(word) for word in _CAPITALISED.findall(found)})
    initials = " ".join(_initials(run) for run in _RUN.findall(found))
    names = [
        mention.text
        for mention, lacking in missing
        if not _abbreviated(mention.text, words)
        and not all(word.upper() in initials or _close(word, words) for word in lacking)
    ]
    longest = [name for name in names if not any(name != other and name in other for other in names)]
    return tuple(dict.fromkeys(longest))[:NAMED_MOST]


def of_countries(question: str, unknown: AbstractSet[str]) -> set[str]:
    """The stems of all words for the countries that the question names by one of the `unknown` stems."""
    words = {_bare(word) for word in re.findall(r"[\w’']+", question)}
    named = [word for word in words if not unknown.isdisjoint(stems(word))]
    return set().union(*map(_country_stems, named))


def _country_stems(word: str) -> set[str]:
    """Those of all words for the country; none where the word is for none."""
    return set(stems(" ".join(words_for_country(word))))


def _lacking(mention: Mention, unknown: AbstractSet[str]) -> list[str]:
    """The words of a name that stand nowhere, in small letters."""
    words = [_bare(word) for word in re.findall(r"[\w’']+", mention.text)]
    return [
        word
        for word in words
        if len(word) >= SHORTEST
        and word.isalpha()
        and word not in _SAID_OTHERWISE
        and not set(stems(word)).isdisjoint(unknown)
        and unknown >= _country_stems(word)  # 'Tokyo' may stand for Japan
    ]


def _abbreviated(name: str, words: Sequence[str]) -> bool:
    """'WTO' for 'World Trade Organization'."""
    letters = _initials(name).lower()
    return len(letters) > 1 and letters in words


def _close(word: str, words: Sequence[str]) -> bool:
    if words_for_country(word):
        return False  # it is spelled as in the table: 'finance' is no France
    matches: list[str] = difflib.get_close_matches(word, words, 1, ALIKE)
    return bool(matches)


def _bare(word: str) -> str:
    return re.sub(r"[’']s?$", "", word).lower()


def _initials(run: str) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Z][\w’']*", run))


def _shouts(question: str) -> bool:
    """Whether capitals tell no names, as every word has one that would have one in a headline."""
    words = re.findall(r"[^\W\d_]+", question)
    return not any(word.islower() and word not in _SMALL_IN_HEADLINES for word in words)
