"""Questions to begin with, made from the titles of the library's own articles."""

import re
from collections.abc import Iterable

from rag.types import Article

MOST = 4
TITLE_CHARACTERS = 90  # a longer title makes no question that one reads at a glance
# Button labels are Markdown: only titles without anything that could mean something in it.
_PLAIN_TITLE = re.compile(r"[^\W_](?:[^\W_]|[ ,.'’“”‘–—;?%-]|(?<=\w):(?= ))*")
_ADDRESS = re.compile(r"www\.|\.\w", re.IGNORECASE)

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


def suggest_questions(articles: Iterable[Article]) -> tuple[str, ...]:
    """Up to MOST questions; the articles come newest first."""
    titles = list(dict.fromkeys(article.title for article in articles))
    questions = [
        question for words, question in SAMPLES if any(words.lower() in title.lower() for title in titles)
    ]
    plain = (title for title in titles if _is_plain(title))
    for title in plain:
        if len(questions) >= MOST:
            break
        questions.append(f"What is reported about “{title}”?")
    return tuple(questions[:MOST])


def _is_plain(title: str) -> bool:
    return (
        len(title) <= TITLE_CHARACTERS and bool(_PLAIN_TITLE.fullmatch(title)) and not _ADDRESS.search(title)
    )
