"""How a claim relates its words, against its evidence: negated, possible, reversed, said by whom.

Each check yields what the evidence does not bear out, in words for the reader. Pure.
"""

from collections.abc import Iterator

from rag.verdicts.facts import RIVAL_LEAST
from rag.verdicts.matching import Line, Match, Place
from rag.verdicts.quantities import MEASURES, ORDINALS
from rag.verdicts.speech import ATTRIBUTES, CALLING, SPEECH, Speech
from rag.verdicts.stance import Cue, moods_at
from rag.verdicts.vocabulary import QUALIFIERS
from rag.verdicts.wording import Token, opposites

SAID_LEAST = 0.8  # share of a claim's words inside the reported part: it says what the speaker said
AMOUNTS_MOST = 20  # words like 'all' and 'some' that are compared
ANCHOR_REACH = 4  # tokens between 'before' and the word that it is said of

_AMOUNTS = {
    "all": "all", "every": "all", "each": "all", "both": "all", "most": "most", "majority": "most",
    "some": "some", "few": "few", "many": "many", "none": "none",
}  # fmt: skip
_PARTIAL = frozenset({"some", "most", "few", "many"})  # a claim that drops one of these says more
_PARTICLES = frozenset("for against up down on off out in with without".split())  # belong to the verb before
MODALS = frozenset("may might could can will would shall must should ought".split())


def missing_stance(match: Match) -> Iterator[str]:
    """Negations and moods that stand on one side only."""
    for cue in match.claim.stance.negations:
        found = [match.rests_on[p] for p in cue.reach if p in match.rests_on][:1]
        if found and not any(_negated(match, place) for place in found):
            yield f'the negation "{cue.word}"'
    for number, line in enumerate(match.evidence):
        for cue in line.stance.negations:
            carried = [match.carries[p] for p in _places(number, cue) if p in match.carries][:1]
            if carried and not match.claim.stance.negated & set(carried):
                yield f'the negation: there it says "{cue.word}"'
    yield from _moods(match)


def _negated(match: Match, place: Place) -> bool:
    return place.place in match.evidence[place.line].stance.negated


def _places(number: int, cue: Cue) -> list[Place]:
    return [Place(number, place) for place in cue.reach]


def _moods(match: Match) -> Iterator[str]:
    for cue in match.claim.stance.moods:
        if cue.mood in {"to", "if"}:
            continue
        head = next((p for p in cue.reach[:2] if p in match.rests_on), None)
        if head is None or (cue.place in match.rests_on and cue.word not in MODALS):
            continue
        found = match.rests_on[head]
        if cue.mood not in moods_at(match.evidence[found.line].stance, found.place):
            yield f'the word "{cue.word}"'
    for number, line in enumerate(match.evidence):
        for cue in line.stance.moods:
            carried = [match.carries[p] for p in _places(number, cue)[:1] if p in match.carries]
            if carried and not _claims_mood(match, carried[0], cue) and not _said_too(match, number, cue):
                yield f'that it is only "{cue.word} … {line.tokens[cue.reach[0]].text}"'


def _claims_mood(match: Match, place: int, cue: Cue) -> bool:
    moods = set(moods_at(match.claim.stance, place))
    if cue.mood == "to":
        is_form = match.claim.tokens[place - 1].word == "to" or match.claim.tokens[place].word.endswith("ing")
        return bool(moods) or is_form or _is_noun(match.claim, place)
    if cue.mood == "if":
        return "if" in moods or not moods
    return cue.mood in moods


def _said_too(match: Match, number: int, cue: Cue) -> bool:
    """'ordered the withdrawal' for 'ordered to withdraw'."""
    carried = match.carries.get(Place(number, cue.place))
    return carried is not None and carried in match.claim.content


def _is_noun(line: Line, place: int) -> bool:
    """Whether an article or 'of' stands beside it: a noun says nothing of whether it happened."""
    before = line.tokens[place - 1].word if place else ""
    return before in {"the", "a", "an", "of", "its", "their", "his", "her"}


def missing_directions(match: Match) -> Iterator[str]:
    """Words whose opposite stands in the evidence at their place."""
    for token in match.claim.tokens:
        against = opposites(token.stem)
        if not against or token.place in match.claim.measured:
            continue
        if not token.is_content:
            yield from _relation_turned(match, token, against)
            continue
        rivals = [place for stem in sorted(against) for place in match.by_stem.get(stem, ())]
        own = max((match.affinity(token.place, c) for c in match.candidates(token.place)), default=0.0)
        for rival in rivals:
            other = match.carries.get(rival)
            if (
                other is not None
                and match.candidates(token.place)
                and not _prefers(match, other, token, rival)
            ):
                continue
            if match.affinity(token.place, rival) > RIVAL_LEAST * own or not match.candidates(token.place):
                yield f'"{token.text}" (there it says "{match.token(rival).text}")'
                break


def _prefers(match: Match, other: int, token: Token, rival: Place) -> bool:
    """Whether the claim's other word fits the place of `token` better than its own: the two are swapped."""
    theirs = max((match.affinity(other, c) for c in match.candidates(token.place)), default=0.0)
    return theirs > match.affinity(other, rival)


def _relation_turned(match: Match, token: Token, against: frozenset[str]) -> Iterator[str]:
    """'before the vote' where the evidence has 'after the vote'."""
    near = match.claim.tokens[max(0, token.place - ANCHOR_REACH) : token.place][::-1]
    ahead = match.claim.tokens[token.place + 1 : token.place + 1 + ANCHOR_REACH]
    sides = [(near, 1), (ahead, -1)] if token.word in _PARTICLES else [(ahead, -1)]
    for tokens, step in sides:
        anchor = next((t.place for t in tokens if t.place in match.rests_on), None)
        if anchor is None:
            continue
        found = match.rests_on[anchor]
        words = _beside(match.evidence[found.line], found.place, step)
        if token.stem in words:
            return
        turned = next((word for word in words if word in against), "")
        if turned:
            yield f'"{token.text}" (there it says "{turned}")'
            return


def _beside(line: Line, place: int, step: int) -> list[str]:
    """The stems behind (1) or before (−1) a token, nearest first, up to the next content word."""
    if step > 0:
        near = line.tokens[place + 1 : place + 1 + ANCHOR_REACH]
    else:
        near = line.tokens[max(0, place - ANCHOR_REACH) : place][::-1]
    stems = []
    for token in near:
        stems.append(token.stem)
        if token.is_content and stems[:-1]:
            break
    return stems


def missing_amounts(match: Match) -> Iterator[str]:
    """'all' for 'some', and 'some' left out."""
    found = [t for t in match.claim.tokens if _is_amount(match.claim, t)][:AMOUNTS_MOST]
    ours = {t.place: _AMOUNTS[t.word] for t in found}
    theirs = [
        (Place(n, t.place), _AMOUNTS[t.word])
        for n, line in enumerate(match.evidence)
        for t in line.tokens
        if _is_amount(line, t)
    ][:AMOUNTS_MOST]
    for place, amount in ours.items():
        own = max((match.affinity(place, p) for p, other in theirs if other == amount), default=-1.0)
        rival = max((match.affinity(place, p) for p, other in theirs if other != amount), default=0.0)
        if (own < 0 and (amount not in {"some", "many"} or rival > 0)) or 0 <= RIVAL_LEAST * own < rival:
            yield f'the word "{match.claim.tokens[place].word}"'
    for given, amount in theirs:
        if amount in _PARTIAL and amount not in ours.values():
            noun = _noun_after(match.evidence[given.line], given.place)
            carried = match.carries.get(Place(given.line, noun))
            if carried is not None and not _has_amount(match.claim, carried):
                yield f'that it is "{match.token(given).word}"'


def _is_amount(line: Line, token: Token) -> bool:
    """An amount of a noun, not 'every day', 'most expensive' or 'some 300'."""
    if token.word not in _AMOUNTS or token.place in line.measured:
        return False
    following = line.tokens[token.place + 1 : token.place + 2]
    return not following or following[0].stem not in MEASURES


def _noun_after(line: Line, place: int) -> int:
    """The place of the noun of 'some of the migrants'; −1 for none."""
    for token in line.tokens[place + 1 : place + 5]:
        if token.place in line.measured:
            return -1
        if token.is_content:
            return token.place
    return -1


def _has_amount(line: Line, place: int) -> bool:
    before = line.tokens[max(0, place - 3) : place]
    return any(token.place in line.measured or _is_amount(line, token) for token in before)


def missing_qualifiers(match: Match) -> Iterator[str]:
    """'the former mayor' is not 'the mayor'."""
    for token in match.claim.tokens:
        if token.place not in match.rests_on:
            continue
        found = match.rests_on[token.place]
        given = match.evidence[found.line].tokens
        before = given[found.place - 1] if found.place else None
        ours = match.claim.tokens[token.place - 1].word if token.place else ""
        ranks = before and before.word in ORDINALS and token.word.endswith("est")
        if before and (ranks or before.word in QUALIFIERS) and ours != before.word and not token.opens:
            said = {t.word for t in match.claim.tokens}
            if before.word not in said:
                yield f'that it is the "{before.text} {given[found.place].text}"'


def missing_speaker(match: Match) -> Iterator[str]:
    """Somebody's words told as a fact, or put into another's mouth."""
    ours = match.claim.stance.speech
    attributed = ours or any(t.stem in ATTRIBUTES for t in match.claim.tokens)
    for number, line in enumerate(match.evidence):
        speech = line.stance.speech
        if speech is None:
            continue
        if ours:
            if _another(match, ours, number, speech):
                yield "that this speaker said it"
        elif not attributed and _is_word(line, speech) and _only_said(match, number, speech):
            yield f"that {_speaker(line, speech)} said it"


def _is_word(line: Line, speech: Speech) -> bool:
    """Whether the sentence gives no more than somebody's word for it: said, called, 'Wang: …'."""
    verb = line.tokens[speech.verb]
    return verb.stem in SPEECH | CALLING or verb.word == ":"


def _another(match: Match, ours: Speech, number: int, theirs: Speech) -> bool:
    for place in ours.speaker:
        here = [p for p in match.candidates(place) if p.line == number]
        if here and not any(p.place in theirs.speaker for p in here) and place not in match.claim.measured:
            return True
    return False


def _only_said(match: Match, number: int, speech: Speech) -> bool:
    here = [found.place for found in match.rests_on.values() if found.line == number]
    said = sum(speech.first <= place <= speech.last for place in here)
    everywhere = {p.place for places in match.rests_on for p in match.candidates(places) if p.line == number}
    return bool(here) and said >= SAID_LEAST * len(here) and not everywhere & set(speech.speaker)


def _speaker(line: Line, speech: Speech) -> str:
    names = [line.tokens[place] for place in speech.speaker]
    shown = [t for t in names if t.capital and not t.opens] or names
    shown = names if len(names) <= 4 else shown[-2:]
    return " ".join(t.text.lower() if t.opens and _is_many(t) else t.text for t in shown)


def _is_many(token: Token) -> bool:
    """'Officials', 'Police': no name though its sentence begins with it."""
    return token.word.endswith("s") or token.word == "police"
