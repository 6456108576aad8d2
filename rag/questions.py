"""What a question says about itself: outlets and dates that it names, clauses, whether it wants a list."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, pairwise, takewhile

from rag.types import date_label
from rag.words import content_stems, weighty_stems

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTH = "|".join(MONTHS)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_PART = r"(?:(early|mid|late)[ -])?"
REPORT_DAYS = 3  # days after an event within which it is still reported as news

_DATE = re.compile(
    rf"(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})"
    rf"|{_DAY} (?P<dmy>{_MONTH})(?:,? (?P<dmyy>\d{{4}}))?"
    rf"|(?P<mdy>{_MONTH}) {_DAY}\b(?:,? (?P<mdyy>\d{{4}}))?"
    rf"|{_PART}(?P<my>{_MONTH}),? (?P<myy>\d{{4}})"
    rf"|(?:\bin|since|before|after|until|during) {_PART}(?P<m>{_MONTH})\b(?!,? \d)"
    r"|\b(?:in|since|before|after|until|during|of) (?P<y>(?:19|20)\d{2})\b"
    r"|\b(?P<relative>today|yesterday|(?:last|this|past) (?:week|month|year))\b)",
    re.IGNORECASE,
)
_BEFORE_MOST = 20  # characters before a date in which its preposition stands
_OPEN_AFTER = re.compile(r"\b(?:since|after|from)\s*$", re.IGNORECASE)
_OPEN_BEFORE = re.compile(r"\b(?:before|until|till|by)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What the question asks of an article. No bound where it asks nothing."""

    sources: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    rest: str = ""  # the question without the dates
    dates: tuple[str, ...] = ()  # these, as the question writes them

    @property
    def dated(self) -> bool:
        return self.first is not None or self.last is not None

    @property
    def period(self) -> str:
        """The dates in words, after 'published'."""
        first, last = date_label(self.first), date_label(self.last)
        if self.first and self.last:
            return f"on {first}" if first == last else f"between {first} and {last}"
        return f"since {first}" if self.first else f"until {last}"

    def covers(self, published: datetime | None) -> bool:
        if published is None:
            return False
        day = published.date()
        late = self.last + timedelta(days=REPORT_DAYS) if self.last else None
        return (self.first is None or day >= self.first) and (late is None or day <= late)


def read_constraints(question: str, sources: Iterable[str], as_of: date) -> Constraints:
    """The outlets (of those in the library) and dates that the question names.

    'last week' and the like count back from `as_of`; a month or a day without a year is the latest one
    that is not after `as_of`.
    """
    named = tuple(source for source in sources if _names(question, source))
    ranges = [found for match in _DATE.finditer(question) if (found := _range(match, question, as_of))]
    if not ranges:
        return Constraints(named, rest=question)
    firsts = [first for first, _ in ranges]
    lasts = [last for _, last in ranges]
    return Constraints(
        named,
        None if None in firsts else min(f for f in firsts if f),
        None if None in lasts else max(last for last in lasts if last),
        _DATE.sub(" ", question),
        tuple(match.group() for match in _DATE.finditer(question)),
    )


def _names(question: str, source: str) -> bool:
    """Case counts: 'Time' is an outlet, 'time' is not. 'The' before a name may be left out."""
    name = source.split("|")[0].strip().removeprefix("The ")
    return len(name) > 1 and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question))


Range = tuple[date | None, date | None]


def _range(match: re.Match[str], question: str, as_of: date) -> Range | None:
    try:
        first, last = _bounds(match, as_of)
    except ValueError:  # 31 February
        return None
    word = match.group().split()[0].lower()
    before = question[max(0, match.start() - _BEFORE_MOST) : match.start()]
    if word in ("since", "after") or _OPEN_AFTER.search(before):
        return first, None
    if word in ("before", "until") or _OPEN_BEFORE.search(before):
        return None, last if word == "until" else first
    return first, last


def _bounds(match: re.Match[str], as_of: date) -> tuple[date, date]:
    found = match.groupdict()
    if found["iso"]:
        day = date.fromisoformat(found["iso"])
        return day, day
    if found["dmy"] or found["mdy"]:
        number = next(int(g) for g in match.groups() if g and g.isdigit() and len(g) <= 2)
        month = MONTHS[(found["dmy"] or found["mdy"]).lower()]
        stated = found["dmyy"] or found["mdyy"]
        day = _latest(number, month, int(stated) if stated else None, as_of)
        return day, day
    if found["my"] or found["m"]:
        month = MONTHS[(found["my"] or found["m"]).lower()]
        day = _latest(1, month, int(found["myy"]) if found["myy"] else None, as_of)
        part = next((g.lower() for g in match.groups() if g and g.lower() in ("early", "mid", "late")), "")
        return _part_of_month(day, part)
    if found["y"]:
        year = int(found["y"])
        return date(year, 1, 1), date(year, 12, 31)
    return _relative(found["relative"].lower(), as_of)


def _latest(day: int, month: int, year: int | None, as_of: date) -> date:
    if year:
        return date(year, month, day)
    this_year = date(as_of.year, month, day)
    return this_year if this_year <= as_of else date(as_of.year - 1, month, day)


def _part_of_month(first: date, part: str) -> tuple[date, date]:
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    starts = {"early": 1, "mid": 11, "late": 20}
    ends = {"early": 10, "mid": 20, "late": last.day}
    return first.replace(day=starts.get(part, 1)), last.replace(day=ends.get(part, last.day))


def _relative(words: str, as_of: date) -> tuple[date, date]:
    if words == "today":
        return as_of, as_of
    if words == "yesterday":
        return as_of - timedelta(days=1), as_of - timedelta(days=1)
    which, unit = words.split()
    if which == "past":
        return as_of - timedelta(days={"week": 7, "month": 30, "year": 365}[unit]), as_of
    if unit == "week":
        monday = as_of - timedelta(days=as_of.weekday())
        return (
            (monday, as_of) if which == "this" else (monday - timedelta(days=7), monday - timedelta(days=1))
        )
    if unit == "month":
        first = as_of.replace(day=1)
        end = first - timedelta(days=1)
        return (first, as_of) if which == "this" else (end.replace(day=1), end)
    year = as_of.year if which == "this" else as_of.year - 1
    return date(year, 1, 1), as_of if which == "this" else date(year, 12, 31)


_CLAUSE_ENDS = re.compile(
    r"[,;]|\b(?:and|while|whereas|but|in contrast to|compared (?:to|with))\b", re.IGNORECASE
)
CLAUSE_WORDS = 4  # content words; a shorter piece says too little to be looked for by itself
CLAUSES_MOST = 6  # each costs a run of the encoder


def read_clauses(question: str) -> list[str]:
    """The parts of a long question that say enough to be looked for by themselves; none of a short one."""
    pieces = [piece.strip() for piece in _CLAUSE_ENDS.split(question)]
    long = (piece for piece in pieces if len(piece) > CLAUSE_WORDS)  # before its words are looked at
    clauses = (piece for piece in long if len(content_stems(piece)) >= CLAUSE_WORDS)
    found = list(islice(clauses, CLAUSES_MOST))
    return found if len(found) > 1 else []


_CONTEXT = re.compile(r"(?<=\S) \([^()]*\)\s*$")


def own_part(question: str) -> str:
    """Without what a follow-up was asked about, which stands in brackets at its end.

    What sort of answer is wanted is the follow-up's own: 'Who said so? (Which five points …)'.
    """
    return _CONTEXT.sub("", question)


SUBJECT = re.compile(
    r"\b(?:about|regarding|concerning)\s+(?!\d)(?P<topic>(?:the\s+)?[\w’'-]+"
    r"(?:\s+(?!(?:when|in|at|on|during|after|before|as|while|and|if|with|to|from|of|that)\b)[\w’'-]+)*)",
    re.IGNORECASE,
)


def subject_of(question: str) -> list[str]:
    """The stems of what is asked about: 'taiwan' for 'What did Wang say about Taiwan on 26 April?'"""
    found = SUBJECT.search(own_part(question))
    return weighty_stems(found["topic"]) if found else []


_SEVERAL = frozenset("two three four five six seven eight nine ten several".split())
_LISTED = frozenset(
    "points steps measures items topics issues areas fields subjects concerns demands complaints conditions"
    " reasons results ones".split()
)
_NO_LIST = frozenset("of do does did is was has had will would can could should may might".split())
_LIST_WINDOW = 4  # words behind 'which' among which the number or the plural stands


def asks_for_list(question: str) -> bool:
    """Whether the answer is a list: 'which five points', 'list the steps'; not for 'the two countries'."""
    words = re.findall(r"\w+", own_part(question).lower().removeprefix("please "))
    if words[:1] in (["list"], ["enumerate"]):
        return True
    if any(a in _SEVERAL and b in _LISTED for a, b in pairwise(words)):
        return True
    behind = (
        words[i + 1 : i + 1 + _LIST_WINDOW] for i, word in enumerate(words) if word in ("which", "what")
    )
    noun_parts = (takewhile(lambda word: word not in _NO_LIST, window) for window in behind)
    return any(not _LISTED.union(_SEVERAL).isdisjoint(part) for part in noun_parts)


def asks_for_items(question: str) -> bool:
    """Whether the list is one of points, steps and the like, or counts its items, as texts number them."""
    return not _LISTED.union(_SEVERAL).isdisjoint(re.findall(r"\w+", own_part(question).lower()))


_COURSE = re.compile(
    r"\b(?:(?<!climate )chang(?:ed?|es|ing)|develop(?:ed)?|evolved?|advance|progress(?:ed)?|moved? on"
    r"|shift(?:ed)?|unfold(?:ed)?|tighten(?:ed)?|ease|grow|grew|grown)\b",
    re.IGNORECASE,
)
_IN_TIME = re.compile(
    r"\b(?:step by step|over time|in the course of|over the (?:years|months|weeks)"
    r"|what (?:has |had )?(?:happened|become) (?:to|of))\b",
    re.IGNORECASE,
)
_HOW = re.compile(r"\bhow (?:did|do|does|has|have|had|far)\b", re.IGNORECASE)


_TIMELINE = re.compile(r"\b(?:timeline|chronology)\b", re.IGNORECASE)


def asks_for_timeline(question: str) -> bool:
    return bool(_TIMELINE.search(own_part(question)))


def asks_for_course(question: str) -> bool:
    """Whether the answer is how something went on: 'how did the duty change', 'what happened to the plan'."""
    question = own_part(question)
    how = _HOW.search(question)
    goes_on = _IN_TIME.search(question) or _TIMELINE.search(question)
    return bool(goes_on or (how and _COURSE.search(question, how.end())))


_COMPARES = re.compile(
    r"\b(?:compar\w+|differ(?:s|ed|ent|ences?)?|contrast\w*|versus|vs"
    r"|(?:each|both|two) (?:sides?|accounts?|readouts?|versions?|texts)"
    r"|(?:do|does|did) \w+ and \w+ each|does each)",
    re.IGNORECASE,
)
_AND_WHAT = re.compile(r"\band (?:what|which)\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?:do|does|did|has|have|is|are|was|were|one)\b", re.IGNORECASE)


def asks_to_compare(question: str) -> bool:
    """Whether the answer has two sides: 'how do the accounts differ', 'what did X say, and what did Y'."""
    question = own_part(question)
    second = _AND_WHAT.search(question)  # one pattern for both would look for the verb from each 'and what'
    return bool(_COMPARES.search(question) or (second and _VERB.search(question, second.end())))
