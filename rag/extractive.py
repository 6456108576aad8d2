"""Answers without a language model: the best sentences, verbatim, each cited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.questions import asks_for_list
from rag.types import Article, Hit, Marker, Piece, Retrieval, Turn, date_label
from rag.words import stems

SENTENCES_MOST = 4  # an answer is read, not searched
NEAR_BEST = 0.72  # share of the best sentence's score that a further sentence needs
# Of the difference in fused score to the best hit; .05 to .2 gave the most right first sentences on
# squad-open, clapnq and multihop-news (400 questions each), 0 and 9 fewer.
WEIGHT_PASSAGE = 0.1
SAME_TEXT = 0.7  # share of common words at which a sentence says what another has said already
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class Pick:
    """A sentence of a hit."""

    hit: int  # index into the hits
    sentence: int  # index into the passage's sentences
    score: float


class ExtractiveAnswerer:
    """Quotes the sentences nearest to the question, grouped by article, in reading order."""

    @property
    def name(self) -> str:
        return "extractive"

    @property
    def notice(self) -> str:
        return "Quoted from the articles; no language model is configured."

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        picks = _list_items(retrieval) or _best_sentences(retrieval.hits)
        by_article: dict[str, list[Pick]] = {}
        for pick in picks:
            by_article.setdefault(retrieval.hits[pick.hit].article.id, []).append(pick)
        for group in by_article.values():
            article = retrieval.hits[group[0].hit].article
            yield f"\n\n{heading(article)}:"
            for pick in sorted(group, key=lambda p: _start(retrieval.hits, p)):
                sentence = retrieval.hits[pick.hit].passage.sentences[pick.sentence]
                yield "\n\n" + " ".join(sentence.text.split())  # one paragraph a sentence: one claim
                yield Marker(pick.hit + 1, pick.sentence + 1)


def heading(article: Article) -> str:
    """Outlet and date, or the title where the outlet is unknown."""
    return f"{article.source or article.title}, {date_label(article.published_at)}"


def _start(hits: Sequence[Hit], pick: Pick) -> int:
    return hits[pick.hit].passage.sentences[pick.sentence].start


def rank_sentences(hits: Sequence[Hit]) -> list[Pick]:
    """All sentences of the hits, best first: by their own score and by how far their passage is behind."""
    picks = [
        Pick(h, s, score + WEIGHT_PASSAGE * (hit.score - hits[0].score))
        for h, hit in enumerate(hits)
        for s, score in enumerate(hit.sentence_scores)
    ]
    return sorted(picks, key=lambda pick: -pick.score)


def _best_sentences(hits: Sequence[Hit]) -> list[Pick]:
    """The best sentences of all hits, none that repeats another, best first."""
    chosen: list[Pick] = []
    for pick in rank_sentences(hits):
        if len(chosen) == SENTENCES_MOST or (chosen and pick.score < NEAR_BEST * chosen[0].score):
            break
        leads = hits[pick.hit].passage.sentences[pick.sentence].text.endswith(":")  # says nothing itself
        if not leads and not any(_repeats(hits, pick, other) for other in chosen):
            chosen.append(pick)
    return chosen


def _repeats(hits: Sequence[Hit], pick: Pick, other: Pick) -> bool:
    a, b = (set(stems(hits[p.hit].passage.sentences[p.sentence].text)) for p in (pick, other))
    return len(a & b) >= SAME_TEXT * min(len(a), len(b))


def _list_items(retrieval: Retrieval) -> list[Pick]:
    """For 'which five points …': the sentences that count 'First, … Second, …' in one article."""
    if not asks_for_list(retrieval.asked):
        return []
    best: list[Pick] = []
    for article_id in dict.fromkeys(hit.article.id for hit in retrieval.hits):
        items = _counted(retrieval.hits, article_id)
        if len(items) > len(best):
            best = items
    return best


def _counted(hits: Sequence[Hit], article_id: str) -> list[Pick]:
    """The paragraphs of one article that begin 'First', 'Second', … in a row.

    Where the first is not counted in words, it is the paragraph before 'Second'.
    """
    items: list[list[Pick]] = []
    before: list[Pick] = []
    for paragraph in _paragraphs(hits, article_id):
        word = _first_word(hits, paragraph[0])
        if len(items) < len(ORDINALS) and word == ORDINALS[len(items)]:
            items.append(paragraph)
        elif not items and before and word == ORDINALS[1]:
            items = [before, paragraph]
        before = paragraph
    return [pick for item in items for pick in item] if len(items) > 1 else []


def _paragraphs(hits: Sequence[Hit], article_id: str) -> list[list[Pick]]:
    """One article's sentences among the hits, by paragraph, in reading order."""
    picks = [
        Pick(h, s, 0.0)
        for h, hit in enumerate(hits)
        if hit.article.id == article_id
        for s in range(len(hit.passage.sentences))
    ]
    paragraphs: list[list[Pick]] = []
    for pick in sorted(picks, key=lambda pick: _start(hits, pick)):
        if paragraphs and not _paragraph_ends(hits, paragraphs[-1][-1], pick):
            paragraphs[-1].append(pick)
        else:
            paragraphs.append([pick])
    return paragraphs


def _paragraph_ends(hits: Sequence[Hit], pick: Pick, following: Pick) -> bool:
    article = hits[pick.hit].article
    end = hits[pick.hit].passage.sentences[pick.sentence].end
    return "\n" in article.text[end : _start(hits, following)]


def _first_word(hits: Sequence[Hit], pick: Pick) -> str:
    """'second' for 'Second, …', 'Secondly …'."""
    words = hits[pick.hit].passage.sentences[pick.sentence].text.lower().replace(",", " ").split()
    return words[0].removesuffix("ly") if words else ""
