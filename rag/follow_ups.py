"""A follow-up made into a full question by rules, for when there is no language model. Pure, linear time.

In this order, each told at its function:

1. a question that stands alone stays as it is (`rag/leaning.py`)
2. a bare question word takes the question before:  'Why?'  'Why not?'  'Since when?'
3. a piece takes the place of its like in it:       'And in 2024?'  'And China's?'  'No, I mean Sullivan.'
4. the other side is named:                         'What about the other side?'
5. pronouns become names (`rag/antecedents.py`):    'And what did he say there?'
6. after 4 and 5 the question before follows in brackets: an event is known by all that was said of it
"""

import re
from collections.abc import Sequence

from rag.antecedents import (
    PREPOSITION,
    YES_NO,
    Before,
    look_back,
    name_for,
    other_side,
    pair,
    with_context,
)
from rag.commands import greets
from rag.leaning import CORRECTS, OPENERS, WHAT_ABOUT, is_fragment, leans_back, pointers
from rag.mentions import (
    CAPITALS,
    TIME,
    TRAVEL_BEFORE,
    Kind,
    Mention,
    adjective_of,
    country_of,
    one_of,
    read_mentions,
)
from rag.questions import SUBJECT
from rag.types import Turn

PIECE_WORDS = 8  # a longer piece without a verb says enough to be searched by itself

_BARE = re.compile(
    r"^(?P<word>why|how long|how often|how|when|where|since when|until when)"
    r"(?P<rest>\s+(?:not|so|come|is that|was that|was it|is it|did that happen|did it happen|exactly))?"
    r"\s*[?.!]*$",
    re.IGNORECASE,
)
_ADJUNCT = re.compile(
    r"^(?:when|where|why|how(?: (?:long|often|far))?|since when)\s+(?=(?:"
    + one_of("do does did is are was were has have had will would can could should")
    + r")\b)",
    re.IGNORECASE,
)
_UNCONTRACTED = frozenset("can will may".split())
_SAME_NOUN = re.compile(
    r"^(?:"
    + one_of(
        """side account version view position note readout statement response reaction party team one report
        press media"""
    )
    + r")s?$",
    re.IGNORECASE,
)
_ANY_NOUN = re.compile(r"^(?:side|party|one|ones)$", re.IGNORECASE)  # stands for whatever noun was there
_HEAD = re.compile(r"\b(?:the|a|an) [a-z]+ (?:of|with|in|on|between|at) $")
_ABOUT = re.compile(SUBJECT.pattern.replace("concerning", "concerning|on|over"), re.IGNORECASE)
_YEAR = re.compile(r"\b\d{4}\b")
_OTHER_SIDE = re.compile(r"\bthe other (?:side|party|one|country|man|woman|government|camp)\b", re.IGNORECASE)
_BOTH = re.compile(
    r"\b(?:the two|both|each) of (?:them|these|those)\b"
    r"|\bthe two (?:men|women|leaders|officials|ministers)\b",
    re.IGNORECASE,
)


def is_follow_up(question: str, turns: Sequence[Turn]) -> bool:
    """Whether the question cannot be understood without the turns before it."""
    return bool(turns) and leans_back(question) and not greets(question)


def full_question(question: str, turns: Sequence[Turn]) -> str:
    """The question with what it leaves out, from the turns before it (oldest first).

    What stands alone comes back as it is, and so does a blank. 'Thanks' in between is passed over.
    """
    turns = [turn for turn in turns if not greets(turn.question)]
    if not is_follow_up(question, turns):
        return question
    text, before = question.strip(), look_back(turns)
    corrects = CORRECTS.match(text)
    bare = text[corrects.end() :] if corrects else OPENERS.sub("", text)
    piece = WHAT_ABOUT.sub("", bare)
    whole = _ask_again(piece, before)
    if not whole and not _OTHER_SIDE.search(piece):
        whole = _take_place(piece, before, bool(corrects))
    return whole or _resolve(bare or text, before)


def _ask_again(text: str, before: Before) -> str:
    """'Why?', 'Since when?': the question before with that question word, where grammar allows it.

    'Did a new round follow?' + 'Why not?' → 'Why didn't a new round follow?'; 'Where did they meet?' +
    'When?' → 'When did they meet?'. Else nothing.
    """
    match = _BARE.match(text)
    if not match:
        return ""
    word = match["word"].capitalize()
    yes_no, adjunct = YES_NO.match(before.frame), _ADJUNCT.match(before.frame)
    if yes_no:
        verb = yes_no["verb"].lower()
        if (match["rest"] or "").strip().lower() == "not":
            verb = f"{verb} not" if verb in _UNCONTRACTED else f"{verb}n't"
        return with_context(f"{word} {verb} {before.frame[yes_no.end() :]}", before.context)
    return with_context(f"{word} {before.frame[adjunct.end() :]}", before.context) if adjunct else ""


# A piece in the place of its like


def _take_place(text: str, before: Before, corrects: bool) -> str:
    """A piece without a verb takes the place of its like in the question before.

    A date that of the date, a country or a person that of the first one (the last, in a correction),
    'about X' that of what stood behind 'about'. Nothing where the question before has nothing like it.
    """
    if not is_fragment(text, PIECE_WORDS):
        return ""
    frame = before.frame
    for piece in filter(None, re.split(r",\s*|\s+and\s+", text.strip(" ?.!,;"))):
        frame = _replace(frame, piece, corrects) or frame
    return with_context(frame, before.context) if frame != before.frame else ""


def _replace(frame: str, piece: str, corrects: bool) -> str:
    mentions, given = read_mentions(frame), read_mentions(f"… {piece}")
    if TIME.fullmatch(piece) or [m.kind for m in given] == [Kind.TIME]:
        return _replace_time(frame, piece, mentions)
    if not given:
        return _replace_topic(frame, piece)
    if len(given) > 1:
        return ""
    if given[0].kind is Kind.COUNTRY:
        return _replace_country(frame, piece, given[0], mentions)
    return _replace_name(frame, piece, given[0], mentions, corrects)


def _replace_time(frame: str, piece: str, mentions: Sequence[Mention]) -> str:
    """'in August' for 'in April 2024' is 'in August 2024'."""
    times = [m for m in mentions if m.kind is Kind.TIME]
    if not times:
        return f"{frame.rstrip(' ?.')} {piece}?"
    old = times[-1]
    year = _YEAR.search(old.text)
    if year and not _YEAR.search(piece) and any(character.isupper() for character in piece):
        piece = f"{piece} {year.group()}"
    words = PREPOSITION.match(old.text)
    if words and not PREPOSITION.match(piece):
        piece = words.group() + piece
    return frame[: old.start] + piece + frame[old.end :]


def _replace_country(frame: str, piece: str, new: Mention, mentions: Sequence[Mention]) -> str:
    """'China's' for 'the American team' is 'the Chinese team', 'the American version' for 'China' itself."""
    alike = (Kind.COUNTRY, Kind.PLACE) if PREPOSITION.match(piece) else (Kind.COUNTRY,)
    olds = [m for m in mentions if m.kind in alike and country_of(m.text) != country_of(new.text)]
    if not olds and new.text.lower() in CAPITALS:
        olds = [m for m in mentions if _is_destination(frame, m)]
    old = _counterpart(frame, piece, olds)
    noun = re.sub(r"^[’']s\s*", "", piece[piece.index(new.text) + len(new.text) :].strip())
    if not old or (noun and not _SAME_NOUN.match(noun)):
        return ""
    start, end = old.start, old.end
    adjective = adjective_of(country_of(new.text)) or new.text
    if old.text == adjective_of(country_of(old.text)):
        follows = re.match(r"\s+(\w+)", frame[end:])
        if noun and follows and _SAME_NOUN.match(follows[1]) and not _ANY_NOUN.match(noun):
            return f"{frame[:start]}{adjective} {noun}{frame[end + follows.end() :]}"
        return frame[:start] + adjective + frame[end:]
    if frame[:start].lower().endswith("the "):
        start -= len("the ")
    name = f"the {adjective} {noun}" if noun else _with_article(piece, new.text)
    return frame[:start] + name + frame[end:]


def _replace_name(frame: str, piece: str, new: Mention, mentions: Sequence[Mention], corrects: bool) -> str:
    """A person for a person, a place for a place; 'the meeting with Xi' for 'the talks with Wang Yi'."""
    places = new.kind is Kind.PLACE
    alike = (Kind.PLACE, Kind.COUNTRY) if places else (Kind.PERSON, Kind.NAME, Kind.GROUP)
    olds = [m for m in mentions if m.kind in alike and m.text not in piece]
    if new.kind is Kind.NAME:  # perhaps that of a place, 'And Shanghai?'
        olds += [m for m in mentions if _is_destination(frame, m) and not country_of(m.text)]
    bare, preposition = PREPOSITION.sub("", piece), PREPOSITION.match(piece)
    if bare not in (new.text, f"the {new.text}"):
        heads = ((_HEAD.search(frame[: old.start]), old.end) for old in olds)
        return next((frame[: head.start()] + bare + frame[end:] for head, end in heads if head), "")
    if len(olds) > 1 and not corrects and not preposition:
        return ""  # whose place it takes is anybody's guess
    old = olds[-1] if olds and corrects else _counterpart(frame, piece, olds)
    return frame[: old.start] + _with_article(piece, new.text) + frame[old.end :] if old else ""


def _replace_topic(frame: str, piece: str) -> str:
    """'tariffs' for what stands behind 'about'."""
    match = _ABOUT.search(frame)
    if not match:
        return ""
    return frame[: match.start("topic")] + PREPOSITION.sub("", piece) + frame[match.end("topic") :]


def _counterpart(frame: str, piece: str, olds: Sequence[Mention]) -> Mention | None:
    """The first of the names; after a preposition the one that has the same before it."""
    preposition = PREPOSITION.match(piece)
    if not preposition:
        return olds[0] if olds else None
    word = preposition.group().strip().lower()
    word = "(?:in|at)" if word in ("in", "at") else word
    same = re.compile(rf"\b{word}\s+(?:the\s+)?$", re.IGNORECASE)
    return next((old for old in olds if same.search(frame[: old.start])), None)


def _is_destination(frame: str, mention: Mention) -> bool:
    """'Guangzhou' of 'When did Yellen visit Guangzhou?'"""
    return mention.kind is Kind.PLACE and bool(TRAVEL_BEFORE.search(frame[: mention.start]))


def _with_article(piece: str, name: str) -> str:
    return f"the {name}" if f"the {name}".lower() in piece.lower() else name


# Pronouns


def _resolve(text: str, before: Before) -> str:
    """The other side and the pronouns named, and the question before in brackets."""
    both, other = pair(before), other_side(before)
    if both:
        text = _BOTH.sub(lambda _: both, text)
    if other:
        text = _OTHER_SIDE.sub(lambda _: other, text)
    mentions = read_mentions(text)
    for match in reversed(list(pointers(text, mentions))):
        name = name_for(match, text, mentions, before)
        if name:
            text = text[: match.start()] + name + text[match.end() :]
    return with_context(text[:1].upper() + text[1:], _without_topic(before.whole, text))


def _without_topic(context: str, text: str) -> str:
    """A question with a subject of its own leaves the old one: 'What did he say about steel?'"""
    old = SUBJECT.search(context)
    return context[: old.start()] + context[old.end() :] if old and SUBJECT.search(text) else context
