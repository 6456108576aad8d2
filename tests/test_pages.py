"""The wiring of the pages beside the chat, driven by Streamlit's AppTest with a real library."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.errors import LibraryError
from rag.index import Report
from rag.library import Library
from rag.page.jobs import UNFORESEEN, Job
from rag.page.status import answers_fact, report_html
from rag.settings import Settings, without_user
from tests.fakes import make_article

SECONDS = 30.0  # of one run of a page; the encoder may have to be built first
ARTICLES = (
    make_article("bridge", "The bridge is 61 metres long. It cost 40 million euros.", title="The bridge"),
    make_article("ferry", "The ferry stopped in 2021.", title="The <b>ferry</b>"),
)


@pytest.fixture
def readout(tmp_path: Path, encoder: EmbeddedEncoder) -> Iterator[Readout]:
    settings = Settings(_env_file=None, home=tmp_path, model="", api_key=SecretStr("canary-key"))
    readout = Readout(settings, Library(tmp_path), encoder)
    with readout.library.writing():
        list(readout.adder.add_articles(ARTICLES))
    yield readout
    readout.close()


def status_page(open_library: "Callable[[], Readout]") -> None:
    from rag.page.status import show_status

    show_status(open_library)


def draw(page: Callable[..., None], open_library: Callable[[], Readout]) -> AppTest:
    at = AppTest.from_function(page, default_timeout=SECONDS, kwargs={"open_library": open_library}).run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def await_job(job: "Job[Any]") -> None:
    job.wait(SECONDS)
    assert not job.running


# Status


def test_the_status_names_the_library_and_what_answers(readout: Readout, tmp_path: Path) -> None:
    html = shown(draw(status_page, lambda: readout))
    assert "Questions can be asked" in html
    assert str(tmp_path / "library.sqlite3") in html
    assert "2 articles from 1 outlet" in html
    assert "Quoted sentences; no language model" in html


def test_the_status_shows_that_there_is_a_key_and_never_the_key(readout: Readout) -> None:
    html = shown(draw(status_page, lambda: readout))
    assert "READOUT_API_KEY</code></th><td><b>set, not shown</b>" in html
    assert "canary-key" not in html


def test_a_check_says_that_all_is_well(readout: Readout) -> None:
    at = press(draw(status_page, lambda: readout), "Check the library")
    await_job(at.session_state.check)
    html = shown(at.run())
    assert "2 articles and 2 passages are stored whole, and each is found." in html
    assert [b.label for b in at.button] == ["Check again"]


def test_a_check_lists_what_is_wrong_and_says_what_mends_it(readout: Readout) -> None:
    at = draw(status_page, lambda: readout)
    with readout.library.writing():  # a passage that no index knows
        readout.library._connection.execute("DELETE FROM passages WHERE article_id = 'bridge'")
    press(at, "Check the library")
    await_job(at.session_state.check)
    html = shown(at.run())
    assert "article bridge has text but no passage" in html
    assert "readout rebuild" in html


def test_faults_are_shown_as_text_and_not_all_of_thousands() -> None:
    job = Job[Report](lambda job: job.results.append(Report(1, 30, ("<img src=x>",) * 30)))
    await_job(job)
    html = report_html(job)
    assert "<img" not in html
    assert html.count("&lt;img") == 20
    assert "and 10 more" in html


def test_a_library_that_cannot_be_opened_is_explained_and_the_settings_still_stand() -> None:
    def fail() -> Readout:
        raise LibraryError("The library <x> cannot be opened. Name another one with READOUT_HOME.")

    html = shown(draw(status_page, fail))
    assert "The library &lt;x&gt; cannot be opened." in html
    assert "READOUT_HITS" in html


def test_indexes_that_are_gone_are_told_with_the_way_out(readout: Readout) -> None:
    readout.library.set_vectors_from("another encoder", 256)
    assert "Make them anew: readout rebuild --embed" in shown(draw(status_page, lambda: readout))


def test_a_models_server_is_named_without_the_password_in_its_address() -> None:
    address = "http://anna:canary@10.0.0.7:8080/v1?key=canary"
    settings = Settings(_env_file=None, model="qwen3:8b", base_url=address)
    assert "qwen3:8b at 10.0.0.7, without a key" in answers_fact(settings)
    assert without_user(address) == "http://10.0.0.7:8080/v1"
    assert all("canary" not in one.value for one in settings.shown())


# Work in the background


def test_a_job_keeps_the_sentence_of_an_expected_error_and_says_when_a_bug_ended_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("threading.excepthook", lambda arguments: None)  # it prints the traceback

    def fail(error: Exception) -> "Callable[[Job[int]], None]":
        def work(job: "Job[int]") -> None:
            job.results.append(1)
            raise error

        return work

    expected, bug = Job(fail(LibraryError("Busy."))), Job(fail(ValueError()))
    await_job(expected)
    await_job(bug)
    assert (expected.results, expected.fault) == ([1], "Busy.")
    assert bug.fault == UNFORESEEN
