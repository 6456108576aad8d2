"""A library through any course of events holds what a plain dict holds: nothing lost, double or phantom."""

import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from rag.adding import Adder, FileVerdict, Outcome
from rag.index import Indexes
from rag.library import Library
from rag.settings import Settings
from rag.types import Passage, PassageVectors
from tests.fakes import HashEmbedder
from tests.soak import cases

EXAMPLES, STEPS = (3, 500), (12, 50)  # in `make test`, in `make soak`
NAMES = tuple(f"report-{number}.md" for number in range(6))
KEPT = (Outcome.ADDED, Outcome.REPLACED, Outcome.UNCHANGED)


class Outage(RuntimeError):
    """The encoder fails in the midst of adding, as a crash would end it."""


class FailingEmbedder(HashEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.left = -1  # calls until it fails; never where negative

    def embed_passages(self, passages: Sequence[Passage], titles: Sequence[str]) -> list[PassageVectors]:
        if self.left == 0:
            raise Outage
        self.left -= 1
        return super().embed_passages(passages, titles)


def report(number: int) -> str:
    """A text of its own words: no two are copies of each other."""
    sentences = (
        " ".join(f"Word{number}x{part}x{word}" for word in range(8)) + "." for part in range(number % 40 + 1)
    )
    return f"---\ntitle: Report {number}\n---\n\n" + "\n\n".join(sentences) + "\n"


class Events(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.place = Path(mkdtemp())
        self.folder = self.place / "articles"
        self.folder.mkdir()
        self.files: dict[str, int] = {}  # on the disk: name → number of its text
        self.held: dict[str, int] = {}  # in the library
        self.texts = 0
        self.open()

    def open(self) -> None:
        self.embedder = FailingEmbedder()
        self.library = Library(self.place / "home")
        self.indexes = Indexes(self.library)
        self.adder = Adder(self.library, self.indexes, self.embedder, Settings(home=self.place / "home"))

    def close(self) -> None:
        self.indexes.close()
        self.library.close()

    def teardown(self) -> None:
        self.close()
        shutil.rmtree(self.place)

    @rule(name=st.sampled_from(NAMES), change=st.booleans())
    def write(self, name: str, change: bool) -> None:
        """A new file, a changed one, or an old text once more."""
        if change or name not in self.files:
            self.texts += 1
            self.put(name, self.texts)
        else:
            self.put(name, self.files[name])

    @precondition(lambda self: self.files)
    @rule(data=st.data(), to=st.sampled_from(NAMES))
    def rename(self, data: st.DataObject, to: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.files)))
        self.put(to, self.files[name])
        if name != to:
            self.delete(name)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def delete_file(self, data: st.DataObject) -> None:
        """What is in the library stays there."""
        self.delete(data.draw(st.sampled_from(sorted(self.files))))

    @rule()
    def add(self) -> None:
        with self.library.writing():
            self.take(self.adder.add(self.paths()))

    @rule(calls=st.integers(0, 2), answered=st.integers(0, 3))
    def add_and_crash(self, calls: int, answered: int) -> None:
        """Adding ends at an error, or nobody asks for its next verdict; the library is opened again."""
        self.embedder.left = calls
        with self.library.writing():
            verdicts = self.adder.add(self.paths())
            with suppress(Outage):
                self.take(islice(verdicts, answered))
            verdicts.close()  # type: ignore[attr-defined]
        self.close()
        self.open()
        self.acknowledged_are_held()
        self.add()

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.held)))
        ids = [one.id for one in self.library.articles() if Path(one.origin).name == name]
        with self.library.writing():
            self.adder.remove(ids)
        del self.held[name]

    @rule()
    def rebuild(self) -> None:
        with self.library.writing():
            self.indexes.rebuild()

    @rule()
    def open_again(self) -> None:
        self.close()
        self.open()

    @invariant()
    def holds_the_same(self) -> None:
        found = [(Path(one.origin).name, one.title) for one in self.library.articles()]
        assert sorted(found) == sorted((name, f"Report {number}") for name, number in self.held.items())
        assert self.indexes.check().faults == ()  # every passage is found, and no other

    def acknowledged_are_held(self) -> None:
        """What was not acknowledged may be there or not, but wholly."""
        found = {Path(one.origin).name: one.title for one in self.library.articles()}
        for name, number in self.held.items():
            now = {f"Report {number}"} | ({f"Report {self.files[name]}"} if name in self.files else set())
            assert found[name] in now
        assert self.indexes.check().faults == ()

    def take(self, verdicts: Iterable[FileVerdict]) -> None:
        for verdict in verdicts:
            assert verdict.outcome in KEPT
            name = Path(verdict.origin).name
            article = self.library.article(verdict.article_id)
            assert article
            if Path(article.origin).name == name:  # else its text is there already, under another name
                self.held[name] = self.files[name]

    def paths(self) -> list[Path]:
        return [self.folder / name for name in sorted(self.files)]

    def put(self, name: str, number: int) -> None:
        (self.folder / name).write_text(report(number))
        self.files[name] = number

    def delete(self, name: str) -> None:
        (self.folder / name).unlink()
        del self.files[name]


def test_a_library_holds_what_a_dict_holds(record_property: pytest.FixtureRequest) -> None:
    examples, steps = cases(*EXAMPLES), cases(*STEPS)
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Events, settings=how)  # type: ignore[no-untyped-call]
    record_property("cases", examples * steps)  # type: ignore[operator]
