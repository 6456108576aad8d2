"""Whether a claim is borne out by the sentences that it cites. Decided by code, from words alone. Pure.

Similar is not supported: every number, date, name, quotation and negation of the claim must be in the
evidence, in the same relation, and then every word that carries content. What is missing is named.
"""

import re
from collections.abc import Callable, Sequence

from rag import checks, relations
from rag.matching import Line, Match, line_of
from rag.rewording import reworded
from rag.slots import exchanged
from rag.types import Citation, Judgement, Verdict
from rag.vocabulary import LIGHT
from rag.wording import stems_of

CLAIM_MOST = 2000  # characters of a claim that are analysed: no sentence of an answer is longer
EVIDENCE_MOST = 8000  # characters of all cited sentences together that are analysed
TITLE_MOST = 300  # characters of a title
MISSING_MOST = 6  # reasons shown; a claim that lacks more is not mended by knowing them
# Shares of a claim's content that the evidence must hold, names and numbers counting double. Found on the
# tuning part of evals/verdict_pairs.jsonl (`python -m evals verdicts` shows what they give).
PARTLY_LEAST = 0.40  # less, and the sentence speaks of something else
FACT_MISSING_LEAST = 0.34  # the same where a number, name or negation is wrong as well
# A semantic score may lift what words alone do not show, never over a missing fact.
SIMILAR_SUPPORTED = 0.86
SIMILAR_PARTLY = 0.60
WORDS_LIFTED_MOST = 1  # words without a match that a semantic score may bridge

_SIGNS = re.compile(r"[^\w%$€£]+")


def judge(
    claim: str, evidence: Sequence[Citation], similarity: Callable[[str, str], float] | None = None
) -> Judgement:
    """The verdict on one sentence of an answer, and what its evidence lacks.

    Evidence is the cited sentences with their articles' titles, outlets and dates. `similarity` gives a
    semantic score in [−1, 1] of two texts; without it words alone decide.
    """
    if not evidence:
        return Judgement(Verdict.UNCITED)
    if len(claim) > CLAIM_MOST:
        return Judgement(
            Verdict.NOT_SUPPORTED, (f"a claim of at most {CLAIM_MOST} characters; longer ones are not checked",)
        )
    quotes = _within(evidence)
    if any(_plain(claim) == _plain(quote) for quote in quotes):
        return Judgement(Verdict.SUPPORTED)
    match = Match(line_of(claim), _lines(evidence, quotes))
    facts = _missing_facts(claim, match, [*quotes, *(c.title[:TITLE_MOST] for c in evidence)])
    words = _missing_words(match)
    return _decide(claim, quotes, match, facts, words, similarity)


def _within(evidence: Sequence[Citation]) -> list[str]:
    """The cited sentences, as many characters of them as are analysed."""
    quotes, left = [], EVIDENCE_MOST
    for citation in evidence:
        quotes.append(citation.quote[:left])
        left -= len(quotes[-1])
    return quotes


def _lines(evidence: Sequence[Citation], quotes: Sequence[str]) -> list[Line]:
    lines = []
    for citation, quote in zip(evidence, quotes, strict=True):
        published = citation.published_at.date() if citation.published_at else None
        lines.append(line_of(quote, published))
    for title, source in dict.fromkeys((c.title[:TITLE_MOST], c.source[:TITLE_MOST]) for c in evidence):
        if title or source:
            lines.append(line_of(f"{title} . {source}"))
    return lines


def _missing_facts(claim: str, match: Match, texts: Sequence[str]) -> list[str]:
    found = [
        *checks.missing_quotations(claim, texts),
        *checks.missing_numbers(match),
        *checks.missing_dates(match),
        *checks.missing_names(match),
        *relations.missing_stance(match),
        *relations.missing_directions(match),
        *relations.missing_amounts(match),
        *relations.missing_qualifiers(match),
        *relations.missing_speaker(match),
        *relations.swapped_roles(match),
        *relations.exchanged_subjects(match),
        *exchanged(match),
        *reworded(match),
    ]
    return list(dict.fromkeys(found))


def _missing_words(match: Match) -> list[str]:
    """Content words of the claim that the evidence has in no form; light ones are let pass."""
    return [
        match.claim.tokens[place].text
        for place in match.claim.content
        if place not in match.rests_on
        and not checks.is_name(match, match.claim.tokens[place])
        and match.claim.tokens[place].stem not in stems_of(LIGHT)
    ]


def _share(match: Match) -> float:
    """The share (0..1) of the claim's content that the evidence holds."""
    total = held = 0.0
    for place in match.claim.content:
        token = match.claim.tokens[place]
        weight = 2.0 if checks.is_name(match, token) else 0.5 if token.stem in stems_of(LIGHT) else 1.0
        total += weight
        held += weight * (place in match.rests_on)
    numbers = len(match.claim.quantities) + len(match.claim.dates)
    absent = len({*checks.missing_numbers(match), *checks.missing_dates(match)})
    total += 2.0 * numbers
    held += 2.0 * max(0, numbers - absent)
    return held / total if total else 0.0


def _decide(
    claim: str,
    quotes: Sequence[str],
    match: Match,
    facts: list[str],
    words: list[str],
    similarity: Callable[[str, str], float] | None,
) -> Judgement:
    share = _share(match)
    unmatched = [f"the word {words[0]}" if len(words) == 1 else "the words " + ", ".join(words)] if words else []
    missing = tuple([*facts, *unmatched][:MISSING_MOST])
    if facts:
        kept = share >= FACT_MISSING_LEAST
        return Judgement(Verdict.PARTLY if kept else Verdict.NOT_SUPPORTED, missing)
    if not words and share:
        return Judgement(Verdict.SUPPORTED)
    if similarity:
        score = similarity(claim, " ".join(quotes))
        if score >= SIMILAR_SUPPORTED and len(words) <= WORDS_LIFTED_MOST and share >= PARTLY_LEAST:
            return Judgement(Verdict.SUPPORTED)
        if score >= SIMILAR_PARTLY:
            return Judgement(Verdict.PARTLY, missing)
    if share >= PARTLY_LEAST:
        return Judgement(Verdict.PARTLY, missing)
    return Judgement(Verdict.NOT_SUPPORTED, missing or ("anything that can be checked",))


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", text.lower()).strip()
