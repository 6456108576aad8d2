"""Questions to begin with, made from the titles of the library's own articles."""

from collections.abc import Iterable
from itertools import chain, islice

from rag.offers import title_question

MOST = 4

# Questions that the sample articles answer, asked only where a title holds the words.
SAMPLES = (
    ("five points", "What five points did China and the US agree on?"),
    ("Tourism dialogue", "When and where was the 14th tourism dialogue of China and the US held?"),
    (
        "talks on artificial intelligence",
        "Where were the first China–US talks on artificial intelligence held?",
    ),
    ("human control over nuclear weapons", "What did Biden and Xi say about AI and nuclear weapons?"),
)


def suggest_questions(titles: Iterable[str]) -> tuple[str, ...]:
    """Up to MOST questions; the titles are those of articles, newest first."""
    titles = list(dict.fromkeys(titles))
    questions = [
        question for words, question in SAMPLES if any(words.lower() in title.lower() for title in titles)
    ]
    about_titles = (question for title in titles if (question := title_question(title)))
    return tuple(islice(chain(questions, about_titles), MOST))
