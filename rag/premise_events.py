"""Events that a question takes for granted: called off, held by video, or asked for by others. Pure."""

import re
from collections.abc import Iterator, Sequence

from rag.premise_point import HELD_LEAST, Point
from rag.verdicts.dates import MONTHS
from rag.verdicts.matching import line_of
from rag.verdicts.periods import meet, periods
from rag.verdicts.wording import Token, country

HELD_OF_EVENT = 0.5  # of the question's words: what was to happen at an event that was called off is not told
TITLE_WORDS = 7  # between a person's country and name: 'US Secretary of State Antony Blinken'

_FACE_TO_FACE = re.compile(
    r"\b(?:(?:in )?(?:which|what) (?:city|building|room|hotel|place|country|town)|where|face to face"
    r"|in person|s[ia]t down|sh[ao]oke? hands)\b",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"\b(?:meet|met|meeting|s[ia]t down|talks|consultations|sh[ao]oke? hands)\b", re.IGNORECASE
)
_REMOTE = re.compile(
    r"\bby (?:video|telephone|phone)\b|\bvideo (?:call|link|conference)\b"
    r"|\btelephone call\b|\bvirtual(?:ly)?\b",
    re.IGNORECASE,
)
# 'That trip was put off', 'cancelled his visit'; and what a question that knows of it has.
_EVENTS = (
    "trip|visit|tour|journey|meeting|summit|talks|conference|congress|session|hearing|trial|election|vote"
    "|referendum|launch|match|game|concert|festival|march|rally|ceremony|exercise|drill|flight"
)
_OFF = r"(?:put off|postponed?|call(?:ed)? off|cancel(?:l?ed)?|scrap(?:ped)?|shelved?)"  # as a line says it
_CALLED_OFF = re.compile(
    rf"\b(?P<named>{_EVENTS})\b(?: \w+){{0,9}}? (?:was|were|been) {_OFF}\b"
    rf"|\b{_OFF} (?:the|a|his|her|their|its)(?: [\w-]+){{0,3}}? (?P<object>{_EVENTS})\b",
    re.IGNORECASE,
)
_NEW_DATE = re.compile(
    rf"\b(?:to|until|till)(?: (?:early|mid|late|the|next|\d+))? (?:{'|'.join(MONTHS)})\b", re.IGNORECASE
)
_KNOWS = re.compile(
    rf"\b(?:why|{_OFF}|plan(?:s|ned)?|would|should|was to|were to|originally)\b", re.IGNORECASE
)
_MEETINGS = "meeting|call|talks|conversation"
_ASKED = re.compile(
    rf"\bdid (?P<who>[^?]{{2,40}}?) (?:ask|request)\b(?P<rest>[^?]*?\b(?:{_MEETINGS})\b[^?]*)"
)
_AT_REQUEST = re.compile(
    rf"\bat the request of (?:the )?(\w+)|\bat (\w+)'s request"
    rf"|\b(\w+)(?: side)? had asked for the (?:{_MEETINGS})"
    rf"|\b(\w+)'s request for the (?:{_MEETINGS})"
)


def not_in_person(point: Point) -> str:
    """'In which city did they meet on 16 April?' where they spoke by video on that day."""
    asks = _FACE_TO_FACE.search(point.question) and _MEETING.search(point.question)
    if not asks or point.names_lacking() or _REMOTE.search(point.question) or point.held() < HELD_LEAST:
        return ""
    found = _REMOTE.search(point.line.text)
    dated = meet(periods(point.claim), periods(point.line))
    return found.group() if found and dated else ""


def called_off(point: Point) -> str:
    """'Whom did he meet on his trip in May?' where that trip was put off."""
    found = _CALLED_OFF.search(point.line.text)
    if not found or _NEW_DATE.search(point.line.text) or _KNOWS.search(point.question):
        return ""
    event = (found["named"] or found["object"]).lower()  # of 'trips' many may have taken place
    same = event in {token.word for token in point.claim.tokens} and not point.names_lacking()
    dated = meet(periods(point.claim), periods(point.line) or periods(point.beside))
    sure = point.held() >= HELD_OF_EVENT and point.numbers_held()
    return found.group() if same and dated and sure else ""


def asked_by_other(point: Point, texts: Sequence[str]) -> str:
    """'Why did Wang ask Blinken for a meeting?' where it took place at the request of the US side."""
    asked = _ASKED.search(point.question)
    found = _AT_REQUEST.search(re.sub(r" +'s +", "'s ", point.line.text))
    if not asked or not found:
        return ""
    asker = next(word for word in found.groups() if word)
    others = [word for word in re.findall(r"\w+", asked["rest"]) if word[0].isupper()]
    is_other = asker in others or any(_is_of(name, asker, texts) for name in others)
    own = re.findall(r"\w+", asked["who"])
    return asker if is_other and asker not in own and not _is_of(own[-1], asker, texts) else ""


def _is_of(name: str, people: str, texts: Sequence[str]) -> bool:
    """Whether some text calls the person 'US Secretary of State …' where `people` is 'American'."""
    wanted = {country(token)[1:] for token in line_of(people).tokens} - {""}
    return any(wanted & set(_countries_before(line_of(text).tokens, name)) for text in texts if wanted)


def _countries_before(tokens: Sequence[Token], name: str) -> Iterator[str]:
    for token in tokens:
        if token.text == name:
            for other in reversed(tokens[max(0, token.place - TITLE_WORDS) : token.place]):
                if not (other.capital or other.word == "of"):
                    break
                if country(other):
                    yield country(other)[1:]
