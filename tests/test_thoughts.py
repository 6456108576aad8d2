"""What a reasoning model thinks never shows, wherever its stream is cut."""

from itertools import combinations

import pytest

from rag.thoughts import CLOSING, Thoughts, after_thoughts


def shown(*chunks: str) -> str:
    thoughts = Thoughts()
    return "".join(map(thoughts.feed, chunks)) + thoughts.rest()


CASES = {
    "<think>secret</think>Wang met Blinken [1.1].": "Wang met Blinken [1.1].",
    "One.<think>secret <b>a < b</b></think> Two.": "One. Two.",
    "<THINK>secret</Think>Loud.": "Loud.",
    "<thinking>secret</thinking><reasoning>secret</reasoning>Both.": "Both.",
    "Only <think>secret": "Only ",
    "a < b, <thin air, <b>bold</b> <": "a < b, <thin air, <b>bold</b> <",
    "<think></think>": "",
    "<think>secret</thin</think>Out.": "Out.",
}


@pytest.mark.parametrize("text", CASES)
def test_thoughts_are_taken_out_wherever_the_stream_is_cut(text: str) -> None:
    places = range(len(text) + 1)
    for first, second in combinations(places, 2):
        assert shown(text[:first], text[first:second], text[second:]) == CASES[text]
    assert shown(*text) == CASES[text]


def test_only_what_may_become_a_tag_is_held_back() -> None:
    thoughts = Thoughts()
    assert thoughts.feed("Wang met <thi") == "Wang met "
    assert thoughts.feed("s") == "<this"


def test_a_closing_tag_that_closes_nothing_ends_thoughts_whose_beginning_was_swallowed() -> None:
    text = "secret</THINKING>\n\nWang met Blinken."
    for place in range(len(text) + 1):
        came = shown(text[:place], text[place:])
        assert came == f"secret{CLOSING}\n\nWang met Blinken."
        assert after_thoughts(came) == ("\n\nWang met Blinken.", True)
    assert after_thoughts("no tag") == ("no tag", False)
