"""What a question names: people, countries, places, times and other names. Explicit rules. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.verdicts.vocabulary import COUNTRIES

READ_MOST = 600  # characters of a text that are read: the names that count stand at its beginning


def one_of(words: str) -> str:
    """Alternatives of a pattern; '_' within one stands for a space. Put the longer of two first."""
    return "|".join(words.split()).replace("_", " ")


class Kind(StrEnum):
    PERSON = "person"
    COUNTRY = "country"  # or its people, its adjective
    PLACE = "place"
    TIME = "time"
    GROUP = "group"  # an organisation, a document, a meeting
    NAME = "name"  # a name of which nothing says more: perhaps a person


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or date within a text: `text == whole[start:end]`."""

    text: str
    kind: Kind
    start: int
    end: int
    gender: str = ""  # "he", "she", or empty where nothing says it


MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(MONTHS)
TIME = re.compile(
    rf"(?:\b(?:in|on|of|since|before|after|until|during|by)\s+)?(?:(?:early|mid|late|the end of)[ -])?"
    rf"(?:\b\d{{1,2}}(?:\s+(?:and|to|–)\s+\d{{1,2}})?\s+(?:{_MONTH})(?:,?\s+\d{{4}})?"
    rf"|\b(?:{_MONTH})\s+\d{{1,2}}\b(?:,?\s+\d{{4}})?|\b(?:{_MONTH})\s+\d{{4}}"
    rf"|(?<=in )(?:{_MONTH})\b|(?<=since )(?:{_MONTH})\b"
    r"|\b(?:19|20)\d{2}\b|\b\d{4}-\d{2}-\d{2}\b"
    r"|\b(?:today|yesterday|(?:last|this|past) (?:week|month|year|spring|summer|autumn|winter)))"
)
_NAME = re.compile(
    r"[A-Z][\w’'-]*"
    r"(?:(?:[ ]+|(?:(?<=[DMS][rst])|(?<=\b[A-Z]))\.[ ]?)[A-Z0-9][\w’'-]*)*"  # 'Dr. Li', 'J. D. Vance'
    r"(?<=\w)(?:\s+of\s+(?:the\s+)?[A-Z]\w+(?:\s+[A-Z]\w+)*)?"  # 'Summit of the Future'
)
_NO_NAMES = frozenset(
    """who whom whose what when where which why how did do does is are was were will would can could may might
    must should has have had and but so or the a an in on at of to for from by with about he she they it its
    his her their this that these those then there tell give list name describe explain also please i we you
    my our your no not yes sorry ok okay thanks thank name compare if as than during after before since until
    besides apart regarding according were any some each both all one two three through under over according
    don't didn't doesn't isn't wasn't aren't weren't hasn't haven't hadn't can't couldn't wouldn't i'm it's
    that's what's who's where's actually roughly counting hi hello well let let's""".split()
) | {month.lower() for month in MONTHS} | frozenset(
    "monday tuesday wednesday thursday friday saturday sunday".split()
)  # fmt: skip
TITLES = frozenset(
    """mr mrs ms miss dr sir president premier prime minister secretary chancellor senator governor mayor
    general admiral colonel ambassador envoy spokesman spokeswoman commissioner director king queen prince
    princess pope professor judge justice representative vice foreign""".split()
)
GROUP_WORDS = frozenset(
    """ministry department committee council bank university party statement summit group agency airlines
    commission court parliament congress senate house treasury pentagon corporation company inc ltd act treaty
    declaration agreement conference forum assembly university institute association union alliance police
    army navy guard forces service office association festival programme program dialogue talks""".split()
)
PLACE_WORDS = frozenset(
    """sea ocean island islands shoal river lake bay strait mountain mountains valley city county town state
    province street square bridge airport airport canal gulf park center centre stadium hotel hall""".split()
)
TRAVEL_BEFORE = re.compile(
    r"\b(?:visit(?:ed|ing|s)?|leav(?:e|es|ing)|left|(?:go|goes|went|gone|travel(?:led|ed)?|fly|flew|return(?:ed)?"
    r"|visit(?:ed)?|trip|journey) to|arriv(?:e|ed|ing) in)\s+(?:the\s+)?$"
)
_PLACE_BEFORE = re.compile(
    rf"{TRAVEL_BEFORE.pattern}|\b(?:in|at|near|outside|around|across|from)\s+(?:the\s+)?$"
)
_TITLE_BEFORE = re.compile(rf"\b(?:{'|'.join(TITLES)})\.?\s+$", re.IGNORECASE)
_PERSON_AFTER = re.compile(
    r"^(?:’s|'s)?\s+(?:say|said|says|tell|told|meet|met|ask|asked|speak|spoke|talk|call|called|want|wanted"
    r"|think|argue|argued|warn|warned|accuse|accused|visit|visited|receive|received|bring|raise|raised|offer"
    r"|write|wrote|mean|propose|proposed|fly|travel|become|became|resign|resigned|press|promise|promised)\b"
)
_PERSON_BEFORE = re.compile(
    r"\b(?:tell|told|met|meet|asked|ask|accuse|accused|press|pressed|receive|received|see|saw|warn|warned"
    r"|spoke to|speak to|speak with|spoke with|talked to|talk to|talk with|meeting with|talks with"
    r"|call with)\s+$"
)
_HE = frozenset(
    """john james robert michael william david richard joseph thomas charles christopher daniel
    matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald
    jason edward jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon
    benjamin samuel gregory frank alexander patrick raymond jack dennis jerry tyler aaron jose adam
    nathan henry peter zachary walter kyle harold carl jeremy keith roger gerald lawrence sean
    christian albert joe ethan antony tony jake lloyd kurt vladimir volodymyr emmanuel olaf boris
    rishi keir narendra mohammed muhammad ahmed ali recep jens rafael marco elon bill barack bruno
    alan philip simon martin graham neil ian stuart nigel hugh""".split()
)
_SHE = frozenset(
    """mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty
    sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah stephanie
    rebecca laura sharon cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen
    samantha katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie
    olivia joyce virginia victoria kelly lauren christina joan evelyn judith andrea hannah megan
    cheryl jacqueline martha gina nina ursula annalena giorgia hillary kamala liz theresa penny
    mallory wendy anne jane kate lucy fiona alice""".split()
)
_SHE_TITLES = re.compile(
    r"\b(?:mrs|ms|miss|madam|queen|princess|spokeswoman|chairwoman|lady)\.?\s+$", re.IGNORECASE
)
_HE_TITLES = re.compile(r"\b(?:mr|sir|king|prince|pope|spokesman|chairman|lord)\.?\s+$", re.IGNORECASE)


def _country_table() -> dict[str, tuple[str, ...]]:
    """Each word for a country → the line of words that it stands in."""
    table: dict[str, tuple[str, ...]] = {}
    for line in COUNTRIES.strip().split("\n"):
        words = tuple(line.replace("/", " ").split())
        table |= {word: words for word in words}
    return table


_COUNTRY = _country_table()
CAPITALS = frozenset(word for line in COUNTRIES.split("\n") for word in line.partition("/")[2].split())
_LONG_COUNTRIES = {
    "united states": "us",
    "united kingdom": "uk",
    "european union": "eu",
    "united nations": "un",
}


def country_of(text: str) -> str:
    """The country's first word in the table, for 'the US', 'American', 'Washington'; '' for anything else."""
    word = re.sub(r"^the\s+|[’']s?$", "", text.strip().lower()).replace(".", "")
    word = _LONG_COUNTRIES.get(word, word.replace(" ", ""))
    return _COUNTRY[word][0] if word in _COUNTRY else ""


def words_for_country(word: str) -> tuple[str, ...]:
    """'japan', 'japanese', 'tokyo' for any of them in small letters; none for another word."""
    return _COUNTRY.get(word, ())


def adjective_of(country: str) -> str:
    """'Chinese' for 'china': the second word of its line; '' where the table has none."""
    words = _COUNTRY.get(country, ())
    adjectives = [
        w for w in words[1:] if w.endswith(("an", "ese", "ish", "ch", "sh", "i", "ss", "rk", "ine", "ek"))
    ]
    if country == "us":
        return "American"
    return adjectives[0].capitalize() if adjectives else ""


def read_mentions(text: str) -> tuple[Mention, ...]:
    """The names and dates of a text, in order; none overlaps another."""
    text = text[:READ_MOST]
    times = [Mention(m.group(), Kind.TIME, m.start(), m.end()) for m in TIME.finditer(text)]
    names = [
        mention
        for match in _NAME.finditer(TIME.sub(lambda m: "|" * len(m.group()), text))
        for mention in _mentions(text, match.start(), match.end())
    ]
    return tuple(sorted([*times, *names], key=lambda mention: mention.start))


def _mentions(text: str, start: int, end: int) -> list[Mention]:
    """The name at a run of capitals, without words that are no part of it; none where nothing is left."""
    words = [(m.start() + start, m.end() + start) for m in re.finditer(r"\S+", text[start:end])]
    while words and _is_no_name(text, *words[0], alone=len(words) == 1):
        words = words[1:]
        while words and text[slice(*words[0])] in ("of", "the"):
            words = words[1:]
    if not words:
        return []
    first = words[0][0]
    name = _POSSESSIVE.sub("", text[first : words[-1][1]].rstrip(".,’'-"))
    if len(name) < 2:
        return []
    kind, gender = _kind(text, first, first + len(name))
    return [Mention(name, kind, first, first + len(name), gender)]


_POSSESSIVE = re.compile(r"[’']s$")


def _is_no_name(text: str, start: int, end: int, alone: bool) -> bool:
    """A question word, a month …; at the beginning of a sentence any word that nothing else shows to be one.

    'He' within a sentence and before another name is a Chinese family name.
    """
    word = text[start:end].strip(".,’'")
    opens = _opens(text, start)
    if word.lower() in _NO_NAMES:
        return opens or alone or word != "He"
    if not opens or _sure(_POSSESSIVE.sub("", word)) or _POSSESSIVE.search(word):
        return False
    return text[end:].startswith(" of ") or (alone and not text[end:].startswith(" and "))


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'“‘(")
    return not before or before[-1] in ".?!:"


def _sure(word: str) -> bool:
    """Whether a word is a name even where any word would have a capital."""
    return bool(country_of(word)) or (word.isupper() and len(word) > 1) or any(c.isupper() for c in word[1:])


def _kind(text: str, start: int, end: int) -> tuple[Kind, str]:
    name, before = text[start:end], text[max(0, start - 40) : start]
    words = [word.strip(".,’'").lower() for word in name.split()]
    if country_of(name):
        lies = words[0] in CAPITALS and _PLACE_BEFORE.search(before)
        return (Kind.PLACE if lies else Kind.COUNTRY), ""
    if GROUP_WORDS.intersection(words) or (name.isupper() and len(name) > 1):
        return Kind.GROUP, ""
    if PLACE_WORDS.intersection(words):
        return Kind.PLACE, ""
    gender = _gender(words, before)
    if gender or words[0] in TITLES or _TITLE_BEFORE.search(before):
        return Kind.PERSON, gender
    if _PERSON_BEFORE.search(before) or _PERSON_AFTER.match(text[end : end + 40]):
        return Kind.PERSON, ""
    return (Kind.PLACE, "") if _PLACE_BEFORE.search(before) else (Kind.NAME, "")


def _gender(words: Sequence[str], before: str) -> str:
    if _SHE_TITLES.search(before) or words[0] in ("ms", "mrs", "queen"):
        return "she"
    if _HE_TITLES.search(before) or words[0] in ("mr", "king", "pope"):
        return "he"
    first = next((word for word in words if word not in TITLES), "")
    return "she" if first in _SHE else "he" if first in _HE and len(words) > 1 else ""
