"""The wiring of the pages beside the chat, driven by Streamlit's AppTest with a real library."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from rag.adding import FileVerdict, Outcome
from rag.answering import Readout
from rag.breaker import FAILURES
from rag.embedding import EmbeddedEncoder
from rag.errors import LibraryError
from rag.generative import GenerativeAnswerer
from rag.index import Report
from rag.library import Library
from rag.page.articles import ROWS, remove_articles, verdicts_html
from rag.page.jobs import UNFORESEEN, Job
from rag.page.status import answers_fact, report_html
from rag.settings import Settings, without_user
from rag.types import Offer
from tests.fakes import make_article
from tests.web_server import Site, reply, serve

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


def articles_page(open_library: "Callable[[], Readout]") -> None:
    from rag.page.articles import show_articles

    show_articles(open_library)


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


def test_a_model_that_is_left_alone_is_named_with_the_seconds_left(readout: Readout) -> None:
    assert "is left alone for now" not in shown(draw(status_page, lambda: readout))
    offer = Offer("openai:<b>small</b>", "http://127.0.0.1:9/v1", "Ollama")
    answerer = readout.accept(offer)
    assert isinstance(answerer, GenerativeAnswerer)
    for _ in range(FAILURES):
        answerer._breaker.failed()
    html = shown(draw(status_page, lambda: readout))
    assert "A model is left alone for now" in html
    assert re.search(
        r"&lt;b&gt;small&lt;/b&gt; failed 3 times in a row and is not asked for \d+ more seconds", html
    )


def test_a_models_server_is_named_without_the_password_in_its_address() -> None:
    address = "http://anna:canary@10.0.0.7:8080/v1?key=canary"
    settings = Settings(_env_file=None, model="qwen3:8b", base_url=address)
    assert "qwen3:8b at 10.0.0.7, without a key" in answers_fact(settings)
    assert without_user(address) == "http://10.0.0.7:8080/v1"
    assert all("canary" not in one.value for one in settings.shown())


# Articles


def rows(at: AppTest) -> list[str]:
    return [e.proto.body for e in at.get("html") if e.proto.body.startswith('<div class="r-row">')]


def test_the_articles_are_listed_as_text_with_what_is_known_of_them(readout: Readout) -> None:
    bridge, ferry = rows(draw(articles_page, lambda: readout))
    assert "The bridge" in bridge
    assert "<b>Example Wire</b> · 26 April 2024 · 1 passage · en · bridge.md" in bridge
    assert "The &lt;b&gt;ferry&lt;/b&gt;" in ferry


def test_a_list_of_many_is_drawn_one_page_at_a_time_and_found_by_words(readout: Readout) -> None:
    many = [make_article(f"item-{n:02}", f"Item {n}.", title=f"Item number {n:02}") for n in range(2 * ROWS)]
    with readout.library.writing():
        list(readout.adder.add_articles(many))
    at = draw(articles_page, lambda: readout)
    assert len(rows(at)) == ROWS
    assert f"1–{ROWS} of {2 * ROWS + 2} articles" in shown(at)
    at.session_state["article-page"] = 3
    assert len(rows(at.run())) == 2
    at.text_input(key="article-query").set_value("number item 07").run()  # fewer pages than before
    assert ["Item number 07" in row for row in rows(at)] == [True]
    assert "1 article found" in shown(at)
    at.text_input(key="article-query").set_value("zebra").run()
    assert rows(at) == []
    assert f"None of {2 * ROWS + 2} articles has these words." in shown(at)


def test_an_article_is_read_whole(readout: Readout) -> None:
    html = shown(press(draw(articles_page, lambda: readout), "Read"))
    assert "The bridge is 61 metres long. It cost 40 million euros." in html
    assert "read from /articles/bridge.md" in html


def test_copies_and_earlier_versions_are_read_and_removed_under_their_article(readout: Readout) -> None:
    words = " ".join(f"word{n}" for n in range(60))
    wires = [make_article(name, f"{words} {name}.", f"Report of {name}", name) for name in ("AP", "<i>Zeit")]
    changed = replace(wires[0], text=f"{words} Corrected.", content_hash="second")
    with readout.library.writing():
        list(readout.adder.add_articles(wires))
        list(readout.adder.add_articles([changed]))
    at = draw(articles_page, lambda: readout)
    at.text_input(key="article-query").set_value("Zeit").run()
    assert "<b>AP, also &lt;i&gt;Zeit</b>" in shown(at)
    html = shown(press(at, "Read"))
    assert "1 earlier version" in html
    assert f"{words} AP." in html
    assert "Nearly the same in &lt;i&gt;Zeit" in html
    assert "Remove this copy" in [button.label for button in at.button]
    assert "Its copy in another outlet goes too" in shown(press(at, "Remove"))
    assert remove_articles(readout, [wires[1].id], seconds=0) == ""
    assert readout.library.articles(["AP"])[0].also == ()


def test_removing_asks_first_and_says_what_goes(readout: Readout) -> None:
    at = press(draw(articles_page, lambda: readout), "Remove")
    html = shown(at)
    assert "1 article and 1 passage leave the library" in html
    assert "say that the article is gone" in html
    assert "The file that it was read from stays." in html
    press(at, "Keep")
    at.text_input(key="article-query").set_value("wire").run()
    assert "2 articles and 2 passages leave the library" in shown(press(at, "Remove all 2"))
    assert readout.span().articles == 2


def test_nothing_is_removed_while_another_process_writes_and_the_reader_is_told(
    readout: Readout, tmp_path: Path
) -> None:
    other = Library(tmp_path)
    with other.writing():
        fault = remove_articles(readout, [readout.library.listed()[0].id], seconds=0)
    other.close()
    assert "is being written by process" in fault
    assert readout.span().articles == 2
    assert remove_articles(readout, [readout.library.listed()[0].id], seconds=0) == ""
    assert readout.span().articles == 1


def test_files_that_were_not_read_come_first_and_names_are_text() -> None:
    verdicts = (
        FileVerdict("upload:a.md", Outcome.ADDED, "a", passages=3),
        FileVerdict("upload:<i>b</i>.pdf", Outcome.UNREADABLE, reason="<i>b</i>.pdf is of a type."),
    )
    job = Job[FileVerdict](lambda job: job.results.extend(verdicts), total=2)
    await_job(job)
    html = verdicts_html(job)
    assert "1 file of 2 read, 1 not" in html
    assert html.index("&lt;i&gt;b&lt;/i&gt;.pdf</b>") < html.index("a.md</b>")
    assert "✓ added</span> · 3 passages" in html
    assert "<i>" not in html


def test_an_article_of_the_web_is_found_by_its_host_and_stays_there_when_it_is_removed(
    readout: Readout,
) -> None:
    fetched = replace(
        make_article("tram", "The tram goes.", source=""), origin="https://www.courier.example/1/"
    )
    with readout.library.writing():
        list(readout.adder.add_articles([fetched]))
    at = draw(articles_page, lambda: readout)
    at.text_input(key="article-query").set_value("courier").run()
    assert ["www.courier.example</p>" in row for row in rows(at)] == [True]
    html = shown(press(at, "Remove"))
    assert "What was read from the web stays there, and does not come back by itself." in html
    assert "Files on the disk" not in html and "The file that it was read from" not in html


def test_an_address_is_fetched_when_it_is_given_and_its_verdict_is_shown(
    tmp_path: Path, encoder: EmbeddedEncoder
) -> None:
    with serve(Site({"/ferry": reply(b"Ferry\n\nThe ferry stops.", kind="text/plain")})) as site:
        settings = Settings(_env_file=None, home=tmp_path, fetch_hosts=site.place)
        readout = Readout(settings, Library(tmp_path), encoder)
        at = draw(articles_page, lambda: readout)
        at.text_input(key="address-typed").set_value(site.url("/ferry"))
        assert site.asked == []
        press(at, "Add")
        await_job(at.session_state.desk.adding)
        html = shown(at.run())
        assert f'<b>{site.url("/ferry")}</b> <span class="r-good">✓ added</span>' in html
        assert at.text_input(key="address-typed").value == ""
        at.text_input(key="address-typed").set_value("127.0.0.1:1/<i>")
        press(at, "Add")
        await_job(at.session_state.desk.adding)
        html = shown(at.run())
        assert "<b>https://127.0.0.1:1/%3Ci%3E</b>" in html
        assert "names port 1; only 80 and 443 are asked." in html
        assert site.paths == ["/ferry"]
        readout.close()


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
