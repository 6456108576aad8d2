"""How a sentence says what it says: negated, planned, possible, or as somebody's words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.wording import BREAKS, Token, read

NEGATED_MOST = 4  # content words that one 'not' reaches: verb, object and what belongs to it
MOOD_MOST = 4  # content words that one 'may' reaches; the first of them is what it is said of
SPEAKER_MOST = 12  # tokens of a speaker with office and name
TRAIL_MOST = 4  # content words after a trailing 'X said' ('… after the call on Friday')

_NEGATIVES = frozenset("not never nobody nothing none neither nor without hardly scarcely no nowhere".split())
_BACKWARD = frozenset("no nothing none neither nobody".split())  # 'found no link' negates 'found' as well
_NEGATIVE_TO = frozenset("fail refuse decline unable".split())  # followed by 'to'
_NEGATIVE_VERBS = frozenset({"deny", "lack"})
_MOODS = {
    "may": "may", "might": "may", "could": "may", "can": "may", "possibly": "may", "perhaps": "may",
    "potentially": "may", "possible": "may", "will": "will", "would": "will", "shall": "will", "must": "must",
    "should": "must", "ought": "must", "allegedly": "allegedly", "reportedly": "allegedly",
    "apparently": "allegedly", "probably": "expected to", "likely": "expected to", "if": "if", "unless": "if",
}  # fmt: skip
_MOODS_TO = {  # these verbs and nouns before 'to' and a verb
    "plan": "plans to", "intend": "plans to", "aim": "plans to", "prepare": "plans to", "propose": "plans to",
    "intent": "plans to", "intention": "plans to", "hope": "hopes to", "wish": "hopes to", "want": "hopes to",
    "consider": "hopes to", "agree": "agreed to", "promis": "agreed to", "promise": "agreed to",
    "pledg": "agreed to", "pledge": "agreed to", "vow": "agreed to", "commit": "agreed to",
    "agreement": "agreed to", "offer": "offered to", "threaten": "threatened to", "threat": "threatened to",
    "expect": "expected to", "forecast": "expected to", "predict": "expected to", "anticipat": "expected to",
    "project": "expected to", "try": "tried to", "attempt": "tried to", "seek": "tried to", "set": "will",
    "due": "will", "schedul": "will", "urg": "urged to", "urge": "urged to", "ask": "urged to",
    "call": "urged to", "invite": "urged to", "invit": "urged to", "appeal": "urged to", "tell": "told to",
    "order": "ordered to", "command": "ordered to", "instruct": "ordered to", "demand": "urged to",
    "suspect": "allegedly", "believ": "allegedly", "appear": "allegedly", "seem": "allegedly",
    "alleg": "allegedly", "allege": "allegedly", "need": "must", "requir": "must", "require": "must",
}  # fmt: skip
_MOODS_OF = {"accus": "allegedly", "suspect": "allegedly", "accusation": "allegedly"}  # before 'of', 'that'
_MOODS_ING = {"consider": "hopes to", "mull": "hopes to", "weigh": "hopes to"}
_HAPPENED = frozenset(
    "forc force oblig oblige compel have manag manage continu continue begin start use go help decid decide"
    " first able allow".split()
)  # before 'to': what follows is said to have happened, or to be decided
_BE = frozenset("is are was were be been being".split())

SPEECH = frozenset(
    stem
    for stem in """say tell add claim argu warn insist believ believe think estimat suggest alleg predict explain
    note write forecast declar accord stat comment remark report stress reiterat"""  # verbs of mere saying
    .split()
)
ATTRIBUTES = SPEECH | frozenset(
    "announc confirm reveal find deny rule ask urg call admit show conclud acknowledg announce according "
    "spokesman spokeswoman pleg demand hope expect accus describ".split()
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that turns what follows: 'not' or a mood."""

    place: int
    mood: str  # '' for a negation
    word: str  # as written, for the reader
    reach: tuple[int, ...]  # places of the content words that it reaches, nearest first


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody's words: who, and where in the sentence the words are."""

    verb: int
    speaker: tuple[int, ...]  # places
    first: int  # places of what is reported
    last: int


@dataclass(frozen=True, slots=True)
class Stance:
    negations: tuple[Cue, ...]
    moods: tuple[Cue, ...]
    negated: frozenset[int]  # places under an odd number of negations
    cues: frozenset[int]  # places of cue words: they are compared as cues, not as content
    speech: Speech | None


@lru_cache(maxsize=256)
def stance(text: str) -> Stance:
    """Negations, moods and reported speech of a normalised text."""
    tokens = read(text)
    negations, moods, implied = [], [], []
    for token in tokens:
        if not token.is_word:
            continue
        if _negates(tokens, token.place):
            negations.append(_negation(tokens, token))
            if token.word not in _NEGATIVES:
                implied.append(negations[-1])
        mood = _mood(tokens, token.place)
        if mood:
            moods.append(Cue(token.place, mood, token.text.lower(), _reach(tokens, token.place, MOOD_MOST)))
    plain = {place for cue in negations if cue not in implied for place in cue.reach}
    verbs: set[int] = set()
    for cue in implied:
        verbs ^= set(cue.reach)
    cues = {cue.place for cue in negations if cue not in implied or tokens[cue.place].stem in _NEGATIVE_TO}
    return Stance(
        tuple(negations),
        tuple(moods),
        frozenset(plain ^ verbs),
        frozenset(cues | {cue.place for cue in moods}),
        _speech(tokens),
    )


def _negates(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    if token.word == "no":
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        return following is not None and following.is_word and following.word not in {"more", "fewer", "less"}
    if token.word == "not":
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        return following is not None and following.word not in {"more", "less", "fewer"}
    if token.word in _NEGATIVES or token.stem in _NEGATIVE_VERBS:
        return True
    return token.stem in _NEGATIVE_TO and _to_follows(tokens, place, 2)


def _negation(tokens: Sequence[Token], token: Token) -> Cue:
    reach = _reach(tokens, token.place, NEGATED_MOST)
    if token.word in _BACKWARD:
        for before in reversed(tokens[max(0, token.place - 3) : token.place]):
            if before.word in BREAKS:
                break
            if before.is_content and before.stem not in SPEECH:
                reach = (before.place, *reach)
                break
    return Cue(token.place, "", token.text.lower(), reach)


def _reach(tokens: Sequence[Token], place: int, most: int) -> tuple[int, ...]:
    """Places of the next content words, up to where the statement ends."""
    reached: list[int] = []
    for token in tokens[place + 1 : place + 1 + 4 * most]:
        if len(reached) == most or (token.word in BREAKS and (reached or token.word != "and")):
            break
        if token.is_content:
            reached.append(token.place)
    return tuple(reached)


def _mood(tokens: Sequence[Token], place: int) -> str:
    token = tokens[place]
    if token.word in _MOODS and not (token.word == "may" and token.capital and not token.opens):
        return _MOODS[token.word]
    if token.stem in _MOODS_OF and _next_word(tokens, place, {"of"}):
        return _MOODS_OF[token.stem]
    if token.stem in _MOODS_ING and place + 1 < len(tokens) and tokens[place + 1].word.endswith("ing"):
        return _MOODS_ING[token.stem]
    if token.stem in _MOODS_TO and _to_follows(tokens, place, 5):
        return _MOODS_TO[token.stem]
    if token.word in _BE and place + 1 < len(tokens) and tokens[place + 1].word == "to":
        return "will"
    if token.word == "to" and _is_infinitive(tokens, place) and not _happened(tokens, place):
        return "to"
    return ""


def _next_word(tokens: Sequence[Token], place: int, words: set[str]) -> bool:
    """Whether one of `words` follows in the same clause, within a few tokens."""
    for token in tokens[place + 1 : place + 6]:
        if token.word in words:
            return True
        if token.word in BREAKS:
            return False
    return False


def _to_follows(tokens: Sequence[Token], place: int, most: int) -> bool:
    for token in tokens[place + 1 : place + 1 + most]:
        if token.word == "to":
            return _is_infinitive(tokens, token.place)
        if token.word in BREAKS:
            return False
    return False


def _is_infinitive(tokens: Sequence[Token], place: int) -> bool:
    """Whether the 'to' at `place` stands before a verb: no name, number, article or plural."""
    if place + 1 >= len(tokens):
        return False
    following = tokens[place + 1]
    if following.word in {"be", "have", "do", "not"}:
        return True
    return following.is_content and not following.capital and not following.word.endswith(("s", "ing", "ed"))


def _happened(tokens: Sequence[Token], place: int) -> bool:
    return any(
        token.stem in _HAPPENED or token.stem in _MOODS_TO or token.stem in _NEGATIVE_TO
        for token in tokens[max(0, place - 4) : place]
    )


def _speech(tokens: Sequence[Token]) -> Speech | None:
    """The first reported speech of the sentence that has both a speaker and something said."""
    for token in tokens:
        if token.word == "according" and _next_word(tokens, token.place, {"to"}):
            found = _according(tokens, token.place)
        elif token.stem in ATTRIBUTES and token.is_word:
            found = _said(tokens, token.place)
        else:
            found = None
        if found and found.speaker and found.first <= found.last:
            return found
    return None


def _according(tokens: Sequence[Token], place: int) -> Speech:
    speaker = _forward(tokens, place + 2)
    end = speaker[-1] if speaker else place
    if any(token.is_content for token in tokens[:place]):
        return Speech(place, speaker, 0, place - 1)
    return Speech(place, speaker, end + 1, len(tokens) - 1)


def _said(tokens: Sequence[Token], place: int) -> Speech | None:
    """'X said …', '…, X said', '…, said X'."""
    before = tokens[place - 1].word if place else ""
    comma = _last_sign(tokens, place)
    if before in {",", '"'} and place > 1:
        return Speech(place, _forward(tokens, place + 1), 0, place - 1)
    rest = sum(token.is_content for token in tokens[place + 1 :])
    said = sum(token.is_content for token in tokens[: max(comma, 0)])
    if comma > 0 and rest <= TRAIL_MOST and said > 2:
        return Speech(place, _words_between(tokens, comma + 1, place), 0, comma - 1)
    start = _subject_start(tokens, place)
    return Speech(place, _words_between(tokens, start, place), place + 1, len(tokens) - 1)


def _last_sign(tokens: Sequence[Token], place: int) -> int:
    for token in reversed(tokens[:place]):
        if token.word in {",", '"'}:
            return token.place
    return -1


def _subject_start(tokens: Sequence[Token], place: int) -> int:
    for token in reversed(tokens[:place]):
        if token.word in {";", "but", "while", "whereas", '"'}:
            return token.place + 1
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


def moods_at(stance_of: Stance, place: int) -> Iterator[str]:
    for cue in stance_of.moods:
        if place in cue.reach:
            yield cue.mood
