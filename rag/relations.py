"""How a claim relates its words, against its evidence: negated, possible, reversed, said by whom, done by whom.

Each check yields what the evidence does not bear out, in words for the reader. Pure.
"""

from collections.abc import Iterator

from rag.checks import RIVAL_LEAST, TITLES, is_name
from rag.matching import CLAUSE_APART, Line, Match, Place
from rag.quantities import MEASURES, ORDINALS
from rag.stance import ATTRIBUTES, SPEECH, Cue, Speech, moods_at
from rag.vocabulary import QUALIFIERS
from rag.wording import Token, opposites, stems_of

SAID_LEAST = 0.8  # share of a claim's words inside the reported part: it says what the speaker said
ROLE_REACH = 4  # content words between a verb and a noun that is its subject or object
ANCHOR_REACH = 4  # tokens between 'before' and the word that it is said of

_AMOUNTS = {
    "all": "all", "every": "all", "each": "all", "both": "all", "most": "most", "majority": "most",
    "some": "some", "few": "few", "many": "many", "none": "none",
}  # fmt: skip
_PARTIAL = frozenset({"some", "most", "few", "many"})  # a claim that drops one of these says more
_SYMMETRIC = stems_of("meet talk agree marry border discuss play die kill share")  # no side, or converse
_PIVOTS = frozenset({"than", "then"})
_PARTICLES = frozenset("for against up down on off out in with without".split())  # belong to the verb before
_NO_NOUN = ("ed", "ing", "ly")
MODALS = frozenset("may might could can will would shall must should ought".split())
_BEHIND_PASSIVE = frozenset("by on in at for to of from as with into after before under".split())
_BE = frozenset("is are was were be been being got get".split())


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
        if head is None or cue.place in match.rests_on and cue.word not in MODALS:
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
        rivals = [
            Place(n, t.place) for n, line in enumerate(match.evidence) for t in line.tokens if t.stem in against
        ]
        own = max((match.affinity(token.place, c) for c in match.candidates(token.place)), default=0.0)
        for rival in rivals:
            other = match.carries.get(rival)
            if other is not None and match.candidates(token.place) and not _prefers(match, other, token, rival):
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
    ours = {t.place: _AMOUNTS[t.word] for t in match.claim.tokens if _is_amount(match.claim, t)}
    theirs = [
        (Place(n, t.place), _AMOUNTS[t.word])
        for n, line in enumerate(match.evidence)
        for t in line.tokens
        if _is_amount(line, t)
    ]
    for place, amount in ours.items():
        own = max((match.affinity(place, p) for p, other in theirs if other == amount), default=-1.0)
        rival = max((match.affinity(place, p) for p, other in theirs if other != amount), default=0.0)
        if own < 0 and (amount not in {"some", "many"} or rival > 0) or 0 <= RIVAL_LEAST * own < rival:
            yield f'the word "{match.claim.tokens[place].word}"'
    for place, amount in theirs:
        if amount in _PARTIAL and amount not in ours.values():
            noun = _noun_after(match.evidence[place.line], place.place)
            carried = match.carries.get(Place(place.line, noun))
            if carried is not None and not _has_amount(match.claim, carried):
                yield f'that it is "{match.token(place).word}"'


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
        elif not attributed and line.tokens[speech.verb].stem in SPEECH and _only_said(match, number, speech):
            yield f"that {_speaker(line, speech)} said it"


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
    return " ".join(t.text.lower() if t.opens and not t.text.isupper() and len(shown) == 1 else t.text for t in shown)


def swapped_roles(match: Match) -> Iterator[str]:
    """'A told B' where the evidence has 'B told A', the passive allowed for."""
    for pivot, found in _role_pivots(match):
        ours, theirs = _voice(match.claim, pivot), _voice(match.evidence[found.line], found.place)
        if ours != theirs and "passive" in {ours, theirs}:
            continue  # 'was sold to B' names no seller
        flips = ours != theirs
        parties = [t for t in match.claim.tokens if t.place != pivot and _is_party(match, t, pivot)]
        turned = 1 if not flips else -1
        left = [t for t in parties if t.place < pivot and _side(match, t, found) == turned]
        right = [t for t in parties if t.place > pivot and _side(match, t, found) == -turned]
        if left and right:
            yield f'who did it: "{left[-1].text} … {match.claim.tokens[pivot].text} … {right[0].text}"'
            return


def exchanged_subjects(match: Match) -> Iterator[str]:
    """'The army fled and rebels advanced' where the evidence has it the other way round."""
    ours = _subjects(match.claim)
    for number, line in enumerate(match.evidence):
        theirs = _subjects(line)
        for verb, subject in ours.items():
            found = match.rests_on.get(verb)
            if found is None or found.line != number or found.place not in theirs:
                continue
            meant = {p.place for p in match.candidates(subject) if p.line == number}
            own = theirs[found.place]
            elsewhere = meant & {other for place, other in theirs.items() if place != found.place}
            same_clause = {p for p in meant if line.tokens[p].clause == line.tokens[own].clause}
            if own not in meant and elsewhere and not same_clause:
                tokens = match.claim.tokens
                yield f'who did it: "{tokens[subject].text} {tokens[verb].text}"'
                return


def _subjects(line: Line) -> dict[int, int]:
    """Active verb → the noun directly before it in its clause."""
    subjects: dict[int, int] = {}
    noun: int | None = None
    clause = -1
    for token in line.tokens:
        if token.clause != clause:
            noun, clause = None, token.clause
        if token.is_verb and token.is_content:
            if noun is not None and not _voice(line, token.place):
                subjects[token.place] = noun
            noun = None
        elif token.is_content and token.place not in line.measured and not token.word.endswith("ly"):
            noun = token.place
    return subjects


def _role_pivots(match: Match) -> Iterator[tuple[int, Place]]:
    """Words with sides: verbs, 'than', and the nouns and adjectives between two names."""
    for token in match.claim.tokens:
        if token.word in _PIVOTS and match.candidates(token.place):
            yield token.place, match.candidates(token.place)[0]
        elif token.place in match.rests_on and token.place not in match.claim.measured:
            found = match.rests_on[token.place]
            is_raised = token.place in match.claim.stance.cues and _voice(match.claim, token.place) == "passive"
            is_said = token.stem in SPEECH and token.word != "told"  # 'A said' and ', A said' are one
            if token.stem not in _SYMMETRIC and not is_raised and not is_said and not is_name(match, token):
                yield token.place, found


def _is_party(match: Match, token: Token, pivot: int) -> bool:
    """A name, or a noun near a verb in the same part of the sentence."""
    if token.place not in match.rests_on or token.place in match.claim.measured:
        return False
    if is_name(match, token) and token.word not in TITLES:
        return True
    verb = match.claim.tokens[pivot]
    if not verb.is_verb and verb.word not in _PIVOTS:
        return False
    apart = abs(match.claim.order[token.place] - match.claim.order[pivot])
    if verb.word in _PIVOTS:
        return apart <= ROLE_REACH + CLAUSE_APART
    return apart <= ROLE_REACH and token.clause == verb.clause and not token.word.endswith(_NO_NOUN)


def _side(match: Match, token: Token, pivot: Place) -> int:
    """−1 or 1: the token stands before or after the pivot in the evidence; 0 for both or neither."""
    line = match.evidence[pivot.line]
    places = [p.place for p in match.candidates(token.place) if p.line == pivot.line]
    near = [p for p in places if line.tokens[p].clause == line.tokens[pivot.place].clause] or places
    sides = {1 if place > pivot.place else -1 for place in near if place != pivot.place}
    return sides.pop() if len(sides) == 1 else 0


def _voice(line: Line, place: int) -> str:
    """'by' for 'was told by', 'imposed by'; 'passive' for 'was told'; '' for the active voice."""
    token = line.tokens[place]
    if not token.is_verb:
        return ""
    following = line.tokens[place + 1 : place + 10]
    if following and (following[0].word in _BEHIND_PASSIVE or following[0].word.endswith("ly")):
        for other in following:
            if other.word in {",", ";", "and", "but"} or other.word in _BE or other.is_verb:
                break
            if other.word == "by":
                return "by" if _is_agent(line, other.place + 1) else ""
    return "passive" if _BE & {t.word for t in line.tokens[max(0, place - 3) : place]} else ""


def _is_agent(line: Line, place: int) -> bool:
    """Whether the words behind 'by' are who did it: no date, no percentage, no bare number."""
    if place >= len(line.tokens):
        return False
    for quantity in line.quantities:
        if quantity.first <= place <= quantity.last:
            behind = line.tokens[quantity.last + 1 : quantity.last + 2]
            return not quantity.kind and bool(behind) and behind[0].is_content
    return place not in line.measured
