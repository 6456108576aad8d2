"""The rule that tells whether the articles cover a question."""

import json
import math
from importlib.resources import files

import numpy as np
import pytest

from rag.evidence import FAR, FEATURES, evidence_probability, products, terms, threshold

RULE = json.loads(files("rag").joinpath("evidence.json").read_text(encoding="utf-8"))


def values_at(spreads: float) -> list[float]:
    """All features so many spreads above their centre."""
    return [
        RULE["features"][name]["centre"] + spreads * RULE["features"][name]["spread"] for name in FEATURES
    ]


def test_the_rule_in_the_file_is_of_these_features_and_terms() -> None:
    names = [" × ".join(FEATURES[place] for place in places) for places in terms(len(FEATURES))]
    assert list(RULE["coefficients"]) == names
    assert 0 < threshold() < 1


def test_terms_are_the_products_that_they_name() -> None:
    found = products(np.array([[2.0, 3.0]]))
    assert terms(2) == ((0,), (1,), (0, 0), (0, 1), (1, 1), (0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1))
    assert found.tolist() == [[2, 3, 4, 6, 9, 8, 12, 18, 27]]


def test_without_a_hit_there_is_no_evidence() -> None:
    assert evidence_probability([0.0] * len(FEATURES)) == 0.0


def test_what_is_not_a_number_counts_as_the_mean() -> None:
    values = values_at(0.5)
    for place in range(len(FEATURES)):
        without = [*values[:place], math.nan, *values[place + 1 :]]
        mean = [*values[:place], values_at(0.0)[place], *values[place + 1 :]]
        assert evidence_probability(without) == pytest.approx(evidence_probability(mean))


def test_a_value_far_out_counts_as_the_bound() -> None:
    assert evidence_probability(values_at(100 * FAR)) == pytest.approx(evidence_probability(values_at(FAR)))
    assert evidence_probability(values_at(-100 * FAR)) == pytest.approx(evidence_probability(values_at(-FAR)))
