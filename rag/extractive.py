"""Answers without a language model: the best sentences, verbatim, each cited."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from itertools import islice

from rag.questions import (
    REPORT_DAYS,
    asks_for_course,
    asks_for_items,
    asks_for_list,
    asks_for_timeline,
    asks_to_compare,
    subject_of,
)
from rag.sentences import Pick, rank_sentences
from rag.sought import asks_for_words
from rag.speakers import pronoun_meant
from rag.types import Article, Bearing, Hit, Marker, Piece, Retrieval, Turn, date_label
from rag.verdicts.matching import line_of
from rag.verdicts.periods import Period, meet, periods
from rag.words import stems

SENTENCES_MOST = 6  # an answer is read, not searched
NEAR_BEST = 0.25  # share of the best sentence's chance that a further sentence needs
NEAR_BEST_OF_WORDS = 0.4  # where a few words answer: one sentence mostly holds them
TOLD_MOST = 3  # where one sentence says whether it is so
NEAR_BEST_OF_SEVERAL = 0.15  # of a list or a course of events: each item says something else
SIDES = 2  # articles that a comparison quotes
SIDE_MOST = 3  # sentences of each
NEAR_BEST_OF_TIME = 0.1
SUMMED, SUMMED_ALONE = 3, 5  # sentences of a report in a summary, beside another one or alone
SUBJECT_BEFORE = 2  # sentences over which a text goes on about what it named
SAME_TEXT = 0.7  # share of common words at which a sentence says what another has said already
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class ExtractiveAnswerer:
    """Quotes the sentences nearest to the question, grouped by article, in reading order.

    The article that answers best leads; where the question names several times, or asks for a timeline,
    the oldest. Where it wants a summary, the reports on it are quoted from their beginning. Where it is after
    words of one kind ('when', 'who', 'how many'), the best sentence leads. Where a sentence denies what the
    question takes for granted, that one is all of the answer.
    """

    @property
    def name(self) -> str:
        return "extractive"

    @property
    def notice(self) -> str:
        return "Quoted from the articles; no language model is configured."

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        times = _times(retrieval)
        items, summary = _list_items(retrieval), _summary(retrieval)
        best = items or summary or _both_sides(retrieval) or _best_sentences(retrieval, times)
        begun = " (how it begins)" if summary and best is summary and not retrieval.denied else ""
        picks = _denial(retrieval) or _told(retrieval, _with_each_time(times, retrieval, best))
        by_article: dict[str, list[Pick]] = {}
        for pick in picks:
            by_article.setdefault(retrieval.hits[pick.hit].article.id, []).append(pick)
        groups = list(by_article.values())
        if (len(times) > 1 and not retrieval.told) or asks_for_timeline(retrieval.asked):
            groups.sort(key=lambda group: _published(retrieval.hits[group[0].hit].article))
        for place, group in enumerate(groups):
            ordered = sorted(group, key=lambda p: _start(retrieval.hits, p))
            if place == 0 and (retrieval.told or asks_for_words(retrieval.asked)):
                ordered.sort(key=lambda p: p is not group[0])
            article = retrieval.hits[group[0].hit].article
            yield f"\n\n{heading(article)}{begun}{_pronouns(retrieval.hits, group)}:"
            for pick in ordered:
                sentence = retrieval.hits[pick.hit].passage.sentences[pick.sentence]
                yield "\n\n" + " ".join(sentence.text.split())  # one paragraph a sentence: one claim
                yield Marker(pick.hit + 1, pick.sentence + 1)


def heading(article: Article) -> str:
    """Outlet and date, or the title where the outlet is unknown."""
    return f"{article.source or article.title}, {date_label(article.published_at)}"


def _pronouns(hits: Sequence[Hit], group: Sequence[Pick]) -> str:
    """' (“he” is Wang Yi)' where quoted sentences begin with a speaker whom the ones before name."""
    meant = {pronoun_meant(hits[pick.hit].passage.sentences, pick.sentence) for pick in group} - {("", "")}
    if len({pronoun for pronoun, _ in meant}) < len(meant):
        return ""  # one word, two persons
    said = " and ".join(f"“{pronoun}” is {name}" for pronoun, name in sorted(meant))
    return f" ({said})" if said else ""


def _published(article: Article) -> datetime:
    """Articles without a day stand last."""
    return article.published_at or datetime.max.replace(tzinfo=UTC)


def _start(hits: Sequence[Hit], pick: Pick) -> int:
    return hits[pick.hit].passage.sentences[pick.sentence].start


def _denial(retrieval: Retrieval) -> list[Pick]:
    return [_pick_of(retrieval.denied)] if retrieval.denied else []


def _told(retrieval: Retrieval, picks: list[Pick]) -> list[Pick]:
    """The picks, first the sentence that says whether it is so or comes nearest."""
    if not retrieval.told:
        return picks
    first = _pick_of(retrieval.told.marker)
    others = [p for p in picks if (p.hit, p.sentence) != (first.hit, first.sentence)]
    most = len(others) if retrieval.told.bearing is Bearing.NEITHER else TOLD_MOST - 1
    return [first, *others[:most]]


def _pick_of(marker: Marker) -> Pick:
    return Pick(marker.hit - 1, marker.sentence - 1, 1.0)


def _best_sentences(retrieval: Retrieval, times: Sequence[Period]) -> list[Pick]:
    """The best sentences of all hits, none that repeats another, best first; `times`: those asked for."""
    hits, ranked = retrieval.hits, rank_sentences(retrieval.hits)
    listed, course = asks_for_list(retrieval.asked), asks_for_course(retrieval.asked)
    few = (retrieval.told or asks_for_words(retrieval.asked)) and not listed and not course and len(times) < 2
    picks = _choose(hits, ranked, SENTENCES_MOST, NEAR_BEST_OF_WORDS if few else NEAR_BEST)
    if course or (listed and not any(_enumerates(hits, pick) for pick in picks)):
        picks = _choose(hits, ranked, SENTENCES_MOST, NEAR_BEST_OF_SEVERAL)
    subject = set(subject_of(retrieval.asked))
    if not picks or not subject or not _speaks_of(hits, picks[0], subject):
        return picks
    return [pick for pick in picks if _speaks_of(hits, pick, subject)]


def _enumerates(hits: Sequence[Hit], pick: Pick) -> bool:
    """Whether the sentence names at least three things in a row: 'a, b and c'."""
    _, *rest = hits[pick.hit].passage.sentences[pick.sentence].text.split(", ")
    return any(f" {word} " in f" {part}" for part in rest for word in ("and", "or"))


def _speaks_of(hits: Sequence[Hit], pick: Pick, subject: AbstractSet[str]) -> bool:
    """Whether a word of the subject stands in the sentence or in one of the SUBJECT_BEFORE before it."""
    sentences = hits[pick.hit].passage.sentences[max(0, pick.sentence - SUBJECT_BEFORE) : pick.sentence + 1]
    return any(not subject.isdisjoint(stems(sentence.text)) for sentence in sentences)


def _summary(retrieval: Retrieval) -> list[Pick]:
    """For 'Summarise …': how the reports on it begin, as news says first what matters most."""
    most = SUMMED if len(retrieval.reports) > 1 else SUMMED_ALONE
    begun = [
        Pick(place, s, 1.0)
        for place in retrieval.reports
        for s in range(len(retrieval.hits[place].passage.sentences[:most]))
    ]
    return _choose(retrieval.hits, begun, SENTENCES_MOST, 1.0)


def _both_sides(retrieval: Retrieval) -> list[Pick]:
    """For a comparison: the best sentences of each of the SIDES articles that answer best.

    Where the second answers far less, both sides may be in the first: more of that is quoted then.
    """
    if not retrieval.hits or not asks_to_compare(retrieval.asked):
        return []
    hits, subject = retrieval.hits, set(subject_of(retrieval.asked))
    ranked = rank_sentences(hits)
    by_article: dict[str, list[Pick]] = {}
    for pick in [p for p in ranked if _speaks_of(hits, p, subject)] or ranked:
        by_article.setdefault(hits[pick.hit].article.id, []).append(pick)
    first, *others = list(by_article.values())[:SIDES]  # best first, as the picks are
    top = first[0].score
    even = len(others) == SIDES - 1 and all(picks[0].score >= NEAR_BEST * top for picks in others)
    chosen = _choose(hits, first, SIDE_MOST if even else SENTENCES_MOST, NEAR_BEST)
    for picks in others:
        if picks[0].score >= NEAR_BEST_OF_SEVERAL * top:  # below, it is on something else
            chosen += _choose(hits, picks, SIDE_MOST, NEAR_BEST, chosen)
    return chosen


def _with_each_time(times: Sequence[Period], retrieval: Retrieval, picks: list[Pick]) -> list[Pick]:
    """The picks, and where the question names several times, the best sentence of each that lacks one."""
    if len(times) < 2 or not picks:
        return picks
    hits, ranked = retrieval.hits, rank_sentences(retrieval.hits)
    likely = [pick for pick in ranked if pick.score >= NEAR_BEST_OF_TIME * ranked[0].score]
    dated = [(pick, _days(hits, pick)) for pick in likely]
    told = [days for pick in picks for days in _days(hits, pick)]
    for time in times:
        if not meet([time], told):
            found = ((p, days) for p, days in dated if meet([time], days) and not _is_said(hits, p, picks))
            for pick, days in islice(found, 1):
                picks, told = [*picks, pick], [*told, *days]
    return picks


def _times(retrieval: Retrieval) -> list[Period]:
    """Those that the question names, each once."""
    return list(dict.fromkeys(periods(line_of(retrieval.asked))))


def _days(hits: Sequence[Hit], pick: Pick) -> list[Period]:
    """The days that the sentence names; where it names none, those before its article came out."""
    moment = hits[pick.hit].article.published_at
    published = moment.date() if moment else None
    own = periods(line_of(hits[pick.hit].passage.sentences[pick.sentence].text, published))
    reported = [(published - timedelta(days=REPORT_DAYS), published)] if published else []
    return own or reported


def _choose(
    hits: Sequence[Hit], ranked: Sequence[Pick], most: int, near: float, said: Sequence[Pick] = ()
) -> list[Pick]:
    """The first of the picks, down to `near` times the best score, that repeat neither others nor `said`."""
    chosen: list[Pick] = []
    for pick in ranked:
        if len(chosen) == most or (chosen and pick.score < near * chosen[0].score):
            break
        leads = hits[pick.hit].passage.sentences[pick.sentence].text.endswith(":")  # says nothing itself
        if not leads and not _is_said(hits, pick, (*said, *chosen)):
            chosen.append(pick)
    return chosen


def _is_said(hits: Sequence[Hit], pick: Pick, said: Sequence[Pick]) -> bool:
    return any(_repeats(hits, pick, other) for other in said)


def _repeats(hits: Sequence[Hit], pick: Pick, other: Pick) -> bool:
    a, b = (set(stems(hits[p.hit].passage.sentences[p.sentence].text)) for p in (pick, other))
    return len(a & b) >= SAME_TEXT * min(len(a), len(b))


def _list_items(retrieval: Retrieval) -> list[Pick]:
    """For 'which five points …': what counts 'First, … Second, …' in the article of the best sentence."""
    if not retrieval.hits or not asks_for_list(retrieval.asked) or not asks_for_items(retrieval.asked):
        return []
    best = rank_sentences(retrieval.hits)[0]
    return _counted(retrieval.hits, retrieval.hits[best.hit].article.id)


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
