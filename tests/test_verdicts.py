"""What the cited sentences bear out, and what a reader is told is missing."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from evals.verdicts import (
    RIGHT_REJECTED_MOST,
    WRONG_SUPPORTED_MOST,
    citation_of,
    holds_completions,
    main,
    print_completions,
    rates,
    read_completions,
    read_pairs,
    run,
)
from rag.errors import ReadError
from rag.types import Judgement, Verdict
from rag.verdicts.judge import judge
from tests.growth import grows_linearly

SUPPORTED, PARTLY, REJECTED = Verdict.SUPPORTED, Verdict.PARTLY, Verdict.NOT_SUPPORTED
FRIDAY = datetime(2024, 4, 26, 9, 10, tzinfo=UTC)  # 26 April 2024 was a Friday
HESITATION_MOST = 0.25  # right claims called 'partly supported': more, and readers stop looking


def verdict(sentence: str, claim: str, published: datetime | None = None) -> Judgement:
    return judge(claim, [replace(citation_of(sentence), published_at=published)])


def supported(sentence: str, *claims: str, published: datetime | None = None) -> None:
    for claim in claims:
        assert verdict(sentence, claim, published) == Judgement(SUPPORTED), claim


def lacks(sentence: str, claim: str, missing: str, published: datetime | None = None) -> None:
    judgement = verdict(sentence, claim, published)
    assert judgement.verdict in {PARTLY, REJECTED}
    assert missing in judgement.missing, judgement.missing


def test_a_claim_without_citations_is_uncited() -> None:
    assert judge("Exports fell.", []) == Judgement(Verdict.UNCITED)


def test_a_quoted_sentence_is_supported_whatever_its_quotes_and_spaces() -> None:
    supported("“We won’t go,” Li said.", '"We won\'t go," Li said.', "“We  won’t go,” Li said")


def test_a_claim_about_something_else_is_not_supported() -> None:
    judgement = verdict("Exports of steel fell in May.", "The singer cancelled three concerts in Lisbon.")
    assert judgement.verdict is REJECTED


def test_numbers_are_the_same_in_words_digits_and_scales() -> None:
    supported("About 1.2 million people fled.", "About 1,200,000 people fled.", "About 1.2m people fled.")
    supported("Five ministers resigned.", "5 ministers resigned.")
    supported("The 14th round of talks failed.", "The fourteenth round of talks failed.")
    supported(
        "Sales rose 12%.",
        "Sales rose 12 percent.",
        "Sales rose 12 per cent.",
        "Sales rose by twelve percent.",
    )
    supported("The bank lost $3bn.", "The bank lost 3 billion dollars.", "The bank lost US$3 billion.")
    supported("A dozen houses burned.", "Twelve houses burned.")
    supported("The rate rose 25 basis points.", "The rate rose 0.25 percentage points.")


def test_another_number_unit_or_currency_is_missing() -> None:
    lacks("The flood hit 43 families.", "The flood hit 48 families.", "the number 48")
    lacks("Sales rose 12 percent.", "Sales rose by 12 people.", "the number 12")
    lacks("The bank lost $3bn.", "The bank lost €3bn.", "the number €3bn")
    lacks("The talks took ten minutes.", "The talks took ten hours.", "the number ten hours")


def test_a_number_must_belong_to_the_same_thing() -> None:
    source = "The blast killed 12 people and injured 48."
    supported(source, "The blast killed 12 people.", "The blast injured 48.")
    lacks(source, "The blast killed 48 people.", "the number 48 for this (there it is 12)")
    lacks("They voted 112 to 98.", "They voted 98 to 112.", "98 before 112")


def test_bounds_are_part_of_a_number() -> None:
    lacks("At least 43 people fled.", "43 people fled.", 'that it is "at least 43"')
    lacks("At least 43 people fled.", "At most 43 people fled.", 'the words "at most" before 43')
    supported("The fire destroyed 43 houses.", "The fire destroyed more than 40 houses.")
    lacks("The fire destroyed 43 houses.", "The fire destroyed more than 50 houses.", "the number 50")


def test_dates_are_the_same_in_any_order() -> None:
    source = "The treaty was signed on 26 April 2024."
    supported(source, "The treaty was signed on April 26, 2024.", "The treaty was signed on 26 Apr 2024.")
    supported(source, "The treaty was signed in April 2024.", "The treaty was signed on 2024-04-26.")
    supported(source, "The treaty was signed on Friday.")
    lacks(source, "The treaty was signed on 27 April 2024.", "the date 27 April 2024")
    lacks(source, "The treaty was signed in May 2024.", "the date May 2024")
    lacks(source, "The treaty was signed in 2023.", "the date 2023")


def test_a_weekday_is_read_against_the_day_of_publication() -> None:
    source = "Wang met Blinken on Thursday."
    supported(source, "Wang met Blinken on 25 April 2024.", published=FRIDAY)
    lacks(source, "Wang met Blinken on 26 April 2024.", "the date 26 April 2024", published=FRIDAY)
    lacks(source, "Wang met Blinken on 25 April 2024.", "the date 25 April 2024")  # no article, no date


def test_last_november_and_a_missing_year_are_read_against_it_too() -> None:
    supported("They met last November.", "They met in November 2023.", published=FRIDAY)
    lacks("They met last November.", "They met in November 2022.", "the date November 2022", published=FRIDAY)
    supported("They met on 3 March.", "They met on 3 March 2024.", published=FRIDAY)


def test_the_day_of_publication_stands_for_a_day_that_the_sentence_leaves_open() -> None:
    supported("Exports fell.", "Exports fell, it was reported on 26 April 2024.", published=FRIDAY)
    supported("Exports fell this year.", "Exports fell, it was reported in April 2024.", published=FRIDAY)
    supported("Exports fell for the first time since 2018.", "Exports fell in April 2024.", published=FRIDAY)
    supported(
        "Exports fell in May 2023.", "Exports fell in May 2023, it said on 26 April 2024.", published=FRIDAY
    )


@pytest.mark.parametrize("when", ["in May 2023", "in 2023", "last month", "on 25 April", "on Thursday"])
def test_the_day_of_publication_does_not_stand_for_another_time_that_the_sentence_names(when: str) -> None:
    lacks(
        f"Wang met Blinken {when}.",
        "Wang met Blinken in April 2025.",
        "the date April 2025",
        published=FRIDAY,
    )
    source = f"Wang met Blinken {when}."
    lacks(source, "Wang met Blinken on 26 April 2024.", "the date 26 April 2024", published=FRIDAY)


def test_a_name_with_an_apostrophe_within_is_one_word() -> None:
    supported("The talks in Xi'an began.", "The talks began in Xi’an.")
    lacks("Xi spoke of the talks in Lima.", "Xi spoke of the talks in Xi'an.", "the name Xi'an")


def test_a_surname_an_alias_or_an_acronym_is_the_name() -> None:
    source = "Antony Blinken told the United Nations that American aid would go on."
    supported(source, "Blinken told the UN that U.S. aid would go on.")
    supported("China's exports fell.", "Chinese exports fell.")
    supported("The World Health Organization met in Geneva.", "The WHO met in Geneva.")


def test_another_name_is_missing() -> None:
    lacks("Janet Smith visited Paris.", "Janet Yellen visited Paris.", "the name Yellen")
    lacks("The vote was held in Paris.", "The vote was held in Lyon.", "the name Lyon")
    source = "In Rome David Cameron met James Smith."
    lacks(source, "In Rome David Smith was seen.", "the name David Smith")


def test_title_and_outlet_count_as_evidence() -> None:
    citation = replace(citation_of("Exports fell."), title="Brazil in recession", source="Reuters")
    assert judge("Exports of Brazil fell, Reuters reported.", [citation]).verdict is SUPPORTED


def test_a_quotation_must_stand_word_for_word() -> None:
    source = "Marsh said: “We will not be bullied into a bad deal.”"
    supported(source, 'Marsh said: "We will not be bullied."')
    lacks(source, 'Marsh said: "We will not be rushed."', 'the quotation "We will not be rushed."')


def test_a_negation_on_one_side_only_is_missing() -> None:
    lacks("India did not sign the treaty.", "India signed the treaty.", 'the negation: there it says "not"')
    lacks("India signed the treaty.", "India did not sign the treaty.", 'the negation "not"')
    lacks(
        "India refused to sign the treaty.",
        "India signed the treaty.",
        'the negation: there it says "refused"',
    )
    supported("India refused to sign the treaty.", "India did not sign the treaty.")
    supported("The study did not find any link.", "The study found no link.")


def test_what_may_or_will_happen_has_not_happened() -> None:
    source = "Veldt plans to close its plant."
    supported(source, "Veldt intends to close its plant.", "Veldt plans to shut its plant.")
    lacks(source, "Veldt closed its plant.", 'that it is only "plans … close"')
    lacks(source, "Veldt will close its plant.", 'the word "will"')
    lacks("The ban may be extended.", "The ban will be extended.", 'the word "will"')


def test_opposites_are_named() -> None:
    lacks("Exports fell in May.", "Exports rose in May.", '"rose" (there it says "fell")')
    lacks("He resigned after the vote.", "He resigned before the vote.", '"before" (there it says "after")')
    lacks("Hollis voted against it.", "Hollis voted for it.", '"for" (there it says "against")')


def test_all_is_not_some_and_some_is_not_left_out() -> None:
    lacks("Some schools were closed.", "All schools were closed.", 'the word "all"')
    lacks("Some schools were closed.", "Schools were closed.", 'that it is "some"')
    lacks("The former mayor was arrested.", "The mayor was arrested.", 'that it is the "former mayor"')


def test_who_did_it_to_whom_counts_in_both_voices() -> None:
    source = "Wang criticised Blinken."
    supported(source, "Blinken was criticised by Wang.")
    for claim in ("Blinken criticised Wang.", "Wang was criticised by Blinken."):
        assert any("who did it" in missing for missing in verdict(source, claim).missing)


def test_words_said_by_somebody_stay_theirs() -> None:
    source = "Exports will rise, the tourism board said."
    lacks(source, "Exports will rise.", "that tourism board said it")
    supported(source, "The tourism board said exports will rise.")
    source = "Wang said the talks with Blinken were useful."
    lacks(source, "Blinken said the talks were useful.", "that this speaker said it")
    lacks("According to Wang, exports fell.", "Exports fell.", "that Wang said it")


def test_words_exchanged_in_place_are_seen_though_they_occur_elsewhere() -> None:
    source = "Australia retained the title in England while its coach stayed in Australia."
    claim = "Australia retained the title in Australia while its coach stayed in Australia."
    lacks(source, claim, '"Australia" (there it says "England")')


def test_words_without_a_match_are_listed() -> None:
    source = "The bank lost money in May."
    assert verdict(source, "The bank lost money by fraud in May.") == Judgement(PARTLY, ("the word fraud",))
    claim = "The bank lost money by reckless fraud in May."
    assert verdict(source, claim) == Judgement(PARTLY, ("the words reckless, fraud",))


def test_two_sentences_support_what_neither_does_alone() -> None:
    one, other = citation_of("Exports fell 3 percent in May."), citation_of("Imports rose 2 percent in May.")
    claim = "In May exports fell 3 percent and imports rose 2 percent."
    assert judge(claim, [one, other]).verdict is SUPPORTED
    assert judge(claim, [one]).verdict is PARTLY


def test_a_semantic_score_lifts_words_but_never_facts() -> None:
    source, paraphrase = "The clerk was given a prize in May.", "In May the clever clerk was given a prize."

    def alike(claim: str, text: str) -> float:
        return 0.95

    evidence = [citation_of(source)]
    assert judge(paraphrase, evidence).verdict is PARTLY
    assert judge(paraphrase, evidence, alike).verdict is SUPPORTED
    assert judge("The clerk was given a prize in June.", evidence, alike).verdict is not SUPPORTED
    assert judge("The clerk was not given a prize.", evidence, alike).verdict is not SUPPORTED


def test_the_suite_is_judged_within_the_bars() -> None:
    outcomes = run()
    figures = rates(outcomes)
    assert figures.wrong + figures.right >= 300
    assert figures.wrong >= figures.right
    for part in (
        outcomes,
        [o for o in outcomes if o.pair.held_out],
        [o for o in outcomes if not o.pair.held_out],
    ):
        figures = rates(part)
        assert figures.false_support <= WRONG_SUPPORTED_MOST
        assert figures.false_rejection <= RIGHT_REJECTED_MOST
        assert figures.hesitation <= HESITATION_MOST


def changed(sentence: str) -> list[str]:
    """The sentence with two numbers, a month or weekday, or a 'not' changed."""
    claims = []
    numbers = list(re.finditer(r"(?<![\w.,:-])\d+(?:\.\d+)?(?![\w,:-]|\.\d)", sentence))
    for a, b in pairwise(numbers):
        if a.group() != b.group() and not {a.group()[:2], b.group()[:2]} & {"19", "20"}:
            start, middle, end = sentence[: a.start()], sentence[a.end() : b.start()], sentence[b.end() :]
            claims.append(start + b.group() + middle + a.group() + end)
    for old, new in (
        ("April", "August"), ("March", "November"), ("October", "January"), ("Friday", "Monday"),
        ("Wednesday", "Thursday"), (" not ", " "), (" was ", " was not "), (" will ", " will not "),
        (" said ", " denied "), (" three ", " four "), ("two ", "seven "),
    ):  # fmt: skip
        if old in sentence:
            claims.append(sentence.replace(old, new, 1))
    return claims


def test_one_change_to_a_sentence_that_is_otherwise_repeated_flips_its_verdict() -> None:
    sentences = sorted({pair.sentence for pair in read_pairs(Path("evals/verdict_pairs.jsonl"))})
    claims = [(sentence, claim) for sentence in sentences for claim in changed(sentence)]
    assert len(claims) > 80
    assert [claim for sentence, claim in claims if verdict(sentence, claim).verdict is SUPPORTED] == []


def judged_everywhere(text: str) -> None:
    judge(text, [citation_of("The bank said 5 people died on Friday.")])
    judge("The bank said 5 people died on Friday.", [citation_of(text)] * 20)


@pytest.mark.parametrize("unit", ["a ", "1 ", '"', "A ", "not ", "1,"])
def test_a_long_text_is_judged_in_linear_time(unit: str) -> None:
    assert grows_linearly(judged_everywhere, unit, 100_000)
    judge((unit * 1999)[:1999], [citation_of((unit * 1999)[:1999] + " x")] * 12)


def test_a_claim_too_long_to_be_checked_says_so() -> None:
    judgement = judge("word " * 500, [citation_of("word")])
    assert judgement == Judgement(REJECTED, ("a claim of at most 2000 characters",))


def test_the_command_prints_both_rates_and_the_pairs_that_went_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pairs.jsonl"
    rows = (
        '{"s": "Exports fell.", "c": "Exports fell.", "ok": false}',  # cannot be told: it is the sentence
        '{"s": "Exports fell.", "c": "Exports fell.", "ok": true}',
        '{"s": "Exports fell.", "c": "A frog sang.", "ok": true}',
    )
    path.write_text("\n".join(rows))
    assert main(["--pairs", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "wrong called supported 1/1 = 100.0%" in printed
    assert "right called not supported 1/2 = 50.0%" in printed
    assert "A frog sang." in printed


def test_a_file_that_holds_no_pairs_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"s": "a", "c": "b", "ok": true}\n{"s": "a"}\n')
    with pytest.raises(ReadError, match="line 2 is no pair"):
        read_pairs(path)
    with pytest.raises(ReadError, match="cannot be read"):
        read_pairs(tmp_path / "none.jsonl")


@pytest.mark.parametrize(
    ("source", "claim", "verdict"),
    [
        ("Xi received Kissinger on 20 July 2023.", "Xi received Kissinger on 2023 July 20.", Verdict.PARTLY),
        ("Two channels were agreed in 2024.", "2024 channels were agreed in 2024.", Verdict.PARTLY),
        (
            "In talks with Wang, Blinken pressed for more.",
            "In talks with Blinken, Wang pressed for more.",
            Verdict.PARTLY,
        ),
        ("Data of the Survey cited by Reuters.", "Data of the Reuters cited by Survey.", Verdict.PARTLY),
        ("Ann met Bo and Cy, the mayor.", "Ann met Cy and Bo, the mayor.", Verdict.PARTLY),
        ("Wang and Blinken met in Laos.", "Blinken and Wang met in Laos.", Verdict.SUPPORTED),
        (
            "Talks between Russia and China failed.",
            "Talks between China and Russia failed.",
            Verdict.SUPPORTED,
        ),
        ("On Friday Wang left without a word.", "Wang left without a word on Friday.", Verdict.SUPPORTED),
        ("They bought arms, ships and jets.", "They bought ships, arms and jets.", Verdict.SUPPORTED),
    ],
)
def test_what_changed_places_counts_where_it_changes_the_meaning(
    source: str, claim: str, verdict: Verdict
) -> None:
    assert judge(claim, [citation_of(source)]).verdict is verdict


@pytest.mark.parametrize(
    ("source", "claim", "speaker"),
    [
        ("Wang said that the talks were candid.", "The talks were candid.", "Wang"),
        ("“The talks were candid,” said Wang Yi.", "The talks were candid.", "Wang Yi"),
        ("The talks were candid, Lin Jian told reporters on Friday.", "The talks were candid.", "Lin Jian"),
        ("According to the ministry, the talks were candid.", "The talks were candid.", "ministry"),
        ("Wang called the talks candid.", "The talks were candid.", "Wang"),
        ("Wang described the talks as candid.", "The talks were candid.", "Wang"),
        ("Wang Yi: the talks were candid.", "The talks were candid.", "Wang Yi"),
        ("Officials said that exports fell.", "Exports fell.", "officials"),
    ],
)
def test_a_claim_that_drops_whose_word_it_is_is_marked_with_the_speaker(
    source: str, claim: str, speaker: str
) -> None:
    judgement = judge(claim, [citation_of(source)])
    assert judgement.verdict is Verdict.PARTLY
    assert judgement.missing == (f"that {speaker} said it",)
    kept = judge(f"{speaker} said: {claim}", [citation_of(source)])
    assert "that this speaker said it" not in kept.missing


@pytest.mark.parametrize(
    "source",
    [
        "Wang called for candid talks.",
        "The talks were called candid.",
        "Blinken confirmed that exports fell.",
    ],
)
def test_what_is_nobodys_mere_word_needs_no_speaker(source: str) -> None:
    claim = "Exports fell." if "exports" in source else "The talks were candid."
    assert not any("said it" in part for part in judge(claim, [citation_of(source)]).missing)


def test_contradictions_are_counted_by_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = {
        "completion": "Five men met in Rome.",
        "contradictions": ["Six men met in Rome.", "Five men met in Bonn."],
    }
    missed = {
        "completion": "It rained on and on.",
        "contradictions": ["It rained on and on.", "It snowed at 6 pm."],
    }
    rows = [json.dumps({"_id": str(i), "text": "…", "metadata": m}) for i, m in enumerate((told, missed))]
    (tmp_path / "corpus.jsonl").write_text("\n".join(rows))
    assert holds_completions(tmp_path / "corpus.jsonl")
    print_completions(tmp_path)
    printed = capsys.readouterr().out
    assert "4 contradictions of 2 texts" in printed
    assert "told from the true sentence 0.750 [" in printed
    assert "called supported: 1\n- It rained on and on." in printed


def test_a_folder_without_completions_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a", "text": "x"}')
    assert not holds_completions(tmp_path / "corpus.jsonl")
    with pytest.raises(ReadError, match="needs metadata with a completion"):
        read_completions(tmp_path)
