"""What a question takes for granted, and the sentence that denies it. Pure.

'Why did the US cut the number of flights?' takes for granted that it was cut. Where a sentence on the very
point says that it was raised, the reader must be told so. Words alone decide, and only where they are sure:
a false alarm refuses a good question.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import cache

from rag.sentences import rank_sentences
from rag.types import Hit, Marker
from rag.verdicts.dates import MONTHS
from rag.verdicts.matching import Line, Match, line_of
from rag.verdicts.names import is_name
from rag.verdicts.periods import meet, periods
from rag.verdicts.quantities import Quantity
from rag.verdicts.relations import MODALS
from rag.verdicts.speech import BE
from rag.verdicts.stance import Cue, moods_of
from rag.verdicts.vocabulary import LIGHT
from rag.verdicts.wording import Token, country, stems_of, two_sided

SENTENCES_MOST = 4  # best ones that are looked at: what denies a question is nearly always among them
CHANCE_LEAST = 0.2  # of a sentence to be part of the answer; below it, it is on something else
CHARACTERS_MOST = 600  # of a question or sentence; a longer one speaks of several points
# Shares found on the open part of the gold questions and on squad-open (evals/README.md).
HELD_LEAST = 0.6  # of the question's words, in the sentence; what only stands beside it counts half
DENIED_LEAST = 0.66  # of the words under the sentence's 'not' or 'no', in the question
FIT_LEAST = 0.3  # affinity of two opposite words: they stand between the same neighbours
COUNTED_MOST = 20  # 'five red lines' are counted; larger numbers are rounded, or measure
NAME_REACH = 3  # tokens between the words of one name
TITLE_WORDS = 7  # between a person's country and name: 'US Secretary of State Antony Blinken'

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
# Phrases that stand for one word here.
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\b(?:left|leave|leaves|leaving|carved?)((?: \w+){0,3}) out\b", r"excluded\1"),
        (r"\blet(?:s|ting)? go\b", "release"),
        (r"\breceived?\b", "met"),
        (r"\bco-?sponsor(?:ed|s|ing)?\b", "supporter"),
        (r"\bplac(?:e|ed|es|ing) (?=sanctions|tariffs|curbs|limits)", "imposed "),
    )
)
_YES_OR_NO = re.compile(
    r"^\W*(?:did|do|does|is|are|was|were|has|have|had|will|would|can|could|should|may|might)\b", re.IGNORECASE
)
_ASKS_WHEN = re.compile(
    r"\b(?:when|(?:by|in|on|until|since|from) (?:which|what) (?:year|day|date|month))\b", re.IGNORECASE
)
_LIST = re.compile(r"^\W*(?:list|name|give|tell me|describe|explain)\b", re.IGNORECASE)
# The answer may be none, or a part of what is denied.
_OPEN_TO_NONE = re.compile(
    r"\b(?:how (?:many|much|often)|if|only|whether|other than|rather than|besides|else|except|says?|said)\b",
    re.IGNORECASE,
)
_FACE_TO_FACE = re.compile(
    r"\b(?:(?:in )?(?:which|what) (?:city|building|room|hotel|place|country|town)|where|face to face"
    r"|in person|s[ia]t down|sh[ao]oke? hands)\b",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"\b(?:meet|met|meeting|s[ia]t down|talks|consultations|sh[ao]oke? hands)\b", re.IGNORECASE
)
_REMOTE = re.compile(
    r"\bby (?:video|telephone|phone)\b|\bvideo (?:call|link|conference)\b"
    r"|\btelephone call\b|\bvirtual(?:ly)?\b",
    re.IGNORECASE,
)
_MEETINGS = "meeting|call|talks|conversation"
_ASKED = re.compile(
    rf"\bdid (?P<who>[^?]{{2,40}}?) (?:ask|request)\b(?P<rest>[^?]*?\b(?:{_MEETINGS})\b[^?]*)"
)
_AT_REQUEST = re.compile(
    rf"\bat the request of (?:the )?(\w+)|\bat (\w+)'s request"
    rf"|\b(\w+)(?: side)? had asked for the (?:{_MEETINGS})"
    rf"|\b(\w+)'s request for the (?:{_MEETINGS})"
)

_AUXILIARIES = BE | MODALS | frozenset("did does do have has had".split())
_NOT = frozenset({"not", "never"})
_NONE = frozenset("no none without nothing nobody neither denied denies deny".split())
_LIMITS = frozenset({"until", "but", "if", "unless", "than", "only", "just", "merely"})
_TIMES = frozenset("second minute hour day week month year decade century".split())
_ASKING = frozenset("why how when where what which who whom for since in".split())
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
    point = _Point(question, sentence, published, around)
    named = any(point.match.candidates(token.place) for token in point.names())
    if not point.same_time():
        return ""
    finds = (_denied_there, _denied_here, _opposite, _exchanged, _counted_otherwise, _not_in_person)
    for find in finds if named else ():  # without a name in common they may speak of anything
        if words := find(point):
            return words
    return _asked_by_other(point, texts)


class _Point:
    """A question laid against a sentence."""

    def __init__(self, question: str, sentence: str, published: date | None, around: str) -> None:
        text = _LIST.sub("", question)
        if _ASKS_WHEN.search(text):
            text = text.rstrip("? ") + " date?"  # 'sets no date' denies 'by which year'
        self.question = question
        self.claim = line_of(_one_word(text))
        self.line = line_of(_one_word(sentence), published)
        self.match = Match(self.claim, [self.line])
        self._around = Match(self.claim, [line_of(_one_word(around))])
        self.carried: dict[int, list[int]] = {}  # place in the sentence → the question's
        for token in self.claim.tokens:
            for place in self.match.candidates(token.place):
                self.carried.setdefault(place.place, []).append(token.place)
        self._content = [p for p in self.claim.content if self.claim.tokens[p].word not in MODALS | {"date"}]

    def held(self, passing: int = -1) -> float:
        """The share (0..1) of the question's words that the sentence has; names count double."""
        total = held = 0.0
        for place in self._content:
            if place == passing:
                continue
            token = self.claim.tokens[place]
            weight = 2.0 if is_name(self.match, token) else 0.5 if token.stem in stems_of(LIGHT) else 1.0
            total += weight
            held += weight * self._share(place)
        return held / total if total else 0.0

    def _share(self, place: int) -> float:
        if self.match.candidates(place):
            return 1.0
        return 0.5 if self._around.candidates(place) else 0.0

    def names(self) -> list[Token]:
        return [self.claim.tokens[p] for p in self._content if is_name(self.match, self.claim.tokens[p])]

    def names_lacking(self) -> list[int]:
        """Places of the names that stand neither in the sentence nor beside it.

        Of 'Lai Ching-te' one word is enough.
        """
        places = [token.place for token in self.names()]
        known = {place for place in places if self._share(place)}
        return [p for p in places if not any(abs(p - other) <= NAME_REACH for other in known)]

    def same_time(self) -> bool:
        ours, theirs = periods(self.claim), periods(self.line)
        return not ours or not theirs or meet(ours, theirs)

    def numbers_held(self, near: Collection[int] = ()) -> bool:
        """Whether the sentence has the question's numbers, those before the words at `near` apart."""
        return all(
            self.match.candidates(q.last) or any(0 < place - q.last <= 3 for place in near)
            for q in self.claim.quantities
        )


def _one_word(text: str) -> str:
    for pattern, words in _PHRASES:
        text = pattern.sub(words, text)
    return text


def _denied_there(point: _Point) -> str:
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
        if share >= DENIED_LEAST and _sure(point, near) and _speaks_of(point, cue.place):
            return f"{cue.word} {line.tokens[said[0]].text}"
    return ""


def _sure(point: _Point, near: Collection[int] = ()) -> bool:
    return not point.names_lacking() and point.numbers_held(near) and point.held() >= HELD_LEAST


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


def _speaks_of(point: _Point, place: int) -> bool:
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


def _denied_here(point: _Point) -> str:
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
        objects = [bool(point.match.candidates(p)) for p in reach[1:]]
        held = sum(objects) >= DENIED_LEAST * len(objects)
        if subject and point.match.candidates(subject[-1]) and held and _sure(point):
            return line.tokens[found[0]].text
    return ""


@cache
def _opposed() -> dict[str, frozenset[str]]:
    """Stem → the stems of which only one can be true with it."""
    return two_sided(_OPPOSED)


def _opposite(point: _Point) -> str:
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


def _opposite_of(point: _Point, token: Token) -> str:
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


def _exchanged(point: _Point) -> str:
    """'Why did A suspend the talks with B?' where B suspended those with A."""
    match, tokens = point.match, point.claim.tokens
    negations = [c for line in (point.claim, point.line) for c in line.stance.negations if c.word != "non"]
    did = next((t.place for t in tokens[:8] if t.word in {"did", "does", "do"}), None)
    if negations or did is None or not _sure(point):
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


def _side(point: _Point, token: Token, pivot: int) -> int:
    """−1 or 1: the token stands before or behind the pivot in the sentence; 0 for both or neither."""
    sides = {1 if c.place > pivot else -1 for c in point.match.candidates(token.place) if c.place != pivot}
    return sides.pop() if len(sides) == 1 else 0


def _is_passive(line: Line, place: int) -> bool:
    before = {t.word for t in line.tokens[max(0, place - 3) : place]}
    return bool(BE & before) or "by" in {t.word for t in line.tokens[place + 1 : place + 3]}


def _counted_otherwise(point: _Point) -> str:
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


def _not_in_person(point: _Point) -> str:
    """'In which city did they meet on 16 April?' where they spoke by video on that day."""
    asks = _FACE_TO_FACE.search(point.question) and _MEETING.search(point.question)
    if not asks or point.names_lacking() or _REMOTE.search(point.question) or point.held() < HELD_LEAST:
        return ""
    found = _REMOTE.search(point.line.text)
    dated = meet(periods(point.claim), periods(point.line))
    return found.group() if found and dated else ""


def _asked_by_other(point: _Point, texts: Sequence[str]) -> str:
    """'Why did Wang ask Blinken for a meeting?' where it took place at the request of the US side."""
    asked = _ASKED.search(point.question)
    found = _AT_REQUEST.search(re.sub(r" +'s +", "'s ", point.line.text))
    if not asked or not found:
        return ""
    asker = next(word for word in found.groups() if word)
    others = [word for word in re.findall(r"\w+", asked["rest"]) if word[0].isupper()]
    is_other = asker in others or any(_is_of(name, asker, texts) for name in others)
    own = re.findall(r"\w+", asked["who"])
    return asker if is_other and asker not in own and not _is_of(own[-1], asker, texts) else ""


def _is_of(name: str, people: str, texts: Sequence[str]) -> bool:
    """Whether some text calls the person 'US Secretary of State …' where `people` is 'American'."""
    wanted = {country(token)[1:] for token in line_of(people).tokens} - {""}
    return any(wanted & set(_countries_before(line_of(text).tokens, name)) for text in texts if wanted)


def _countries_before(tokens: Sequence[Token], name: str) -> Iterator[str]:
    for token in tokens:
        if token.text == name:
            for other in reversed(tokens[max(0, token.place - TITLE_WORDS) : token.place]):
                if not (other.capital or other.word == "of"):
                    break
                if country(other):
                    yield country(other)[1:]
