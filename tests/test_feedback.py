"""Feedback: it comes out of the library as it went in, whoever else writes."""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.errors import LibraryBusy, LibraryError
from rag.feedback import NOTE_CHARACTERS, feedback_json, feedback_text, json_line, rate_answer, read_feedback
from rag.library import Library
from rag.types import CitedSentence, Claim, Feedback, Rating, Status, Turn, Verdict
from tests.answers import make_answer, make_citation
from tests.fakes import make_article
from tests.test_library import make_layout_1, store

ROOT = Path(__file__).parent.parent
NOBODY = 65534
FEEDBACK = Feedback(
    id="answer-1",
    made_at=datetime(2024, 5, 1, 8, 30, tzinfo=UTC),
    question="And “who” met him?",
    asked="And “who” met him? (What did Wang say?)",
    status=Status.ANSWERED,
    answer="Wang met Blinken in Beijing. [1]",
    cited=(CitedSentence(1, "a", 0, 28, "Wang met Blinken in Beijing."),),
    rating=Rating.UP,
    note="Right, and short.",
    answerer="extractive",
    settings={"model": "", "hits": 8},
    history=(Turn("What did Wang say?", "What did Wang say?", "He said little. [1]"),),
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    yield library
    library.close()


def test_feedback_comes_back_as_it_went_in(library: Library) -> None:
    library.add_feedback(FEEDBACK)
    assert library.feedback() == [FEEDBACK]


def test_a_changed_mind_replaces_the_feedback_on_that_very_answer_only(library: Library) -> None:
    other = replace(FEEDBACK, id="answer-2")
    library.add_feedback(FEEDBACK)
    library.add_feedback(other)
    changed = replace(FEEDBACK, rating=Rating.DOWN, note="", made_at=FEEDBACK.made_at.replace(minute=45))
    library.add_feedback(changed)
    assert library.feedback() == [other, changed]
    library.withdraw_feedback("answer-1")
    assert library.feedback() == [other]


def test_feedback_is_no_change_of_an_article(library: Library) -> None:
    store(library, make_article("a", "Wang met Blinken in Beijing."))
    library.add_feedback(FEEDBACK)
    assert library.state().generation == 1
    library.remove(["a"])
    assert library.feedback() == [FEEDBACK]


def test_feedback_is_kept_while_articles_are_added(library: Library, tmp_path: Path) -> None:
    adding = Library(tmp_path)
    stop = threading.Event()

    def add() -> None:
        with adding.writing():
            for number in range(1000):
                store(adding, make_article(f"a{number}", "Wang met Blinken in Beijing."))
                if stop.is_set():
                    break

    writer = threading.Thread(target=add)
    writer.start()
    try:
        for number in range(20):
            library.add_feedback(replace(FEEDBACK, id=f"answer-{number}"))
    finally:
        stop.set()
        writer.join()
    assert len(library.feedback()) == 20
    assert library.faults() == []
    adding.close()


def test_a_library_that_stays_locked_is_one_sentence_and_can_still_be_read(library: Library) -> None:
    store(library, make_article("a", "Wang met Blinken in Beijing."))
    other = sqlite3.connect(library.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryBusy, match=r"^The feedback was not kept: .* is being written just now\."):
        library.add_feedback(FEEDBACK, seconds=0.1)
    assert library.article("a")
    other.close()
    library.add_feedback(FEEDBACK, seconds=0.1)
    assert library.feedback() == [FEEDBACK]


def test_readers_do_not_wait_while_feedback_waits_for_a_writer(library: Library) -> None:
    other = sqlite3.connect(library.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    waiting = threading.Thread(target=library.add_feedback, args=(FEEDBACK, 60.0))
    waiting.start()
    try:
        for _ in range(50):
            library.articles()
        assert waiting.is_alive()  # all of these were read while the feedback still waited
    finally:
        other.close()
        waiting.join()
    assert library.feedback() == [FEEDBACK]


def test_a_library_that_is_gone_is_one_sentence_and_not_made_anew(library: Library) -> None:
    for path in library.home.glob("library.sqlite3*"):
        path.unlink()
    with pytest.raises(LibraryError, match="The feedback was not kept"):
        library.add_feedback(FEEDBACK)
    assert not library.path.exists()


@pytest.fixture
def write_protected() -> Iterator[Path]:
    """A folder that everybody may go through, also who has given up root's rights."""
    home = Path(tempfile.mkdtemp())
    home.chmod(0o777)
    yield home
    shutil.rmtree(home)


# In a process of its own, which then gives up the rights that would let root write all the same.
RATE_WITHOUT_RIGHTS = f"""
import json, os, sys
from pathlib import Path
from rag.errors import LibraryError
from rag.library import Library
from tests.test_feedback import FEEDBACK
if os.geteuid() == 0:
    os.seteuid({NOBODY})
library = Library(Path(sys.argv[1]))
try:
    library.add_feedback(FEEDBACK)
except LibraryError as error:
    ids = [article.id for article in library.articles()]
    print(json.dumps([str(error), ids, len(library.feedback())]))
"""


@pytest.mark.parametrize("old", [False, True])
def test_a_write_protected_library_is_one_sentence_and_still_answers(
    write_protected: Path, old: bool
) -> None:
    if old:
        make_layout_1(write_protected)
    else:
        library = Library(write_protected)
        store(library, make_article("a", "Wang met Blinken in Beijing."))
        library.close()
    (write_protected / "library.sqlite3").chmod(0o444)
    run = [sys.executable, "-c", RATE_WITHOUT_RIGHTS, str(write_protected)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    sentence, articles, feedback = json.loads(done.stdout)
    assert sentence.startswith(f"The feedback was not kept: the library {write_protected} cannot be written")
    assert articles == ["a"]
    assert feedback == 0


def test_an_answer_is_rated_with_its_text_and_what_it_cited() -> None:
    first, second = make_citation(1, 0), make_citation(2, 1)
    claims = (
        Claim("They met.", Verdict.SUPPORTED, citations=(first,)),
        Claim("They spoke.", Verdict.SUPPORTED, citations=(first, second), lead=" "),
    )
    note = "  Too\u202e short \x1b[31m  "
    rated = rate_answer(
        make_answer(claims=claims), Rating.DOWN, answer_id="x", note=note, settings={"hits": 8}
    )
    assert rated.answer == "They met. [1] They spoke. [1] [2]"
    assert rated.cited == (
        CitedSentence(1, "meeting", 0, 27, "Wang met Blinken on Friday."),
        CitedSentence(2, "meeting", 28, 54, "They spoke for five hours."),
    )
    assert rated.note == "Too short [31m"
    assert rated.made_at.tzinfo is UTC
    assert (rated.id, rated.answerer, rated.rating) == ("x", "extractive", Rating.DOWN)


def test_half_characters_of_a_model_and_endless_notes_can_be_stored(library: Library) -> None:
    broken = make_answer(claims=(Claim("Half \ud800 a pair.", Verdict.UNCITED),), question="What\x00?")
    rated = rate_answer(broken, Rating.UP, answer_id="x", note="n" * 5000, settings={})
    library.add_feedback(rated)
    (found,) = library.feedback()
    assert found == rated
    assert found.answer == "Half  a pair."
    assert len(found.note) == NOTE_CHARACTERS


def test_json_is_read_again_as_the_same_feedback() -> None:
    assert read_feedback(json.loads(json.dumps(feedback_json(FEEDBACK)))) == FEEDBACK


def test_a_line_of_json_is_one_line_for_every_reader() -> None:
    line = json_line({"note": "a\u2028b\u2029c\x85d\ne – “f”"})
    assert line == '{"note": "a\\u2028b\\u2029c\\u0085d\\ne – “f”"}'
    assert line.splitlines() == [line]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rating", "sideways"),
        ("status", "perhaps"),
        ("made_at", "2024-05-01T08:30:00"),  # no time zone
        ("made_at", 3),
        ("question", None),
        ("cited", [1]),
        ("history", ["What did Wang say?"]),
    ],
)
def test_json_that_is_no_feedback_is_refused(field: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        read_feedback({**feedback_json(FEEDBACK), field: value})


def test_the_terminal_shows_rating_day_question_note_and_how_it_was_answered() -> None:
    assert feedback_text(FEEDBACK) == (
        "up   2024-05-01 08:30 UTC  And “who” met him?\n"
        "     note: Right, and short.\n"
        "     after: What did Wang say?\n"
        "     extractive, 1 sentence cited"
    )
    refusal = replace(FEEDBACK, status=Status.NOT_IN_ARTICLES, note="", history=(), cited=())
    assert feedback_text(refusal).endswith("him?\n     extractive, not in the articles")
