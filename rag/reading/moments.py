"""A date as somebody wrote it → a moment with its zone. Nothing is filled in but midnight and UTC."""

import re
from datetime import UTC, datetime

STAMP_CHARACTERS = 60
# A year, and a month that cannot be mistaken: 04/05/2024 may be in April or in May.
_WHOLE_DATE = re.compile(r"(?=.*\d{4})(?=.*(?:[A-Za-z]{3}|\d{4}-\d\d-\d\d))")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ]\d\d:)")
# Zone names that mean one thing only in news in English; others leave a stamp unread.
_ZONES = {"UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7}  # hours


def parse_moment(stamp: str) -> datetime:
    """Raises ValueError or OverflowError unless `stamp` names a whole date."""
    from dateutil import parser

    def read_zone(name: str | None, offset: int | None) -> int:
        return offset if offset is not None else _ZONES[name or "UTC"] * 3600

    if not _WHOLE_DATE.match(stamp):
        raise ValueError(stamp)
    defaults = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 2, 2, tzinfo=UTC))
    try:
        first, second = (parser.parse(stamp, default=day, tzinfos=read_zone) for day in defaults)
    except KeyError:
        raise ValueError(stamp) from None
    if first != second:
        raise ValueError(stamp)
    return first


def read_moment(stamp: str) -> datetime | None:
    """The same; None where `stamp` is empty or no whole date."""
    stamp = stamp.strip()
    if not stamp or len(stamp) > STAMP_CHARACTERS:
        return None
    try:
        moment = datetime.fromisoformat(stamp) if _ISO.match(stamp) else parse_moment(stamp)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)  # a day at the end of the calendar may have none
    except (ValueError, OverflowError):
        return None
    return moment
