"""Where two sentences on the same point contradict each other: a number, a date, the opposite. Pure.

A false alarm is worse than a miss: both sentences must hold nearly the same words in the same relations, and
what differs must be the one thing that stands at the same place in both.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rag.types import Point
from rag.verdicts.amounts import MINUTES, comparable, compatible, counts
from rag.verdicts.dates import Date
from rag.verdicts.matching import Line, Match, Place
from rag.verdicts.names import is_name
from rag.verdicts.pairs import SHARED_LEAST, Pair, fit, may_differ, opposed
from rag.verdicts.periods import meet, near, period, periods
from rag.verdicts.quantities import Quantity
from rag.verdicts.stance import Cue, moods_at, moods_of
from rag.verdicts.wording import BREAKS, Token, stems_of

TOKENS_MOST = 90  # of a sentence that is compared; a longer one speaks of several points
# Shares of the shorter sentence's words that the longer one must hold, and the other way round. Found on the
# tuning half of evals/disagreement_pairs.jsonl (`python -m evals disagreements` shows what they give).
SHARE_NUMBER = 0.66
SHARE_DATE = 0.75
SHARE_OPPOSITE = 0.7
SHARE_LONGER_OPPOSITE = 0.6  # opposites of two statements need more of both than one number does
SHARE_PLAIN = 0.5  # of the words that are no names: sentences of one people share those anyway
FIT_LEAST = 0.3  # of the neighbours of a number that must be the other one's neighbours, as near as there
PUBLISHED_APART_MOST = 45  # days between two articles whose numbers are compared: later, things have moved

_LASTING = stems_of("last take spend receive meet")
_PEOPLE = stems_of("people person man woman")


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sentences contradict each other in, with the words of each (as normalised)."""

    point: Point
    left: str
    right: str


def differing(left: Line, right: Line) -> Difference | None:
    """The first thing in which two sentences on the same point contradict each other; None without one."""
    if max(len(left.tokens), len(right.tokens)) > TOKENS_MOST or "?" in left.text + right.text:
        return None
    if not may_differ(left, right):
        return None
    pair = Pair(left, right)
    if pair.shared < SHARED_LEAST or not pair.anchored() or pair.speak_of_others():
        return None
    for find in (_opposite, _number, _day):
        found = find(pair)
        if found:
            return found
    return None


def _number(pair: Pair) -> Difference | None:
    if not pair.alike(SHARE_NUMBER) or pair.days_differ() or _far_apart(pair) or _says_other(pair):
        return None
    ours, theirs = (counts(line) for line in pair.lines)
    for one in ours:
        rivals = [q for q in theirs if comparable(one, q)]
        if not rivals or any(compatible(one, q) for q in rivals):
            continue
        other = max(rivals, key=lambda q: fit(pair.ours, one.last, q.last))
        back = [q for q in ours if comparable(other, q)]
        if any(compatible(other, q) for q in back) or one != max(
            back, key=lambda q: fit(pair.theirs, other.last, q.last)
        ):
            continue
        if _same_thing(pair, one, other):
            return Difference(Point.NUMBER, one.text, other.text)
    return None


def _far_apart(pair: Pair) -> bool:
    ours, theirs = (line.published for line in pair.lines)
    same_day = meet(periods(pair.lines[0]), periods(pair.lines[1]))
    if same_day or not ours or not theirs:
        return False
    return abs((ours - theirs).days) > PUBLISHED_APART_MOST


def _same_thing(pair: Pair, one: Quantity, other: Quantity) -> bool:
    if min(fit(pair.ours, one.last, other.last), fit(pair.theirs, other.last, one.last)) < FIT_LEAST:
        return False
    left, right = pair.lines
    if not one.kind and not _alike(pair, _counted(left, one), _counted(right, other)):
        return False
    verbs = _verb_near(left, one), _verb_near(right, other)
    lasts = one.kind in MINUTES and any(verb and verb.stem in _LASTING for verb in verbs)
    return lasts or _alike(pair, *verbs)


def _alike(pair: Pair, one: Token | None, other: Token | None) -> bool:
    """Whether both mean the same, as far as there are both."""
    if one is None or other is None:
        return True
    if one.stem in _PEOPLE or other.stem in _PEOPLE:
        return True
    return Place(0, other.place) in pair.ours.candidates(one.place)


def _counted(line: Line, quantity: Quantity) -> Token | None:
    """The noun that a bare number counts: 'workers' for '12 of the workers'."""
    for token in line.tokens[quantity.last + 1 : quantity.last + 6]:
        if token.word in BREAKS or token.place in line.measured or token.is_verb:
            return None
        following = line.tokens[token.place + 1 : token.place + 2]
        noun_follows = bool(following) and following[0].is_content and not following[0].is_verb
        if token.is_content and not noun_follows:
            return token
    return None


def _verb_near(line: Line, measure: Quantity | Date) -> Token | None:
    """The nearest verb of the number's or date's own statement, saying apart."""
    speech = line.stance.speech
    verbs = [
        token
        for token in line.tokens
        if token.is_verb
        and token.is_content
        and not (speech and token.place == speech.verb)
        and abs(token.clause - line.tokens[measure.last].clause) <= 1
    ]
    here = [token for token in verbs if token.clause == line.tokens[measure.last].clause] or verbs
    return min(here, key=lambda t: abs(t.place - measure.last), default=None)


def _day(pair: Pair) -> Difference | None:
    if not pair.alike(SHARE_DATE) or not pair.days_differ() or _says_other(pair) or _numbers_differ(pair):
        return None
    left, right = pair.lines
    rivals = [
        (fit(pair.ours, one.last, other.last), one, other)
        for one in left.dates
        for other in right.dates
        if one.lead == other.lead
        and near(period(one, left), period(other, right))
        and _alike(pair, _verb_near(left, one), _verb_near(right, other))
    ]
    if not rivals:
        return None
    nearest, one, other = max(rivals, key=lambda rival: rival[0])
    return Difference(Point.DATE, one.text, other.text) if nearest >= FIT_LEAST else None


def _numbers_differ(pair: Pair) -> bool:
    """Whether they differ in a number too: then it is another event."""
    ours, theirs = (counts(line) for line in pair.lines)
    return any(
        rivals and not any(compatible(one, other) for other in rivals)
        for one in ours
        if (rivals := [other for other in theirs if comparable(one, other)])
    )


def _opposite(pair: Pair) -> Difference | None:
    if (
        not pair.alike(SHARE_OPPOSITE, SHARE_LONGER_OPPOSITE)
        or pair.plain < SHARE_PLAIN
        or pair.days_differ()
    ):
        return None
    turned = list(_turned(pair))
    told = {word for words in turned for word in words}  # 'denied' turns 'confirmed'
    negated = tuple(
        [found for found in _negations(match) if match.claim.tokens[found[0].place].text not in told]
        for match in (pair.ours, pair.theirs)
    )
    if turned and not any(negated):
        left, right = turned[0]
        return None if pair.exchanged((left, right)) else Difference(Point.OPPOSITE, left, right)
    if turned or bool(negated[0]) == bool(negated[1]) or pair.exchanged():
        return None
    cue, _, found = (negated[0] or negated[1])[0]
    lines = pair.lines if negated[0] else pair.lines[::-1]
    words = (cue.word, lines[1].tokens[found].text)
    left, right = words if negated[0] else words[::-1]
    return Difference(Point.OPPOSITE, left, right)


def _says_other(pair: Pair) -> bool:
    """Whether anything but a number or date stands against the other sentence: then it is another point."""
    matches = (pair.ours, pair.theirs)
    return (
        pair.exchanged()
        or pair.turned_about()
        or any(opposed(pair.ours, token) for token in pair.lines[0].tokens)
        or any(any(_negations(match)) for match in matches)
    )


def _turned(pair: Pair) -> Iterator[tuple[str, str]]:
    """Words of opposite meaning at the same place, said with the same certainty."""
    for token in pair.lines[0].tokens:
        other = opposed(pair.ours, token) if token.is_content else None
        if other and fit(pair.ours, token.place, other.place) >= FIT_LEAST:
            left, right = (line.stance for line in pair.lines)
            if set(moods_at(left, token.place)) == set(moods_at(right, other.place)):
                yield token.text, other.text


def _negations(match: Match) -> Iterator[tuple[Cue, int, int]]:
    """What is negated here and asserted, as surely, there: the cue, and the word in both sentences."""
    ours, theirs = match.claim.stance, match.evidence[0].stance
    for cue in ours.negations:
        place = next((p for p in cue.reach[:2] if p in match.rests_on), None)
        if place is None or place not in ours.negated or is_name(match, match.claim.tokens[place]):
            continue
        if any(
            t.stem == match.claim.tokens[place].stem and t.place not in ours.negated
            for t in match.claim.tokens
        ):
            continue  # 'China says that it gave notice, the Philippines denies any notice' tells both sides
        found = match.rests_on[place].place
        if found not in theirs.negated and moods_of(ours, place) == moods_of(theirs, found):
            yield cue, place, found
