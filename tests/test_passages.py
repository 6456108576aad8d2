"""Sentences with exact offsets, and passages of whole sentences."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.passages import split_passages, split_sentences
from rag.types import Article, Passage
from tests.fakes import make_article
from tests.growth import grows_linearly

TEXT = st.lists(
    st.sampled_from(
        [
            *"abZ .,;!?…\"'“”’()[]-*1\n\n\t—。é\u0301😀",
            *("Wang", "said", "the", "U.S.", "Gen.", "a.m.", "3.5", "No.", "https://a.b/c.D", "x" * 400),
            *("\n\n", " \n", ". ", '." ', "👩\u200d🔬"),
        ]
    ),
    max_size=80,
).map("".join)


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(text)]


def count_words(sentences: Sequence[str]) -> list[int]:
    return [len(sentence.split()) for sentence in sentences]


def passages_of(text: str, limit: int) -> tuple[Passage, ...]:
    return split_passages(make_article("a", text), count_words, limit)


@pytest.mark.parametrize(
    "sentences",
    [
        ["They met on Friday.", "Both sides agreed."],
        ["Is it so?", "It is!", "Good."],
        ["The talks began at 9 a.m. on Monday.", "It was 5 p.m. Friday.", "Li left at 6 p.m.", "He flew."],
        ["He spoke at 8:20 p.m. ET in Boston.", "She did not."],
        ["No. 5 is the last of them.", "He said no.", "That was all."],
        ["U.S. officials met U.S. Secretary of State Antony Blinken.", "He knows the U.S.", "It ended."],
        ["Gen. Brown called Mr. Liu.", "Adm. J. Aquilino and Jerome H. Powell did not."],
        ["It opens on Sept. 12 in Washington, D.C., and not before.", "It closed in Sept.", "It is new."],
        ["Foo Ltd. was fined.", "So was Bar Inc. Chief executives paid.", "They sued Bar Inc.", "It lost."],
        ["He said etc. and left.", "Prices rose 3.5 percent to $4.20.", "Rates fell."],
        ['"We will do it again," Li said.', "He left."],
        ['"We agree. We will do it again," Li said.', "He left."],
        ['He said: "We agree."', '"So do we."', "They left."],
        ["“Do you agree?” Li Haidong asked.", "“Yes!” he said.", "“No.”"],
        ["He called it a ‘red line.’", "She (of the U.N.) did not.", "(They left.)", "All went."],
        ["He paused...", "Then he left.", "He said ... nothing.", "It was late…", "Very late."],
        ["See https://example.org/a.html?b=1.C for it.", "Or www.example.com.", "Or not."],
        ["1. The first point.", "It is short."],
        ["2024.", "We await word of it."],
        ["World War I.", "The second one.", "Plan B. Chen had none."],
        ["In the 1980s.", "McDonald's.", "China grew by 3.5.", "In 2024.", "It stopped."],
        ["The claim stands.[1]", "This one too.[citation needed]", "End."],
        ["At 10:43 p.m. — they moved the ball.", "Good."],
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


def test_a_missing_space_between_sentences_parts_them_but_not_names() -> None:
    assert texts("Interests are challenged.Wang made it clear.") == [
        "Interests are challenged.",
        "Wang made it clear.",
    ]
    assert texts("He read www.example.Com there.") == ["He read www.example.Com there."]


def test_an_empty_line_ends_a_sentence() -> None:
    assert texts("A heading\n\nThe text of it") == ["A heading", "The text of it"]


def test_lines_of_a_list_stand_for_themselves() -> None:
    assert texts("They agreed on:\n- talks on artificial intelligence\n- a meeting in May") == [
        "They agreed on:",
        "- talks on artificial intelligence",
        "- a meeting in May",
    ]


def test_long_list_items_are_not_taken_for_wrapped_lines() -> None:
    items = [f"- talks about the {word} that both sides want" for word in ("economy", "climate", "weather")]
    assert texts("\n".join(items)) == items


def test_a_wrapped_line_does_not_end_a_sentence() -> None:
    text = (
        "Talks in Beijing\n"
        "The two ministers met for five and a half hours in\n"
        "the state guest house and spoke about everything\n"
        "that lay between them. They will meet again.\n"
    )
    assert texts(text) == [
        "Talks in Beijing",
        "The two ministers met for five and a half hours in\n"
        "the state guest house and spoke about everything\n"
        "that lay between them.",
        "They will meet again.",
    ]


def test_paragraphs_on_one_long_line_each_are_not_wrapped_prose() -> None:
    first, second = "Officials said " + "so " * 100 + "again", "the ministry " * 30 + "agreed"
    assert texts(f"{first}\n{second}") == [first, second]


def test_a_sentence_without_end_is_cut_at_white_space_or_hard() -> None:
    words = texts("word " * 500)
    assert [len(part) for part in words] == [999, 999, 499]  # 200 words of 4 letters and 199 spaces
    assert [len(part) for part in texts("x" * 2500)] == [1000, 1000, 500]


def test_plain_news_is_split_as_pysbd_splits_it() -> None:
    """A second implementation, on text that holds no case in which it is known to err."""
    import pysbd

    text = (
        "Foreign Minister Wang Yi met US Secretary of State Antony Blinken on Friday in Beijing. "
        "Wang said that although positive factors are increasing, negative ones continue to build up. "
        'The US should not cross red lines, he said. "Dialogue is better than none," Li said. '
        "What are the next steps? A fundamental question needs answering: should the two be partners "
        "or adversaries? Exports rose by 3.5 percent in March. "
        'The US seeks no "decoupling" from China, and does not seek to contain it. '
        "Mr. Li told the paper on Friday that this was new. "
        "Dr. Chen, of the U.S. Institute of Peace, did not agree."
    )
    expected = [part.strip() for part in pysbd.Segmenter(language="en", clean=False).segment(text)]
    assert texts(text) == expected
    assert len(expected) == 10


@given(TEXT)
def test_sentences_hold_every_character_once_and_in_order(text: str) -> None:
    sentences = split_sentences(text)
    end = 0
    for sentence in sentences:
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
        assert 0 < len(sentence.text) <= 1000
        assert sentence.start >= end
        assert not text[end : sentence.start].strip()
        end = sentence.end
    assert not text[end:].strip()


@given(TEXT, st.integers(1, 40))
def test_passages_hold_every_sentence_once_within_the_limit(text: str, limit: int) -> None:
    passages = passages_of(text, limit)
    assert tuple(s for passage in passages for s in passage.sentences) == split_sentences(text)
    for position, passage in enumerate(passages):
        assert passage.position == position
        assert passage.text == text[passage.start : passage.end]
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        assert len(passage.sentences) == 1 or sum(count_words([s.text for s in passage.sentences])) <= limit


def words(*counts: int) -> str:
    """A paragraph of sentences with these numbers of words."""
    return " ".join("Word" + " word" * (count - 1) + "." for count in counts)


def sizes(passages: Sequence[Passage]) -> list[list[int]]:
    return [count_words([s.text for s in passage.sentences]) for passage in passages]


def test_whole_paragraphs_fill_a_passage_while_they_fit() -> None:
    text = "\n\n".join([words(5, 5), words(4), words(9), words(6, 6)])
    assert sizes(passages_of(text, 20)) == [[5, 5, 4], [9], [6, 6]]  # 10+4=14, +9>20; 9+12>20


def test_a_paragraph_that_is_too_long_is_broken_between_sentences() -> None:
    text = "\n\n".join([words(8), words(7, 7, 7, 7), words(6)])
    assert sizes(passages_of(text, 20)) == [[8], [7, 7], [7, 7, 6]]


def test_a_tiny_paragraph_takes_the_start_of_the_long_one_after_it() -> None:
    assert sizes(passages_of(f"{words(2)}\n\n{words(8, 8, 8)}", 20)) == [[2, 8, 8], [8]]


def test_a_tiny_last_passage_takes_from_the_one_before() -> None:
    text = "\n\n".join([words(8), words(5, 6), words(3)])  # 8+11=19 fits 20, the last 3 do not
    assert sizes(passages_of(text, 20)) == [[8], [5, 6, 3]]


def test_a_heading_goes_with_what_follows() -> None:
    text = "\n\n".join([words(9, 8), "The next steps", words(9)])  # 17 + 3 = 20 would just fit
    assert sizes(passages_of(text, 20)) == [[9, 8], [3, 9]]


def test_lines_are_paragraphs_where_no_line_is_empty() -> None:
    assert sizes(passages_of("\n".join([words(9), words(8, 7), words(9)]), 20)) == [[9], [8, 7], [9]]


def test_a_sentence_over_the_limit_is_a_passage_of_its_own() -> None:
    assert sizes(passages_of(words(6, 30, 6), 20)) == [[6], [30], [6]]


def test_an_empty_article_has_no_passages() -> None:
    assert passages_of(" \n\n ", 20) == ()


def test_tokens_are_counted_in_one_call() -> None:
    calls = []

    def count(sentences: Sequence[str]) -> list[int]:
        calls.append(len(sentences))
        return [1] * len(sentences)

    split_passages(make_article("a", words(3, 3, 3)), count, 2)
    assert calls == [3]


def test_ids_name_article_content_and_position() -> None:
    article = Article("x-1", "T", words(9, 9), "/x.md", "0123456789abcdef")
    assert [p.id for p in split_passages(article, count_words, 10)] == ["x-1:01234567:0", "x-1:01234567:1"]


HOSTILE = [
    *".\"x。-", "a. ", "A.B.", "Mr. X ", "a.\n", "a\n\n", '"a. ', "“a. ", ". ", "(", ".) ", ".[a]", ".[a",
    '." A ', "abc.Abc ", "abc.Abc", " ", "\n", "\t", "-\n", "1. ", '?" A ', "😀",
    "a" * 45 + "\n", "u.s. ", "A's. ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE, ids=repr)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    assert grows_linearly(split_sentences, unit)


def test_no_text_is_invented_in_a_long_document() -> None:
    text = "\n\n".join(words(*range(3, 12)) for _ in range(200))
    assert re.sub(r"\s+", " ", " ".join(texts(text))) == re.sub(r"\s+", " ", text)
    assert len(texts(text)) == 1800
