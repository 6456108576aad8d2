"""A good answer in which one thing is swapped is no longer supported: 100 real answers, each changed.

The answers are the quoted ones to gold questions on the sample articles. Two numbers or names that change
places leave every word there, so this shows that verdicts read relations and not words.
"""

import re
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from pathlib import Path

import pytest

from evals.answers import read_samples
from evals.gold import read_gold
from evals.libraries import open_library
from rag.answering import Readout
from rag.settings import Settings
from rag.types import Answer, Claim, Verdict
from rag.verdicts.judge import judge

KEPT = Path(__file__).parent.parent / "build" / "evals"
ANSWERS = 100
EACH = 4  # swaps of one kind tried on one claim
MONTHS = tuple(
    "January February March April May June July August September October November December".split()
)
WORDS = "two three four five six seven eight nine ten eleven twelve twenty"
NUMBER = re.compile(rf"(?<![\w.,$–-])\d[\d,.]*(?<=\d)(?![\w–-])|\b(?:{WORDS.replace(' ', '|')})\b")
NAME = re.compile(r"\b(?:[A-Z][\w’-]+|US|UN)(?: (?:[A-Z][\w’-]+|US))*(?!['’]s|[\w–-])")
OPENERS = frozenset(
    "The A An In On At He She It They Both His Her Their This That These Those After Before Since When For "
    "From To As And But By If Not No With Under About According Less One First Second Third Fourth Fifth "
    "Friday".split()
)
# Between two names that may change places without a change of meaning.
LOOSE = frozenset("and or the with between met meets had talks of a an his its".split())
# 'the US Secretary' and 'the United States' do not change places: it is one country under two names.
US = re.compile(r"\b(?:US|United States)\b")
AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|will|would|can|could|has|have|had|must|should|may|might|did)\b(?! not\b)"
)

Span = tuple[int, int]
Mutation = Callable[[str], Iterator[str]]


def exchange(text: str, one: Span, other: Span) -> str:
    (a, b), (c, d) = one, other
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def numbers_swapped(text: str) -> Iterator[str]:
    found = [match.span() for match in NUMBER.finditer(text)]
    for one, other in combinations(found, 2):
        if text[slice(*one)] != text[slice(*other)] and text[one[1] : other[0]] != " and ":
            yield exchange(text, one, other)


def names_swapped(text: str) -> Iterator[str]:
    """Two whole names with a word between that says how they belong together."""
    found = [span for match in NAME.finditer(text) if (span := whole_name(match))]
    for one, other in combinations(found, 2):
        between = set(re.findall(r"[\w’']+", text[one[1] : other[0]]))
        told = {word for word in between if word.islower()} - LOOSE
        first, second = text[slice(*one)], text[slice(*other)]
        if told and first != second and not (US.search(first) and US.search(second)):
            yield exchange(text, one, other)


def whole_name(match: re.Match[str]) -> Span | None:
    words = match.group().split()
    dropped = 0
    while words and words[0] in OPENERS | set(MONTHS):
        dropped += len(words.pop(0)) + 1
    if not words or words[-1] in MONTHS or len(" ".join(words)) < 3:
        return None
    return match.start() + dropped, match.end()


def negation_swapped(text: str) -> Iterator[str]:
    for match in AUXILIARY.finditer(text):
        yield f"{text[: match.end()]} not{text[match.end() :]}"
    for match in re.finditer(r" (?:not|never|no)\b", text):
        yield text[: match.start()] + text[match.end() :]


def month_swapped(text: str) -> Iterator[str]:
    for match in re.finditer(rf"\b(?:{'|'.join(MONTHS)})\b", text):
        yield text[: match.start()] + MONTHS[(MONTHS.index(match.group()) + 5) % 12] + text[match.end() :]


@pytest.fixture(scope="module")
def answers(encoder_settings: Settings) -> list[Answer]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("READOUT_CACHE", str(encoder_settings.cache))
        readout = open_library(read_samples(), KEPT)
    try:
        return list(answered(readout))
    finally:
        readout.close()


def answered(readout: Readout) -> Iterator[Answer]:
    """The first answers that say what can be swapped, each to another question."""
    left = ANSWERS
    for question in read_gold():
        if not left:
            return
        if question.history or not question.answerable:
            continue
        *_, answer = readout.ask(question.question, as_of=question.as_of)
        assert isinstance(answer, Answer)
        if any(True for claim in supported(answer) for _ in negation_swapped(claim.text)):
            left -= 1
            yield answer


def supported(answer: Answer) -> list[Claim]:
    return [claim for claim in answer.claims if claim.verdict is Verdict.SUPPORTED]


@pytest.mark.parametrize(
    ("mutate", "least"),
    [(numbers_swapped, 100), (names_swapped, 200), (negation_swapped, 100), (month_swapped, 80)],
)
def test_a_claim_in_which_something_is_swapped_is_not_supported(
    answers: list[Answer], mutate: Mutation, least: int
) -> None:
    assert len(answers) == ANSWERS
    claims = {claim.text: claim for answer in answers for claim in supported(answer)}
    changed = [(claim, text) for claim in claims.values() for text in islice(mutate(claim.text), EACH)]
    wrong = [text for claim, text in changed if judge(text, claim.citations).verdict is Verdict.SUPPORTED]
    assert len(changed) >= least
    assert wrong == []
