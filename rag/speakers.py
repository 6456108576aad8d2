"""Who says it in a sentence of reported speech: by name, or by the sentences before. Pure."""

import re
from collections.abc import Sequence

from rag.types import Sentence
from rag.verdicts.dates import MONTHS, WEEKDAYS
from rag.verdicts.names import TITLES
from rag.verdicts.speech import ATTRIBUTES, reported
from rag.verdicts.wording import Token, country, normalise, read

BACK_MOST = 3  # sentences that are looked at
NAME_WORDS = 3  # of a speaker

_PRONOUN = re.compile(r"(?:(?:And|But) )?(?P<word>[Hh]e|[Ss]he)\b(?! [A-Z])")
_BETWEEN = frozenset("also then later again further still in turn".split())


def pronoun_meant(sentences: Sequence[Sentence], place: int) -> tuple[str, str]:
    """'he' or 'she' who speaks in the sentence at `place`, and by name; two empty strings where it is open.

    News goes on with the speaker that it named last: 'Wang said …. He also said …'. So the name is that of
    the speaker of the sentence before, back over sentences in which the same pronoun speaks. Wherever
    anything else stands between, nothing is said: a wrong speaker is worse than none.
    """
    pronoun = _speaking_pronoun(sentences[place].text)
    if not pronoun:
        return "", ""
    for sentence in reversed(sentences[max(0, place - BACK_MOST) : place]):
        if _speaking_pronoun(sentence.text) == pronoun:
            continue
        name = _speaker(sentence.text, sentences)
        return (pronoun, name) if name else ("", "")
    return "", ""


def _speaker(sentence: str, sentences: Sequence[Sentence]) -> str:
    """The name of whose words the sentence reports; empty for none.

    A single word at its head is a name where it has its capital within a sentence too.
    """
    tokens = read(normalise(sentence))
    speech = reported(tokens)
    if not speech:
        return ""
    first, last = min(speech.speaker), max(speech.speaker)
    name = name_among(tokens, first, last)
    others = [t for t in tokens[first : last + 1] if t.capital and t.is_content and not _is_office(t)]
    if name and len(others) != len(name.split()):
        return ""  # 'Gartner analyst Arun Chandrasekaran': more than one name
    head = tokens[first]
    if name or first != last or not head.capital or _is_no_name(head):
        return name
    within = re.compile(rf"[\w,;’'] {re.escape(head.text)}\b")
    return head.text if any(within.search(other.text) for other in sentences) else ""


def name_among(tokens: Sequence[Token], first: int, last: int) -> str:
    """The first name among the tokens, offices and peoples apart; empty for none."""
    run: list[str] = []
    for token in tokens[first : last + 1]:
        following = tokens[token.place + 1 : token.place + 2]
        opens = token.opens and not (following and following[0].capital)  # its capital says nothing
        if token.capital and token.is_content and not opens and not _is_no_name(token):
            run.append(token.text)
        elif run:
            break
    return " ".join(run) if len(run) <= NAME_WORDS else ""


def _is_no_name(token: Token) -> bool:
    """An office, a people or a day: 'Chinese', but 'Taiwan' is a name."""
    return _is_office(token) or token.word in MONTHS or token.word in WEEKDAYS


def _is_office(token: Token) -> bool:
    """A title, or whose somebody is."""
    is_people = bool(country(token)) and token.word.endswith(("ese", "can", "ian", "ish"))
    return is_people or token.word in TITLES


def _speaking_pronoun(sentence: str) -> str:
    """'he' or 'she' at the head of a sentence where a verb of saying follows it."""
    found = _PRONOUN.match(sentence)
    if not found:
        return ""
    after = (t for t in read(normalise(sentence[found.end() :])) if t.is_word and t.word not in _BETWEEN)
    verb = next(after, None)
    return found["word"].lower() if verb and verb.stem in ATTRIBUTES else ""
