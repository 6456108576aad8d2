"""The days that the dates of a sentence mean, and whether those of two sentences may be one. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from rag.verdicts.dates import Date, day_of, readings
from rag.verdicts.matching import Line

DAYS_APART_MOST = 31  # between two dates of one event; more, and it is another event of the same kind
MONTHS_APART_MOST = 6
YEARS_APART_MOST = 3

Period = tuple[date, date]  # first and last day


def periods(line: Line) -> list[Period]:
    """All days that a sentence names; '4 and 5 June' has both."""
    found = [(day, days) for day in line.dates for days in period(day, line)]
    return [(_first_of(line, day, days[0]), days[1]) for day, days in found]


def _first_of(line: Line, found: Date, first: date) -> date:
    """The first day of '27 to 29 August'."""
    before = line.tokens[max(0, found.first - 2) : found.first]
    is_range = found.day and len(before) == 2 and before[1].word in {"and", "to", "-"}
    if is_range and before[0].word.isascii() and before[0].word.isdigit():
        return day_of(first.year, first.month, min(first.day, max(1, int(before[0].word)))) or first
    return first


def period(found: Date, line: Line) -> list[Period]:
    """The days that a date may mean; none where it does not say."""
    resolved = list(readings(found, line.published))
    whole = [_bounds(reading) for reading in (resolved[1:] or resolved)]
    return [period for period in whole if period]


def _bounds(reading: Date) -> Period | None:
    if reading.exact:
        return reading.exact, reading.exact
    if not reading.year or reading.day:
        return None
    first = day_of(reading.year, reading.month or 1, 1)
    following = day_of(
        reading.year + (reading.month is None or reading.month == 12), (reading.month or 0) % 12 + 1, 1
    )
    return (first, following - timedelta(days=1)) if first and following else None


def meet(ours: Sequence[Period], theirs: Sequence[Period]) -> bool:
    return any(a[0] <= b[1] and b[0] <= a[1] for a in ours for b in theirs)


def near(ours: Sequence[Period], theirs: Sequence[Period]) -> bool:
    """Whether two dates may be said of one event: of one grain, and not far apart."""
    return any(_span(a) == _span(b) and _apart(a, b) <= _most(a) for a in ours for b in theirs)


def _span(period: Period) -> str:
    days = (period[1] - period[0]).days
    return "day" if not days else "month" if days < 31 else "year"


def _apart(a: Period, b: Period) -> int:
    return abs((a[0] - b[0]).days)


def _most(period: Period) -> int:
    return {"day": DAYS_APART_MOST, "month": 31 * MONTHS_APART_MOST, "year": 366 * YEARS_APART_MOST}[
        _span(period)
    ]
