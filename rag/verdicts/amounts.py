"""How much a sentence says that there is, and whether two such numbers may both be true. Pure."""

from rag.verdicts.matching import Line
from rag.verdicts.quantities import Quantity

ABOUT = 0.1  # share by which 'about 40' may be off
ROUNDED = 0.05  # the same for 300 without a word, as newspapers round
OPEN = 1.5  # 'more than 40' is said of 41 to 60
_AND_MORE = frozenset({"more than", "at least"})
_ROUND_FROM = 100  # smaller numbers are counted, not rounded
MINUTES = {"second": 1 / 60, "minute": 1.0, "hour": 60.0, "day": 1440.0}
_COUNT_NOTHING = frozenset({"ordinal", "clock", "decade", "times", "age"})


def counts(line: Line) -> list[Quantity]:
    """The quantities that say how much, apart from years and what is a part of a longer one."""
    return [
        q for q in line.quantities if q.kind not in _COUNT_NOTHING and not q.is_year and not _is_part(line, q)
    ]


def _is_part(line: Line, quantity: Quantity) -> bool:
    """'an hour and twenty minutes', 'two and a half hours'."""
    before = [t.stem for t in line.tokens[max(0, quantity.first - 3) : quantity.first]]
    behind = [t.word for t in line.tokens[quantity.last + 1 : quantity.last + 4]]
    joined = "and" in before and bool(set(before) & (MINUTES.keys() | {"year", "month", "week"}))
    return joined or behind[:2] == ["and", "a"] or (behind[:1] == ["and"] and "half" in behind + before)


def comparable(one: Quantity, other: Quantity) -> bool:
    roles = {one.role, other.role} - {""}
    return _kind(one) == _kind(other) and len(roles) < 2


def _kind(quantity: Quantity) -> str:
    return "time" if quantity.kind in MINUTES else quantity.kind


def compatible(one: Quantity, other: Quantity) -> bool:
    """Whether both may be said of one thing, rounding and 'about' allowed for."""
    if one.bound in _AND_MORE and other.bound in _AND_MORE:  # 'at least 37', 'at least 52'
        return max(one.value, other.value) <= min(one.value, other.value) * (1 + ABOUT)
    (low, high), (least, most) = _interval(one), _interval(other)
    return low <= most and least <= high


def _interval(q: Quantity) -> tuple[float, float]:
    value = q.value * MINUTES.get(q.kind, 1.0)
    if q.bound in _AND_MORE:
        return value, value * OPEN
    if q.bound in {"less than", "at most"}:
        return value / OPEN, value
    if q.bound == "nearly":
        return value * (1 - ABOUT), value
    if q.bound == "about":
        return value * (1 - ABOUT), value * (1 + ABOUT)
    if q.kind == "percent":
        return (value - 0.49, value + 0.49) if value % 1 == 0 else (value, value)
    off = ROUNDED if q.digits <= 2 and value >= _ROUND_FROM and value % 10 == 0 else 0.0
    return value * (1 - off), value * (1 + off)
