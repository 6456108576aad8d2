"""The measures of an answer: values worked by hand, adversarial answers, and second implementations."""

import math
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.gold import Evidence, GoldQuestion
from evals.records import CitedSpan, ClaimRecord, HitRecord, Record, Score, Span
from evals.scoring import (
    MEASURES,
    GoldSpans,
    Ground,
    Point,
    bears,
    citation_precision,
    citation_recall,
    common_subsequence,
    evidence_recall,
    exact_match,
    key_points,
    locate,
    ndcg,
    rouge_l,
    says,
    score,
    squad_words,
    token_f1,
    verbatim,
    verdict_shares,
)

#        0         10        20        30        40        50        60        70
#        |         |         |         |         |         |         |         |
TEXT = "Wang met Blinken on Friday. They spoke for five hours. Copper was not named."
MET, SPOKE, COPPER = (0, 27), (28, 54), (55, 76)  # counted by hand
GROUND = Ground({"a.md": TEXT, "b.md": "Rain fell."}, (Span("a.md", 0, 54), Span("a.md", 55, 76)))


def quote(place: tuple[int, int]) -> str:
    return TEXT[slice(*place)]


def cite(place: tuple[int, int], article: str = "a.md") -> CitedSpan:
    return CitedSpan(Span(article, *place), quote(place))


def points(*places: tuple[int, int]) -> GoldSpans:
    return GoldSpans(tuple(Point(quote(place), (Span("a.md", *place),)) for place in places))


def hits(*spans: tuple[str, int, int]) -> list[HitRecord]:
    return [HitRecord(Span(*span), 1.0) for span in spans]


QUESTION = GoldQuestion(
    "fact-01",
    "How long did they speak, and of what?",
    "fact",
    True,
    "They spoke for five hours.",
    short="five hours",
    key_points=(("five hours", "5 hours"), ("copper",)),
    evidence=(Evidence("a.md", quote(SPOKE), 1), Evidence("a.md", quote(COPPER), 2)),
)
HOPELESS = replace(QUESTION, id="absent-01", kind="absent", answerable=False, key_points=(), evidence=())


def record(*claims: ClaimRecord, status: str = "answered", found: list[HitRecord] | None = None) -> Record:
    return Record("fact-01", "fact", "open", "?", status=status, claims=claims, hits=tuple(found or ()))


def values(scores: dict[str, Score]) -> dict[str, float | None]:
    return {name: score.value for name, score in scores.items()}


# The answer's words


@pytest.mark.parametrize(
    ("text", "wording", "found"),
    [
        ("They spoke for FIVE hours.", "five hours", True),
        ("“Old friend”, Xi said – twice.", '"old friend"', True),
        ("a half‑hour call", "half-hour", True),
        ("It cost ５２ yuan.", "52", True),  # full-width digits
        ("Five\n  hours went by.", "five hours", True),
        ("It rose by 25%.", "25%", True),
        ("It cost $5 in all.", "$5", True),
        ("Wang's call", "Wang", True),
        ("the US-China talks", "China", True),
        ("It rose from 7.5 to 25.", "25", True),  # a full stop after a number is not a decimal point
        ("They spoke for fifteen hours.", "five hours", False),
        ("There were 43 families.", "3 families", False),
        ("There were 43 families.", "48 families", False),
        ("It rose by 25.2%.", "25", False),
        ("It rose by 5.2%.", "2%", False),
        ("It cost 1,005 yuan.", "5", False),
        ("It cost 1,005 yuan.", "1", False),
        ("It cost $5.50.", "$5", False),
        ("twenty-five ships", "five ships", False),
        ("twenty-five ships", "twenty", False),
        ("I know.", "no", False),
        ("Nothing.", "", False),
    ],
)
def test_a_wording_is_found_as_whole_words_and_whole_numbers(text: str, wording: str, found: bool) -> None:
    assert says(text, wording) is found


def test_key_points_are_a_share_and_the_missing_ones_are_named() -> None:
    wanted = [["five hours", "5 hours"], ["copper"], ["Friday"]]
    two = key_points("On Friday they spoke for 5 hours.", wanted)
    assert two.value == pytest.approx(2 / 3)
    assert two.reason == "misses copper"
    assert key_points("Copper, on Friday, for five hours.", wanted).value == 1.0
    assert key_points("", wanted) == Score(0.0, "misses five hours; copper; Friday")
    assert key_points("anything", []).value is None


def test_saying_one_point_twice_is_not_saying_two() -> None:
    assert key_points("five hours, five hours", [["five hours"], ["copper"]]).value == 0.5


def test_f1_of_words_worked_by_hand() -> None:
    # Ours: wang yi met blinken (4 words, 'the' is left out), gold: wang yi (2); 2 in common: 2·2/(4+2)
    assert token_f1("The Wang Yi met Blinken.", "Wang Yi") == pytest.approx(2 / 3)
    assert token_f1("Yi Wang", "Wang Yi") == 1.0  # bags of words
    assert token_f1("yi yi yi yi", "Wang Yi") == pytest.approx(2 / 6)  # one of them counts
    assert token_f1("Blinken", "Wang Yi") == 0.0
    assert token_f1("", "Wang Yi") == 0.0


def test_exact_is_the_same_but_for_case_signs_and_articles() -> None:
    assert exact_match("The 43 Families.", "43 families") == 1.0
    assert exact_match("48 families", "43 families") == 0.0
    assert exact_match("43 families came", "43 families") == 0.0
    assert exact_match("", "43 families") == 0.0


def test_rouge_l_gives_the_values_of_its_paper() -> None:
    # Lin 2004, section 3: S2 shares 'police the gunman', S3 only 'the gunman' in order
    assert rouge_l("police kill the gunman", "police killed the gunman") == 0.75
    assert rouge_l("the gunman kill police", "police killed the gunman") == 0.5
    assert rouge_l("", "police killed the gunman") == 0.0
    assert rouge_l("Police killed the gunman!", "police killed the gunman") == 1.0


WORDS = st.lists(st.sampled_from(["wang", "yi", "met", "Xi", "five", "43"]), max_size=7)


def longest_common(a: list[str], b: list[str]) -> int:
    """Tries every subsequence of `a`, longest first."""

    def occurs(wanted: tuple[str, ...]) -> bool:
        rest = iter(b)
        return all(word in rest for word in wanted)

    return next(size for size in range(len(a), -1, -1) if any(map(occurs, combinations(a, size))))


@given(WORDS, WORDS)
def test_rouge_l_agrees_with_trying_every_subsequence(a: list[str], b: list[str]) -> None:
    common = longest_common(a, b)
    assert common_subsequence(a, b) == common
    precision, recall = (common / len(side) if side else 0.0 for side in (a, b))
    expected = 2 * precision * recall / (precision + recall) if common else 0.0
    assert rouge_l(" ".join(a), " ".join(b)) == pytest.approx(expected)


@given(WORDS, WORDS)
def test_f1_agrees_with_striking_out_word_by_word(a: list[str], b: list[str]) -> None:
    left, common = [word.lower() for word in b], 0
    for word in a:
        if word.lower() in left:
            left.remove(word.lower())
            common += 1
    if not a or not b:
        expected = float(a == b)
    else:
        precision, recall = common / len(a), common / len(b)
        expected = 2 / (1 / precision + 1 / recall) if common else 0.0
    assert token_f1(" ".join(a), " ".join(b)) == pytest.approx(expected)


@given(WORDS)
def test_the_order_of_words_does_not_change_f1(words: list[str]) -> None:
    assert token_f1(" ".join(words[::-1]), " ".join(words)) == 1.0
    assert Counter(squad_words(" ".join(words))) == Counter(word.lower() for word in words)


# What is found


def test_a_quotation_is_located_wherever_it_stands_and_points_are_counted_once() -> None:
    twice = Ground({"a.md": "Rain. Sun. Rain.", "b.md": "It rained."}, ())
    question = replace(
        QUESTION,
        evidence=(
            Evidence("a.md", "Rain.", 1),
            Evidence("b.md", "It rained.", 1),
            Evidence("a.md", "Hail.", 2),
        ),
        also=(Evidence("a.md", "Sun.", 1001),),
    )
    found = locate(question, twice.texts)
    assert found.points == (
        Point("Rain.", (Span("a.md", 0, 5), Span("a.md", 11, 16), Span("b.md", 0, 10))),
        Point("Hail.", ()),  # not there: it cannot be found
    )
    assert found.also == (Span("a.md", 6, 10),)


def test_evidence_counts_if_half_of_the_quotation_lies_in_a_hit() -> None:
    gold = points(SPOKE)  # 28–54, 26 characters
    assert evidence_recall(hits(("a.md", 41, 90)), gold, 1).value == 1.0  # 13 of them
    assert evidence_recall(hits(("a.md", 42, 90)), gold, 1).value == 0.0  # 12
    assert evidence_recall(hits(("b.md", 0, 90)), gold, 1).value == 0.0  # another article
    assert evidence_recall(hits(("a.md", 28, 40), ("a.md", 40, 50)), gold, 5).value == 0.0  # no half in one


def test_evidence_is_looked_for_in_the_first_hits_only() -> None:
    gold = points(SPOKE, COPPER)
    found = hits(("b.md", 0, 9), ("a.md", 0, 54), *[("b.md", n, n + 1) for n in range(3)], ("a.md", 55, 76))
    recalls = [evidence_recall(found, gold, depth) for depth in (1, 5, 10)]
    assert [recall.value for recall in recalls] == [0.0, 0.5, 1.0]
    assert recalls[1].reason == "not in the first 5: “Copper was not named.”"
    assert evidence_recall(found, GoldSpans(()), 5).value is None


def test_a_hit_that_comes_twice_finds_no_more() -> None:
    assert evidence_recall(hits(*[("a.md", 0, 54)] * 5), points(SPOKE, COPPER), 5).value == 0.5


def test_ndcg_worked_by_hand() -> None:
    gold = points(SPOKE, COPPER)  # two passages of GROUND are right
    # DCG = 1/log2(3) = .63093; the best possible: 1 + .63093
    found = ndcg(hits(("b.md", 0, 10), ("a.md", 0, 54), ("b.md", 2, 5)), gold, GROUND.passages)
    assert found.value == pytest.approx(0.63093 / 1.63093, abs=1e-4)
    assert found.reason == "2 right passages; found at [2]"
    assert ndcg(hits(("a.md", 55, 76), ("a.md", 0, 54)), gold, GROUND.passages).value == pytest.approx(1.0)
    assert ndcg(hits(("b.md", 0, 10)), gold, GROUND.passages).value == 0.0
    assert ndcg([], gold, GROUND.passages).value == 0.0
    assert ndcg([], GoldSpans(()), GROUND.passages).value is None


@settings(deadline=None)
@given(st.permutations(range(14)), st.sets(st.integers(0, 13), min_size=1))
def test_ndcg_agrees_with_its_formula(order: list[int], right: set[int]) -> None:
    passages = [Span("a.md", 10 * n, 10 * n + 10) for n in range(14)]
    gold = GoldSpans(tuple(Point("", (passages[n],)) for n in sorted(right)))
    gain = sum(1 / math.log(place + 2, 2) for place, n in enumerate(order) if place < 10 and n in right)
    ideal = sum(1 / math.log(place + 2, 2) for place in range(min(10, len(right))))
    found = ndcg([HitRecord(passages[n], 0.0) for n in order], gold, passages)
    assert found.value == pytest.approx(gain / ideal)


# What is cited


@pytest.mark.parametrize(
    ("cited", "bearing"),
    [
        ((28, 54), True),
        ((0, 76), True),  # a chunk that holds the quotation
        ((30, 34), True),  # a part of it
        ((15, 41), True),  # 13 of 26 characters
        ((15, 40), False),  # 12 of 25
        ((0, 27), False),
        ((54, 54), False),  # nothing
    ],
)
def test_a_citation_bears_on_a_quotation_with_half_of_the_shorter_one(
    cited: tuple[int, int], bearing: bool
) -> None:
    assert bears(Span("a.md", *cited), Span("a.md", *SPOKE)) is bearing
    assert bears(Span("a.md", *SPOKE), Span("a.md", *cited)) is bearing
    assert not bears(Span("b.md", *cited), Span("a.md", *SPOKE))


def test_precision_and_recall_of_citations() -> None:
    gold = points(SPOKE, COPPER)
    both = [cite(SPOKE), cite(MET)]
    assert citation_precision(both, gold) == Score(0.5, "beside the point: “Wang met Blinken on Friday.”")
    assert citation_recall(both, gold, True) == Score(0.5, "not cited: “Copper was not named.”")
    assert citation_precision([cite(SPOKE)] * 3 + [cite(MET)] * 2, gold).value == 0.5  # each counts once
    assert citation_recall([cite(SPOKE)] * 3, gold, True).value == 0.5
    assert citation_precision([], gold).value is None
    assert citation_recall([], gold, True).value == 0.0


def test_sentences_that_also_bear_on_the_answer_are_right_and_cost_nothing() -> None:
    gold = replace(points(SPOKE), also=(Span("a.md", *MET),))
    assert citation_precision([cite(SPOKE), cite(MET)], gold).value == 1.0
    assert citation_precision([cite(MET), cite(COPPER)], gold).value == 0.5
    assert citation_recall([cite(SPOKE)], gold, True).value == 1.0
    assert citation_recall([cite(MET)], gold, True).value == 0.0


def test_of_quotations_that_say_the_same_one_is_enough() -> None:
    one = GoldSpans((Point("", (Span("a.md", *SPOKE), Span("a.md", *COPPER))),))
    assert citation_recall([cite(COPPER)], one, True).value == 1.0
    assert evidence_recall(hits(("a.md", 55, 76)), one, 1).value == 1.0


def test_a_changed_quotation_is_not_verbatim() -> None:
    changed = CitedSpan(Span("a.md", *SPOKE), "They spoke for nine hours.")
    assert verbatim([cite(SPOKE), cite(MET)], GROUND.texts).value == 1.0
    found = verbatim([cite(SPOKE), changed], GROUND.texts)
    assert found == Score(0.5, "not in a.md: “They spoke for nine hours.”")
    shifted = CitedSpan(Span("a.md", 29, 55), quote(SPOKE))
    nowhere = CitedSpan(Span("c.md", 0, 0), "")
    assert verbatim([shifted, nowhere], GROUND.texts).value == 0.0
    assert verbatim([], GROUND.texts).value is None


def test_verdicts_are_shares_of_the_claims() -> None:
    claims = [
        ClaimRecord("x", verdict) for verdict in ("supported", "supported", "partly supported", "uncited")
    ]
    assert values(verdict_shares(claims)) == {
        "supported": 0.5,
        "partly_supported": 0.25,
        "not_supported": 0.0,
        "uncited": 0.25,
    }
    assert set(values(verdict_shares([])).values()) == {None}
    assert set(values(verdict_shares([ClaimRecord("x", "")])).values()) == {None}


# A whole answer

RIGHT = (
    ClaimRecord(quote(SPOKE), "supported", (), (cite(SPOKE),)),
    ClaimRecord(quote(COPPER), "supported", (), (cite(COPPER),)),
)
INAPPLICABLE = {"key_points", "token_f1", "exact_match", "rouge_l", "citation_recall"}


def test_a_right_answer_has_one_everywhere() -> None:
    found = values(score(record(*RIGHT, found=hits(("a.md", 0, 76))), QUESTION, GROUND))
    assert set(found) == set(MEASURES)
    for name in ("evidence_recall_at_1", "key_points", "citation_precision", "citation_recall", "verbatim"):
        assert found[name] == 1.0, name
    assert (found["refused"], found["refusal_right"], found["supported"]) == (0.0, 1.0, 1.0)
    assert found["words"] == 9.0


def test_a_wrong_answer_has_zero_everywhere() -> None:
    wrong = ClaimRecord("Rain fell.", "supported", (), (CitedSpan(Span("b.md", 0, 10), "Rain fell!"),))
    found = values(score(record(wrong, found=hits(("b.md", 0, 10))), QUESTION, GROUND))
    zero = {*INAPPLICABLE, "citation_precision", "verbatim", "ndcg_at_10", "evidence_recall_at_10"}
    assert {name: found[name] for name in zero} == dict.fromkeys(zero, 0.0)


def test_a_refused_question_that_has_an_answer_scores_zero_and_cites_nothing() -> None:
    found = score(record(status="not_in_articles", found=hits(("a.md", 0, 76))), QUESTION, GROUND)
    assert {name: found[name].value for name in INAPPLICABLE} == dict.fromkeys(INAPPLICABLE, 0.0)
    assert found["citation_precision"].value is None
    assert found["words"].value is None
    assert found["refusal_right"] == Score(0.0, "refused, though the articles say it")
    assert found["evidence_recall_at_5"].value == 1.0  # it was found all the same


def test_a_refused_question_without_an_answer_is_right_and_nothing_else_applies() -> None:
    found = values(score(record(status="not_in_articles"), HOPELESS, GROUND))
    assert found.pop("refused") == found.pop("refusal_right") == 1.0
    assert set(found.values()) == {None}


def test_an_answer_to_a_question_that_has_none_is_wrong_with_all_that_it_cites() -> None:
    found = values(score(record(*RIGHT), HOPELESS, GROUND))
    assert (found["refused"], found["refusal_right"], found["citation_precision"]) == (0.0, 0.0, 0.0)
    assert {found[name] for name in INAPPLICABLE} == {None}


def test_claims_in_another_order_or_twice_score_the_same() -> None:
    once = score(record(*RIGHT), QUESTION, GROUND)
    turned, twice = (score(record(*claims), QUESTION, GROUND) for claims in (RIGHT[::-1], RIGHT * 2))
    for name in ("key_points", "citation_precision", "citation_recall", "verbatim", "supported"):
        assert once[name].value == turned[name].value == twice[name].value
    assert twice["rouge_l"].value < once["rouge_l"].value  # saying all twice is longer than need be
