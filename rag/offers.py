"""Questions that the articles do answer, near to one that they do not. No model is asked.

They are made of the nearest passages: who says something there about whom, and their articles' titles. Each
is searched before it is offered and must pass the rule that any question must, with its article in front.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from rag.speakers import name_among
from rag.types import Article, Hit, Retrieval
from rag.verdicts.speech import reported
from rag.verdicts.wording import normalise, read

OFFERED_MOST = 3
SEARCHED_MOST = 4  # each search costs as much as a question
IN_FRONT = 3  # hits among which the article must be that a question was made of
TITLE_CHARACTERS = 90  # a longer title makes no question that one reads at a glance
# Labels of buttons are Markdown: only words without anything that could mean something in it.
_PLAIN = re.compile(r"[^\W_](?:[^\W_]|[ ,.'’“”‘–—;?%-]|(?<=\w):(?= ))*")
_ADDRESS = re.compile(r"www\.|\.\w", re.IGNORECASE)


def offer_questions(hits: Sequence[Hit], search: Callable[[str], Retrieval]) -> tuple[str, ...]:
    """Up to OFFERED_MOST questions that `search` finds enough evidence for, nearest first."""
    offered: list[str] = []
    for searched, (question, article) in enumerate(_candidates(hits)):
        if len(offered) == OFFERED_MOST or searched == SEARCHED_MOST:
            break
        found = search(question)
        if found.enough and any(hit.article.id == article.id for hit in found.hits[:IN_FRONT]):
            offered.append(question)
    return tuple(offered)


def title_question(title: str) -> str:
    """A question about an article by its title; empty for a title that is too long or not plain words."""
    return f"What is reported about “{title}”?" if _is_plain(title) else ""


def _candidates(hits: Sequence[Hit]) -> Iterator[tuple[str, Article]]:
    """Questions in turn from each article, each once: of its nearest speaker, then of its title."""
    made: set[str] = set()
    nearest = list({hit.article.id: hit for hit in reversed(hits)}.values())[::-1]
    for hit in nearest:
        for question in (
            _speaker_question(hit.passage.sentences[hit.best].text),
            title_question(hit.article.title),
        ):
            if question and question not in made:
                made.add(question)
                yield question, hit.article
                break


def _speaker_question(sentence: str) -> str:
    """'What did Wang say about Taiwan?' of a sentence in which somebody with a name says something of one."""
    tokens = read(normalise(sentence))
    speech = reported(tokens)
    if speech is None:
        return ""
    speaker = name_among(tokens, min(speech.speaker), max(speech.speaker))
    that = next((t.place for t in tokens[speech.first : speech.last] if t.word == "that"), speech.first)
    subject = name_among(tokens, that, speech.last)
    if not speaker or not subject or speaker == subject or not _is_plain(f"{speaker} {subject}"):
        return ""
    return f"What did {_called(speaker, sentence)} say about {_called(subject, sentence)}?"


def _called(name: str, sentence: str) -> str:
    """'the Philippines' where the sentence calls it so; but nobody is 'the Biden' (administration)."""
    return f"the {name}" if name.endswith("s") and f"the {name}".lower() in sentence.lower() else name


def _is_plain(text: str) -> bool:
    return len(text) <= TITLE_CHARACTERS and bool(_PLAIN.fullmatch(text)) and not _ADDRESS.search(text)
