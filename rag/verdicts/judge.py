"""Whether a claim is borne out by the sentences that it cites. Decided by code, from words alone. Pure.

Similar is not supported: every number, date, name, quotation and negation of the claim must be in the
evidence, in the same relation, and then every word that carries content. What is missing is named.
"""

import re
from collections.abc import Callable, Sequence

from rag.types import Citation, Judgement, Verdict
from rag.verdicts import facts, names, relations, roles
from rag.verdicts.matching import Line, Match, line_of
from rag.verdicts.rewording import reworded
from rag.verdicts.slots import exchanged
from rag.verdicts.transposed import transposed
from rag.verdicts.vocabulary import LIGHT
from rag.verdicts.wording import stems_of

CLAIM_MOST = 2000  # characters of a claim that are analysed: no sentence of an answer is longer
MEASURES_MOST = 40  # numbers and dates of a claim that are analysed; more make a table, not a sentence
QUOTE_MOST = 2000  # characters of a cited sentence that are analysed
QUOTES_MOST = 12  # cited sentences of one claim that are analysed
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
        return Judgement(Verdict.NOT_SUPPORTED, (f"a claim of at most {CLAIM_MOST} characters",))
    if any(_plain(claim) == _plain(citation.quote) for citation in evidence):
        return Judgement(Verdict.SUPPORTED)
    line = line_of(claim)
    if len(line.quantities) + len(line.dates) > MEASURES_MOST:
        return Judgement(Verdict.NOT_SUPPORTED, (f"a claim of at most {MEASURES_MOST} numbers and dates",))
    match = Match(line, lines_of(evidence[:QUOTES_MOST]))
    measures = [*facts.missing_numbers(match), *facts.missing_dates(match)]
    found = [*_missing_quotations(claim, evidence), *measures, *_missing_relations(match)]
    share = _share(match, len(measures))
    return _decide(claim, evidence, list(dict.fromkeys(found)), _missing_words(match), share, similarity)


def lines_of(evidence: Sequence[Citation]) -> list[Line]:
    """What is analysed of the evidence: the sentences, then titles and outlets."""
    lines = []
    for citation in evidence:
        published = citation.published_at.date() if citation.published_at else None
        lines.append(line_of(citation.quote[:QUOTE_MOST], published))
    for title, source in dict.fromkeys((c.title[:TITLE_MOST], c.source[:TITLE_MOST]) for c in evidence):
        if title or source:
            lines.append(line_of(f"{title} . {source}"))
    return lines


def _missing_quotations(claim: str, evidence: Sequence[Citation]) -> list[str]:
    texts = [text for citation in evidence[:QUOTES_MOST] for text in (citation.quote, citation.title)]
    return list(facts.missing_quotations(claim, texts))


def _missing_relations(match: Match) -> list[str]:
    """Names, and how words stand to each other."""
    return [
        *names.missing_names(match),
        *relations.missing_stance(match),
        *relations.missing_directions(match),
        *relations.missing_amounts(match),
        *relations.missing_qualifiers(match),
        *relations.missing_speaker(match),
        *roles.swapped_roles(match),
        *roles.exchanged_subjects(match),
        *exchanged(match),
        *reworded(match),
        *transposed(match),
    ]


def _missing_words(match: Match) -> list[str]:
    """Content words of the claim that the evidence has in no form; light ones are let pass."""
    return [
        match.claim.tokens[place].text
        for place in match.claim.content
        if place not in match.rests_on
        and not names.is_name(match, match.claim.tokens[place])
        and match.claim.tokens[place].stem not in stems_of(LIGHT)
    ]


def _share(match: Match, absent: int) -> float:
    """The share (0..1) of the claim's content that the evidence holds; it lacks `absent` measures."""
    total = held = 0.0
    for place in match.claim.content:
        token = match.claim.tokens[place]
        weight = 2.0 if names.is_name(match, token) else 0.5 if token.stem in stems_of(LIGHT) else 1.0
        total += weight
        held += weight * (place in match.rests_on)
    measures = len(match.claim.quantities) + len(match.claim.dates)
    total += 2.0 * measures
    held += 2.0 * max(0, measures - absent)
    return held / total if total else 0.0


def _decide(
    claim: str,
    evidence: Sequence[Citation],
    lacking: list[str],
    words: list[str],
    share: float,
    similarity: Callable[[str, str], float] | None,
) -> Judgement:
    named = "the word " if len(words) == 1 else "the words "
    missing = tuple([*lacking, *([named + ", ".join(words)] if words else [])][:MISSING_MOST])
    if lacking:
        is_near = share >= FACT_MISSING_LEAST
        return Judgement(Verdict.PARTLY if is_near else Verdict.NOT_SUPPORTED, missing)
    if not words and share:
        return Judgement(Verdict.SUPPORTED)
    score = similarity(claim, " ".join(c.quote for c in evidence)) if similarity else -1.0
    if score >= SIMILAR_SUPPORTED and len(words) <= WORDS_LIFTED_MOST and share >= PARTLY_LEAST:
        return Judgement(Verdict.SUPPORTED)
    if score >= SIMILAR_PARTLY or share >= PARTLY_LEAST:
        return Judgement(Verdict.PARTLY, missing)
    return Judgement(Verdict.NOT_SUPPORTED, missing or ("anything that can be checked",))


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", text.lower()).strip()
