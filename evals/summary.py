"""`python -m evals summary`: a run, alone or against another, as JSON that the page reads (rag.runs)."""

import math
from collections.abc import Sequence
from pathlib import Path

from evals.answers import digest_of, read_samples
from evals.compare import GATED_PART, compare
from evals.documents import CORPUS, MAIN, REFUSAL_RIGHT
from evals.figures import figures
from evals.gold import FOLDER, GoldQuestion, read_gold
from evals.html_report.opened import Source, fate, span_words
from evals.records import ClaimRecord, HitRecord, Record, Run, read_runs
from evals.scoring import GoldSpans, bears
from evals.suite import JUDGED, goodness
from rag import runs as shown
from rag.errors import SettingsError
from rag.types import Article

WORDS = {**MAIN, "refusal_right": REFUSAL_RIGHT}


def summarise_file(
    path: Path,
    system: str = shown.READOUT,
    against: Path | None = None,
    against_system: str = shown.READOUT,
    gold: Path = FOLDER,
    corpus: Path = CORPUS,
) -> shown.Summary:
    """Raises ReadError, SettingsError."""
    questions, articles = read_gold(gold), read_samples(corpus).articles
    run = choose(path, system)
    other = choose(against, against_system) if against else None
    compared, note = compare_runs(run, other) if other else ((), "")
    return shown.Summary(
        summarise(run, questions, articles),
        summarise(other, questions, articles) if other else None,
        compared,
        note,
    )


def choose(path: Path, system: str) -> Run:
    for run in read_runs(path):
        if run.system == system:
            return run
    raise SettingsError(f"{path} holds no run of {system}. Choose another file.")


def compare_runs(run: Run, other: Run) -> tuple[tuple[shown.Compared, ...], str]:
    """The measures compared, or why they cannot be."""
    try:
        found = compare(run, other)
    except SettingsError as error:
        return (), str(error)
    return tuple(
        shown.Compared(
            one.measure,
            words(one.measure),
            one.won,
            one.lost,
            one.same,
            one.ours,
            one.theirs,
            one.difference.mean,
            one.difference.low,
            one.difference.high,
            one.p,
        )
        for one in found
    ), ""


def summarise(run: Run, questions: Sequence[GoldQuestion], articles: Sequence[Article]) -> shown.RunSummary:
    asked = {record.id for record in run.records}
    own = {question.id: question for question in questions if question.id in asked}
    texts = {article.id: article for article in articles}
    return shown.RunSummary(
        shown.RunHead(run.system, run.answerer, run.commit, run.made, run.digest),
        digest_of(own.values(), articles) == run.digest,
        tuple(
            shown.Figure(f.name, words(f.name), f.part, f.kind, f.value, f.low, f.high, f.size)
            for f in figures(run)
            if f.name in WORDS and not math.isnan(f.value)
        ),
        tuple(_question(record, Source(own.get(record.id), texts)) for record in opened(run.records)),
    )


def opened(records: Sequence[Record]) -> Sequence[Record]:
    """Those of the test part only if all are: nothing is tuned on them, so nobody looks into them."""
    return [record for record in records if record.part != GATED_PART] or records


def words(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


def _question(record: Record, source: Source) -> shown.AskedQuestion:
    spans, question = source.gold(), source.question
    return shown.AskedQuestion(
        id=record.id,
        kind=record.kind,
        part=record.part,
        question=record.question,
        before=question.history if question else (),
        searched=record.asked,
        answerable=record.answerable,
        status=record.status,
        error=record.error,
        mean=None if record.error else goodness(record),
        seconds=record.seconds,
        gold=question.answer if question else "",
        points=tuple(shown.GoldPoint(point.quote, fate(point, record)) for point in spans.points),
        claims=tuple(_claim(claim, spans) for claim in record.claims),
        passages=tuple(_passage(hit, spans, source) for hit in record.hits),
        scores=tuple(
            shown.QuestionScore(name, words(name), score.value, score.reason, name in JUDGED)
            for name, score in record.scores.items()
        ),
    )


def _claim(claim: ClaimRecord, gold: GoldSpans) -> shown.AnsweredClaim:
    right = (*gold.places, *gold.also)
    cited = tuple(
        shown.CitedQuote(span_words(one.span), one.quote, any(bears(one.span, quote) for quote in right))
        for one in claim.citations
    )
    return shown.AnsweredClaim(claim.text, claim.verdict, claim.missing, cited)


def _passage(hit: HitRecord, gold: GoldSpans, source: Source) -> shown.FoundPassage:
    article, text, span = source.articles.get(hit.span.article), source.text(hit.span), hit.span
    own = sorted({(p.start, p.end) for p in gold.places if p.article == span.article})
    marks = [(max(start, span.start) - span.start, min(end, span.end) - span.start) for start, end in own]
    return shown.FoundPassage(
        article.title if article else "article not there",
        span_words(span),
        hit.score,
        text,
        tuple((start, end) for start, end in marks if start < end),
    )
