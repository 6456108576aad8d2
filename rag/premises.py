"""What a question takes for granted, and the sentence that denies it. Pure.

'Why did the US cut the number of flights?' takes for granted that it was cut. Where a sentence on the very
point says that it was raised, the reader must be told so. Words alone decide, and only where they are sure:
a false alarm refuses a good question.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from rag.premise_events import asked_by_other, called_off, not_in_person
from rag.premise_point import HELD_LEAST, Point
from rag.sentences import rank_sentences
from rag.types import Hit, Marker
from rag.verdicts.dates import MONTHS
from rag.verdicts.matching import Line
from rag.verdicts.quantities import Quantity
from rag.verdicts.relations import MODALS
from rag.verdicts.speech import BE
from rag.verdicts.stance import Cue, moods_of
from rag.verdicts.vocabulary import LIGHT
from rag.verdicts.wording import Token, stems_of, two_sided

SENTENCES_MOST = 6  # best ones that are looked at: what denies a question is nearly always among them
CHANCE_LEAST = 0.2  # of a sentence to be part of the answer; below it, it is on something else
CHARACTERS_MOST = 600  # of a question or sentence; a longer one speaks of several points
# Shares found on the open part of the gold questions and on squad-open (evals/README.md).
DENIED_LEAST = 0.66  # of the words under the sentence's 'not' or 'no', in the question
UNDATED_LEAST = 0.4  # the same where it has no date for what the question wants the date of
FIT_LEAST = 0.3  # affinity of two opposite words: they stand between the same neighbours
COUNTED_MOST = 20  # 'five red lines' are counted; larger numbers are rounded, or measure

# Verbs of which only one can be true of the same thing at the same time.
_OPPOSED = """
accept welcome support back supporter praise / reject refuse oppose condemn denounce veto
raise rise increase hike triple double / lower cut reduce decrease slash halve
impose / lift remove drop waive
include / exclude
put / exclude
ban prohibit bar forbid / allow permit
suspend halt cancel / resume restart launch
confirm admit acknowledge accept / deny
tighten / ease loosen relax
strengthen / weaken
expand widen / shrink narrow
"""
# With one of these a question begins that yes or no answers.
AUXILIARY = "did|do|does|is|are|was|were|has|have|had|will|would|can|could|should|may|might"
_YES_OR_NO = re.compile(rf"^\W*(?:{AUXILIARY})\b", re.IGNORECASE)
# The answer may be none, or a part of what is denied.
_OPEN_TO_NONE = re.compile(
    r"\b(?:how (?:many|much|often)|if|only|whether|other than|rather than|besides|else|except|says?|said)\b",
    re.IGNORECASE,
)
_AUXILIARIES = BE | MODALS | frozenset("did does do have has had".split())
_NOT = frozenset({"not", "never"})
_NONE = frozenset("no none without nothing nobody neither denied denies deny".split())
_LIMITS = frozenset({"until", "but", "if", "unless", "than", "only", "just", "merely"})
_NO_DATE = frozenset("date deadline timetable".split())
_TIMES = frozenset("second minute hour day week month year decade century".split())
_ASKING = frozenset("why how when where what which who whom for since in".split())
_JOINING = frozenset("when while after before because although though".split())
_REFUSED = frozenset("not never refuse fail decline".split())
_MUTUAL = stems_of("met talk talks agree discuss marry border share play begin start end")  # A met B: B met A


def denied(question: str, hits: Sequence[Hit]) -> Marker | None:
    """The best sentence that denies what the question takes for granted; None for nearly all questions.

    A question that leans on an earlier one is passed over: what it takes for granted is not its own.
    """
    if len(question) > CHARACTERS_MOST or "(" in question or _YES_OR_NO.search(question):
        return None
    texts = [hit.passage.text for hit in hits]
    for pick in rank_sentences(hits)[:SENTENCES_MOST]:
        if pick.score < CHANCE_LEAST:
            break
        hit, s = hits[pick.hit], pick.sentence
        published = hit.article.published_at.date() if hit.article.published_at else None
        before = hit.passage.sentences[s - 1].text if s else ""
        around = f"{hit.article.title} . {before}"
        if denies(question, hit.passage.sentences[s].text, published, around, texts):
            return Marker(pick.hit + 1, s + 1)
    return None


def denies(
    question: str, sentence: str, published: date | None = None, around: str = "", texts: Sequence[str] = ()
) -> str:
    """What in the sentence denies what the question takes for granted, in words; empty for nothing.

    `around`: its title and the sentence before; `texts`: where the countries of persons are looked for.
    """
    if "?" in sentence or len(sentence) > CHARACTERS_MOST:
        return ""
    point = Point(question, sentence, published, around)
    named = any(point.match.candidates(token.place) for token in point.names())
    if not point.same_time():
        return ""
    finds = (_denied_there, _denied_here, _opposite, _exchanged, _counted_otherwise, not_in_person)
    for find in finds if named else ():  # without a name in common they may speak of anything
        if words := find(point):
            return words
    return called_off(point) or asked_by_other(point, texts)


def _denied_there(point: Point) -> str:
    """'did not meet Xi', 'no Chinese bank': the sentence negates what the question speaks of as true."""
    if point.claim.stance.negations or _OPEN_TO_NONE.search(point.question):
        return ""
    line = point.line
    for cue in line.stance.negations:
        reach = [p for p in cue.reach if p in line.stance.negated and p not in line.measured]
        said = [p for p in reach if line.tokens[p].stem not in stems_of(LIGHT)]
        heads = reach[:1] if cue.word in _NOT else reach[:2]
        if not said or not _is_plain(line, cue) or not any(p in point.carried for p in heads):
            continue
        near = [ours for p in reach for ours in point.carried.get(p, ())]
        share = sum(p in point.carried for p in said) / len(said)
        no_date = point.asks_when and any(line.tokens[p].word in _NO_DATE for p in heads)
        if (
            share >= (UNDATED_LEAST if no_date else DENIED_LEAST)
            and point.sure(near)
            and _speaks_of(point, cue.place)
        ):
            return f"{cue.word} {line.tokens[said[0]].text}"
    return ""


def _is_plain(line: Line, cue: Cue) -> bool:
    """Whether the negation has no bounds, as 'not until', 'not only' and 'not for years' have."""
    behind = line.tokens[cue.place + 1 : cue.place + 12]
    if cue.word in _NOT:
        before = {t.word for t in line.tokens[max(0, cue.place - 3) : cue.place]}
        if not before & _AUXILIARIES or (behind and behind[0].word in {"a", "an", "the"}):
            return False
    elif cue.word not in _NONE:
        return False
    if {t.word for t in behind} & _LIMITS or {t.word for t in behind[:2]} & {"as", "yet"}:
        return False
    lasts = any(q.kind in _TIMES and q.first > cue.place for q in line.quantities)
    return not lasts and not moods_of(line.stance, cue.reach[0]) - {"agreed to", "plans to"}


def _speaks_of(point: Point, place: int) -> bool:
    """Whether the names before the negation, its speaker's apart, are those of the question."""
    line, speech = point.line, point.line.stance.speech
    told = set(speech.speaker) if speech else set()
    names = [
        t.place
        for t in line.tokens[:place]
        if t.capital
        and t.is_content
        and t.place not in line.measured | told
        and t.word not in MONTHS
        and (not t.opens or t.place in point.carried or line.tokens[t.place + 1].capital)
    ]
    subject = [p for p in names if line.tokens[p].clause == line.tokens[place].clause] or names[:1]
    return not subject or subject[0] in point.carried


def _denied_here(point: Point) -> str:
    """'Why did Blinken not congratulate Lai?' where the sentence says that he did."""
    if _OPEN_TO_NONE.search(point.question) or re.search(r"\bas\b", point.question):
        return ""
    tokens, line = point.claim.tokens, point.line
    for cue in point.claim.stance.negations:
        before = [t.word for t in tokens[: cue.place]]
        leads = bool(before) and before[0] in _ASKING and bool(_AUXILIARIES & set(before[1:6]))
        if not leads or tokens[cue.place].stem not in _REFUSED or {"that", "who", "when"} & set(before[2:]):
            continue
        reach = [p for p in cue.reach if p not in point.claim.measured]
        found = [c.place for c in point.match.candidates(reach[0])] if reach else []
        if not found or any(p in line.stance.negated or moods_of(line.stance, p) for p in found):
            continue
        subject = [p for p in point.claim.content if p < reach[0]]
        end = next((t.place for t in tokens[cue.place :] if t.word in _JOINING), len(tokens))
        named = {t.place for t in point.names()}.difference(point.names_lacking())
        objects = [p in named or bool(point.match.candidates(p)) for p in reach[1:] if p < end]
        held = sum(objects) >= DENIED_LEAST * len(objects)
        if subject and point.match.candidates(subject[-1]) and held and point.sure():
            return line.tokens[found[0]].text
    return ""


@cache
def _opposed() -> dict[str, frozenset[str]]:
    """Stem → the stems of which only one can be true with it."""
    return two_sided(_OPPOSED)


def _opposite(point: Point) -> str:
    """'cut' for 'raised', between the same neighbours."""
    if not point.numbers_held():
        return ""
    for token in point.claim.tokens:
        if token.place in point.claim.measured or point.match.candidates(token.place) or token.capital:
            continue
        if point.held(token.place) < HELD_LEAST or point.names_lacking():
            continue
        if other := _opposite_of(point, token):
            return other
    return ""


def _opposite_of(point: Point, token: Token) -> str:
    for other in sorted(_opposed().get(token.stem, ())):
        for place in point.match.by_stem.get(other, ()):
            found = point.match.token(place)
            ours = token.place in point.claim.stance.negated
            theirs = place.place in point.line.stance.negated
            is_verb = found.is_verb or found.word.endswith("s")
            fits = point.match.affinity(token.place, place) >= FIT_LEAST
            if is_verb and fits and ours == theirs and not moods_of(point.line.stance, place.place):
                return found.text
    return ""


def _exchanged(point: Point) -> str:
    """'Why did A suspend the talks with B?' where B suspended those with A."""
    match, tokens = point.match, point.claim.tokens
    negations = [c for line in (point.claim, point.line) for c in line.stance.negations if c.word != "non"]
    did = next((t.place for t in tokens[:8] if t.word in {"did", "does", "do"}), None)
    if negations or did is None or not point.sure():
        return ""
    names = [t for t in point.names() if match.candidates(t.place)]
    for verb in tokens[did + 2 :]:
        subjects = [t for t in names if did < t.place < verb.place]
        objects = [t for t in names if verb.place < t.place <= verb.place + 8]
        if verb.word in {"that", "who", "which", "when", "after", "in", "with", "about"}:
            break
        if not subjects or not objects or not verb.is_content or verb.capital or verb.stem in _MUTUAL:
            continue
        for place in match.candidates(verb.place):
            found = match.token(place)
            if found.is_verb and found.stem not in _MUTUAL and not _is_passive(point.line, place.place):
                behind, before = (_side(point, t, place.place) for t in (subjects[-1], objects[0]))
                if behind > 0 > before:
                    return f"{objects[0].text} {found.text}"
    return ""


def _side(point: Point, token: Token, pivot: int) -> int:
    """−1 or 1: the token stands before or behind the pivot in the sentence; 0 for both or neither."""
    sides = {1 if c.place > pivot else -1 for c in point.match.candidates(token.place) if c.place != pivot}
    return sides.pop() if len(sides) == 1 else 0


def _is_passive(line: Line, place: int) -> bool:
    before = {t.word for t in line.tokens[max(0, place - 3) : place]}
    return bool(BE & before) or "by" in {t.word for t in line.tokens[place + 1 : place + 3]}


def _counted_otherwise(point: Point) -> str:
    """'which of the five red lines' where there are four."""
    if point.held() < HELD_LEAST:
        return ""
    for ours in filter(_is_count, point.claim.quantities):
        noun = _counted(point.claim, ours)
        places = {c.place for c in point.match.candidates(noun.place)} if noun else set()
        if noun is None or any(q.value == ours.value for q in point.line.quantities):
            continue
        for theirs in filter(_is_count, point.line.quantities):
            other = _counted(point.line, theirs)
            if other and other.place in places:
                return f"{theirs.text} {other.text}"
    return ""


def _is_count(quantity: Quantity) -> bool:
    return not quantity.kind and not quantity.bound and quantity.value in range(2, COUNTED_MOST + 1)


def _counted(line: Line, quantity: Quantity) -> Token | None:
    """'lines' for 'five red lines'."""
    for token in line.tokens[quantity.last + 1 : quantity.last + 5]:
        if not token.is_content or token.is_verb or token.place in line.measured:
            return None
        if token.word.endswith("s"):
            return token
    return None
