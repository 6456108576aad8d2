"""Markers in a stream, the sentences that they point at, and the claims that they end."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.citations import MARKER_MOST, SPACE_MOST, Resolver, build_claims, read_markers
from rag.types import Article, Citation, Hit, Marker, Passage, Piece, Sentence, Signals, Verdict
from tests.growth import grows_linearly


def joined(chunks: list[str]) -> list[Piece]:
    """The pieces with neighbouring texts put together: how they are cut is no part of the answer."""
    pieces: list[Piece] = []
    for piece in read_markers(chunks):
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def split(text: str) -> tuple[Sentence, ...]:
    found = re.finditer(r"\S.*?(?:[.!?]+(?=\s|$)|$)", text, re.DOTALL)
    return tuple(Sentence(m.start(), m.end(), m.group()) for m in found)


def test_a_marker_becomes_a_marker_and_the_blank_before_it_goes() -> None:
    assert joined(["Exports fell [3.2]. Imports rose [1.10]."]) == [
        "Exports fell",
        Marker(3, 2),
        ". Imports rose",
        Marker(1, 10),
        ".",
    ]


def test_lists_groups_and_ranges_become_one_marker_for_each_sentence() -> None:
    assert joined(["a [1.2, 3.4]"]) == ["a", Marker(1, 2), Marker(3, 4)]
    assert joined(["a [1.2; 3.4]"]) == ["a", Marker(1, 2), Marker(3, 4)]
    assert joined(["a [1.2][3.4]"]) == ["a", Marker(1, 2), Marker(3, 4)]
    assert joined(["a [1.2] [3.4] b"]) == ["a", Marker(1, 2), Marker(3, 4), " b"]
    assert joined(["[2.1-2.3]"]) == [Marker(2, 1), Marker(2, 2), Marker(2, 3)]
    assert joined(["[2.1–2.3, 4.1]"]) == [Marker(2, 1), Marker(2, 2), Marker(2, 3), Marker(4, 1)]
    assert len(joined(["[2.1-2.10]"])) == 10


def test_anything_else_in_brackets_stays_text() -> None:
    for text in (
        "[sic] [2024] [1,200] [12,345,678] [10000] [a](http://x) [1.2 a] [a 1.2]",
        "[5%] [$5] [3 of 4] [.] [,;] [ ] [] [[",
        "[1.2" + ", 1.2" * 20 + "]",  # longer than a marker may be
        "an open [1.2",
    ):
        assert joined([text]) == [text]


FALSE = (
    "[1] [12] [0] [0.5] [1.0] [3.14159] [1.2.3] [1.2,] [-1.2] [1;2] [^1] [1:2] [１.０] [٠.١] [007] [1.9999]"
    " [2.1-3.2] [2.3-2.1] [2.1-2.11]"  # over two hits, backwards, eleven sentences
).split()


@pytest.mark.parametrize("false", [*FALSE, "[1.2 3.4]", "[ 1 ]", "[1, 2]", "[1 000]"])
def test_other_numbers_in_brackets_are_markers_to_nowhere(false: str) -> None:
    assert joined([f"fell {false}. So"]) == ["fell", Marker(0, 0), ". So"]
    assert joined(list(f"fell {false}. So")) == ["fell", Marker(0, 0), ". So"]


def test_a_link_made_of_a_marker_is_no_link() -> None:
    assert joined(["[1.2](http://x)"]) == [Marker(1, 2), "(http://x)"]


def test_blanks_before_a_marker_move_behind_it_where_a_word_follows() -> None:
    assert joined(["Exports fell. [1.2]Imports rose."]) == ["Exports fell.", Marker(1, 2), " Imports rose."]
    assert joined(["fell [1.2] and rose"]) == ["fell", Marker(1, 2), " and rose"]
    assert joined(["fell [1.2]"]) == ["fell", Marker(1, 2)]
    assert joined(["line\n[1.2] next"]) == ["line\n", Marker(1, 2), " next"]


TEXTS = (
    "Exports fell [3.2]. Imports [1.2, 3.4] rose [2.1-2.3].",
    "a  [1.2] [3.4]b [sic] [2024] [3.14159] [1] [a](http://x)",
    "x [1.2][3.4] [2.1–2.3; 5.6] y [1.2",
    "[[1.2]] [ 1.2 ] [1.2 , 3.4] \t[12.34]\u00a0[999.999] [1000.1]",
    "   [1.2]           [3.4]        z   ",
)


def test_every_split_in_two_and_in_three_gives_the_same() -> None:
    for text in TEXTS:
        whole = joined([text])
        for i in range(len(text) + 1):
            for j in range(i, len(text) + 1):
                assert joined([text[:i], text[i:j], text[j:]]) == whole


def test_one_character_at_a_time_gives_the_same() -> None:
    for text in TEXTS:
        assert joined(list(text)) == joined([text])


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="[]. ,;-–123a\n(", max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_any_split_of_any_text_gives_the_same_and_loses_nothing(text: str, cuts: list[int]) -> None:
    edges = sorted({0, len(text), *(cut for cut in cuts if cut <= len(text))})
    chunks = [text[a:b] for a, b in pairwise(edges)]
    pieces = joined([text])
    assert joined(chunks) == pieces
    kept = "".join(piece for piece in pieces if isinstance(piece, str))
    if kept != text:  # only brackets and what stands in markers is gone, and blanks beside them
        gone = Counter("".join(text.split())) - Counter("".join(kept.split()))
        assert gone["["] == gone["]"] > 0
        assert set(gone) <= set("[].,;-–123")
        assert any(isinstance(piece, Marker) for piece in pieces)


def test_text_is_passed_on_as_soon_as_it_can_be_no_marker() -> None:
    seen: list[Piece] = []

    def stream() -> list[str]:
        return ["Exports", " fell [", "si", "c", "] by [3", ".2", "]"]

    sizes = []
    source = iter(stream())

    def watched():  # type: ignore[no-untyped-def]
        for chunk in source:
            sizes.append(sum(len(p) for p in seen if isinstance(p, str)))
            yield chunk

    for piece in read_markers(watched()):
        seen.append(piece)
    # before each chunk: nothing, 'Exports', '… fell' (' [' waits), '… [si', '… c', '… ] by', the same
    assert sizes == [0, 7, 12, 16, 17, 21, 21]


def test_no_more_than_a_marker_is_ever_held_back() -> None:
    given_so_far = passed_on = 0

    def watched():  # type: ignore[no-untyped-def]
        nonlocal given_so_far
        for character in " " * 50 + "[1.2" + ", 1.2" * 40:
            assert given_so_far - passed_on <= MARKER_MOST + SPACE_MOST
            given_so_far += 1
            yield character

    for piece in read_markers(watched()):
        passed_on += len(piece) if isinstance(piece, str) else 0
    assert passed_on == given_so_far == 50 + 4 + 200


def hit(article: str = "a1", texts: tuple[str, ...] = ("Exports fell.", "Imports rose.")) -> Hit:
    text = " ".join(texts)
    sentences, start = [], 0
    for one in texts:
        sentences.append(Sentence(start, start + len(one), one))
        start += len(one) + 1
    passage = Passage(f"{article}-0", article, 0, 0, len(text), text, tuple(sentences))
    source = Article(article, "Trade", text, "file", f"hash-{article}", source="Reuters", authors=("A. B.",))
    return Hit(passage, source, 1.0, 0, (1.0,) * len(texts), Signals(0, 0, 0, 0, 0))


def test_a_citation_is_copied_from_the_article_and_exact() -> None:
    found = hit()
    citation = Resolver([found]).cite(Marker(1, 2))
    assert citation is not None
    assert found.article.text[citation.start : citation.end] == citation.quote == "Imports rose."
    assert (citation.article_id, citation.content_hash) == ("a1", "hash-a1")
    assert (citation.title, citation.source, citation.authors) == ("Trade", "Reuters", ("A. B.",))


def test_numbers_run_in_order_of_first_use_and_stay() -> None:
    resolver = Resolver([hit("a1"), hit("a2"), hit("a1")])
    markers = [Marker(2, 1), Marker(1, 2), Marker(2, 1), Marker(3, 2), Marker(1, 1)]
    numbers = [citation.number for marker in markers if (citation := resolver.cite(marker))]
    assert numbers == [1, 2, 1, 2, 3]  # hits 1 and 3 are the same sentences


def test_a_marker_to_no_sentence_is_counted_and_gives_nothing() -> None:
    resolver = Resolver([hit()])
    for marker in (Marker(2, 1), Marker(1, 3), Marker(0, 0), Marker(1, 0)):
        assert resolver.cite(marker) is None
    assert resolver.unresolved == 4


def cite(number: int, quote: str = "Exports fell.") -> Citation:
    return Citation(number, "", "", "", "", "", (), None, None, "", 0, len(quote), quote)


def numbers(pieces: list[str | Citation]) -> list[tuple[str, list[int]]]:
    return [(claim.text, [c.number for c in claim.citations]) for claim in build_claims(pieces, split)]


def test_a_citation_belongs_to_the_sentence_that_it_ends() -> None:
    expected = [("Exports fell.", [1]), ("Imports rose.", [2])]
    assert numbers(["Exports fell", cite(1), ". Imports rose", cite(2), "."]) == expected
    assert numbers(["Exports fell.", cite(1), " Imports rose.", cite(2)]) == expected


def test_a_group_after_two_sentences_belongs_to_the_last() -> None:
    assert numbers(["Exports fell. Imports rose.", cite(1), cite(2), cite(1)]) == [
        ("Exports fell.", []),
        ("Imports rose.", [1, 2]),
    ]


def test_a_citation_at_the_start_belongs_to_the_first_claim() -> None:
    assert numbers([cite(1), "Exports fell. Imports rose."]) == [
        ("Exports fell.", [1]),
        ("Imports rose.", []),
    ]


def test_a_citation_that_opens_a_list_item_belongs_to_that_item() -> None:
    assert numbers(["- Exports fell.\n-", cite(1), " Imports rose."]) == [
        ("Exports fell.", []),
        ("Imports rose.", [1]),
    ]


def test_bullets_and_headings_are_leads_and_claim_nothing() -> None:
    text = "## Trade\n\nReuters, 26 April 2024:\n\n- Exports fell.\n* Imports rose.\n1. Prices held."
    claims = build_claims([text], split)
    assert [claim.text for claim in claims] == ["Exports fell.", "Imports rose.", "Prices held."]
    assert claims[0].lead == "## Trade\n\nReuters, 26 April 2024:\n\n- "
    assert "".join(claim.lead + claim.text for claim in claims) == text


def test_a_statement_cannot_hide_in_a_heading() -> None:
    assert build_claims(["## Robbed it was.\nIt is shut."], split)[0].text == "## Robbed it was."
    assert build_claims(["The bank was robbed:\n\n- Prices held."], split)[0].text == "The bank was robbed:"
    assert build_claims(["## Robbed", cite(1), "\nPrices held."], split)[0].text == "## Robbed"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab.-*#1 \n:", max_size=60))
@example("# 1\n:")
def test_lead_and_text_lose_nothing(text: str) -> None:
    claims = build_claims([text], split)
    read = "".join(claim.lead + claim.text for claim in claims)
    assert text.startswith(read)
    assert not re.search(r"[^\W_]", re.sub(r"\b\d{1,2}\. ", "", text[len(read) :]))  # an empty list item


def test_claims_are_judged_by_their_own_citations() -> None:
    claims = build_claims(["Exports fell.", cite(1), " Imports rose.", cite(1), " Prices held."], split)
    assert [claim.verdict for claim in claims] == [
        Verdict.SUPPORTED,
        Verdict.NOT_SUPPORTED,
        Verdict.UNCITED,
    ]


@pytest.mark.parametrize("unit", ["[", "[1.2, ", "[ ", "- ", "\n#"])
def test_brackets_without_end_are_read_in_linear_time(unit: str) -> None:
    def read(text: str) -> object:
        return build_claims([p for p in read_markers([text]) if isinstance(p, str)], lambda _: ())

    assert grows_linearly(read, unit, 400_000)  # below, first uses of memory count more than the work
