"""What the pronouns of a follow-up stand for, from the questions and answers before it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.leaning import PERSON_WORDS, PRONOUN, SHORT_STEMS, TEXT_MOST
from rag.mentions import Kind, Mention, one_of, read_mentions
from rag.types import Turn
from rag.words import content_stems

MEMORY = 4  # turns before a question that it may point to; the last one weighs most
CONTEXT_MOST = 300  # characters in brackets

_CHATTER = re.compile(
    r"^(?:(?:that|this|it)(?:[’']s| is| was)? (?:fine|ok|okay|good|great|all|impressive|interesting)"
    r"|good to know|i see|thank|thanks|ok|okay|great|wow|oh|interesting|got it)\b[^?]*$",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_ANSWERS = re.compile(r"\b(?:answer|reply|respond|react|counter)(?:s|ed)?\b", re.IGNORECASE)
_LIES = re.compile(r"\b(?:in|at|near|outside|around)\s+(?:the\s+)?$")
_THE = re.compile(r"\b[Tt]he $")
_OWNS = re.compile(r"\s+[a-z]")
PREPOSITION = re.compile(
    r"^(?:(?:for|in|on|at|about|to|from|with|by|of|during|against|regarding|after|before|since|until)\s+)+",
    re.IGNORECASE,
)
YES_NO = re.compile(
    r"^(?P<verb>"
    + one_of("do does did is are was were has have had will would can could should may")
    + r")\s+",
    re.IGNORECASE,
)
_IS_WHAT = re.compile(
    r"^(?:what|who) (?:is|are|was|were) (?P<thing>(?:(?:the|an?)\s+)?(?:[\w’'-]+\s+){0,6}?[\w’'-]+?)"
    r"(?:\s+(?:for|about|used for|called|like))?\s*[?.!]*$",
    re.IGNORECASE,
)
_TOLD_OF = re.compile(
    r"\b(?:tell me|know|heard|learn|hear) (?:more |something )?(?:about|of) (?P<thing>[\w’' -]+?)\s*[?.!]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Before:
    """The turns that a follow-up may point to."""

    turns: tuple[Turn, ...]  # the last one first
    frame: str  # the last question, made complete
    context: str  # what stands in brackets behind it
    mentions: tuple[Mention, ...]  # of the frame

    @property
    def whole(self) -> str:
        """The last question with what it took from those before it."""
        return f"{self.frame} {self.context}".strip()


def look_back(turns: Sequence[Turn]) -> Before:
    """The last turns, without those that only say thanks. `turns`: at least one, oldest first."""
    last = turns[-MEMORY:]
    kept = [turn for turn in last if not _CHATTER.match(turn.question.strip()[:TEXT_MOST])] or last
    frame, context = split_context(kept[-1])
    if context and not read_mentions(frame) and len(content_stems(frame)) <= SHORT_STEMS:
        frame, context = context, ""  # 'Why?' itself is nothing to build on
    return Before(tuple(kept[::-1]), frame, context, read_mentions(frame))


def split_context(turn: Turn) -> tuple[str, str]:
    """An earlier question as it was searched, and what our rules put in brackets behind it."""
    asked = (turn.asked or turn.question).strip()
    if asked != turn.question.strip() and asked.endswith(")") and " (" in asked:
        frame, _, context = asked[:-1].rpartition(" (")
        return frame[:TEXT_MOST], context[:CONTEXT_MOST]
    return asked[:TEXT_MOST], ""


def with_context(question: str, context: str) -> str:
    """The question, and in brackets behind it what it was asked about, where that says more.

    Brackets do not nest.
    """
    plain = " ".join(context.translate(_NO_BRACKETS).split())
    if set(content_stems(plain)) <= set(content_stems(question)):
        return question
    if len(plain) > CONTEXT_MOST:
        plain = plain[:CONTEXT_MOST].rsplit(" ", 1)[0]
    return f"{question} ({plain})"


_NO_BRACKETS = str.maketrans("()", "  ")


def name_for(match: re.Match[str], text: str, mentions: Sequence[Mention], before: Before) -> str:
    """What a pronoun of the text stands for, in its form ('his' → 'Wang's'); '' where that is not sure."""
    word = match.group().lower()
    here = {_last_word(m) for m in mentions}
    if word in PERSON_WORDS:
        gender = "she" if word.startswith(("she", "her")) else "he"
        name = _person(before, gender, here, bool(_ANSWERS.search(text)))
        owns = word in ("his", "hers") or (word == "her" and _OWNS.match(text[match.end() :]))
        return _owner(name) if owns else name
    if word in ("they", "them", "their"):
        return _owner(pair(before)) if word == "their" else pair(before)
    if word in ("it", "its"):
        return _owner(_thing(before, here)) if word == "its" else _thing(before, here)
    if word == "there":
        return _place(before, here)
    return _time(before) if word == "then" else ""


def _owner(name: str) -> str:
    return f"{name}'s" if name else ""


def _last_word(mention: Mention) -> str:
    return mention.text.split()[-1]


def _person(before: Before, gender: str, here: set[str], answers: bool) -> str:
    """The first person of that gender that the last questions name, of two the second one if he `answers`.

    After 'Who …?' the one asked for is meant, whom only the answer can name.
    """
    genders = _genders(before)
    for turn in before.turns:
        frame, context = split_context(turn)
        if _ASKS_WHO.search(frame) and not _IS_WHAT.match(frame):
            asked = {_last_word(m) for m in read_mentions(frame)}
            names = [m for m in _people(turn.answer) if _last_word(m) not in asked | here]
            return names[0].text if names else ""
        for text in (frame, context, turn.answer):
            known = [
                (m, m.gender or genders.get(_last_word(m), ""))
                for m in _people(text)
                if _last_word(m) not in here
            ]
            sure = [m for m, is_of in known if is_of == gender]
            fits = sure or [m for m, is_of in known if not is_of]
            if fits:
                return fits[-1 if answers else 0].text
    return ""


def _people(text: str) -> list[Mention]:
    """People, and only where there are none, names of which nothing says more."""
    mentions = read_mentions(text)
    return [m for m in mentions if m.kind is Kind.PERSON] or [m for m in mentions if m.kind is Kind.NAME]


def _genders(before: Before) -> dict[str, str]:
    """Family name → gender, where any of the turns shows it."""
    return {
        _last_word(m): m.gender
        for turn in before.turns
        for text in (turn.answer, turn.asked or turn.question)
        for m in read_mentions(text)
        if m.gender
    }


def pair(before: Before) -> str:
    """'Yellen and He Lifeng', where the question before names just two people."""
    people = list(dict.fromkeys(m.text for m in _people(before.frame)))
    return " and ".join(people) if len(people) == 2 else ""


def other_side(before: Before) -> str:
    """The second of the two people, or of the two countries, that the question before names."""
    for kinds in ((Kind.PERSON, Kind.NAME), (Kind.COUNTRY,)):
        named = list(dict.fromkeys(m.text for m in before.mentions if m.kind in kinds))
        if len(named) == 2:
            return named[1]
    return ""


def _place(before: Before, here: set[str]) -> str:
    """'in Beijing', of the last question that names a place."""
    for turn in before.turns:
        for text in split_context(turn):
            for mention in reversed(read_mentions(text)):
                lies = _LIES.search(text[: mention.start])
                is_place = mention.kind is Kind.PLACE or (lies and mention.kind is Kind.COUNTRY)
                if is_place and _last_word(mention) not in here:
                    return (lies.group() if lies else "in ") + mention.text
    return ""


def _time(before: Before) -> str:
    times = [m.text for m in before.mentions if m.kind is Kind.TIME]
    if not times:
        return ""
    return times[-1] if PREPOSITION.match(times[-1]) else f"in {times[-1]}"


def _thing(before: Before, here: set[str]) -> str:
    """What the question before was about: 'What is X?', 'Is X …?', or the only group or document named."""
    match = _IS_WHAT.match(before.frame) or _TOLD_OF.search(before.frame)
    if match and not PRONOUN.search(match["thing"]):
        return match["thing"].strip()
    verb = YES_NO.match(before.frame)
    subject = [m for m in before.mentions if verb and m.start == verb.end() and m.kind is Kind.NAME]
    named = subject or [m for m in before.mentions if m.kind is Kind.GROUP and _last_word(m) not in here]
    if len(named) != 1:
        return ""
    return ("the " if _THE.search(before.frame[: named[0].start]) else "") + named[0].text
