"""Two sentences of two outlets laid against each other: do they speak of the same point? Pure."""

from collections.abc import Sequence
from functools import lru_cache

from rag.verdicts.matching import Line, Match, Place, keys_of
from rag.verdicts.names import TITLES, is_name
from rag.verdicts.periods import meet, periods
from rag.verdicts.slots import exchanges
from rag.verdicts.vocabulary import LIGHT
from rag.verdicts.wording import Token, opposites, stems_of

SHARE_LONGER = 0.4  # of the longer sentence's words that the shorter one must hold
SHARE_UNNAMED = 0.8  # of both sentences' words, where they have no name in common
KEYS_LEAST = 0.4  # of the shorter sentence's words, before anything is compared
SHARED_LEAST = 2  # content words in common: fewer are a phrase, not a point

_GRAMMAR = stems_of(
    """from to for against into out in with without over under before after following ahead above below more
    less few since until first last left right"""
)
# Opposites that stand in a sentence for other reasons than to contradict.
_LOOSE = stems_of(
    """before after ahead following above below over under inside outside with without large big great small
    little more less few north south east west northern southern eastern western early late old new young man
    woman male female boy girl son daughter husband wife father mother day night morning evening summer winter
    public private domestic foreign first last left right since until for against from to into out up down
    upper lower high low maximum minimum teacher student gold silver land sea long short adult child ally
    enemy rival urban rural senior junior import export employer employee victim attacker different same
    lift hike boost cut contract back leave call"""
)


def may_differ(left: Line, right: Line) -> bool:
    """A cheap look before the sentences are laid against each other: most pairs end here."""
    ours, theirs = _keys(left), _keys(right)
    fewer = min(len(ours), len(theirs))
    if fewer < SHARED_LEAST or _common(ours, theirs) < KEYS_LEAST * fewer:
        return False
    measured = (left.quantities and right.quantities) or (left.dates and right.dates)
    return bool(measured or left.stance.negations or right.stance.negations or _contrary(left, right))


@lru_cache(maxsize=512)
def _keys(line: Line) -> tuple[frozenset[str], ...]:
    """What each content word is known under, apart from numbers, dates and who says it."""
    found = dict.fromkeys(keys_of(line.tokens[place]) for place in _point_words(line))
    return tuple(found)


def _common(ours: Sequence[frozenset[str]], theirs: Sequence[frozenset[str]]) -> int:
    one, other = frozenset().union(*ours), frozenset().union(*theirs)
    return min(sum(bool(keys & other) for keys in ours), sum(bool(keys & one) for keys in theirs))


def _contrary(left: Line, right: Line) -> bool:
    stems = {token.stem for token in right.tokens}
    return any(opposites(token.stem) & stems for token in left.tokens)


class Pair:
    """Two sentences, each laid against the other."""

    def __init__(self, left: Line, right: Line) -> None:
        self.lines = (left, right)
        self.ours = Match(left, [right])
        self.theirs = Match(right, [left])
        self.content = (_point_words(left), _point_words(right))
        shares = (_share(self.ours, self.content[0]), _share(self.theirs, self.content[1]))
        fewer = len(self.content[1]) < len(self.content[0])
        self.share, self.other_share = shares[fewer], shares[not fewer]
        self.shared = min(
            sum(place in match.rests_on for place in content)
            for match, content in zip((self.ours, self.theirs), self.content, strict=True)
        )

    def alike(self, least: float, longer: float = SHARE_LONGER) -> bool:
        return self.share >= least and self.other_share >= longer

    @property
    def plain(self) -> float:
        """The share of words that are no names, in the sentence that has less in common."""
        return min(
            _share(match, [p for p in content if not is_name(match, match.claim.tokens[p])])
            for match, content in zip((self.ours, self.theirs), self.content, strict=True)
        )

    def anchored(self) -> bool:
        """Whether both name somebody or something in common, or are nearly the same words."""
        tokens = self.lines[0].tokens
        named = any(is_name(self.ours, tokens[p]) and p in self.ours.rests_on for p in self.content[0])
        return named or min(self.share, self.other_share) >= SHARE_UNNAMED

    def turned_about(self) -> bool:
        """Whether one says 'down' or 'later' and the other only the opposite: they tell of two times."""
        ours, theirs = ({token.stem for token in line.tokens} - _GRAMMAR for line in self.lines)
        return any(
            opposites(stem) & (theirs - ours) and stem not in theirs and not opposites(stem) & ours
            for stem in ours
        )

    def speak_of_others(self) -> bool:
        """Whether each names something that the other does not: Valencia and Murcia, copper and nickel."""
        unknown = [
            any(is_name(match, match.claim.tokens[place]) and _lacks(match, place) for place in content)
            for match, content in zip((self.ours, self.theirs), self.content, strict=True)
        ]
        return all(unknown) or self._ordinals_differ()

    def exchanged(self, passing: Sequence[str] = ()) -> bool:
        """Whether one word stands for another between the same words; `passing`: those that may."""
        return any(
            not any(token.text in passing or tells(match.claim, token) for token in ours)
            for match in (self.ours, self.theirs)
            for ours, _ in exchanges(match)
        )

    def _ordinals_differ(self) -> bool:
        """'the third meeting' and 'the fourth meeting' are two."""
        ours, theirs = ({q.value for q in line.quantities if q.kind == "ordinal"} for line in self.lines)
        return bool(ours and theirs and not ours & theirs)

    def days_differ(self) -> bool:
        """Whether both say when, and not the same time."""
        ours, theirs = (periods(line) for line in self.lines)
        return bool(ours and theirs) and not meet(ours, theirs)


@lru_cache(maxsize=256)
def _point_words(line: Line) -> tuple[int, ...]:
    """Content words without who says it: the same point is told by others elsewhere."""
    return tuple(place for place in line.content if not tells(line, line.tokens[place]))


def tells(line: Line, token: Token) -> bool:
    """Whether a word names the speaker or the saying."""
    speech = line.stance.speech
    return speech is not None and (token.place == speech.verb or token.place in speech.speaker)


def _lacks(match: Match, place: int) -> bool:
    token = match.claim.tokens[place]
    return not match.candidates(place) and token.word not in TITLES


def _share(match: Match, content: Sequence[int]) -> float:
    total = held = 0.0
    for place in content:
        token = match.claim.tokens[place]
        if opposed(match, token):
            continue
        weight = 2.0 if is_name(match, token) else 0.5 if token.stem in stems_of(LIGHT) else 1.0
        total += weight
        held += weight * (place in match.rests_on)
    return held / total if total else 0.0


def opposed(match: Match, token: Token) -> Token | None:
    """The word of the other sentence that says the opposite of `token`, which that sentence lacks."""
    if token.stem in _LOOSE or match.candidates(token.place) or token.place in match.claim.measured:
        return None
    for stem in sorted(opposites(token.stem) - _LOOSE):
        for place in match.by_stem.get(stem, ()):
            if place not in match.carries and match.token(place).is_content:
                return match.token(place)
    return None


def fit(match: Match, place: int, found: int) -> float:
    """0..1: how far the neighbours of a token are those of `found` in the other sentence, as near."""
    own = _self(match.claim).affinity(place, Place(0, place))
    return min(1.0, match.affinity(place, Place(0, found)) / own) if own else 0.0


@lru_cache(maxsize=64)
def _self(line: Line) -> Match:
    return Match(line, [line])
