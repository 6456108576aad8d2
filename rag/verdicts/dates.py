"""The dates of a sentence, and whether one is meant by another ('Friday' in an article of 26 April). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from rag.verdicts.wording import Token, read

_MONTH_NAMES = "january february march april may june july august september october november december"
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split(), start=1)}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
WEEKDAYS = {name: number for number, name in enumerate(_DAY_NAMES.split())}
_ALSO_WORDS = frozenset({"may", "march", "mar", "august", "sun", "sat", "jan", "dec"})
_LEADS_TO_MONTH = frozenset(
    """in of on by since until till last this next early late mid from to before after during between and
    through every each""".split()
)
_RELATIVE = frozenset({"last", "this", "next", "previous", "past", "coming", "following", "earlier", "later"})
_PERIODS = frozenset("week weekend month year night summer winter spring autumn decade century".split())
_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_SINCE = frozenset({"since", "until", "till", "before", "after", "by", "beyond"})
_REACHING = frozenset(
    {"since", "until", "till", "beyond"}
)  # these may stand further off: 'since the war of 1870'
_BETWEEN = frozenset(
    "the end of start beginning middle early late mid evening morning noon midnight at".split()
)
_REACH = 6  # tokens between 'by' and its date: 'by the end of the first half of 2025'


@dataclass(frozen=True, slots=True)
class Date:
    """What a text says of a date; a part that it leaves open is None or ''."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None  # 0 is Monday
    relative: str  # 'last week', 'yesterday'
    lead: str  # 'since', 'until', 'before', 'after', 'by' before it
    first: int  # places of its tokens
    last: int
    text: str

    @property
    def exact(self) -> date | None:
        if self.year and self.month and self.day:
            return day_of(self.year, self.month, self.day)
        return None


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # 31 April
        return None


@lru_cache(maxsize=256)
def dates(text: str) -> tuple[Date, ...]:
    """All dates of a normalised text, in its order."""
    tokens = read(text)
    found: list[Date] = []
    place = 0
    while place < len(tokens):
        match = _date(tokens, place)
        if match:
            last, parts = match
            lead = _lead(tokens, place, found[-1].last if found else -1)
            year, month, day, weekday, relative = parts
            written = text[tokens[place].start : tokens[last].end]
            found.append(Date(year, month, day, weekday, relative, lead, place, last, written))
            place = last + 1
        else:
            place += 1
    return tuple(found)


_Parts = tuple[int | None, int | None, int | None, int | None, str]


def _date(tokens: Sequence[Token], place: int) -> tuple[int, _Parts] | None:
    token = tokens[place]
    word = token.word
    if len(word) == 10 and word[4:5] == "-":
        year, month, day = (int(part) for part in word.split("-"))
        return (place, (year, month, day, None, "")) if day_of(year, month, day) else None
    if word in _DAYS:
        return place, (None, None, None, None, word)
    if word in WEEKDAYS and token.capital:
        return _after_weekday(tokens, place)
    if word in _RELATIVE and place + 1 < len(tokens):
        return _relative(tokens, place)
    day_first = _day_first(tokens, place)
    if day_first:
        return day_first
    if _is_month(tokens, place):
        return _month_first(tokens, place)
    if _is_year(tokens, place):
        return place, (int(word), None, None, None, "")
    return None


def _after_weekday(tokens: Sequence[Token], place: int) -> tuple[int, _Parts]:
    """'Friday', 'Friday, 26 April'."""
    weekday = WEEKDAYS[tokens[place].word]
    following = place + 1
    if following < len(tokens) and tokens[following].word == ",":
        following += 1
    rest = _date(tokens, following) if following < len(tokens) else None
    if rest and rest[1][2] and rest[1][1]:
        last, (year, month, day, _, _) = rest
        return last, (year, month, day, weekday, "")
    return place, (None, None, None, weekday, "")


def _relative(tokens: Sequence[Token], place: int) -> tuple[int, _Parts] | None:
    following = tokens[place + 1]
    relative = {"previous": "last", "past": "last", "coming": "next", "following": "next"}.get(
        tokens[place].word, tokens[place].word
    )
    if following.word in _PERIODS:
        return place + 1, (None, None, None, None, f"{relative} {following.word}")
    if following.word in WEEKDAYS and following.capital:
        return place + 1, (None, None, None, WEEKDAYS[following.word], relative)
    if following.word in MONTHS and following.capital:
        return place + 1, (None, MONTHS[following.word], None, None, relative)
    return None


def _day_first(tokens: Sequence[Token], place: int) -> tuple[int, _Parts] | None:
    """'26 April 2024', '26th of April'."""
    day = _day(tokens, place)
    if day is None:
        return None
    number, month = day
    if month < len(tokens) and tokens[month].word == "of":
        month += 1
    if month < len(tokens) and tokens[month].word in MONTHS and tokens[month].capital:
        last, year = _year_after(tokens, month)
        return last, (year, MONTHS[tokens[month].word], number, None, "")
    return None


def _month_first(tokens: Sequence[Token], place: int) -> tuple[int, _Parts]:
    """'April 26, 2024', 'April 2024', 'April'."""
    month = MONTHS[tokens[place].word]
    following = place + 1
    if following < len(tokens) and tokens[following].word == "." and len(tokens[place].word) < 5:
        following += 1
    day = _day(tokens, following) if following < len(tokens) else None
    if day and not (day[1] < len(tokens) and tokens[day[1]].word in {"%", "percent", "million", "people"}):
        last, year = _year_after(tokens, day[1] - 1)
        return last, (year, month, day[0], None, "")
    last, year = _year_after(tokens, place)
    return last, (year, month, None, None, "")


def _day(tokens: Sequence[Token], place: int) -> tuple[int, int] | None:
    """A day's number, and the place behind it."""
    word = tokens[place].word
    if not (word.isascii() and word.isdigit() and len(word) <= 2 and 1 <= int(word) <= 31):
        return None
    behind = place + 1
    if behind < len(tokens) and tokens[behind].word in {"st", "nd", "rd", "th"}:
        behind += 1
    return int(word), behind


def _year_after(tokens: Sequence[Token], place: int) -> tuple[int, int | None]:
    behind = place + 1
    if behind + 1 < len(tokens) and tokens[behind].word == ",":
        behind += 1
    if behind < len(tokens) and _is_year_number(tokens[behind].word):
        return behind, int(tokens[behind].word)
    return place, None


def _is_year_number(word: str) -> bool:
    return len(word) == 4 and word.isascii() and word.isdigit() and 1500 <= int(word) < 2100


def _is_year(tokens: Sequence[Token], place: int) -> bool:
    """A year by itself: '2000 people' and '$2000' are none, nor is the decade '1990s'."""
    if not _is_year_number(tokens[place].word):
        return False
    before = tokens[place - 1].word if place else ""
    after = tokens[place + 1].word if place + 1 < len(tokens) else ""
    counts = before not in _LEADS_TO_MONTH | {"the", "(", "year"} and after and after[0].isalpha()
    return (
        before not in set("$€£¥")
        and after not in {"%", "percent", "s", "-"}
        and not (
            counts
            and after not in {"and", "to", "in", "on", "after", "when", "but", "by", "with", "as", "for"}
        )
    )


def _is_month(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    if token.word not in MONTHS or not token.capital:
        return False
    if token.word not in _ALSO_WORDS:
        return True
    before = tokens[place - 1].word if place else ""
    after = tokens[place + 1].word if place + 1 < len(tokens) else ""
    by_noun = before == "the" and not token.opens and after.isalpha() and after.islower()  # 'the May call'
    return by_noun or (
        before in _LEADS_TO_MONTH or before.isdigit() or after[:1].isdigit() or before in {"st", "th", "rd"}
    )


def _lead(tokens: Sequence[Token], place: int, stop: int) -> str:
    """The word that says on which side of the date something lies."""
    adjacent = True
    for token in reversed(tokens[max(stop + 1, place - _REACH) : place]):
        if token.word in {",", ";", "and", "but"}:
            break
        if token.word in _SINCE and (adjacent or token.word in _REACHING):
            return "until" if token.word == "till" else token.word
        adjacent = adjacent and token.word in _BETWEEN
    return ""


def readings(given: Date, published: date | None) -> Iterator[Date]:
    """What a date of an article may mean, given when the article was published; always itself first."""
    yield given
    if published is None:
        return
    if given.relative in _DAYS:
        yield _on(given, published + timedelta(days=_DAYS[given.relative]))
    elif given.weekday is not None and given.day is None:
        back = (published.weekday() - given.weekday) % 7
        yield _on(given, published - timedelta(days=back))
        yield _on(given, published + timedelta(days=7 - back if back else 0))
        if given.relative == "last" and not back:
            yield _on(given, published - timedelta(days=7))
    elif given.month and given.year is None:
        yield replace(given, year=_year_of_month(given, published), relative="")
    elif given.relative in {"this year", "last year", "next year"}:
        step = {"this": 0, "last": -1, "next": 1}[given.relative.split()[0]]
        yield replace(given, year=published.year + step, relative="")
    elif given.relative in {"this month", "last month", "next month"}:
        months = published.year * 12 + published.month - 1
        months += {"this": 0, "last": -1, "next": 1}[given.relative.split()[0]]
        yield replace(given, year=months // 12, month=months % 12 + 1, relative="")


def _on(given: Date, day: date) -> Date:
    return replace(given, year=day.year, month=day.month, day=day.day, weekday=day.weekday(), relative="")


def _year_of_month(given: Date, published: date) -> int:
    """The year nearest to publication; 'last November' is over, 'next May' is to come."""
    assert given.month is not None
    if given.relative == "last":
        return published.year - (given.month >= published.month)
    if given.relative == "next":
        return published.year + (given.month <= published.month)
    distance = given.month - published.month
    return published.year + (-1 if distance > 6 else 1 if distance < -6 else 0)


def covers(given: Date, claimed: Date) -> bool:
    """Whether `given` says all that `claimed` says."""
    exact = given.exact
    weekday = given.weekday if given.weekday is not None or exact is None else exact.weekday()
    return all(
        part is None or part == has
        for part, has in (
            (claimed.year, given.year),
            (claimed.month, given.month),
            (claimed.day, given.day),
            (claimed.weekday, weekday),
            (claimed.relative or None, given.relative),
        )
    )
