"""Titles that a question or a passage names: the way from one article to the next. Pure.

A question that joins two articles seldom has the words of the second one: it is named in the first.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIRST = 3  # documents whose text is followed; the fourth is seldom about the question
LIFT = 5.0  # in z-scores: to below the first passage from nearly anywhere among the candidates
FADES = 0.5  # a link from the second document counts 1 / 1.5, from the third 1 / 2
BELOW = 0.01  # what is linked to stays behind what links to it
TITLE_LEAST = 4  # characters; shorter titles stand in any text
_ASIDE = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"\w+")


def _plain(text: str) -> str:
    """The words with one space before and after each, so that `in` finds whole words only."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _plain_title(title: str) -> str:
    """A title as a text names it, without '(film)'; empty where it is too short to mean anything."""
    plain = _plain(_ASIDE.sub("", title))
    return plain if len(plain) - 2 >= TITLE_LEAST else ""


def named(question: str, titles: Sequence[str]) -> Floats:
    """1 for each title that stands in the question, else 0."""
    asked = _plain(question)
    return np.array([float(bool(plain) and plain in asked) for plain in map(_plain_title, titles)])


def follow(
    question: str, scores: Floats, articles: Sequence[str], titles: Sequence[str], texts: Sequence[str]
) -> Floats:
    """The scores with a lift for passages whose title stands in one of the FIRST documents.

    All sequences have one entry a passage: its score, its article's id, its title, its text. Titles that
    the question names itself are no news, and a title that several articles bear points at none in
    particular. No score rises above the best one, nor falls.
    """
    if not len(scores):
        return scores
    best, asked = float(scores.max()), _plain(question)
    first: dict[str, int] = {}  # the best passage of each of the first documents
    for place in np.argsort(-scores, kind="stable").tolist():
        if len(first) == FIRST:
            break
        first.setdefault(articles[place], place)
    sources = [(article, _plain(texts[place])) for article, place in first.items()]
    lifted = scores.copy()
    plains = [_plain_title(title) for title in titles]
    bearers = Counter(plain for plain, _ in set(zip(plains, articles, strict=True)))
    for place, plain in enumerate(plains):
        if not plain or plain in asked:
            continue
        for rank, (article, text) in enumerate(sources):
            if article != articles[place] and plain in text:
                most = best - BELOW * (rank + 1)
                lift = LIFT / (1 + FADES * rank) / bearers[plain]
                lifted[place] = max(scores[place], min(scores[place] + lift, most))
                break
    return lifted
