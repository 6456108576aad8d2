"""Where the articles found disagree: a cited sentence and one of another outlet on the same point. Pure.

Vectors say which sentences may speak of the same point; `verdicts.differing` decides by words alone. Only
pairs with a sentence that the answer cites count: what the reader is not told needs no second voice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from rag.types import Article, Citation, Disagreement, Hit, Marker, Sentence, Vectors
from rag.verdicts.differing import differing
from rag.verdicts.matching import Line, line_of

SIMILAR_LEAST = 0.55  # cosine of two sentences on one point; below it words are not compared
PAIRS_MOST = 40  # pairs whose words are compared, most similar first: half a millisecond each
SHOWN_MOST = 3
CHARACTERS_MOST = 600  # of a sentence; a longer one speaks of several points


def find_disagreements(
    cited: Sequence[Citation],
    hits: Sequence[Hit],
    vectors: Mapping[str, Vectors],
    cite: Callable[[Marker], Citation | None],
) -> tuple[Disagreement, ...]:
    """Up to SHOWN_MOST disagreements, each sentence in one of them at most, the most similar pairs first.

    `vectors`: passage id → one vector for each of its sentences; passages without are passed over. `cite`
    gives a sentence of the hits as a citation with its number in this answer.
    """
    places = {
        (hit.passage.id, sentence.start): (h, s)
        for h, hit in enumerate(hits)
        for s, sentence in enumerate(hit.passage.sentences)
    }
    own = [places[key] for c in cited if (key := (c.passage_id, c.start)) in places]
    found: list[Disagreement] = []
    told: set[tuple[int, int]] = set()
    for one, other in _pairs(own, hits, vectors):
        if len(found) == SHOWN_MOST:
            break
        if {one, other} & told:
            continue
        difference = differing(_line(hits, one), _line(hits, other))
        if difference is None:
            continue
        left, right = (cite(Marker(hit + 1, sentence + 1)) for hit, sentence in (one, other))
        if left and right:
            told |= {one, other}
            found.append(
                Disagreement(
                    difference.point,
                    left,
                    right,
                    _as_written(left.quote, difference.left),
                    _as_written(right.quote, difference.right),
                )
            )
    return tuple(found)


_Place = tuple[int, int]  # hit, sentence


def _pairs(
    own: Sequence[_Place], hits: Sequence[Hit], vectors: Mapping[str, Vectors]
) -> list[tuple[_Place, _Place]]:
    """A cited sentence and one of another outlet, most similar first; each pair once."""
    scored: dict[frozenset[_Place], tuple[float, _Place, _Place]] = {}
    for one in own:
        mine = vectors.get(hits[one[0]].passage.id)
        if mine is None or not _is_comparable(_sentence(hits, one)):
            continue
        for other, cosine in _similar(hits, vectors, one, mine):
            scored.setdefault(frozenset({one, other}), (cosine, one, other))
    best = sorted(scored.values(), key=lambda pair: -pair[0])[:PAIRS_MOST]
    return [(one, other) for _, one, other in best]


def _similar(
    hits: Sequence[Hit], vectors: Mapping[str, Vectors], one: _Place, mine: Vectors
) -> Iterator[tuple[_Place, float]]:
    for h, hit in enumerate(hits):
        theirs = vectors.get(hit.passage.id)
        if theirs is None or not _other_outlet(hits[one[0]].article, hit.article):
            continue
        for s, cosine in enumerate((theirs @ mine[one[1]]).tolist()):
            if cosine >= SIMILAR_LEAST and _is_comparable(hit.passage.sentences[s]):
                yield (h, s), cosine


def _other_outlet(one: Article, other: Article) -> bool:
    """An outlet that reports otherwise later on corrects itself; two without a name may be two."""
    return one.id != other.id and (one.source != other.source or not one.source)


def _is_comparable(sentence: Sentence) -> bool:
    return len(sentence.text) <= CHARACTERS_MOST


def _sentence(hits: Sequence[Hit], place: _Place) -> Sentence:
    return hits[place[0]].passage.sentences[place[1]]


def _line(hits: Sequence[Hit], place: _Place) -> Line:
    published = hits[place[0]].article.published_at
    return line_of(_sentence(hits, place).text, published.date() if published else None)


def _as_written(quote: str, words: str) -> str:
    """The words where the quotation has them as they are; comparing reads a normalised text."""
    return words if words and words in quote else ""
