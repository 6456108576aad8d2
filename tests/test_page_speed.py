"""The figures of the page's speed, worked by hand."""

import pytest

from evals.bench import Figure, _page_figures
from evals.page_speed import PageSpeed, _joined, _Start
from evals.speed import Latency


def make_speed(passages: int, found: float, words: float, rerun: float, first: float) -> PageSpeed:
    return PageSpeed(
        passages, 30, Latency(200.0, found), Latency(300.0, words), rerun, 50.0, first=first, later=400.0
    )


def test_the_page_is_held_against_its_targets() -> None:
    assert _page_figures(make_speed(24_900, 1000.0, 1501.0, 260.0, 480.0)) == [
        Figure(
            "Enter to passages shown, p50 / p95 at 24,900",
            "200.0 / 1000.0 ms",
            "p95 ≤ 1,000 ms at 25,000",
            True,
        ),
        Figure(
            "Enter to the first words, p50 / p95 at 24,900",
            "300.0 / 1501.0 ms",
            "p95 ≤ 1,500 ms at 25,000",
            False,
        ),
        Figure(
            "a rerun over Streamlit's empty chat page", "210 ms (5.2 × 50 ms)", "≤ 200 ms at 25,000", False
        ),
        Figure("first question after start", "1.20 × one after 10 others", "≤ 1.2 × at 25,000", True),
    ]


def test_no_target_applies_to_a_smaller_library() -> None:
    assert {one.met for one in _page_figures(make_speed(2_000, 10.0, 10.0, 10.0, 10.0))} == {None}


def test_the_first_question_of_each_start_and_a_later_one_are_told_apart_from_all() -> None:
    starts = [
        _Start((100.0, 200.0), (900.0, 250.0), 300.0, (80.0, 100.0), (20.0, 30.0)),
        _Start((300.0, 400.0), (700.0, 500.0), 500.0, (120.0, 90.0), (40.0, 50.0)),
        _Start((500.0, 600.0), (800.0, 400.0), 400.0, (110.0, 95.0), (60.0, 10.0)),
    ]
    speed = _joined(2_000, starts)
    assert (speed.questions, speed.found.p50, speed.words.p50) == (6, 350.0, 600.0)
    assert (speed.first, speed.later) == (800.0, 400.0)
    assert (speed.rerun, speed.empty_rerun) == (97.5, 35.0)
    assert speed.own == pytest.approx(62.5)
