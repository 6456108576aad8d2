"""Near-copies among the passages found: the better one stays, and carries those that say the same. Pure.

A passage of another article collapses into a better one where each of its sentences is said there too: then
it adds nothing to read, however often it is repeated. A passage that says anything more stays. So does one
that has another number or says the opposite: that is a disagreement, and shown.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rag.types import Hit, NearCopy, Vectors
from rag.verdicts.differing import differing
from rag.verdicts.matching import line_of

# Cosine from which on a sentence counts as said. Measured with `python -m evals poisoned` and on the gold
# questions (evals/README.md): at .60 passages that are wanted collapse, at .66 planted ones stay.
SAID_LEAST = 0.63
MEMBERS_MOST = 8  # passages of one group that others are compared with: more of the same find nothing new
COPIES_MOST = 20  # that a hit carries; a flood must not make an answer long

_NUMBER_OR_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+")
# From two on: 'one' and 'first' mean too many things.
_SPELLED = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
    " million billion"
).split()
_ORDINALS = "- third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_WRITTEN = {word: str(n) if n <= 20 else word for n, word in enumerate(_SPELLED, 2)} | {
    word: str(n) for n, word in enumerate(_ORDINALS, 2)
}


def not_shown(hits: Sequence[Hit], ranked: Sequence[Hit]) -> Iterator[Hit]:
    """Those of the ranking that are neither hits nor collapsed into one."""
    shown = {one.passage_id for hit in hits for one in hit.copies}.union(hit.passage.id for hit in hits)
    return (hit for hit in ranked if hit.passage.id not in shown)


@dataclass(slots=True)
class _Group:
    """A passage that is shown and those that say the same."""

    members: list[Hit]  # the one that is shown first
    copies: list[NearCopy] = field(default_factory=list)


class Gathering:
    """The hits to show of one question, as they come in, best first."""

    def __init__(self, question: str, vectors: Mapping[str, Vectors], apart: Collection[str]) -> None:
        """`vectors`: passage id → one vector for each of its sentences. `apart`: outlets that the question
        names: what they say is wanted from each of them."""
        self._asked = numbers(question)
        self._vectors = vectors
        self._apart = frozenset(apart)
        self._groups: list[_Group] = []
        self._compared: list[tuple[_Group, Hit]] = []  # in the order of the rows of `_stack`
        self._starts: list[int] = []
        self._stack: Vectors | None = None

    def __len__(self) -> int:
        return len(self._groups)

    def show(self, hit: Hit) -> None:
        """One more hit to show."""
        group = _Group([hit])
        self._groups.append(group)
        self._compare_with(group, hit)

    def collapse(self, hit: Hit) -> bool:
        """Whether the hit says what one shown before says, and now goes with it."""
        if not self._apart.isdisjoint(hit.article.outlets):
            return False
        for group, member in self._sayers(hit):
            if self._has_other_number(hit, group) or _differ(hit, member):
                continue
            if len(group.copies) < COPIES_MOST:
                group.copies.append(_copy(hit))
            if len(group.members) < MEMBERS_MOST:
                group.members.append(hit)
                self._compare_with(group, hit)
            return True
        return False

    def hits(self) -> tuple[Hit, ...]:
        return tuple(replace(group.members[0], copies=tuple(group.copies)) for group in self._groups)

    def _compare_with(self, group: _Group, hit: Hit) -> None:
        vectors = self._vectors.get(hit.passage.id)
        if vectors is None:
            return
        self._starts.append(0 if self._stack is None else len(self._stack))
        self._compared.append((group, hit))
        self._stack = vectors if self._stack is None else np.vstack((self._stack, vectors))

    def _has_other_number(self, hit: Hit, group: _Group) -> bool:
        """Whether a number stands against one of the group's; those of the question stand against none."""
        texts = (other.passage.text for other in group.members)
        return any(numbers_differ(hit.passage.text, text, self._asked) for text in texts)

    def _sayers(self, hit: Hit) -> Iterator[tuple[_Group, Hit]]:
        """Passages of other articles that say each sentence of this one, the nearest first."""
        own = self._vectors.get(hit.passage.id)
        if own is None or self._stack is None:
            return
        said = np.maximum.reduceat(own @ self._stack.T, self._starts, axis=1).min(axis=0)
        for place in np.argsort(-said, kind="stable").tolist():
            if said[place] < SAID_LEAST:
                return
            group, member = self._compared[place]
            if member.article.id != hit.article.id:
                yield group, member


def numbers_differ(one: str, other: str, apart: Collection[str] = ()) -> bool:
    """Whether each of two texts has a number that the other lacks, those `apart` not counted."""
    ours, theirs = (numbers(text).difference(apart) for text in (one, other))
    return bool(ours - theirs and theirs - ours)


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, '4' for 'four' and 'fourth'."""
    found = (word.lower().replace(",", "") for word in _NUMBER_OR_WORD.findall(text))
    return frozenset(_WRITTEN.get(word, word) for word in found if word[0].isdigit() or word in _WRITTEN)


def _differ(hit: Hit, other: Hit) -> bool:
    """Whether the sentences that are nearest to the question contradict each other."""
    if hit.passage.text == other.passage.text:
        return False
    left, right = (line_of(one.passage.sentences[one.best].text) for one in (hit, other))
    return differing(left, right) is not None


def _copy(hit: Hit) -> NearCopy:
    return NearCopy(
        passage_id=hit.passage.id,
        article_id=hit.article.id,
        title=hit.article.title,
        source=hit.article.source,
        published_at=hit.article.published_at,
        url=hit.article.url,
        text=hit.passage.text,
    )
