"""The timeline of an answer's sources, and what shows on demand beside a citation and a passage."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from rag.show_html import LINE_GAP, answer_html, passage_html, timeline_html
from rag.types import Answer, Claim, Verdict
from tests.answers import ARTICLE, make_answer, make_citation, make_hit


def answer_of(*moments: datetime | None) -> Answer:
    """An answer that cites one sentence of an article for each moment."""
    citations = tuple(
        make_citation(n, 1, replace(ARTICLE, id=f"article-{n}", published_at=moment))
        for n, moment in enumerate(moments, 1)
    )
    return make_answer(claims=(Claim("They spoke.", Verdict.SUPPORTED, (), citations),))


def day(month: int, number: int = 1) -> datetime:
    return datetime(2024, month, number, 9, tzinfo=UTC)


def places(html: str) -> list[float]:
    return [float(place) for place in re.findall(r"left:([\d.]+)%", html)]


def test_sources_stand_on_the_line_by_their_day_and_below_it_in_words() -> None:
    html = timeline_html(answer_of(day(3, 31), day(1, 1), day(2, 15), day(2, 15)), "a1")
    assert places(html) == [0.0, 50.0, 100.0]  # day 0, 45 and 90
    days = re.findall(r"<li>(\d+ \w+ 2024) ", html)
    assert days == ["1 January 2024", "15 February 2024", "31 March 2024"]
    assert re.findall(r'href="#a1-s(\d)"', html) == ["2", "3", "4", "1"]
    assert "<b>3+</b>" in html


def test_without_two_days_there_is_no_timeline() -> None:
    for moments in ((), (day(1),), (day(1), day(1)), (day(1), None)):
        assert timeline_html(answer_of(*moments), "a1") == ""
    assert timeline_html(answer_of(day(1), None, day(2)), "a1").count("<li>") == 2


def test_marks_of_near_days_lie_beside_each_other_and_stay_on_the_line() -> None:
    months = places(timeline_html(answer_of(day(1, 1), day(1, 2), day(12, 30), day(12, 31)), "a1"))
    assert months[0] == 0.0
    assert months[-1] == 100.0
    assert all(later - earlier >= LINE_GAP - 0.1 for earlier, later in pairwise(months))
    crowd = places(
        timeline_html(answer_of(*(day(month) for month in range(1, 13)), *map(day, [1] * 20)), "a1")
    )
    assert crowd == sorted(crowd)
    assert (crowd[0], crowd[-1], len(crowd)) == (0.0, 100.0, 12)


def test_a_citation_carries_its_sentence_and_points_at_it_for_readers_of_the_screen() -> None:
    html = answer_html(make_answer(replace(ARTICLE, source='<b>"Wire"')), "a1")
    tip = "“They spoke for five hours.” (&lt;b&gt;&quot;Wire&quot;, 26 April 2024)"
    assert f'<span class="r-tip" aria-hidden="true">{tip}</span></a>' in html
    assert 'href="#a1-s1" aria-describedby="a1-s1"' in html


def test_a_verdict_too_long_to_show_is_told_whole_when_reached_by_key() -> None:
    long = Claim("A claim.", Verdict.PARTLY, ("the number 1", "the number 2", "the number 3"))
    html = answer_html(make_answer(claims=(long,)), "a1")
    assert 'tabindex="0"' in html
    assert "the source lacks the number 1, the number 2 and 1 more<span" in html
    assert "What they lack: the number 1, the number 2, the number 3.</span>" in html
    short = answer_html(make_answer(claims=(replace(long, missing=()),)), "a1")
    assert "What they lack" not in short


def test_a_passage_says_on_demand_why_it_was_found() -> None:
    answer = make_answer()
    html = passage_html(answer.hits[0], answer, "a1")
    assert '<details class="r-score"><summary>Score</summary>' in html
    assert "<dd>1.25, number 1 of 1 found</dd>" in html
    assert "100% here, 75% in one sentence" in html
    assert "number" not in passage_html(make_hit(), None, "a1").partition("<details")[2]
