"""The chance of each sentence to be part of the answer: its features by hand, and what the rule prefers."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from rag.passages import split_sentences
from rag.questions import Constraints, read_constraints
from rag.sentences import (
    FEATURES,
    STANDARDISED,
    TERMS,
    heed_speakers,
    rate_sentences,
    sentence_features,
    sentence_terms,
)
from rag.types import Article, Hit, Passage, Signals
from tests.fakes import make_article
from tests.growth import grows_linearly

ASKED = Constraints()  # of no day and no outlet
TALKS = (
    "Officials met in Geneva for talks on chips. The talks in Geneva took four hours. "
    "Ana Silva led the Portuguese team. The talks in Geneva end on 3 May."
)


def make_hit(article: Article, scores: tuple[float, ...], score: float = 1.0) -> Hit:
    sentences = split_sentences(article.text)
    assert len(sentences) == len(scores)
    passage = Passage(f"{article.id}:0", article.id, 0, 0, len(article.text), article.text, tuple(sentences))
    return Hit(passage, article, score, 0, scores, Signals(0, 0, 0, 0, 0))


def column(question: str, weights: dict[str, float], name: str) -> list[float]:
    hit = make_hit(make_article("a", TALKS, title="Chips"), (0.5, 0.5, 0.5, 0.5))
    found = sentence_features(question, [hit], [hit], weights, ASKED)
    return [round(float(value), 3) for value in found[:, FEATURES.index(name)]]


GENEVA = {"geneva": 1.0, "team": 2.0, "lead": 1.0}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("focus", [0.0, 0.0, 0.75, 0.0]),  # 'geneva' stands in three sentences of four
        ("around", [0.25, 0.25, 1.0, 1.0]),
        ("title", [0.0, 0.0, 0.0, 0.0]),
        ("plain words", [0.0, 0.0, 1.0, 0.0]),
        ("pairs", [0.0, 0.0, 0.0, 0.0]),  # no two words of weight stand side by side
        ("cosine", [0.25, 0.25, -0.25, 0.25]),
        ("first", [1.0, 0.0, 0.0, 0.0]),
        ("name", [1.0, 0.0, 1.0, 0.0]),  # 'Officials' has a capital too; Geneva and a month are no news
        ("date", [0.0, 0.0, 0.0, 0.0]),  # nobody asked for one
        ("long", [0.0, 0.0, 0.0, 0.0]),  # three words
    ],
)  # fmt: skip
def test_features_are_those_that_one_counts_by_hand(name: str, values: list[float]) -> None:
    assert column("Who led the team in Geneva?", GENEVA, name) == values


def test_a_follow_up_is_after_what_it_asks_itself() -> None:
    assert column("Who led it? (When did the talks end?)", GENEVA, "date") == [0.0, 0.0, 0.0, 0.0]
    assert column("When did it end? (Who led the team?)", GENEVA, "date") == [0.0, 0.0, 0.0, 1.0]


def terms(question: str, weights: dict[str, float]) -> dict[str, list[float]]:
    hit = make_hit(make_article("a", TALKS), (0.9, 0.1, 0.4, 0.2))
    rows = sentence_terms(sentence_features(question, [hit], [hit], weights, ASKED))
    return dict(zip(TERMS, rows.T.tolist(), strict=True))


def test_standardised_features_have_mean_zero_within_the_question() -> None:
    found = terms("Who led the team in Geneva?", GENEVA)
    standardised = [values for name, values in found.items() if name.endswith("standardised")]
    assert len(standardised) == len(STANDARDISED)
    assert np.allclose(np.mean(standardised, axis=1), 0)
    assert any(any(values) for values in standardised)


def test_what_every_sentence_tells_says_little_of_one() -> None:
    found = terms("Who led the team in Geneva?", GENEVA)
    assert found["name"] == [1.0, 0.0, 1.0, 0.0]
    assert found["name, mean"] == [0.5] * 4


@pytest.mark.parametrize(("words", "long"), [(3, 0.0), (10, 0.0), (15, 0.5), (20, 1.0), (60, 1.0)])
def test_in_a_long_question_features_count_otherwise(words: int, long: float) -> None:
    found = terms("Who led?", {f"word{i}": 1.0 for i in range(words)})
    assert found["long"] == [long] * 4
    assert found["cosine × long"] == pytest.approx([long * value for value in found["cosine"]])
    assert found["first, standardised × long"] == pytest.approx(
        [long * value for value in found["first, standardised"]]
    )


def test_the_sentence_that_holds_what_is_asked_goes_before_those_that_name_the_event() -> None:
    hit = make_hit(make_article("a", TALKS, title="Talks in Geneva"), (0.7, 0.65, 1.3, 0.65))
    (rated,) = rate_sentences("Who led the Portuguese team at the talks in Geneva?", [hit], [hit], {
        "led": 3.0, "portugues": 4.0, "team": 3.0, "talk": 1.0, "geneva": 1.0,
    }, ASKED)  # fmt: skip
    assert rated.best == 2
    assert max(rated.sentence_scores) == rated.sentence_scores[2]
    assert all(0 < score < 1 for score in rated.sentence_scores)


def test_a_question_is_hardly_an_answer() -> None:
    told, asked = "Ana Silva led the team", "Do you know who led the team"
    weights = {"led": 1.0, "team": 1.0}
    rated = []
    for mark in (".", "?"):
        hit = make_hit(make_article("a", f"{told}. {asked}{mark}"), (0.5, 0.5))
        rated += rate_sentences("Who led the team?", [hit], [hit], weights, ASKED)
    assert rated[1].sentence_scores == (
        rated[0].sentence_scores[0],
        pytest.approx(0.1 * rated[0].sentence_scores[1]),
    )


def test_what_somebody_said_is_found_where_that_is_asked_for() -> None:
    text = "Yellen came to talk about cars. Liao said that cars are cheap. Yellen said that cars are many."
    hit = make_hit(make_article("a", text), (0.5, 0.4, 0.3))
    (heeded,) = heed_speakers("What did Yellen say about cars?", [hit])
    assert heeded.best == 2
    assert heeded.sentence_scores == pytest.approx((0.3 / 1.3, 0.2 / 1.2, 0.75 / 0.7 / (1 + 0.75 / 0.7)))
    for question in ("What did Wang say about cars?", "Who came to talk about cars?"):
        assert heed_speakers(question, [hit]) == (hit,)
    assert heed_speakers("What did Yellen say?", []) == ()


def test_hits_keep_their_order_and_all_else() -> None:
    one = make_hit(make_article("a", TALKS), (0.1, 0.1, 0.1, 0.1), 2.0)
    two = make_hit(make_article("b", "Chips are small."), (0.9,), 1.0)
    rated = rate_sentences("Who led?", [one, two], [one, two], {"led": 1.0}, ASKED)
    assert [(hit.passage, hit.article, hit.score, hit.signals) for hit in rated] == [
        (hit.passage, hit.article, hit.score, hit.signals) for hit in (one, two)
    ]


def test_without_hits_or_words_nothing_is_rated() -> None:
    hit = make_hit(make_article("a", "Chips are small."), (0.9,))
    assert rate_sentences("Who?", [], [], {"who": 1.0}, ASKED) == ()
    assert rate_sentences("?", [hit], [hit], {}, ASKED) == (hit,)


@pytest.mark.parametrize("unit", ["A ", "1 ", "which a b ", "a, and ", "Who A b. "])
def test_long_questions_and_sentences_take_linear_time(unit: str) -> None:
    def rate(text: str) -> object:
        article = make_article("a", text.strip() or "a")
        hit = make_hit(article, (0.5,) * len(split_sentences(article.text)))
        return rate_sentences(
            "Which names when, where and why? " + text[:2000], [hit], [hit], {"a": 1.0}, ASKED
        )

    assert grows_linearly(rate, unit, 5_000)


def test_a_sentence_of_another_day_is_told_unless_it_names_the_day_asked_for() -> None:
    text = "Wang spoke of chips. On 3 May 2024 he had spoken of trade. He smiled. It rained. All left."
    then = make_hit(make_article("then", text, published_at=datetime(2024, 5, 3, tzinfo=UTC)), (0.5,) * 5)
    later = make_hit(make_article("later", text, published_at=datetime(2024, 7, 9, tzinfo=UTC)), (0.5,) * 5)
    question = "What did Wang speak of on 3 May 2024?"
    asked = read_constraints(question, ["Example Wire", "Other Post"], date(2024, 8, 1))
    rows = sentence_features(question, [then, later], [then, later], {"wang": 1.0}, asked)
    assert rows[:, FEATURES.index("date unmet")].tolist() == [0] * 5 + [1, 0, 0, 0, 1]
    assert not rows[:, FEATURES.index("outlet unmet")].any()
    course = "How did the talks change from the visit to 3 May 2024?"  # after what lies between
    rows = sentence_features(course, [then, later], [then, later], {"wang": 1.0}, asked)
    assert not rows[:, FEATURES.index("date unmet")].any()
    asked = read_constraints("What did the Other Post say?", ["Example Wire", "Other Post"], date(2024, 8, 1))
    rows = sentence_features(question, [then], [then], {"wang": 1.0}, asked)
    assert rows[:, FEATURES.index("outlet unmet")].all()
