"""A figure as bars: its parts and types of question, ours above the baseline's, each with its interval."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.documents import MAIN, OURS, REFUSAL_RIGHT, THEIRS
from evals.figures import PARTS, REFUSAL, Figure, find_figure
from evals.gold import KINDS
from evals.html_report.markup import Html, element, join

PICTURED = (  # all of MAIN but `verbatim`, which is always 1
    "evidence_recall_at_5",
    "key_points",
    "citation_precision",
    "citation_recall",
    "refusal_f1",
    "false_refusals",
    "refusal_right",
    "words",
    "p95_seconds",
)
BY_PART_ONLY = REFUSAL[:3]  # a type has questions of one sort only, answerable or not
PART_WORDS = {"test": "test part", "open": "open part", "all": "both parts"}
# Sizes in the picture's own units, about a pixel each.
WIDTH, LEFT, RIGHT = 500, 96, 124
ROW, BAR, TOP, FOOT = 36, 12, 6, 22


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a picture. A figure without a value is no bar."""

    label: str
    ours: Figure
    theirs: Figure | None

    @property
    def bars(self) -> tuple[tuple[str, Figure], ...]:
        both = (("ours", self.ours), ("theirs", self.theirs))
        return tuple((kind, one) for kind, one in both if one and not math.isnan(one.value))


def pictures(ours: Sequence[Figure], theirs: Sequence[Figure]) -> Html:
    drawn = [_figure(name, rows) for name in PICTURED if (rows := list(_rows(name, ours, theirs)))]
    return element("div", *drawn, class_="pictures")


def _rows(name: str, ours: Sequence[Figure], theirs: Sequence[Figure]) -> Iterator[Row]:
    kinds = () if name in BY_PART_ONLY else KINDS
    for part, kind in [*((part, "") for part in PARTS), *(("all", kind) for kind in kinds)]:
        if not any((one.part, one.kind) == (part, kind) for one in ours):
            continue
        other = find_figure(theirs, name, part, kind) if theirs else None
        row = Row(kind or PART_WORDS[part], find_figure(ours, name, part, kind), other)
        if row.bars:
            yield row


def _figure(name: str, rows: Sequence[Row]) -> Html:
    title = MAIN.get(name, REFUSAL_RIGHT)
    drawn = element("div", svg(title, rows), class_="scroll", role="region", tabindex=0, aria_label=title)
    return element("figure", element("figcaption", title), drawn)


def svg(title: str, rows: Sequence[Row]) -> Html:
    """The picture; its title and description say all that it shows."""
    most = scale(rows)
    height = TOP + ROW * len(rows) + FOOT
    parts = [
        element("title", f"{title}: {OURS} and {THEIRS} with 95 % intervals"),
        element("desc", " ".join(map(_said, rows))),
        *(_tick(share, most, height) for share in (0.0, 0.5, 1.0)),
        *(part for place, row in enumerate(rows) for part in _drawn(row, TOP + place * ROW, most)),
    ]
    return element("svg", *parts, role="img", viewBox=f"0 0 {WIDTH} {height}")


def scale(rows: Sequence[Row]) -> float:
    """What the right end stands for: 1 for shares, else the largest value or upper end of an interval."""
    largest = max(one.high for row in rows for _, one in row.bars)
    shares = rows[0].ours.name not in ("words", "p95_seconds")
    return 1.0 if shares or not largest else largest


def _x(value: float, most: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * value / most, 1)


def _tick(share: float, most: float, height: int) -> Html:
    x = _x(share, 1)
    line = element("line", class_="axis", x1=x, x2=x, y1=TOP, y2=height - FOOT + 2)
    label = element("text", short(share * most), class_="soft", x=x, y=height - 6, text_anchor="middle")
    return join((line, label))


def _drawn(row: Row, y: int, most: float) -> Iterator[Html]:
    """The label, then for each system a bar, its interval and its value in words."""
    yield element("text", row.label, x=LEFT - 8, y=y + ROW / 2 + 2, text_anchor="end")
    for place, (kind, one) in enumerate(row.bars):
        top = y + 5 + place * (BAR + 2)
        middle = top + BAR / 2
        width = round(_x(one.value, most) - LEFT, 1)
        yield element("rect", class_=kind, x=LEFT, y=top, width=width, height=BAR)
        line = _interval(_x(one.low, most), _x(one.high, most), middle)
        yield from (element("path", class_=layer, d=line) for layer in ("halo", "span"))
        yield element("text", _value(one), class_="soft", x=WIDTH - RIGHT + 10, y=middle + 4)


def _interval(low: float, high: float, y: float) -> str:
    """The path of a line with a stop at each end."""
    stops = "".join(f"M{x:g} {y - 3:g}v6" for x in (low, high))
    return f"M{low:g} {y:g}H{high:g}{stops}"


def short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}"


def _value(one: Figure) -> str:
    return f"{short(one.value)} [{short(one.low)}–{short(one.high)}]"


def _said(row: Row) -> str:
    names = {"ours": OURS, "theirs": THEIRS}
    return f"{row.label}: " + ", ".join(f"{names[kind]} {_value(one)}" for kind, one in row.bars) + "."
