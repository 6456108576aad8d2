"""What was changed in a claim that otherwise repeats a sentence of the evidence, word after word. Pure.

Two names or numbers that have changed places leave every word of the evidence in the claim. The longest
common subsequence (Hunt and McIlroy 1976) shows them: what was put in for what, at which place.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.verdicts.matching import Line, Match
from rag.verdicts.slots import count, meant, plain, says
from rag.verdicts.wording import Token

REPEATED_LEAST = 0.7  # share of a claim's words that a sentence must hold for the claim to repeat it
TOKENS_MOST = 160  # of each side that are compared; the work grows with their product
KEPT_MOST = 3  # words left out together with a 'not' that count as leaving out the 'not' itself
_NEGATIVES = frozenset("not no never nor neither none without".split())
_PREPOSITIONS = frozenset("on in at by after before during without with since until from to for as".split())
_JOINS = frozenset({"and", "or"})


@dataclass(frozen=True, slots=True)
class Change:
    """What the claim has where the evidence has something else; either may be empty."""

    ours: Sequence[Token]
    theirs: Sequence[Token]


def reworded(match: Match) -> Iterator[str]:
    """Names, numbers and words that changed places, and a 'not' put in or left out."""
    for line in match.evidence:
        changes = _changes(match.claim, line)
        yield from _swaps(match.claim, line, changes)
        yield from _negations(match, changes)


def _changes(claim: Line, line: Line) -> list[Change]:
    """The differences of two token sequences, in order; none where the claim does not repeat the line."""
    ours, theirs = plain(claim)[:TOKENS_MOST], plain(line)[:TOKENS_MOST]
    common = (Counter(t.stem for t in ours) & Counter(t.stem for t in theirs)).total()
    if not ours or common < REPEATED_LEAST * len(ours):
        return []
    kept = _common(ours, theirs)
    changes, i, j = [], 0, 0
    for next_i, next_j in [*kept, (len(ours), len(theirs))]:
        if i < next_i or j < next_j:
            changes.append(Change(ours[i:next_i], theirs[j:next_j]))
        i, j = next_i + 1, next_j + 1
    return changes


def _common(ours: Sequence[Token], theirs: Sequence[Token]) -> list[tuple[int, int]]:
    """The pairs of indices of a longest common subsequence."""
    lengths = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    stems = [token.stem for token in theirs]
    for i in range(len(ours) - 1, -1, -1):
        row, below, stem = lengths[i], lengths[i + 1], ours[i].stem
        for j in range(len(theirs) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if stem == stems[j] else max(below[j], row[j + 1])
    pairs, i, j = [], 0, 0
    while i < len(ours) and j < len(theirs):
        if ours[i].stem == stems[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _swaps(claim: Line, line: Line, changes: Sequence[Change]) -> Iterator[str]:
    """Pairs of places whose contents stand the other way round in the evidence."""
    by = Counter(t.word == "by" for c in changes for t in c.ours)[True]
    if by != Counter(t.word == "by" for c in changes for t in c.theirs)[True]:
        return  # one of the two is in the passive voice
    found = [(c, _weighty(claim, c.ours), _weighty(line, c.theirs)) for c in changes if not _moved(c)]
    swapped = [(c, ours, theirs) for c, ours, theirs in found if ours and theirs]
    for index, (change, ours, theirs) in enumerate(swapped):
        for other, back, forth in swapped[index + 1 :]:
            if _touch(claim, change, other):
                continue
            if _same(ours, forth) and _same(theirs, back):
                yield f'"{_text(ours)}" in the place of "{_text(theirs)}"'
                return


def _moved(change: Change) -> bool:
    """Whether whole phrases took each other's place ('On Friday', 'without a reason'): that is style."""
    return all(side and side[0].word in _PREPOSITIONS for side in (change.ours, change.theirs))


def _touch(claim: Line, one: Change, other: Change) -> bool:
    """'A and B' for 'B and A' says the same."""
    between = claim.tokens[one.ours[-1].place + 1 : other.ours[0].place]
    return len(between) <= 2 and bool(_JOINS & {token.word for token in between})


def _weighty(line: Line, tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if says(token) or token.place in line.measured]


def _same(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether one of the two runs says what the other says, or a part of it."""
    one, other = {t.stem for t in ours}, {t.stem for t in theirs}
    return count(ours) == count(theirs) and (one <= other or other <= one)


def _negations(match: Match, changes: Sequence[Change]) -> Iterator[str]:
    said = Counter(t.word for c in changes for t in c.ours)
    there = Counter(t.word for c in changes for t in c.theirs)
    for change in changes:
        for token in change.ours:
            if token.word in _NEGATIVES and not there & Counter(_NEGATIVES):
                yield f'the negation "{token.word}"'
        content = [t for t in change.theirs if says(t) and not meant(t, match.claim.tokens)]
        for token in change.theirs:
            is_left_out = len(change.theirs) <= KEPT_MOST and not content
            if token.word in _NEGATIVES and is_left_out and not said & Counter(_NEGATIVES):
                yield f'the negation: there it says "{token.word}"'


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens)
