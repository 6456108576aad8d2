"""Which articles are on what a question wants summed up, for 'Summarise the summit in Lima'. Pure.

Sentences that name the summit are not what is wanted: they stand in later articles, which mention it. The one
on it names it in its title and at once; and news says first what matters most, so that the beginning of an
article is hard to beat as its summary (Nenkova 2005, Automatic Text Summarization of Newswire, p. 1437).
"""

from collections.abc import Mapping, Sequence

from rag.commands import asks_for_summary
from rag.copies import not_shown
from rag.types import Hit
from rag.words import stems

REPORTS_MOST = 2  # two sides have often two reports
BEGINNING = 3  # sentences in which an article names what it is on
NAMED_LEAST = 0.3  # of the weight of what is to be summed up, in there and in the title, on average
NEAR_BEST = 0.7  # of the best report's share, that of the second


def reports_on(question: str, hits: Sequence[Hit], weights: Mapping[str, float]) -> tuple[int, ...]:
    """Places of the hits that begin the articles on it, best first; none for any other question.

    `weights`: idf of each stem of what is to be summed up.
    """
    total = sum(weights.values())
    if not total or not asks_for_summary(question):
        return ()

    def share(text: str) -> float:
        return sum(weights[stem] for stem in weights.keys() & set(stems(text))) / total

    named = {}
    for place, hit in enumerate(hits):
        begun = hit.passage.sentences[:BEGINNING]
        title, body = share(hit.article.title), share(" ".join(sentence.text for sentence in begun))
        if begun[0].start == 0 and title and body:
            named[place] = (title + body) / 2
    least = max(NAMED_LEAST, NEAR_BEST * max(named.values(), default=0.0))
    on_it = sorted(named, key=lambda place: (-named[place], place))
    return tuple(place for place in on_it if named[place] >= least)[:REPORTS_MOST]


def with_beginnings(hits: Sequence[Hit], ranked: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits, and how their articles begin."""
    articles = {hit.article.id for hit in hits}
    first = (hit for hit in not_shown(hits, ranked) if hit.passage.position == 0)
    return (*hits, *(hit for hit in first if hit.article.id in articles))
