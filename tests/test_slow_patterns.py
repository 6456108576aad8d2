"""No text makes our own code slow: each function that reads untrusted text, on texts made to be hard for it.

A megabyte takes at most two seconds and twice the text at most 2.6 times as long, whatever stands in it (half
a million sentences of one sign each take two and a half, and are not tried). Some texts get no megabyte in
life: a question is refused beyond READOUT_QUESTION_CHARACTERS, and tried at full length all the same; a
sentence is cut at a thousand characters, so what reads sentences gets those of an article that is a megabyte
long; a model's answer ends after 40,000 characters, and that is what it gets.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests import text_functions as works
from tests.growth import DOUBLING, repeat, seconds
from tests.soak import cases

LENGTH = cases(6_000, 1_000_000)
MOST_SECONDS = 2.0
LEAST_SECONDS = cases(2, 10) / 100  # below, first uses of memory count more than the work
COUNTED, COUNTING_SECONDS = 300_000, 0.04  # numbers written on two quiet cores, as the promise has it
ROUNDS = 12  # what else the machine does only ever adds time: one quiet round is enough

Unit = tuple[str, str]  # what comes first, then what comes over and over


@dataclass(frozen=True, slots=True)
class Row:
    """Functions that are tried together: they need the same preparation, and know the same patterns."""

    make: Callable[[str], list[works.Work]]  # of a text
    modules: str  # whose patterns are tried
    units: tuple[Unit, ...]  # made to be hard for these


def over(*units: str) -> tuple[Unit, ...]:
    return tuple(("", unit) for unit in units)


EVERYWHERE = (
    *over(" ", "\n", "a", "A ", "A. ", "1 ", '"', "(", "[", "<", "林", "😀"),
    ("A", " "),
    ("[", "1"),
)
QUESTIONS = (
    *over("Ab", "A of ", "of the ", "A's ", "he ", "and ", "and what ", "since ", "5 May ", "in 2024 "),
    *over("that ", "last week ", "about ", "the other side ", "Who A b? ", "what is a", "Ab-De ", "Mr. "),
    ("What is ", "a-"),
    ("And ", "he said "),
)
SENTENCES = (
    *over("he said ", "he said, ", "not ", "no A ", "may ", "if ", "by A ", "A met B. ", "$1m ", "ten "),
    *over("1,", '"a" ', "A's ", "n't ", "A of ", "1-", "all ", "- a\n", "A\n\n"),
    ("Did Wang ", "ask "),
    ("Wang said ", "a, "),
)
MODEL = (
    *over("[1.1]", "[1.1", "[ ", "</think>", "<think>", "<thi", "- ", "\n#", "a\n", "A, 1 May 2024:\n"),
    *over("<think></think>", "- [1.1] ", "A [1.1]. "),
    ("[", "1.1, "),
    ("[", "1.1-"),
)
MARKUP = over("\\", "*", "_", "`", "|", "~", "#", "http://a.b/ ", "www.", "&", ":", "@", "\u200d", "- ")
FILES = (
    *over(",", "{", "\r", "\t", "\u0301", "\u200d", "\u00ad\n", "a-\n", "- a\n", "a: ", "  - a\n", "1\n"),
    ("Published: ", "a"),
    ('{"text": "', "a"),
    ("[", "[1,"),
)
TABLES = (  # of few rows each: a row is an article, and has its own verdict
    *over(",", "{", "}", ":", "\t", '"",', "[]", "{}", "1,", "\\u0041", "\u0301"),
    ('{"text": "', "a"),
    ('{"text": "', '\\"'),
    ("[", "[1,"),
)
ADDRESSES = (
    *over("/", "%", "a.", ":", "@", "//", "a/../", "?", "#", "\\", "é"),
    *over("User-agent: *\n", "Allow: /\n"),
)
ROWS = (
    Row(works.cleaned, "cleaning", (*FILES, *over("\u200b", "\u00ad"))),
    Row(works.split, "passages", SENTENCES),
    Row(works.read_files, "reading.texts reading.markdown reading.moments reading.documents", FILES),
    Row(works.read_tables, "reading.tables", TABLES),
    Row(works.read_names, "readers reading.kinds", ADDRESSES),
    Row(works.read_addresses, "web.addresses web.reading web.robots", ADDRESSES),
    Row(works.read_words, "words mentions unmentioned spelling reading.languages", QUESTIONS),
    Row(works.read_questions, "questions commands leaning follow_ups antecedents", QUESTIONS),
    Row(
        works.weigh_passages,
        "sentences sought evidence offers premises premise_events premise_point lacking copies speakers"
        " whether",
        SENTENCES,
    ),
    Row(works.find_links, "links", QUESTIONS),
    Row(works.compare_texts, "shingles editions", SENTENCES),
    Row(works.judge_claims, "verdicts.wording verdicts.judge verdicts.facts", SENTENCES),
    Row(works.read_model, "citations thoughts generative", MODEL),
    Row(works.write_prompts, "prompts", MODEL),
    Row(works.show_texts, "show show_html", MARKUP),
    Row(works.show_answers, "show_saved show_conversation", MARKUP),
)
ELSEWHERE = {  # modules with patterns that are tried in another way, or read no text of others
    "reading.web_pages": "test_web_pages.py, test_kinds.py: a library reads the page, in the child",
    "reading.books": "test_bombs.py: names in an archive, in the child",
    "reading.feeds": "test_web_lists.py: a library reads the feed, in the child",
    "reading.web_archives": "test_bombs.py: heads of records, in the child",
    "web.fetching": "test_fetching.py: a head of at most 64 KB",
    "loopback": "names of models on this machine, cut before",
    "models": "names of packages in our own messages",
    "evaluation": "lines that the suite prints",
    "page.chat": "labels cut before",
    "page.status": "our own settings",
}


@cache
def memories() -> list[Callable[[], None]]:
    """What makes the product forget the texts that it has seen: else the first round alone would count."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "rag"]
    values = {id(value): value for module in modules for value in vars(module).values()}.values()
    kept = [value for value in values if hasattr(value, "cache_parameters")]
    return [value.cache_clear for value in kept if value.cache_parameters()["maxsize"] is not None]


def measure(work: works.Work) -> float:
    for forget in memories():
        forget()
    return seconds(lambda _: work(), "")


def slow_ones(row: Row, unit: Unit) -> list[str]:
    """What takes too long on a text of the unit, or much longer than on half of it."""
    whole, half = (row.make(unit[0] + repeat(unit[1], length)) for length in (LENGTH, LENGTH // 2))
    found = ((number, too_slow(*pair)) for number, pair in enumerate(zip(whole, half, strict=True)))
    return [f"{name_of(whole[number])} ({number}) on {unit}: {said}" for number, said in found if said]


def too_slow(whole: works.Work, half: works.Work) -> str:
    """Empty where one of the rounds is as it should be."""
    time = part = float("inf")
    for _ in range(ROUNDS):
        time = min(time, measure(whole))
        if time < LEAST_SECONDS:
            return ""
        part = min(part, measure(half))
        if time <= MOST_SECONDS * strain() and time <= DOUBLING * max(part, LEAST_SECONDS / 2):
            return ""
    return f"{time:.2f} s, of its half {part:.2f} s"


def strain() -> float:
    """How much longer than on two quiet cores work takes now; at least 1."""
    return max(1.0, seconds(lambda _: [str(number) for number in range(COUNTED)], "") / COUNTING_SECONDS)


def name_of(work: works.Work) -> str:
    return str(getattr(getattr(work, "func", work), "__name__", work))


@pytest.mark.alone
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.make.__name__)
def test_a_hard_text_takes_time_in_proportion(
    row: Row, record_property: Callable[[str, object], None]
) -> None:
    given = row.make("Some words of 2024.")
    for work in given:
        work()  # what is made once is made
    units = (*EVERYWHERE, *row.units)
    slow = [line for unit in units for line in slow_ones(row, unit)]
    assert not slow, "\n".join(slow)
    record_property("cases", len(given) * len(units))


def test_each_module_with_patterns_of_its_own_is_tried() -> None:
    folder = Path(__file__).parent.parent / "rag"
    with_patterns = {
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in folder.rglob("*.py")
        if re.search(r"^import re$", path.read_text(), re.MULTILINE)
    }
    tried = {name for row in ROWS for name in row.modules.split()}
    assert with_patterns == tried | ELSEWHERE.keys()
    assert not tried & ELSEWHERE.keys()
