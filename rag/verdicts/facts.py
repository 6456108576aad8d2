"""Numbers, dates and quotations of a claim. Each check yields what the evidence lacks, in words. Pure."""

import re
from collections.abc import Iterator, Sequence

from rag.verdicts.dates import MONTHS, Date, covers, readings
from rag.verdicts.matching import Line, Match, Place
from rag.verdicts.quantities import Quantity, equal, implied, same_bound, same_kind

# How much better a claim's neighbours must fit another number or date of the evidence before the
# claim is said to have taken the wrong one: equal wording gives about 1, one swap 1.3 or more.
RIVAL_LEAST = 1.25
QUOTATION_LEAST = 2  # characters between quotation marks that are taken for one

_MONTHS = "|".join(name.capitalize() for name in MONTHS)
_YEAR_FIRST = re.compile(rf"\b[12]\d{{3}} (?:{_MONTHS}) \d{{1,2}}\b")
_QUOTED = re.compile(r'"([^"]{2,2000})"')


def missing_numbers(match: Match) -> Iterator[str]:
    given = [(n, q) for n, line in enumerate(match.evidence) for q in line.quantities]
    for claimed in match.claim.quantities:
        same = [(n, q) for n, q in given if same_kind(claimed, q) and equal(claimed, q)]
        if not same and _follows(match, claimed, given):
            continue
        if not same:
            if not (_is_a(match, claimed) or _is_year(match, claimed)):
                yield f"the number {claimed.text}"
            continue
        yield from _number_differs(claimed, [q for _, q in same])
        rivals = [
            (n, q)
            for n, q in given
            if q.kind == claimed.kind
            and not equal(claimed, q)
            and not _linked(match, same, n, q)
            and (not claimed.role or q.role in {"", claimed.role})  # 'from 1.2 to 1.9' says which is which
        ]
        rival = _rival(match, claimed.last, same, rivals) or _part_of(match, claimed, same)
        if rival:
            yield f"the number {claimed.text} for this (there it is {rival})"
    yield from _reordered(match)


def _follows(match: Match, claimed: Quantity, given: Sequence[tuple[int, Quantity]]) -> bool:
    """Whether the number of the evidence that stands in the claim's place implies the claimed one."""
    alike = [(match.affinity(claimed.last, Place(n, q.last)), q) for n, q in given if same_kind(claimed, q)]
    nearest = max((affinity for affinity, _ in alike), default=0.0)
    return any(affinity >= nearest and implied(claimed, q) for affinity, q in alike)


def _number_differs(claimed: Quantity, same: Sequence[Quantity]) -> Iterator[str]:
    if not any(same_bound(claimed, q) for q in same):
        if claimed.bound:
            yield f'the words "{claimed.bound}" before {claimed.text}'
        else:
            yield f'that it is "{same[0].bound} {claimed.text}"'
    roles = {q.role for q in same}
    if claimed.role and "" not in roles and claimed.role not in roles:
        yield f'that it is "{same[0].role} {claimed.text}"'


def _linked(
    match: Match,
    same: Sequence[tuple[int, Quantity]] | Sequence[tuple[int, Date]],
    number: int,
    other: Quantity | Date,
) -> bool:
    """'three of the five', '6 to 3', 'between July and September': both belong to the same thing."""
    for n, own in same:
        first, second = (own, other) if own.first < other.first else (other, own)
        between = match.evidence[n].tokens[first.last + 1 : second.first + 1]
        words = {t.word for t in between}
        if (
            n == number
            and len(between) <= 3
            and ({"of", "to", "-"} & words or _between(match.evidence[n], first))
        ):
            return True
    return False


def _between(line: Line, first: Quantity | Date) -> bool:
    return "between" in {token.word for token in line.tokens[max(0, first.first - 2) : first.first]}


def _part_of(match: Match, claimed: Quantity, same: Sequence[tuple[int, Quantity]]) -> str:
    """'14 of the 92 survived' says nothing of 92."""
    if _whole_of(match.claim, claimed):
        return ""
    parts = [_whole_of(match.evidence[n], q) for n, q in same]
    return parts[0] if parts and all(parts) else ""


def _whole_of(line: Line, quantity: Quantity) -> str:
    """The part that is counted of this whole: '14' for the 92 of '14 of the 92'."""
    before = [token.word for token in line.tokens[max(0, quantity.first - 2) : quantity.first]]
    if "of" not in before:
        return ""
    place = quantity.first - 2 if before[-1] == "of" else quantity.first - 3
    return next((q.text for q in line.quantities if q.first <= place <= q.last), "")


def _is_a(match: Match, claimed: Quantity) -> bool:
    """'one person' rests on 'a person'."""
    if claimed.value != 1 or claimed.kind:
        return False
    for token in match.claim.tokens[claimed.last + 1 : claimed.last + 3]:
        for place in match.candidates(token.place):
            before = match.evidence[place.line].tokens[max(0, place.place - 2) : place.place]
            if any(t.word in {"a", "an", "single"} for t in before):
                return True
    return False


def _is_year(match: Match, claimed: Quantity) -> bool:
    """'its 2024 budget' rests on the year; '2024 channels' counts."""
    following = match.claim.tokens[claimed.last + 1 : claimed.last + 3]
    if any(token.is_content and token.word.endswith("s") and not token.capital for token in following):
        return False
    return claimed.is_year and any(
        claimed.value == date.year for line in match.evidence for date in line.dates
    )


def _reordered(match: Match) -> Iterator[str]:
    """'98 to 112' where the evidence has '112 to 98': a pair says which is whose."""
    pairs = {(a.value, b.value) for line in match.evidence for a, b in _pairs(line)}
    for first, second in _pairs(match.claim):
        pair = (first.value, second.value)
        if pair not in pairs and (pair[1], pair[0]) in pairs:
            yield f"{first.text} before {second.text}"


def _pairs(line: Line) -> Iterator[tuple[Quantity, Quantity]]:
    for first, second in zip(line.quantities, line.quantities[1:], strict=False):
        between = [token.word for token in line.tokens[first.last + 1 : second.first]]
        if between in (["-"], ["to"]) or (len(between) == 2 and between[1] == "to"):
            yield first, second


def _rival(
    match: Match,
    place: int,
    same: Sequence[tuple[int, Quantity]] | Sequence[tuple[int, Date]],
    rivals: Sequence[tuple[int, Quantity]] | Sequence[tuple[int, Date]],
) -> str:
    """The number or date of the evidence that the claim's neighbours belong to, if it is another one."""
    own = max(match.affinity(place, Place(n, q.last)) for n, q in same)
    best, text = max(
        ((match.affinity(place, Place(n, q.last)), q.text) for n, q in rivals), default=(0.0, "")
    )
    return text if best > RIVAL_LEAST * own else ""


def missing_dates(match: Match) -> Iterator[str]:
    given = [(n, date) for n, line in enumerate(match.evidence) for date in line.dates]
    for claimed in match.claim.dates:
        same = [(n, date) for n, date in given if _means(claimed, date, match.evidence[n])]
        if same:
            leads = {date.lead for _, date in same}
            if claimed.lead not in leads and (claimed.lead or "" not in leads):
                yield f'the word "{claimed.lead or min(leads)}" before {claimed.text}'
            rivals = [
                (n, d)
                for n, d in given
                if _same_parts(d, claimed) and (n, d) not in same and not _linked(match, same, n, d)
            ]
            rival = _rival(match, claimed.last, same, rivals)
            if rival:
                yield f"the date {claimed.text} for this (there it is {rival})"
        elif not (_published_then(match, claimed) or _is_number(match, claimed)):
            yield f"the date {claimed.text}"
    yield from _out_of_order(match)


def _out_of_order(match: Match) -> Iterator[str]:
    """'2024 July 9' where the evidence has '9 July 2024': a year and a day that were exchanged."""
    for written in _YEAR_FIRST.findall(match.claim.text):
        if not any(written in line.text for line in match.evidence):
            yield f"the date {written}"


def _means(claimed: Date, given: Date, line: Line) -> bool:
    wanted = (
        list(readings(claimed, line.published)) if claimed.relative or claimed.weekday is not None else []
    )
    return any(
        covers(reading, want) or _year_elsewhere(reading, want, line)
        for reading in readings(given, line.published)
        for want in wanted or [claimed]
    )


def _year_elsewhere(given: Date, claimed: Date, line: Line) -> bool:
    """The year of a date may stand at another place of its sentence."""
    if claimed.year is None or claimed.month is None or given.year is not None:
        return False
    years = {other.year for other in line.dates}
    day = (given.month, given.day if claimed.day else None) == (claimed.month, claimed.day)
    return claimed.year in years and day


def _same_parts(one: Date, other: Date) -> bool:
    return [bool(p) for p in (one.month, one.day)] == [bool(p) for p in (other.month, other.day)] and (
        (one.weekday is None) == (other.weekday is None) and bool(one.relative) == bool(other.relative)
    )


def _published_then(match: Match, claimed: Date) -> bool:
    """The day of publication counts where the cited sentence names no time but what the claim names too."""
    for line in match.evidence:
        day = line.published
        if day and not any(_tells_another(match, given, line) for given in line.dates):
            today = Date(day.year, day.month, day.day, day.weekday(), "", "", 0, 0, "")
            if covers(today, claimed):
                return True
    return False


def _tells_another(match: Match, given: Date, line: Line) -> bool:
    """Whether the time may be that of what the sentence tells, as 'since 2018' is not."""
    if given.day or given.weekday is not None:
        return True
    elsewhen = given.relative and not given.relative.startswith("this")
    if given.lead or not (given.month or given.year or elsewhen):
        return False
    return not any(_means(claimed, given, line) for claimed in match.claim.dates)


def _is_number(match: Match, claimed: Date) -> bool:
    only_year = claimed.year and not claimed.month and not claimed.relative
    return bool(only_year) and any(
        q.value == claimed.year and not q.kind for line in match.evidence for q in line.quantities
    )


def missing_quotations(claim: str, evidence: Sequence[str]) -> Iterator[str]:
    """Quotations of the claim that stand nowhere, word for word, in the evidence."""
    texts = [_plain(text) for text in evidence]
    for quotation in _QUOTED.findall(_plain_quotes(claim)):
        wanted = _plain(quotation).strip(" .,;:!?")
        if len(wanted) >= QUOTATION_LEAST and not any(f" {wanted} " in f" {text} " for text in texts):
            yield f'the quotation "{quotation.strip()}"'


def _plain_quotes(text: str) -> str:
    return text.translate(str.maketrans("“”„«»’‘", '"""""\'\''))


def _plain(text: str) -> str:
    """Lower case, plain quotes, words with single spaces."""
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*|[%$€£]", _plain_quotes(text).lower()))
