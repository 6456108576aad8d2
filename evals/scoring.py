"""Measures of one answer against its gold question, each with its reason. Pure: values in, scores out.

A score of None does not apply, which is neither 0 nor a failure. An answerable question that was refused
has 0 for what its answer had to hold and to cite.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import ir_measures
from ir_measures import nDCG

from evals.gold import Evidence, GoldQuestion
from evals.records import SAID_OTHERWISE, CitedSpan, ClaimRecord, HitRecord, Record, Score, Span
from rag.types import Status, Verdict

DEPTHS = (1, 5, 10)  # hits among which the evidence is looked for
VERDICTS = {verdict.value.replace(" ", "_"): verdict for verdict in Verdict}
MEASURES = (
    *(f"evidence_recall_at_{depth}" for depth in DEPTHS),
    "ndcg_at_10",
    "key_points",
    "token_f1",
    "exact_match",
    "rouge_l",
    "words",
    "citation_precision",
    "citation_recall",
    "verbatim",
    *VERDICTS,
    "refused",
    "refusal_right",
)
SHOWN = 70  # characters of a quotation within a reason

_SIGNS = str.maketrans(
    {**dict.fromkeys("‘’‚‛′`", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_ONES = "one two three four five six seven eight nine".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_AFTER_TENS = "".join(rf"(?<!{tens}-)" for tens in _TENS)
_BEFORE_ONES = rf"(?!-(?:{'|'.join(_ONES)})\b)"
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Ground:
    """What answers are held against: the articles, and the passages that a system could have found."""

    texts: Mapping[str, str]  # by file name
    passages: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that an answer rests on. Its places say the same: one of them is enough."""

    quote: str  # as the gold question gives it first
    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class GoldSpans:
    """Where the gold quotations stand."""

    points: tuple[Point, ...]
    also: tuple[Span, ...] = ()

    @property
    def places(self) -> tuple[Span, ...]:
        return tuple(place for point in self.points for place in point.places)


def score(record: Record, question: GoldQuestion, ground: Ground) -> dict[str, Score]:
    """All MEASURES of one answer."""
    gold = locate(question, ground.texts)
    cited = [citation for claim in record.claims for citation in claim.citations]
    refused = record.status in (Status.NOT_IN_ARTICLES, SAID_OTHERWISE)
    return (
        {f"evidence_recall_at_{depth}": evidence_recall(record.hits, gold, depth) for depth in DEPTHS}
        | {"ndcg_at_10": ndcg(record.hits, gold, ground.passages)}
        | answer_scores(record.answer, question)
        | {
            "citation_precision": citation_precision(cited, gold),
            "citation_recall": citation_recall(cited, gold, question.answerable),
            "verbatim": verbatim(cited, ground.texts),
        }
        | verdict_shares(record.claims)
        | {
            "refused": Score(float(refused), record.status),
            "refusal_right": refusal_right(refused, question.answerable),
        }
    )


# What was found


def locate(question: GoldQuestion, texts: Mapping[str, str]) -> GoldSpans:
    """The places of the question's quotations; one that stands twice in its article counts at both."""
    points: dict[int, Point] = {}
    for item in question.evidence:
        known = points.get(item.point, Point(item.quote, ()))
        points[item.point] = replace(known, places=(*known.places, *_places(item, texts)))
    also = [span for item in question.also for span in _places(item, texts)]
    return GoldSpans(tuple(points.values()), tuple(also))


def _places(item: Evidence, texts: Mapping[str, str]) -> list[Span]:
    found = re.finditer(re.escape(item.quote), texts.get(item.article, ""))
    return [Span(item.article, match.start(), match.end()) for match in found]


def evidence_recall(hits: Sequence[HitRecord], gold: GoldSpans, depth: int) -> Score:
    """Share of evidence points of which a quotation lies at least by half in one of the first hits."""
    first = [hit.span for hit in hits[:depth]]
    held = [any(_holds(hit, quote) for hit in first for quote in point.places) for point in gold.points]
    return _share_of_points(held, gold, f"not in the first {depth}")


def ndcg(hits: Sequence[HitRecord], gold: GoldSpans, passages: Sequence[Span]) -> Score:
    """nDCG of the first ten hits (Järvelin and Kekäläinen 2002); a passage with a quotation is right."""
    found = list(dict.fromkeys(hit.span for hit in hits))
    right = {span for span in (*passages, *found) if any(_holds(span, quote) for quote in gold.places)}
    if not right:
        return Score(None, "there is no passage to be found")
    qrels = [ir_measures.Qrel("q", str(span), 1) for span in right]
    run = [ir_measures.ScoredDoc("q", str(span), -float(place)) for place, span in enumerate(found)]
    value = sum(metric.value for metric in ir_measures.iter_calc([nDCG @ 10], qrels, run))
    places = [place for place, span in enumerate(found[:10], start=1) if span in right]
    return Score(float(value), f"{len(right)} right passages; found at {places or 'no place'}")


def _holds(passage: Span, quote: Span) -> bool:
    return _overlap(passage, quote) * 2 >= quote.end - quote.start


def _overlap(a: Span, b: Span) -> int:
    """Characters in common."""
    return max(0, min(a.end, b.end) - max(a.start, b.start)) if a.article == b.article else 0


# What the answer says


def answer_scores(answer: str, question: GoldQuestion) -> dict[str, Score]:
    """Measures of the wording. `answer`: the claims as plain text, empty for a refusal."""
    length = len(words_of(answer))
    words = Score(float(length)) if length else Score(None, "no answer")
    if not question.answerable:
        inapplicable = Score(None, "there is no answer to be given")
        names = ("key_points", "token_f1", "exact_match", "rouge_l")
        return {**dict.fromkeys(names, inapplicable), "words": words}
    unset = Score(None, "the gold answer is not a few words")
    short = question.short
    return {
        "key_points": key_points(answer, question.key_points),
        "token_f1": Score(token_f1(answer, short), f"gold: {short}") if short else unset,
        "exact_match": Score(exact_match(answer, short), f"gold: {short}") if short else unset,
        "rouge_l": Score(rouge_l(answer, question.answer), f"gold: {question.answer}"),
        "words": words,
    }


def key_points(answer: str, points: Sequence[Sequence[str]]) -> Score:
    """Share of the points of which one wording stands in the answer."""
    missing = [wordings[0] for wordings in points if not any(says(answer, one) for one in wordings)]
    if not points:
        return Score(None, "no key points")
    reason = f"misses {'; '.join(missing)}" if missing else f"all {len(points)} said"
    return Score(1 - len(missing) / len(points), reason)


def says(text: str, wording: str) -> bool:
    """Whether the wording stands in the text as whole words and whole numbers, whatever case and signs.

    '5' is neither in '25' nor in '5.2' or '1,005'; 'five' and 'twenty' are not in 'twenty-five'.
    """
    wanted = normalise(wording)
    before = r"(?<!\w)" * wanted[:1].isalnum() + r"(?<!\d[.,])" * wanted[:1].isdigit()
    after = r"(?!\w)" * wanted[-1:].isalnum() + r"(?![.,]\d)" * wanted[-1:].isdigit()
    words = re.findall(r"\w+", wanted)
    if words and words[0] in _ONES:
        before += _AFTER_TENS
    if words and words[-1] in _TENS:
        after += _BEFORE_ONES
    return bool(wanted and re.search(before + re.escape(wanted) + after, normalise(text)))


def normalise(text: str) -> str:
    """NFKC, plain quotation marks and dashes, single spaces, case folded."""
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold()
    return " ".join(plain.split())


def token_f1(answer: str, short: str) -> float:
    """Overlap of the two bags of words, as for SQuAD (Rajpurkar et al. 2016)."""
    ours, gold = squad_words(answer), squad_words(short)
    common = sum((Counter(ours) & Counter(gold)).values())
    return _f_measure(common, len(ours), len(gold)) if ours and gold else float(ours == gold)


def exact_match(answer: str, short: str) -> float:
    """1 where both are the same but for case, punctuation and articles, as for SQuAD."""
    return float(squad_words(answer) == squad_words(short))


def squad_words(text: str) -> list[str]:
    return _ARTICLES.sub(" ", normalise(text).translate(_PUNCTUATION)).split()


def rouge_l(answer: str, gold: str) -> float:
    """F-measure of the longest common subsequence of words (Lin 2004, β = 1)."""
    ours, theirs = words_of(answer), words_of(gold)
    return _f_measure(common_subsequence(ours, theirs), len(ours), len(theirs))


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", normalise(text))


def common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)  # of the part of `a` so far, for each beginning of `b`
    for word in a:
        above = row
        row = [0]
        for place, other in enumerate(b):
            row.append(above[place] + 1 if word == other else max(above[place + 1], row[place]))
    return row[-1]


def _f_measure(common: int, ours: int, theirs: int) -> float:
    """Harmonic mean of common/ours and common/theirs."""
    return 2 * common / (ours + theirs) if common else 0.0


# What it cites


def citation_precision(cited: Sequence[CitedSpan], gold: GoldSpans) -> Score:
    """Share of the cited sentences, each counted once, that bear on the answer."""
    distinct = {citation.span: citation for citation in cited}
    if not distinct:
        return Score(None, "nothing is cited")
    right = (*gold.places, *gold.also)
    wrong = [one.quote for span, one in distinct.items() if not any(bears(span, quote) for quote in right)]
    reason = f"beside the point: {_listed(wrong)}" if wrong else f"all {len(distinct)} bear on it"
    return Score(1 - len(wrong) / len(distinct), reason)


def citation_recall(cited: Sequence[CitedSpan], gold: GoldSpans, answerable: bool) -> Score:
    """Share of the evidence points of which one quotation is cited."""
    if not answerable:
        return Score(None, "there is no answer to be given")
    held = [any(bears(one.span, quote) for one in cited for quote in point.places) for point in gold.points]
    return _share_of_points(held, gold, "not cited")


def bears(cited: Span, quote: Span) -> bool:
    """Whether the two have at least half of the shorter one in common."""
    shorter = min(cited.end - cited.start, quote.end - quote.start)
    return shorter > 0 and _overlap(cited, quote) * 2 >= shorter


def verbatim(citations: Sequence[CitedSpan], texts: Mapping[str, str]) -> Score:
    """Share of the citations that are their article's own text. Anything below 1 is a defect."""
    if not citations:
        return Score(None, "nothing is cited")
    wrong = [one for one in citations if _own_text(one.span, texts) != one.quote]
    reason = f"not in {wrong[0].span.article}: {_listed([wrong[0].quote])}" if wrong else "all are"
    return Score(1 - len(wrong) / len(citations), reason)


def _own_text(span: Span, texts: Mapping[str, str]) -> str | None:
    text = texts.get(span.article)
    return None if text is None else text[span.start : span.end]


def verdict_shares(claims: Sequence[ClaimRecord]) -> dict[str, Score]:
    """Share of the claims with each verdict; None where there are none or the system gives none."""
    judged = [claim.verdict for claim in claims if claim.verdict]
    if not judged:
        return dict.fromkeys(VERDICTS, Score(None, "no verdicts"))
    counts = Counter(judged)
    return {
        name: Score(counts[verdict] / len(judged), f"{counts[verdict]} of {len(judged)} claims")
        for name, verdict in VERDICTS.items()
    }


# Whether it answers at all


def refusal_right(refused: bool, answerable: bool) -> Score:
    """1 where an answerable question is answered and another one refused."""
    if refused != answerable:
        return Score(1.0, "refused, rightly" if refused else "answered, rightly")
    return Score(
        0.0, "refused, though the articles say it" if refused else "answered, though they do not say"
    )


def _share_of_points(held: Sequence[bool], gold: GoldSpans, fault: str) -> Score:
    if not held:
        return Score(None, "no gold evidence")
    missing = [point.quote for point, found in zip(gold.points, held, strict=True) if not found]
    reason = f"{fault}: {_listed(missing)}" if missing else f"all {len(held)} points"
    return Score(1 - len(missing) / len(held), reason)


def _listed(quotes: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(f"“{_shortened(quote)}”" for quote in quotes))


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
