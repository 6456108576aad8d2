"""Which word of the evidence a word of a claim rests on, and whether it stands in the same relation there.

Similar words are not support: 'killed 12 and injured 48' holds every word of 'killed 48 and injured 12'. So
each matched word is compared by its neighbours too. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

from rag.verdicts.dates import Date, covers, dates
from rag.verdicts.quantities import Quantity, equal, quantities, same_kind
from rag.verdicts.stance import Stance, stance
from rag.verdicts.wording import Token, country, meanings, normalise, read

CANDIDATES_MOST = 10  # places that one word may rest on; more are repetitions, and cost time
MEASURES_MOST = 50  # numbers, and dates, of one sentence that are compared
NEIGHBOURS = 6  # content words on each side that say where a word belongs
CLAUSE_APART = 3  # a clause's border counts as so many words


@dataclass(frozen=True)
class Line:
    """One sentence with all that is read from it."""

    text: str  # normalised
    published: date | None = None

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return read(self.text)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        taken = {place for found in self.dates for place in range(found.first, found.last + 1)}
        found = (q for q in quantities(self.text) if not taken & set(range(q.first, q.last + 1)))
        return tuple(islice(found, MEASURES_MOST))

    @cached_property
    def dates(self) -> tuple[Date, ...]:
        return dates(self.text)[:MEASURES_MOST]

    @cached_property
    def stance(self) -> Stance:
        return stance(self.text)

    @cached_property
    def measured(self) -> frozenset[int]:
        """Places of the tokens that belong to a quantity or a date."""
        spans: Iterable[Quantity | Date] = (*self.quantities, *self.dates)
        return frozenset(place for span in spans for place in range(span.first, span.last + 1))

    @cached_property
    def order(self) -> tuple[int, ...]:
        """For each token, its position counted in content words, with a gap at each clause's border."""
        positions, position = [], 0
        spans: Iterable[Quantity | Date] = (*self.quantities, *self.dates)
        ends = {span.last for span in spans}
        for token in self.tokens:
            position += token.place in ends or (token.is_content and token.place not in self.measured)
            positions.append(position + CLAUSE_APART * token.clause)
        return tuple(positions)

    @cached_property
    def content(self) -> tuple[int, ...]:
        """Places of the words that must be in the evidence, apart from numbers, dates and cues."""
        return tuple(
            token.place
            for token in self.tokens
            if token.is_content and token.place not in self.measured and token.place not in self.stance.cues
        )


def line_of(text: str, published: date | None = None) -> Line:
    return Line(normalise(text), published)


@dataclass(frozen=True, slots=True)
class Place:
    """A token of the evidence."""

    line: int
    place: int


class Match:
    """A claim laid against its evidence."""

    def __init__(self, claim: Line, evidence: Sequence[Line]) -> None:
        self.claim = claim
        self.evidence = evidence
        self._index = self._by_meaning()
        self.by_stem: dict[str, list[Place]] = {}  # evidence, at most CANDIDATES_MOST places each
        for number, line in enumerate(evidence):
            for token in line.tokens:
                places = self.by_stem.setdefault(token.stem, [])
                if len(places) < CANDIDATES_MOST:
                    places.append(Place(number, token.place))
        self._candidates = {
            token.place: self._found(token)
            for token in claim.tokens
            if token.is_word and token.place not in claim.measured
        }
        self._match_measures()
        self.rests_on: dict[int, Place] = {}  # claim place → the evidence's place that fits best
        for place, candidates in self._candidates.items():
            if candidates and claim.tokens[place].is_content:
                self.rests_on[place] = max(candidates, key=lambda c, p=place: self.affinity(p, c))  # type: ignore[misc]
        self.carries: dict[Place, int] = {found: place for place, found in self.rests_on.items()}

    def _match_measures(self) -> None:
        """Numbers and dates rest on their equals, by the place of their last token."""
        for number, line in enumerate(self.evidence):
            for claimed in self.claim.quantities:
                for given in line.quantities:
                    if same_kind(claimed, given) and equal(claimed, given):
                        self._rests(claimed.last, Place(number, given.last))
            for day in self.claim.dates:
                for other in line.dates:
                    if covers(other, day):
                        self._rests(day.last, Place(number, other.last))

    def _rests(self, place: int, given: Place) -> None:
        found = self._candidates.setdefault(place, [])
        if len(found) < CANDIDATES_MOST:
            found.append(given)

    def candidates(self, place: int) -> list[Place]:
        return self._candidates.get(place, [])

    def token(self, place: Place) -> Token:
        return self.evidence[place.line].tokens[place.place]

    def _by_meaning(self) -> dict[str, list[Place]]:
        index: dict[str, list[Place]] = {}
        for number, line in enumerate(self.evidence):
            for token in line.tokens:
                for key in keys_of(token) if token.is_word else ():
                    places = index.setdefault(key, [])
                    if len(places) < CANDIDATES_MOST:
                        places.append(Place(number, token.place))
        return index

    def _found(self, token: Token) -> list[Place]:
        found = {place: None for key in sorted(keys_of(token)) for place in self._index.get(key, ())}
        fits = [place for place in found if self._fits(token, self.token(place))]
        return fits[:CANDIDATES_MOST] or self._compound(token)

    def _fits(self, token: Token, given: Token) -> bool:
        """Whether the key that two tokens share holds for these two: a name is not just a word."""
        if token.word == given.word:
            return True
        if token.is_content != given.is_content:
            return False
        if token.capital and not token.opens and given.capital and not given.opens:
            return token.stem == given.stem or _same_country(token, given)
        return True

    def _compound(self, token: Token) -> list[Place]:
        """'ceasefire' rests on 'cease fire', and an acronym on the words that it stands for."""
        if len(token.text) > 1 and token.text.isupper():
            return self._spelled_out(token)
        places: list[Place] = []
        for number, line in enumerate(self.evidence):
            for this, following in zip(line.tokens, line.tokens[1:], strict=False):
                if len(places) < CANDIDATES_MOST and this.word + following.word == token.word:
                    places.append(Place(number, this.place))
        return places

    def _spelled_out(self, token: Token) -> list[Place]:
        places: list[Place] = []
        for number, line in enumerate(self.evidence):
            names = [t for t in line.tokens if t.capital and t.is_word]
            letters = "".join(t.word[0] for t in names)
            start = letters.find(token.word)
            while start >= 0 and len(places) < CANDIDATES_MOST:
                run = names[start : start + len(token.word)]
                if run[-1].place - run[0].place <= 2 * len(run):
                    places.append(Place(number, run[0].place))
                start = letters.find(token.word, start + 1)
        return places

    def affinity(self, place: int, given: Place) -> float:
        """How far the neighbours of a claim's token are the neighbours of `given`; 0 for none."""
        claim, line = self.claim, self.evidence[given.line]
        total = 0.0
        for other in self._neighbours(place):
            near = [
                abs(line.order[found.place] - line.order[given.place])
                for found in self._candidates.get(other, ())
                if found.line == given.line and found.place != given.place
            ]
            if near:
                apart = abs(claim.order[other] - claim.order[place])
                total += 1 / (1 + apart) / (1 + min(near))
        return total

    def _neighbours(self, place: int) -> list[int]:
        tokens = self.claim.tokens
        before: list[int] = []
        after: list[int] = []
        for token in reversed(tokens[max(0, place - 3 * NEIGHBOURS) : place]):
            if self._counts(token) and len(before) < NEIGHBOURS:
                before.append(token.place)
        for token in tokens[place + 1 : place + 1 + 3 * NEIGHBOURS]:
            if self._counts(token) and len(after) < NEIGHBOURS:
                after.append(token.place)
        return before + after

    def _counts(self, token: Token) -> bool:
        return token.is_content or token.place in self.claim.measured


def keys_of(token: Token) -> frozenset[str]:
    """What a token is known under: two mean the same where these meet."""
    of_country = country(token)
    return meanings(token.stem) | ({"@" + of_country[1:]} if of_country else frozenset())


def _same_country(token: Token, given: Token) -> bool:
    return bool(country(token)) and country(token)[1:] == country(given)[1:]
