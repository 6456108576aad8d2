"""A set's question → the suite's form."""

import re
from collections.abc import Iterator

from evals.adapters.collection import SetQuery
from evals.beir import Dataset, Query
from evals.gold import Evidence, GoldQuestion
from rag.cleaning import clean_text

DEFAULT_KIND = "fact"


def to_gold(query: Query, dataset: Dataset) -> GoldQuestion:
    """`query` as a gold question; `dataset` is the set that it is of.

    One key point with the answers as wordings, or one for each part where the set says that an answer has
    parts. Of its evidence what stands in a gold document, as that document has it; white space may differ,
    nothing else. The kind is the set's, which need not be one of `evals.gold.KINDS`.
    """
    points = _points(query) if query.answerable else ()
    return GoldQuestion(
        id=query.id,
        question=query.text,
        kind=query.kind or DEFAULT_KIND,
        answerable=query.answerable,
        answer="; ".join(wordings[0] for wordings in points),
        short=points[0][0] if len(points) == 1 else "",
        key_points=points,
        evidence=tuple(_find_evidence(query, dataset)),
        as_of=query.asked_on if isinstance(query, SetQuery) else None,
    )


def find_quote(quote: str, text: str) -> str:
    """The stretch of `text` that is `quote` but for white space; '' if there is none."""
    bare = "".join(quote.split())
    if not bare or bare not in "".join(text.split()):
        return ""
    if quote in text:
        return quote
    found = re.search(r"\s*".join(map(re.escape, bare)), text)
    return found[0] if found else ""


def _points(query: Query) -> tuple[tuple[str, ...], ...]:
    if isinstance(query, SetQuery):
        return query.points
    return (query.answers,) if query.answers else ()


def _find_evidence(query: Query, dataset: Dataset) -> Iterator[Evidence]:
    groups = query.groups if isinstance(query, SetQuery) else range(len(query.evidence))
    articles = [article for article in dataset.articles if article.id in query.gold]
    for quote, group in zip(query.evidence, groups, strict=True):
        for article in articles:
            found = find_quote(clean_text(quote), article.text)
            if found:
                yield Evidence(article.id, found, group)
