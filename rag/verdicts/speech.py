"""Reported speech: who said it, and which part of the sentence is theirs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.verdicts.dates import MONTHS, WEEKDAYS
from rag.verdicts.wording import BREAKS, Token, stems_of

BE = frozenset("is are was were be been being".split())
SPEAKER_MOST = 12  # tokens of a speaker with office and name
COLON_MOST = 4  # words of a name before a colon
TRAIL_MOST = 4  # content words after a trailing 'X said' ('… after the call on Friday')
_SUBORDINATES = frozenset('; but while whereas although though because when "'.split())
_ENDS_SPEECH = frozenset({"but", "although", "though", "whereas", ";"})
_NO_SAYING = frozenset("according statement report reports claim note rule rules state states".split())
_OPENINGS = frozenset("in on at after before during since by when while as for with without because".split())
_WHEN = (
    WEEKDAYS.keys()
    | MONTHS.keys()
    | set("yesterday today tonight early late earlier later week morning afternoon evening night".split())
)
_FINITE = BE | frozenset("is has have had do does did will would may might can could should must".split())

# Verbs of mere saying: what they report is somebody's word.
SPEECH = stems_of(
    "say tell add claim argue warn insist believe think estimate suggest allege predict explain note write "
    "forecast declare stated comment remark report stress reiterate according"
)
# Verbs that name a speaker for something that happened or was found all the same.
TELLING = SPEECH | stems_of("announce confirm reveal deny rule acknowledge conclude admit")
# 'Wang called the talks candid', 'described them as candid': what follows is their judgement.
CALLING = stems_of("call describe")
_CALLED_OTHERWISE = frozenset("for on off up back in out".split())  # 'called for', 'called in'
_AS_MOST = 10  # tokens between 'described' and its 'as'
# Words that show that a claim names somebody for what it says.
ATTRIBUTES = TELLING | stems_of("ask urge call find show plead demand accuse describe spokesman spokeswoman")


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody's words: who, and where in the sentence the words are."""

    verb: int
    speaker: tuple[int, ...]  # places
    first: int  # places of what is reported
    last: int


def reported(tokens: Sequence[Token]) -> Speech | None:
    """The first reported speech of the sentence that has both a speaker and something said."""
    for token in tokens:
        if token.word == "according" and next_word(tokens, token.place, "to"):
            found: Speech | None = _according(tokens, token.place)
        elif (token.stem in TELLING and token.is_word and _is_saying(tokens, token.place)) or (
            token.stem in CALLING and _is_calling(tokens, token.place)
        ):
            found = _said(tokens, token.place)
        else:
            found = _colon(tokens, token.place)
        if found and found.speaker and found.first <= found.last:
            return found
    return None


def _according(tokens: Sequence[Token], place: int) -> Speech:
    speaker = _forward(tokens, place + 2)
    end = speaker[-1] if speaker else place
    if any(token.is_content for token in tokens[:place]):
        return Speech(place, speaker, 0, place - 1)
    return Speech(place, speaker, end + 1, len(tokens) - 1)


def _is_saying(tokens: Sequence[Token], place: int) -> bool:
    """Whether the word is a verb with a subject: no 'statement', no 'was told', no 'has not said'."""
    token = tokens[place]
    if token.word in _NO_SAYING:
        return False
    before = [t.word for t in tokens[max(0, place - 2) : place]]
    is_noun = bool(before) and before[-1] in {
        "a",
        "an",
        "the",
        "this",
        "that",
        "of",
        "its",
        "their",
        "his",
        "her",
    }
    is_open = place + 1 < len(tokens) and tokens[place + 1].word in {"whether", "if"}
    return not is_noun and not is_open and not (BE | {"not", "never"}) & set(before)


def _is_calling(tokens: Sequence[Token], place: int) -> bool:
    """Whether somebody calls something something, as far as a word tells: not 'called for', 'was called'."""
    token = tokens[place]
    behind = [t.word for t in tokens[place + 1 : place + 1 + _AS_MOST]]
    if not token.is_verb or not _is_saying(tokens, place) or not behind or behind[0] in _CALLED_OTHERWISE:
        return False
    return token.stem in stems_of("call") or "as" in behind


def _colon(tokens: Sequence[Token], place: int) -> Speech | None:
    """'Wang: the talks were candid', as headlines have it: the sentence begins with names and a colon."""
    names = tokens[:place]
    if tokens[place].word != ":" or not 0 < place <= COLON_MOST or not all(t.capital for t in names):
        return None
    return Speech(place, _words_between(tokens, 0, place), place + 1, len(tokens) - 1)


def _said(tokens: Sequence[Token], place: int) -> Speech | None:
    """'X said …', '…, X said', '…, said X', 'X …, saying …'."""
    before = tokens[place - 1].word if place else ""
    if before == "," and tokens[place].word.endswith("ing"):
        return Speech(place, _words_between(tokens, 0, place), place + 1, len(tokens) - 1)
    if before in {",", '"'} and _is_statement(tokens[:place]):
        return Speech(place, _forward(tokens, place + 1), 0, place - 1)
    comma = _last_sign(tokens, place)
    behind = [token for token in tokens[place + 1 :] if token.is_content]
    quoted = comma > 0 and '"' in {tokens[comma].word, tokens[comma - 1].word}
    # 'cost' or 'hit' is not known for a verb; but what nobody says behind 'said' must stand before it.
    said_before = comma > 0 and all(_is_time(token) for token in behind)
    trails = quoted or said_before or (len(behind) <= TRAIL_MOST and _is_statement(tokens[: max(comma, 0)]))
    if trails and _said_words(tokens, comma, place):
        return Speech(place, _words_between(tokens, comma + 1, place), 0, comma - 1)
    start = _subject_start(tokens, place)
    end = next((t.place for t in tokens[place:] if t.word in _ENDS_SPEECH), len(tokens))
    return Speech(place, _words_between(tokens, start, place), place + 1, end - 1)


def _is_time(token: Token) -> bool:
    return token.word in _WHEN or token.word[:1].isdigit()


def _is_statement(tokens: Sequence[Token]) -> bool:
    """Whether the words hold a verb or end a quotation: 'Wang, the minister,' does not."""
    return any(t.is_verb or t.word in _FINITE or t.word == '"' for t in tokens)


def _said_words(tokens: Sequence[Token], start: int, end: int) -> int:
    return sum(token.is_content for token in tokens[start:end])


def _last_sign(tokens: Sequence[Token], place: int) -> int:
    for token in reversed(tokens[:place]):
        if token.word in {",", '"'}:
            return token.place
    return -1


def _subject_start(tokens: Sequence[Token], place: int) -> int:
    """Where the subject of a verb begins: after the last sign, unless nothing stands between."""
    for token in reversed(tokens[:place]):
        if token.word in _SUBORDINATES:
            return token.place + 1
    opening = tokens[0].word if tokens else ""
    comma = next((t.place for t in tokens[:place] if t.word == ","), 0)
    if comma and opening in _OPENINGS and _said_words(tokens, comma, place):
        return comma + 1  # 'In Beijing on Friday, Wang said'
    return 0


def _words_between(tokens: Sequence[Token], start: int, end: int) -> tuple[int, ...]:
    return tuple(token.place for token in tokens[start:end] if token.is_content)


def _forward(tokens: Sequence[Token], start: int) -> tuple[int, ...]:
    speaker: list[int] = []
    for token in tokens[start : start + SPEAKER_MOST]:
        if token.word in {",", ".", ";", '"', ":", "on", "after", "before", "in"}:
            break
        if token.is_content:
            speaker.append(token.place)
    return tuple(speaker)


def next_word(tokens: Sequence[Token], place: int, word: str) -> int:
    """The place of `word` where it follows in the same clause, within a few tokens; else 0."""
    for token in tokens[place + 1 : place + 6]:
        if token.word == word:
            return token.place
        if token.word in BREAKS:
            return 0
    return 0
