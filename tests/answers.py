"""A hand-made answer, every field of which a test may set."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rag.types import (
    Answer,
    Article,
    Citation,
    Claim,
    Hit,
    Passage,
    Sentence,
    Signals,
    Span,
    Status,
    Verdict,
)

TEXT = "Wang met Blinken on Friday. They spoke for five hours.\n\nCopper was not named."
BOUNDS = ((0, 27), (28, 54), (56, 77))  # counted by hand
PUBLISHED = datetime(2024, 4, 26, 9, 10, tzinfo=UTC)

ARTICLE = Article(
    id="meeting",
    title="Wang meets Blinken",
    text=TEXT,
    origin="/articles/meeting.md",
    content_hash="c0ffee",
    source="Example Wire",
    authors=("Ann Author",),
    published_at=PUBLISHED,
    url="https://example.org/meeting",
)


def make_hit(article: Article = ARTICLE, bounds: tuple[tuple[int, int], ...] = BOUNDS) -> Hit:
    sentences = tuple(Sentence(start, end, article.text[start:end]) for start, end in bounds)
    start, end = bounds[0][0], bounds[-1][1]
    passage = Passage(f"{article.id}-0", article.id, 0, start, end, article.text[start:end], sentences)
    scores = tuple(0.5 for _ in sentences)
    return Hit(passage, article, 1.25, 1, scores, Signals(4.0, 0.5, 0.6, 1.0, 0.75))


def make_citation(number: int, sentence: int, article: Article = ARTICLE) -> Citation:
    start, end = BOUNDS[sentence]
    return Citation(
        number=number,
        passage_id=f"{article.id}-0",
        article_id=article.id,
        content_hash=article.content_hash,
        title=article.title,
        source=article.source,
        authors=article.authors,
        published_at=article.published_at,
        updated_at=article.updated_at,
        url=article.url,
        start=start,
        end=end,
        quote=article.text[start:end],
    )


def make_answer(
    article: Article = ARTICLE, claim: str = "They spoke for five hours.", **changes: Any
) -> Answer:
    """Two claims: the first rests on the second sentence, the other on nothing."""
    cited = make_citation(1, 1, article)
    answer = Answer(
        status=Status.ANSWERED,
        question="How long did they speak?",
        asked="How long did Wang and Blinken speak?",
        claims=(
            Claim(claim, Verdict.SUPPORTED, (), (cited,)),
            Claim("It was a success.", Verdict.UNCITED, lead=" "),
        ),
        hits=(make_hit(article),),
        model="extractive",
        seconds=0.25,
        notice="Quoted from the articles.",
        span=Span(1, 1, ("Example Wire",), PUBLISHED, PUBLISHED),
    )
    return replace(answer, **changes)
