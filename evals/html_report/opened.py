"""One question opened up: what was asked, searched, answered and cited, and why each score is what it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.gold import GoldQuestion
from evals.html_report.markup import Html, element, fold, identity, join, link, table
from evals.records import ClaimRecord, HitRecord, Record, Score, Span
from evals.scoring import GoldSpans, Point, bears, evidence_recall, locate
from evals.suite import JUDGED, goodness
from rag.show import MARKS
from rag.types import Article, Verdict

VERDICT_CLASSES = {Verdict.SUPPORTED: "good", Verdict.PARTLY: "doubt"}  # others: bad


@dataclass(frozen=True, slots=True)
class Source:
    """What a record is held against: the gold question and the articles, as they are now."""

    question: GoldQuestion | None  # None: no longer among the gold questions
    articles: Mapping[str, Article]  # by file name

    def text(self, span: Span) -> str | None:
        """What stands there; None where the article is gone or shorter."""
        article = self.articles.get(span.article)
        return article.text[span.start : span.end] if article and span.end <= len(article.text) else None

    def gold(self) -> GoldSpans:
        if not self.question:
            return GoldSpans(())
        return locate(self.question, {name: article.text for name, article in self.articles.items()})


def opened(record: Record, source: Source) -> Html:
    gold = source.gold()
    return element(
        "article",
        _head(record),
        element("h3", f"{record.id} · {record.question}", id=identity("h-", record.id)),
        _asked(record, source.question),
        _judged(record),
        element("h4", "Gold answer"),
        element("p", source.question.answer if source.question else "No longer among the gold questions."),
        _evidence(record, gold),
        element("h4", "The answer"),
        _answer(record, gold),
        fold("All scores with their reasons", _scores(record.scores)),
        fold(f"The first {len(record.hits)} passages", _hits(record.hits, gold, source)),
        id=identity("q-", record.id),
        class_="question",
        aria_labelledby=identity("h-", record.id),
    )


def _head(record: Record) -> Html:
    seconds = f"{record.seconds:.3f} s"
    facts = [record.kind, f"{record.part} part", words(record.status) or "failed", seconds]
    if not record.error:
        facts.insert(3, f"mean of the main scores {goodness(record):.2f}")
    back = link(identity("r-", record.id), "in the list")
    return element("p", " · ".join(facts), " · ", back, class_="tags")


def _asked(record: Record, question: GoldQuestion | None) -> Html:
    facts = []
    if question and question.history:
        facts.append(("Asked before", " / ".join(question.history)))
    facts.append(("Searched", record.asked or "–"))
    if question and question.full:
        facts.append(("In full", question.full))
    if question and question.as_of:
        facts.append(("As of", question.as_of.isoformat()))
    facts.append(("Likely covered", f"{record.evidence:.2f} (0 to 1, by Readout's own estimate)"))
    return definitions(facts)


def definitions(facts: Sequence[tuple[str, str]]) -> Html:
    pairs = [join((element("dt", name), element("dd", value))) for name, value in facts]
    return element("dl", *pairs, class_="facts")


def _judged(record: Record) -> Html:
    """The main scores, or why there are none."""
    if record.error:
        return element("p", "✗ Failed: ", record.error, class_="bad")
    rows = [_score_line(name, record.scores[name]) for name in JUDGED if name in record.scores]
    return element("ul", *rows, class_="scores")


def _score_line(name: str, score: Score) -> Html:
    value = "does not apply" if score.value is None else f"{score.value:.2f}"
    kind = (
        "" if score.value is None else "good" if score.value == 1 else "bad" if not score.value else "doubt"
    )
    number = element("b", value, class_=kind)
    return element("li", words(name), " ", number, " ", element("span", score.reason, class_="soft"))


def words(name: str) -> str:
    return name.replace("_", " ")


def _scores(scores: Mapping[str, Score]) -> Html:
    rows = [
        (words(name), "–" if one.value is None else f"{one.value:.3f}", one.reason)
        for name, one in scores.items()
    ]
    return table("Scores", ("measure", "value", "reason"), rows, "wordy")


# Gold evidence and the answer's claims


def _evidence(record: Record, gold: GoldSpans) -> Html:
    if not gold.points:
        return element("p", "No sentence of the articles answers this.", class_="soft")
    items = [
        element("li", f"“{point.quote}” ", element("span", fate(point, record), class_="place"))
        for point in gold.points
    ]
    return join((element("h4", "Gold evidence"), element("ol", *items)))


def fate(point: Point, record: Record) -> str:
    """Where the point is, at which place it was found, and whether it was cited."""
    alone = GoldSpans((point,))
    found = [n for n, hit in enumerate(record.hits, start=1) if evidence_recall([hit], alone, 1).value]
    cited = any(
        bears(one.span, p) for claim in record.claims for one in claim.citations for p in point.places
    )
    where = " or ".join(map(span_words, point.places)) or "nowhere in the articles"
    place = f"found at place {found[0]}" if found else "not found"
    return f"{where} · {place} · {'cited' if cited else 'not cited'}"


def span_words(span: Span) -> str:
    return f"{span.article}, characters {span.start}–{span.end}"


def _answer(record: Record, gold: GoldSpans) -> Html:
    if not record.claims:
        return element("p", f"None: {words(record.status) or 'failed'}.")
    return element("ol", *(element("li", *_claim(claim, gold)) for claim in record.claims))


def _claim(claim: ClaimRecord, gold: GoldSpans) -> Iterator[str]:
    """The claim, its verdict, and each citation with whether it bears on the question."""
    yield claim.text
    if claim.verdict:
        yield " "
        yield _verdict(claim)
    for one in claim.citations:
        right = any(bears(one.span, quote) for quote in (*gold.places, *gold.also))
        judged = "✓ bears on it" if right else "✗ beside the point"
        quote = "" if one.quote == claim.text else f" “{one.quote}”"
        kind = element("span", judged, class_="good" if right else "bad")
        yield element("div", "cites ", span_words(one.span), " · ", kind, quote, class_="place")


def _verdict(claim: ClaimRecord) -> Html:
    verdict = Verdict(claim.verdict)
    symbol, word = MARKS[verdict]
    lacks = f"; the source lacks {', '.join(claim.missing)}" if claim.missing else ""
    return element("span", f"{symbol} {word}{lacks}", class_=VERDICT_CLASSES.get(verdict, "bad"))


# The passages


def _hits(hits: Sequence[HitRecord], gold: GoldSpans, source: Source) -> Html:
    return join(_hit(place, hit, gold, source) for place, hit in enumerate(hits, start=1))


def _hit(place: int, hit: HitRecord, gold: GoldSpans, source: Source) -> Html:
    """A passage, its text read from the article by its span; what is gold in it is marked."""
    article = source.articles.get(hit.span.article)
    held = sum(bool(evidence_recall([hit], GoldSpans((point,)), 1).value) for point in gold.points)
    holds = f" · holds {held} of {len(gold.points)} points" if held else ""
    title = article.title if article else "article not there"
    summary = f"{place}. {title} · {span_words(hit.span)} · score {hit.score:.2f}{holds}"
    text = source.text(hit.span)
    shown = "No longer in the articles." if text is None else marked(text, hit.span, gold.places)
    return fold(summary, element("div", shown, class_="passage"))


def marked(text: str, span: Span, places: Sequence[Span]) -> Html:
    """`text`, which stands at `span`, with what of `places` lies in it marked."""
    own = sorted({(p.start, p.end) for p in places if p.article == span.article})
    parts: list[str] = []
    done = span.start
    for start, end in own:
        start, end = max(start, done), min(end, span.end)
        if start < end:
            parts += [text[done - span.start : start - span.start]]
            parts += [element("mark", text[start - span.start : end - span.start])]
            done = end
    return join([*parts, text[done - span.start :]])
