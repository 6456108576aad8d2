"""Words put in the place of others: the claim reads on both sides as the evidence does, not in between. Pure.

Most false statements about a text keep its wording and change one thing. Where the two words on the left
and the two on the right are the same, what stands between must mean the same, even if the exchanged word
occurs elsewhere in the evidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.verdicts.matching import Line, Match
from rag.verdicts.speech import SPEECH
from rag.verdicts.wording import Token, country, meanings

BETWEEN_MOST = 4  # tokens that may be exchanged for others
SLOTS_MOST = 8  # places of the evidence with the same words around that are compared
_EDGE = "|"  # before the first and behind the last word of a sentence
_HE = frozenset("he him his himself".split())
_SHE = frozenset("she her hers herself".split())
_PRONOUNS = (
    _HE | _SHE | frozenset("it its they them their this that these those who which we our i you".split())
)

_RELATIONS = frozenset("before after since until during with without for against despite".split())
_MORE = frozenset({"more", "most", "much", "many"})
_LESS = frozenset({"less", "fewer", "least", "little", "few"})


@dataclass(frozen=True, slots=True)
class _Slot:
    """A run of a few tokens between two words on each side."""

    context: tuple[str, str, str, str]
    tokens: Sequence[Token]
    content: Sequence[Token]  # without numbers and dates, which are checked as such


def exchanged(match: Match) -> Iterator[str]:
    """What the claim has in the place of something else, in words."""
    for ours, theirs in exchanges(match):
        yield f'"{_text(ours)}" (there it says "{_text(theirs)}")'


def exchanges(match: Match) -> Iterator[tuple[Sequence[Token], Sequence[Token]]]:
    """What the claim has in the place of something else, and what that is."""
    given: dict[tuple[str, str, str, str], list[_Slot]] = {}
    for line in match.evidence:
        for slot in _slots(line):
            slots = given.setdefault(slot.context, [])
            if len(slots) < SLOTS_MOST:
                slots.append(slot)
    covered: set[int] = set()  # places already told
    for ours in _slots(match.claim):
        others = given.get(ours.context)
        if others is None or covered & {t.place for t in ours.tokens}:
            continue
        if all(_differs(match, ours, theirs) for theirs in others) and not _stands_so(match, ours.tokens):
            covered |= {t.place for t in ours.tokens}
            yield ours.tokens, others[0].tokens


def _slots(line: Line) -> Iterator[_Slot]:
    """Each run of up to BETWEEN_MOST tokens with the two words on each side; short runs first."""
    tokens = plain(line)
    words = [_EDGE, _EDGE, *(token.stem for token in tokens), _EDGE, _EDGE]
    for length in range(1, BETWEEN_MOST + 1):
        for start in range(len(tokens) - length + 1):
            behind = start + length + 2
            context = (words[start], words[start + 1], words[behind], words[behind + 1])
            between = tokens[start : start + length]
            if context.count(_EDGE) < 4:
                yield _Slot(
                    context, between, [t for t in between if says(t) and t.place not in line.measured]
                )


def plain(line: Line) -> list[Token]:
    """The tokens without signs and articles, which come and go freely."""
    return [t for t in line.tokens if t.word[0].isalnum() and t.word not in {"a", "an", "the", "s"}]


def _differs(match: Match, ours: _Slot, theirs: _Slot) -> bool:
    """Whether as much has been put in as taken out; what has only moved or been left out is no difference."""
    if _other_relation(ours.tokens, theirs.tokens):
        return True
    pronouns = [t for t in theirs.tokens if t.word in _PRONOUNS]
    if pronouns and not {t.word for t in ours.tokens} & _PRONOUNS:
        return _named_later(match, ours, theirs, pronouns[0])
    added = [
        t
        for t in ours.content
        if t.stem not in SPEECH and not meant(t, theirs.content) and not _rests_on(match, t, theirs.content)
    ]
    lost = [t for t in theirs.content if t.stem not in SPEECH and not meant(t, ours.content)]
    if not added or not lost or count(added) != count(lost):
        return False
    alike = added[0].capital == lost[0].capital or len(ours.tokens) == len(theirs.tokens) == 1
    return alike and any(not meant(t, match.claim.tokens) for t in lost)


def _rests_on(match: Match, token: Token, theirs: Sequence[Token]) -> bool:
    """'WHO' rests on 'World Health Organization'."""
    return any(match.token(place) in theirs for place in match.candidates(token.place))


def _named_later(match: Match, ours: _Slot, theirs: _Slot, pronoun: Token) -> bool:
    """Whether the claim puts a name for a pronoun that stands before that name: it means somebody else."""
    names = [t for t in ours.content if t.capital and not meant(t, theirs.content)]
    places = [p for t in names[-1:] for p in match.candidates(t.place) if match.token(p).capital]
    here = [
        p for p in places if match.evidence[p.line].tokens[pronoun.place : pronoun.place + 1] == (pronoun,)
    ]
    return bool(here) and all(p.place > pronoun.place for p in here)


def count(tokens: Sequence[Token]) -> int:
    """How many things are named: neighbouring capitalised words are one."""
    return sum(
        not (i and t.capital and tokens[i - 1].capital and tokens[i - 1].place == t.place - 1)
        for i, t in enumerate(tokens)
    )


def _other_relation(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """'he' for 'she', 'before' for 'since', 'more' for 'less'."""
    if len(ours) != 1 or len(theirs) != 1 or ours[0].word == theirs[0].word:
        return False
    one, other = ours[0].word, theirs[0].word
    same = any({one, other} <= group for group in (_HE, _SHE, _MORE, _LESS))
    return not same and any({one, other} <= group for group in (_HE | _SHE, _RELATIONS, _MORE | _LESS))


def meant(token: Token, others: Sequence[Token]) -> bool:
    keys = _keys(token)
    return any(keys & _keys(other) for other in others if says(other))


def _stands_so(match: Match, ours: Sequence[Token]) -> bool:
    """Whether the evidence has the same words elsewhere with the same two words on one side."""
    for end, step in ((ours[0], -1), (ours[-1], 1)):
        wanted = _beside(match.claim, end.place, step)
        for place in match.candidates(end.place):
            if len(wanted) == 2 and wanted == _beside(match.evidence[place.line], place.place, step):
                return True
    return False


def _beside(line: Line, place: int, step: int) -> list[str]:
    """The stems of the two words before (−1) or behind (1) a token."""
    reach = line.tokens[max(0, place - 5) : place][::-1] if step < 0 else line.tokens[place + 1 : place + 6]
    return [t.stem for t in reach if t.word[0].isalnum() and t.word not in {"a", "an", "the", "s"}][:2]


def says(token: Token) -> bool:
    return token.is_content and token.is_word


@lru_cache(maxsize=4096)
def _keys(token: Token) -> frozenset[str]:
    of_country = country(token)
    return meanings(token.stem) | ({"@" + of_country[1:]} if of_country else frozenset())


def _text(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens)
