"""What a claim says that its evidence does not: each check yields what is missing, for the reader. Pure."""

import re
from collections.abc import Iterator, Sequence

from rag.dates import Date, covers, readings
from rag.matching import Line, Match, Place
from rag.quantities import Quantity, equal, implied, same_bound, same_kind
from rag.stance import ATTRIBUTES, SPEECH, Cue, Speech, moods_at
from rag.vocabulary import QUALIFIERS
from rag.wording import Token, country, opposites, stem

# How much better a claim's neighbours must fit another number, name or date of the evidence before the
# claim is said to have taken the wrong one: equal wording gives about 1, one swap 1.3 or more.
RIVAL_LEAST = 1.25
QUOTATION_LEAST = 2  # characters between quotation marks that are taken for one
SAID_LEAST = 0.8  # share of a claim's words inside the reported part: it says what the speaker said
ROLE_REACH = 4  # content words between a verb and a noun that is its subject or object

_QUOTED = re.compile(r'"([^"]{2,2000})"')
_AMOUNTS = {
    "all": "all", "every": "all", "each": "all", "both": "all", "most": "most", "majority": "most",
    "some": "some", "few": "few", "many": "many", "half": "half", "none": "none",
}  # fmt: skip
_PARTIAL = frozenset({"some", "most", "few", "half", "many"})  # a claim that drops one of these says more
_TITLES = frozenset(
    """president minister premier secretary chancellor senator governor mayor general judge justice doctor
    professor king queen prince princess pope chief executive chairman chairwoman spokesman spokeswoman leader
    foreign finance defence defense trade state prime deputy vice former party""".split()
)
_SYMMETRIC = frozenset("meet talk agree marry border discuss play and with between".split())
_PIVOTS = frozenset("than then".split())
_NO_NOUN = ("ed", "ing", "ly", "en")
_BE = frozenset("is are was were be been being got get".split())


def missing_numbers(match: Match) -> Iterator[str]:
    given = [(n, q) for n, line in enumerate(match.evidence) for q in line.quantities]
    for claimed in match.claim.quantities:
        same = [(n, q) for n, q in given if same_kind(claimed, q) and equal(claimed, q)]
        if any(same_kind(claimed, q) and implied(claimed, q) for _, q in given):
            continue
        if not same:
            if not (_is_a(match, claimed) or _is_year(match, claimed)):
                yield f"the number {claimed.text}"
            continue
        yield from _number_differs(claimed, [q for _, q in same])
        rivals = [(n, q) for n, q in given if q.kind == claimed.kind and not equal(claimed, q)]
        rival = _rival(match, claimed.last, same, rivals)
        if rival:
            yield f"the number {claimed.text} for this (there it is {rival})"
    yield from _reordered(match)


def _number_differs(claimed: Quantity, same: Sequence[Quantity]) -> Iterator[str]:
    if not any(same_bound(claimed, q) for q in same):
        if claimed.bound:
            yield f'the words "{claimed.bound}" before {claimed.text}'
        else:
            yield f'that it is "{same[0].bound} {claimed.text}"'
    roles = {q.role for q in same}
    if claimed.role and "" not in roles and claimed.role not in roles:
        yield f'that it is "{same[0].role} {claimed.text}"'


def _is_a(match: Match, claimed: Quantity) -> bool:
    """'one person' rests on 'a person'."""
    if claimed.value != 1 or claimed.kind:
        return False
    for token in match.claim.tokens[claimed.last + 1 : claimed.last + 3]:
        for place in match.candidates(token.place):
            before = match.evidence[place.line].tokens[max(0, place.place - 2) : place.place]
            if any(t.word in {"a", "an", "single"} for t in before):
                return True
    return False


def _is_year(match: Match, claimed: Quantity) -> bool:
    return claimed.is_year and any(
        claimed.value == date.year for line in match.evidence for date in line.dates
    )


def _reordered(match: Match) -> Iterator[str]:
    """'98 to 112' where the evidence has '112 to 98': a pair says which is whose."""
    pairs = {(a.value, b.value) for line in match.evidence for a, b in _pairs(line)}
    for first, second in _pairs(match.claim):
        pair = (first.value, second.value)
        if pair not in pairs and (pair[1], pair[0]) in pairs:
            yield f"{first.text} before {second.text}"


def _pairs(line: Line) -> Iterator[tuple[Quantity, Quantity]]:
    for first, second in zip(line.quantities, line.quantities[1:], strict=False):
        between = [token.word for token in line.tokens[first.last + 1 : second.first]]
        if between in (["-"], ["to"]) or (len(between) == 2 and between[1] == "to"):
            yield first, second


def _rival(
    match: Match,
    place: int,
    same: Sequence[tuple[int, Quantity]] | Sequence[tuple[int, Date]],
    rivals: Sequence[tuple[int, Quantity]] | Sequence[tuple[int, Date]],
) -> str:
    """The number or date of the evidence that the claim's neighbours belong to, if it is another one."""
    own = max(match.affinity(place, Place(n, q.last)) for n, q in same)
    best, text = max(((match.affinity(place, Place(n, q.last)), q.text) for n, q in rivals), default=(0.0, ""))
    return text if best > RIVAL_LEAST * own else ""


def missing_dates(match: Match) -> Iterator[str]:
    given = [(n, date) for n, line in enumerate(match.evidence) for date in line.dates]
    for claimed in match.claim.dates:
        same = [(n, date) for n, date in given if _means(claimed, date, match.evidence[n])]
        if same:
            leads = {date.lead for _, date in same}
            if claimed.lead not in leads and (claimed.lead or "" not in leads):
                yield f'the word "{claimed.lead or min(leads)}" before {claimed.text}'
            rivals = [(n, d) for n, d in given if _same_parts(d, claimed) and (n, d) not in same]
            rival = _rival(match, claimed.last, same, rivals)
            if rival:
                yield f"the date {claimed.text} for this (there it is {rival})"
        elif not (_published_then(match, claimed) or _is_number(match, claimed)):
            yield f"the date {claimed.text}"


def _means(claimed: Date, given: Date, line: Line) -> bool:
    wanted = list(readings(claimed, line.published)) if claimed.relative or claimed.weekday is not None else []
    return any(
        covers(reading, want) or _year_elsewhere(reading, want, line)
        for reading in readings(given, line.published)
        for want in wanted or [claimed]
    )


def _year_elsewhere(given: Date, claimed: Date, line: Line) -> bool:
    """The year of a date may stand at another place of its sentence."""
    if claimed.year is None or claimed.month is None or given.year is not None:
        return False
    years = {other.year for other in line.dates}
    day = (given.month, given.day if claimed.day else None) == (claimed.month, claimed.day)
    return claimed.year in years and day


def _same_parts(one: Date, other: Date) -> bool:
    return [bool(p) for p in (one.month, one.day)] == [bool(p) for p in (other.month, other.day)] and (
        (one.weekday is None) == (other.weekday is None) and bool(one.relative) == bool(other.relative)
    )


def _published_then(match: Match, claimed: Date) -> bool:
    """The day of publication counts where the cited sentences name no day themselves."""
    for line in match.evidence:
        day = line.published
        if day and not any(d.day or d.weekday is not None for d in line.dates):
            today = Date(day.year, day.month, day.day, day.weekday(), "", "", 0, 0, "")
            if covers(today, claimed):
                return True
    return False


def _is_number(match: Match, claimed: Date) -> bool:
    only_year = claimed.year and not claimed.month and not claimed.relative
    return bool(only_year) and any(
        q.value == claimed.year and not q.kind for line in match.evidence for q in line.quantities
    )


def missing_names(match: Match) -> Iterator[str]:
    run: list[Token] = []
    for token in (*match.claim.tokens, None):
        if token and is_name(match, token) and not _name_given(match, token):
            run.append(token)
        elif run:
            yield "the name " + " ".join(t.text for t in run)
            run = []
    names = [t for t in match.claim.tokens if is_name(match, t)]
    for first, second in zip(names, names[1:], strict=False):
        if second.place == first.place + 1 and _never_together(match, first, second):
            yield f"the name {first.text} {second.text}"
    for token in names:
        rival = _rival_name(match, token)
        if rival:
            yield f"the name {token.text} for this (there it is {rival})"


def is_name(match: Match, token: Token) -> bool:
    """A capitalised word; at the start of a sentence only where the evidence writes it so elsewhere."""
    if not token.capital or not token.is_word or token.place in match.claim.measured or len(token.text) < 2:
        return False
    if token.place in match.claim.stance.cues or not token.is_content:
        return False
    if not token.opens or token.text.isupper():
        return True
    following = match.claim.tokens[token.place + 1 : token.place + 2]
    found = [match.token(place) for place in match.candidates(token.place)]
    if found:
        return any(t.capital and not t.opens for t in found)
    is_run = bool(following) and following[0].capital and following[0].is_word
    return is_run or bool(country(token))


def _name_given(match: Match, token: Token) -> bool:
    for place in match.candidates(token.place):
        given = match.token(place)
        if given.word == token.word or given.capital or token.opens or token.text.isupper():
            return not (_is_actor_only(match.claim, token) and given.word != token.word)
        if token.word in _TITLES or given.stem == token.stem:
            return True
    return False


def _is_actor_only(line: Line, token: Token) -> bool:
    """'in Berlin' is the city, not Germany."""
    before = line.tokens[token.place - 1].word if token.place else ""
    return country(token).startswith("^") and before in {"in", "at", "near", "from", "to", "outside", "around"}


def _never_together(match: Match, first: Token, second: Token) -> bool:
    if first.word in _TITLES or second.word in _TITLES or country(first) or country(second):
        return False
    ones, others = match.candidates(first.place), match.candidates(second.place)
    if not ones or not others or not all(match.token(p).capital for p in (*ones, *others)):
        return False
    return not any(a.line == b.line and 0 < b.place - a.place <= 3 for a in ones for b in others)


def _rival_name(match: Match, token: Token) -> str:
    """Another name of the same sentence that the claim's neighbours belong to."""
    own = [place for place in match.candidates(token.place) if match.token(place).capital]
    if not own or token.word in _TITLES:
        return ""
    best = max(match.affinity(token.place, place) for place in own)
    for number in {place.line for place in own}:
        line = match.evidence[number]
        for other in line.tokens:
            is_rival = other.capital and not other.opens and other.is_content and other.word not in _TITLES
            if not is_rival or other.place in line.measured or Place(number, other.place) in match.carries:
                continue
            if match.affinity(token.place, Place(number, other.place)) > RIVAL_LEAST * best:
                return other.text
    return ""


def missing_quotations(claim: str, evidence: Sequence[str]) -> Iterator[str]:
    """Quotations of the claim that stand nowhere, word for word, in the evidence."""
    texts = [_plain(text) for text in evidence]
    for quotation in _QUOTED.findall(_plain_quotes(claim)):
        wanted = _plain(quotation).strip(" .,;:!?")
        if len(wanted) >= QUOTATION_LEAST and not any(f" {wanted} " in f" {text} " for text in texts):
            yield f'the quotation "{quotation.strip()}"'


def _plain_quotes(text: str) -> str:
    return text.translate(str.maketrans("“”„«»’‘", '"""""\'\''))


def _plain(text: str) -> str:
    """Lower case, plain quotes, words with single spaces."""
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*|[%$€£]", _plain_quotes(text).lower()))


def missing_stance(match: Match) -> Iterator[str]:
    """Negations and moods that stand on one side only."""
    for cue in match.claim.stance.negations:
        found = [match.rests_on[p] for p in cue.reach if p in match.rests_on][:2]
        if found and not any(_negated(match, place) for place in found):
            yield f'the negation "{cue.word}"'
    for number, line in enumerate(match.evidence):
        for cue in line.stance.negations:
            carried = [match.carries[p] for p in _places(number, cue) if p in match.carries][:2]
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
        if head is not None and not _has_mood(match.evidence[match.rests_on[head].line], match.rests_on[head].place, cue.mood):
            yield f'the word "{cue.word}"'
    for number, line in enumerate(match.evidence):
        for cue in line.stance.moods:
            carried = [match.carries[p] for p in _places(number, cue)[:1] if p in match.carries]
            if carried and not _claims_mood(match, carried[0], cue):
                yield f'that it only "{cue.word}" {line.tokens[cue.reach[0]].text}'.replace('"to" ', '"to" ')


def _has_mood(line: Line, place: int, mood: str) -> bool:
    return mood in moods_at(line.stance, place)


def _claims_mood(match: Match, place: int, cue: Cue) -> bool:
    moods = set(moods_at(match.claim.stance, place))
    if cue.mood == "to":
        return bool(moods) or match.claim.tokens[place - 1].word == "to" or _is_noun(match.claim, place)
    if cue.mood == "if":
        return "if" in moods or not moods
    return cue.mood in moods


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
            if match.candidates(token.place) and rival in match.carries:
                continue
            if match.affinity(token.place, rival) > RIVAL_LEAST * own or not match.candidates(token.place):
                yield f'"{token.text}" (there it says "{match.token(rival).text}")'
                break


def _relation_turned(match: Match, token: Token, against: frozenset[str]) -> Iterator[str]:
    """'before the vote' where the evidence has 'after the vote'."""
    anchor = next((t for t in match.claim.tokens[token.place + 1 : token.place + 5] if t.is_content), None)
    if anchor is None or anchor.place not in match.rests_on:
        return
    found = match.rests_on[anchor.place]
    before = match.evidence[found.line].tokens[max(0, found.place - 4) : found.place]
    words = [t.stem for t in before]
    if token.stem not in words:
        for word in words:
            if word in against:
                yield f'"{token.text}" (there it says "{word}")'
                return


def missing_amounts(match: Match) -> Iterator[str]:
    """'all' for 'some', and 'some' left out."""
    for token in match.claim.tokens:
        if not token.is_content or token.place not in match.rests_on:
            continue
        found = match.rests_on[token.place]
        line = match.evidence[found.line]
        ours, theirs = _amount(match.claim, token.place), _amount(line, found.place)
        if ours == theirs or (theirs == "all" and not ours):
            continue
        if ours and not theirs and (_AMOUNTS[ours] in {"some"} or ours in {t.word for t in line.tokens}):
            continue
        if ours:
            yield f'the word "{ours}"'
        elif theirs in _PARTIAL:
            yield f'that it is "{theirs}"'


def _amount(line: Line, place: int) -> str:
    """The amount word directly before a noun: 'some of the migrants'."""
    for token in reversed(line.tokens[max(0, place - 3) : place]):
        if token.place in line.measured:
            return ""
        if token.word in _AMOUNTS:
            return token.word
        if token.word not in {"of", "the", "its", "their"}:
            return ""
    return ""


def missing_qualifiers(match: Match) -> Iterator[str]:
    """'the former mayor' is not 'the mayor'."""
    for token in match.claim.tokens:
        if token.place not in match.rests_on:
            continue
        found = match.rests_on[token.place]
        given = match.evidence[found.line].tokens
        before = given[found.place - 1] if found.place else None
        ours = match.claim.tokens[token.place - 1].word if token.place else ""
        if before and before.word in QUALIFIERS and ours != before.word and not token.opens:
            said = {t.word for t in match.claim.tokens}
            if before.word not in said:
                yield f'that it is the "{before.text} {given[found.place].text}"'


def missing_speaker(match: Match) -> Iterator[str]:
    """Somebody's words told as a fact, or put into another's mouth."""
    ours = match.claim.stance.speech
    attributed = ours or any(t.stem in ATTRIBUTES or t.word == "according" for t in match.claim.tokens)
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
    return " ".join(t.text for t in (names if len(names) <= 4 else shown[-2:]))


def swapped_roles(match: Match) -> Iterator[str]:
    """'A told B' where the evidence has 'B told A', the passive allowed for."""
    for pivot, found in _role_pivots(match):
        flips = _is_passive(match.claim, pivot) != _is_passive(match.evidence[found.line], found.place)
        before = [t for t in match.claim.tokens[:pivot] if _is_party(match, t, pivot)]
        after = [t for t in match.claim.tokens[pivot + 1 :] if _is_party(match, t, pivot)]
        left = [t for t in before if _side(match, t, found) == (-1 if flips else 1)]
        right = [t for t in after if _side(match, t, found) == (1 if flips else -1)]
        if left and right:
            yield f'who did it: "{left[-1].text} {match.claim.tokens[pivot].text} {right[0].text}"'
            return


def _role_pivots(match: Match) -> Iterator[tuple[int, Place]]:
    for token in match.claim.tokens:
        if token.place in match.rests_on and token.stem not in _SYMMETRIC:
            yield token.place, match.rests_on[token.place]
        elif token.word in _PIVOTS and match.candidates(token.place):
            yield token.place, match.candidates(token.place)[0]


def _is_party(match: Match, token: Token, pivot: int) -> bool:
    if token.place not in match.rests_on or token.place in match.claim.measured:
        return False
    if is_name(match, token) and token.word not in _TITLES:
        return True
    apart = abs(match.claim.order[token.place] - match.claim.order[pivot])
    return apart <= ROLE_REACH and not token.word.endswith(_NO_NOUN)


def _side(match: Match, token: Token, pivot: Place) -> int:
    """−1 or 1: the token stands before or after the pivot in the evidence; 0 for both or neither."""
    line = match.evidence[pivot.line]
    places = [p.place for p in match.candidates(token.place) if p.line == pivot.line]
    near = [p for p in places if line.tokens[p].clause == line.tokens[pivot.place].clause] or places
    sides = {1 if place > pivot.place else -1 for place in near if place != pivot.place}
    return sides.pop() if len(sides) == 1 else 0


def _is_passive(line: Line, place: int) -> bool:
    """'was told by', 'imposed by'."""
    token = line.tokens[place]
    if token.word.endswith(("ing", "s")) or not token.is_content:
        return False
    for following in line.tokens[place + 1 : place + 10]:
        if following.word in {",", ";", "and", "but"}:
            return False
        if following.word == "by":
            behind = following.place + 1
            return behind < len(line.tokens) and behind not in line.measured
    return False


def stems_of(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())
