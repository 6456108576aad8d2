"""Whether something is so: what the best sentences say to 'Did Ortiz visit Oslo?' Pure.

The question becomes the statement that it asks about, and that is judged against each of the sentences as a
claim of an answer would be (`rag/verdicts`). As there, doubt goes before belief: what a sentence says in
quite other words it does not say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.citations import Resolver
from rag.premises import AUXILIARY, denied
from rag.sentences import rank_sentences
from rag.speakers import pronoun_meant
from rag.types import Bearing, Citation, Hit, Judgement, Marker, Told, Verdict
from rag.verdicts.facts import missing_dates, missing_numbers
from rag.verdicts.judge import judge, lines_of
from rag.verdicts.matching import Line, Match, line_of
from rag.verdicts.vocabulary import LIGHT
from rag.verdicts.wording import stems_of

SENTENCES_MOST = 6  # best ones that are judged: as many as an answer quotes
CHARACTERS_MOST = 300  # of a question; a longer one asks for several things
SUBJECT_MOST = 6  # words of the subject, behind which the auxiliary may stand
LACKING_MOST = 3  # words named

_ASKS = re.compile(
    rf"^\W*(?:(?:and|but|so) )?(?P<auxiliary>{AUXILIARY})\s+(?!not\b|n[o']t\b)(?P<rest>[^?]*[^?\s])[\s?]*$",
    re.IGNORECASE,
)
# 'Was it A or B', 'did they meet, and where': neither yes nor no answers these.
_ASKS_MORE = re.compile(
    r"\bor\b|(?:[,;:]|\band) (?:who|whom|when|where|which|what|how|why|if so)\b", re.IGNORECASE
)
_DROPPED = frozenset({"did", "do", "does"})  # 'did they meet' asks whether they met
_WITHIN_SUBJECT = frozenset("the a an any some of no this that these those its their his her and".split())
_NAME = re.compile(r"\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
# How a judgement tells what is missing: the 'not' of one of the two; a number or date; one put otherwise.
_NEGATED = "the negation"
_FACT = re.compile("^the (?:number|date) ")
_OF_ANOTHER = re.compile('["(]')


def told(question: str, hits: Sequence[Hit]) -> Told | None:
    """What the best sentences say to a question that asks whether something is so; None for any other.

    None too where one says that it is and another that it is not, and where one has all words of the
    question without saying clearly that it is so. What leans on an earlier question is not whole: None.
    """
    statements = list(statements_of(question))
    sentences = list(_best(hits)) if statements else []
    if not sentences:
        return None
    judged = [(marker, [judge(s, [_alone(citation)]) for s in statements]) for marker, citation in sentences]
    said = next((m for m, found in judged if any(one.verdict is Verdict.SUPPORTED for one in found)), None)
    refuted = denied(f"Why {question.strip()}", hits)
    refuted = refuted or next((m for m, found in judged if any(map(_is_negated, found))), None)
    if said and refuted:
        return None
    if said:
        return Told(Bearing.SAID, said)
    if refuted:
        return Told(Bearing.DENIED, refuted)
    lacking = [(words_lacking(statements[0], citation), marker) for marker, citation in sentences]
    words, nearest = min(lacking, key=lambda one: len(one[0]))
    return Told(Bearing.NEITHER, nearest, words[:LACKING_MOST]) if words else None


def statements_of(question: str) -> Iterator[str]:
    """'Was the ship freed?' as 'the ship was freed', once for each place where the auxiliary may belong.

    Nothing for a question that neither yes nor no answers.
    """
    match = _ASKS.match(question)
    if not match or len(question) > CHARACTERS_MOST or "(" in question or _ASKS_MORE.search(question):
        return
    auxiliary = match["auxiliary"].lower()
    line = line_of(re.sub(r"^any\b", "some", match["rest"], flags=re.IGNORECASE))
    places = [] if auxiliary in _DROPPED else list(_behind_subject(line))
    for place in places:
        yield f"{line.text[:place]}{auxiliary} {line.text[place:]}."
    if not places:  # 'did they meet', 'is Huawei on the list'
        yield f"{line.text}."


def _behind_subject(line: Line) -> Iterator[int]:
    """The offsets at which the subject may be over."""
    for before, behind in pairwise(line.tokens[: SUBJECT_MOST + 1]):
        within = {before.word, behind.word} & _WITHIN_SUBJECT or {before.place, behind.place} & line.measured
        if not within and behind.is_word and not behind.capital:
            yield behind.start


def words_lacking(statement: str, citation: Citation) -> tuple[str, ...]:
    """The names, numbers, days and other words of weight that neither the sentence nor its title has.

    Of a name one word is enough.
    """
    match = Match(line_of(statement), lines_of([citation]))
    facts = (one for one in (*missing_numbers(match), *missing_dates(match)) if not _OF_ANOTHER.search(one))
    measures = (_FACT.sub("", one) for one in facts)
    return tuple(dict.fromkeys([*measures, *_words_lacking(match)]))


def _words_lacking(match: Match) -> Iterator[str]:
    claim = match.claim
    names = [found.span() for found in _NAME.finditer(claim.text)]
    for token in (claim.tokens[place] for place in claim.content):
        start, end = next((n for n in names if n[0] <= token.start < n[1]), (token.start, token.end))
        parts = [part.place for part in claim.tokens if start <= part.start < end]
        if token.stem not in stems_of(LIGHT) and not any(map(match.candidates, parts)):
            yield claim.text[start:end]


def _is_negated(found: Judgement) -> bool:
    """Whether all that it lacks is a 'not' of one of the two."""
    return len(found.missing) == 1 and found.missing[0].startswith(_NEGATED)


def _alone(citation: Citation) -> Citation:
    """Without its title: a headline says more than each sentence below it."""
    return replace(citation, title="", source="")


def _best(hits: Sequence[Hit]) -> Iterator[tuple[Marker, Citation]]:
    resolver = Resolver(hits)
    for pick in rank_sentences(hits)[:SENTENCES_MOST]:
        marker = Marker(pick.hit + 1, pick.sentence + 1)
        citation = resolver.cite(marker)
        if citation and "?" not in citation.quote:
            pronoun, name = pronoun_meant(hits[pick.hit].passage.sentences, pick.sentence)
            if name:
                quote = re.sub(rf"\b{pronoun}\b", name, citation.quote, count=1, flags=re.IGNORECASE)
                citation = replace(citation, quote=quote)
            yield marker, citation
