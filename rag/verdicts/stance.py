"""How a sentence says what it says: negated, planned, possible, or as somebody's words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.verdicts.speech import BE, SPEECH, Speech, next_word, reported
from rag.verdicts.wording import BREAKS, Token, read, stem, stems_of

NEGATED_MOST = 4  # content words that one 'not' reaches: verb, object and what belongs to it
MOOD_MOST = 4  # content words that one 'may' reaches; the first of them is what it is said of

_NEGATIVES = frozenset(
    "not never nobody nothing none neither nor without hardly scarcely no nowhere non".split()
)
_BACKWARD = frozenset("no nothing none neither nobody".split())  # 'found no link' negates 'found' as well
_NEGATIVE_TO = stems_of("fail refuse decline unable")  # followed by 'to'
_NEGATIVE_VERBS = stems_of("deny lack")
_MOODS = {
    "may": "may", "might": "may", "could": "may", "can": "may", "possibly": "may", "perhaps": "may",
    "potentially": "may", "possible": "may", "will": "will", "would": "will", "shall": "will", "must": "must",
    "should": "must", "ought": "must", "allegedly": "allegedly", "reportedly": "allegedly",
    "apparently": "allegedly", "probably": "expected to", "likely": "expected to", "if": "if", "unless": "if",
}  # fmt: skip
_MOODS_TO = {  # these verbs and nouns before 'to' and a verb
    stem(word): mood
    for mood, words in {
        "plans to": "plan intend aim prepare propose intent intention",
        "hopes to": "hope wish want consider",
        "agreed to": "agree agreement promise pledge vow commit",
        "offered to": "offer",
        "threatened to": "threaten threat",
        "expected to": "expect forecast predict anticipate project likely",
        "tried to": "try attempt seek",
        "will": "set due schedule",
        "urged to": "urge ask call invite appeal demand",
        "told to": "tell",
        "ordered to": "order command instruct",
        "allegedly": "suspect believe appear seem allege",
        "must": "need require",
    }.items()
    for word in words.split()
}
_MOODS_OF = dict.fromkeys(stems_of("accuse suspect accusation"), "allegedly")  # before 'of'
_MOODS_ING = dict.fromkeys(stems_of("consider mull weigh"), "hopes to")
_MOODS_THAT = {  # before 'that'
    stem(word): mood
    for mood, words in {
        "urged to": "recommend propose demand urge request recommendation proposal",
        "hopes to": "hope wish",
        "agreed to": "promise pledge vow agree",
        "threatened to": "threaten",
        "allegedly": "suspect fear allege",
    }.items()
    for word in words.split()
}
_NEXT_TO = stems_of("offer set due appear seem tell")  # only with 'to' as the very next word
_HAPPENED = stems_of(
    "force oblige compel have manage continue begin start use go help decide first able allow"
)  # before 'to': what follows is said to have happened, or to be decided


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that turns what follows: 'not' or a mood."""

    place: int
    mood: str  # '' for a negation
    word: str  # as written, for the reader
    reach: tuple[int, ...]  # places of the content words that it reaches, nearest first


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
        mood, start = _mood(tokens, token.place)
        if mood:
            reach = _reach(tokens, start, MOOD_MOST, through=("and", "or"))
            moods.append(Cue(token.place, mood, token.text.lower(), reach))
    negated: set[int] = set()
    for cue in negations:
        negated ^= set(cue.reach)  # twice negated is asserted
    cues = {cue.place for cue in negations if cue not in implied or tokens[cue.place].stem in _NEGATIVE_TO}
    return Stance(
        tuple(negations),
        tuple(moods),
        frozenset(negated),
        frozenset(cues | {cue.place for cue in moods}),
        reported(tokens),
    )


def _negates(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    if token.word == "no":
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        return following is not None and following.is_word and following.word not in {"more", "fewer", "less"}
    if token.word == "not":
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        return following is not None and following.word not in {"more", "less", "fewer"}
    if token.word == "nor" and any(t.word == "neither" for t in tokens[max(0, place - 20) : place]):
        return False  # one negation with 'neither', which reaches as far
    if token.word in _NEGATIVES or token.stem in _NEGATIVE_VERBS:
        return True
    return token.stem in _NEGATIVE_TO and _infinitive_after(tokens, place, 2) > 0


def _negation(tokens: Sequence[Token], token: Token) -> Cue:
    reach = _reach(tokens, token.place, NEGATED_MOST)
    if token.word in _BACKWARD:
        for before in reversed(tokens[max(0, token.place - 3) : token.place]):
            if before.word in BREAKS:
                break
            if before.is_content and before.stem not in SPEECH:
                reach = (before.place, *reach)
                break
        else:
            reach = (*reach, *_verbs_after(tokens, token.place, reach))
    return Cue(token.place, "", token.text.lower(), reach)


def _verbs_after(tokens: Sequence[Token], place: int, reached: Sequence[int]) -> list[int]:
    """The verbs of 'No link between A and B was found': a negated subject negates what is said of it."""
    verbs = []
    for token in tokens[place + 1 : place + 1 + 4 * NEGATED_MOST]:
        if token.word in BREAKS and token.word != "and":
            break
        if token.is_verb and token.is_content and token.place not in reached:
            verbs.append(token.place)
    return verbs[:1]


def _reach(tokens: Sequence[Token], place: int, most: int, through: Sequence[str] = ()) -> tuple[int, ...]:
    """Places of the next content words, up to where the statement ends."""
    reached: list[int] = []
    for token in tokens[place + 1 : place + 1 + 4 * most]:
        if len(reached) == most or (token.word in BREAKS and token.word not in through):
            break
        if token.is_content:
            reached.append(token.place)
    return tuple(reached)


def _mood(tokens: Sequence[Token], place: int) -> tuple[str, int]:
    """The mood that begins with the token at `place`, and the place behind which its reach begins."""
    token = tokens[place]
    if token.word in _MOODS and not (token.word == "may" and token.capital and not token.opens):
        return _MOODS[token.word], place
    of = next_word(tokens, place, "of") if token.stem in _MOODS_OF else 0
    if of:
        return _MOODS_OF[token.stem], of
    if token.stem in _MOODS_ING and place + 1 < len(tokens) and tokens[place + 1].word.endswith("ing"):
        return _MOODS_ING[token.stem], place
    if token.stem in _MOODS_THAT and place + 1 < len(tokens) and tokens[place + 1].word == "that":
        return _MOODS_THAT[token.stem], place + 1
    if token.stem in _MOODS_TO:
        to = _infinitive_after(tokens, place, 1 if token.stem in _NEXT_TO else 5)
        return (_MOODS_TO[token.stem], to) if to else ("", place)
    if token.word in BE and place + 1 < len(tokens) and tokens[place + 1].word == "to":
        return "will", place + 1
    if token.word == "to" and _is_infinitive(tokens, place) and not _happened(tokens, place):
        return "to", place
    return "", place


def _infinitive_after(tokens: Sequence[Token], place: int, most: int) -> int:
    """The place of the next 'to' before a verb, within `most` tokens; else 0."""
    for token in tokens[place + 1 : place + 1 + most]:
        if token.word == "to":
            return token.place if _is_infinitive(tokens, token.place) else 0
        if token.word in BREAKS:
            return 0
    return 0


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


def moods_at(stance_of: Stance, place: int) -> Iterator[str]:
    for cue in stance_of.moods:
        if place in cue.reach:
            yield cue.mood


def moods_of(stance_of: Stance, place: int) -> set[str]:
    """The same as a set, without a mere 'to', which says nothing by itself."""
    return set(moods_at(stance_of, place)) - {"to"}
