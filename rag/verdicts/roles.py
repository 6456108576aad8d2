"""Who did what to whom: the sides of a verb in a claim against those in its evidence. Pure."""

from collections.abc import Iterator

from rag.verdicts.matching import CLAUSE_APART, Line, Match, Place
from rag.verdicts.names import TITLES, is_name
from rag.verdicts.speech import SPEECH
from rag.verdicts.wording import Token, stems_of

ROLE_REACH = 4  # content words between a verb and a noun that is its subject or object
PARTY_REACH = 40  # tokens between a verb and a name that is its subject or object
_SYMMETRIC = stems_of("meet talk agree marry border discuss play die kill share")  # no side, or converse
_PIVOTS = frozenset({"than", "then"})
_NO_NOUN = ("ed", "ing", "ly")
_BEHIND_PASSIVE = frozenset("by on in at for to of from as with into after before under".split())
_BE = frozenset("is are was were be been being got get".split())


def swapped_roles(match: Match) -> Iterator[str]:
    """'A told B' where the evidence has 'B told A', the passive allowed for."""
    for pivot, found in _role_pivots(match):
        ours, theirs = _voice(match.claim, pivot), _voice(match.evidence[found.line], found.place)
        if ours != theirs and "passive" in {ours, theirs}:
            continue  # 'was sold to B' names no seller
        flips = ours != theirs
        near = match.claim.tokens[max(0, pivot - PARTY_REACH) : pivot + PARTY_REACH]
        parties = [t for t in near if t.place != pivot and _is_party(match, t, pivot)]
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
            is_raised = (
                token.place in match.claim.stance.cues and _voice(match.claim, token.place) == "passive"
            )
            is_said = token.stem in SPEECH and token.word != "told"  # 'A said' and ', A said' are one
            if token.stem not in _SYMMETRIC and not is_raised and not is_said and not is_name(match, token):
                yield token.place, found


def _is_party(match: Match, token: Token, pivot: int) -> bool:
    """A name, or a noun near a verb in the same part of the sentence."""
    if token.place not in match.rests_on or token.place in match.claim.measured:
        return False
    speech = match.claim.stance.speech
    if speech and token.place in speech.speaker and pivot != speech.verb:
        return False  # ', A said' stands where it likes
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
