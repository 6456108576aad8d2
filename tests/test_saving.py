"""An answer is saved with all that it rests on, and can be checked later against the library."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.answering import Readout
from rag.errors import ReadError, SettingsError
from rag.library import Library
from rag.saving import save_answer
from rag.settings import Settings
from rag.show import OTHERWISE
from rag.show_saved import saved_html, saved_json, saved_markdown
from rag.types import Answer, Article, Disagreement, Point, Status, Verdict
from rag.verifying import State, read_saved, report_json, report_text, verify
from tests.answers import ARTICLE, make_answer, make_citation
from tests.commands import Command
from tests.fakes import HashEmbedder, make_article

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
TALKS = make_article(
    "talks",
    "Wang met Blinken on Friday for five hours. They spoke of trade.\n\nNo date was set for another meeting.",
    title="Wang and Blinken talk",
)
HOSTILE = (
    "![x](https://evil.test/p) <img src=x onerror=alert(1)> [a](javascript:alert(1)) https://evil.test "
    "www.evil.test `c` **b** me@evil.test"
)


@pytest.fixture
def readout(tmp_path: Path) -> Iterator[Readout]:
    readout = open_home(tmp_path / "home")
    put(readout, TALKS)
    yield readout
    readout.close()


def open_home(home: Path) -> Readout:
    settings = Settings(_env_file=None, home=home, model="")
    readout = Readout(settings, Library(home), HashEmbedder())
    readout.retriever._threshold = 0.0
    return readout


def put(readout: Readout, *articles: Article) -> None:
    with readout.library.writing():
        list(readout.adder.add_articles(articles))


def saved(readout: Readout, folder: Path) -> Path:
    *_, answer = readout.ask("How long did Wang meet Blinken on Friday?")
    assert isinstance(answer, Answer)
    assert answer.status is Status.ANSWERED
    path = folder / "answer.json"
    save_answer(answer, [path])
    return path


def states(readout: Readout, path: Path) -> set[State]:
    return {check.state for check in verify(read_saved(path), readout.library).citations}


def test_a_saved_answer_holds_after_a_restart_and_a_rebuilt_index(readout: Readout, tmp_path: Path) -> None:
    path = saved(readout, tmp_path)
    with readout.library.writing():
        readout.indexes.rebuild(lambda done, total: None)
    again = Library(readout.library.home)
    found = verify(read_saved(path), again)
    again.close()
    assert found.holds
    assert {check.state for check in found.citations} == {State.UNCHANGED}
    assert all(claim.now.verdict is Verdict.SUPPORTED for claim in found.claims)


def test_an_article_that_changed_around_the_sentence_is_said_and_still_holds(
    readout: Readout, tmp_path: Path
) -> None:
    path = saved(readout, tmp_path)
    put(readout, replace(TALKS, text=f"A new first line.\n\n{TALKS.text}", content_hash="2" * 64))
    found = verify(read_saved(path), readout.library)
    assert {check.state for check in found.citations} == {State.CHANGED}
    assert found.holds
    for check in found.citations:
        assert check.now
        article = readout.article("talks")
        assert article
        assert article.text[check.now.start : check.now.end] == check.saved.quote
    assert "the article has changed since; the sentence is still there" in report_text(found)


def test_a_sentence_that_was_rewritten_is_lost_and_its_verdict_with_it(
    readout: Readout, tmp_path: Path
) -> None:
    path = saved(readout, tmp_path)
    put(readout, replace(TALKS, text=TALKS.text.replace("five", "six"), content_hash="3" * 64))
    found = verify(read_saved(path), readout.library)
    assert State.LOST in {check.state for check in found.citations}
    assert not found.holds
    assert "verdict was supported, now uncited" in report_text(found)


def test_an_article_that_was_removed_is_gone_and_one_that_moved_is_found(
    readout: Readout, tmp_path: Path
) -> None:
    path = saved(readout, tmp_path)
    with readout.library.writing():
        readout.library.remove(["talks"])
    assert states(readout, path) == {State.GONE}
    put(readout, replace(TALKS, id="moved"))
    assert verify(read_saved(path), readout.library).holds


def test_a_quotation_that_was_altered_in_the_file_is_told(readout: Readout, tmp_path: Path) -> None:
    path = saved(readout, tmp_path)
    path.write_text(path.read_text().replace("five hours", "nine hours"))
    assert State.ALTERED in states(readout, path)


def test_a_verdict_that_was_altered_in_the_file_is_judged_anew(readout: Readout, tmp_path: Path) -> None:
    path = saved(readout, tmp_path)
    data = json.loads(path.read_text())
    data["claims"][0]["text"] = "Wang met Blinken on Friday for nine hours."
    path.write_text(json.dumps(data))
    found = verify(read_saved(path), readout.library)
    assert not found.holds
    assert report_json(found)["claims"][0]["now"] == "partly supported"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"question": "Q", "claims": [{"text": 1}]}',
        "[" * 100_000,
        '{"question": "\\ud800", "claims": []}',
        '{"question": "Q", "claims": [], "disagreements": [3]}',
    ],
)
def test_a_file_that_is_no_saved_answer_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answer.json"
    path.write_text(text)
    with pytest.raises(ReadError, match="is no saved answer"):
        read_saved(path)


def test_every_form_holds_all_that_a_citation_rests_on() -> None:
    answer = make_answer()
    for text in (saved_markdown(answer, NOW), saved_html(answer, NOW), saved_json(answer, NOW)):
        for part in (
            "How long did they speak?",
            "They spoke for five hours.",
            "Example Wire",
            "Ann Author",
            "2024-04-26T09:10:00",
            "https://example.org/meeting",
            "28",
            "54",
            "c0ffee",
            "supported",
        ):
            assert part in text, (part, text)
        assert "It was a success." in text
        assert "no source given" in text or "uncited" in text


def test_both_sides_of_a_disagreement_are_saved() -> None:
    right = replace(make_citation(2, 1), article_id="other", quote="They spoke for seven hours.")
    one = Disagreement(Point.NUMBER, make_citation(1, 1), right, "five", "seven")
    answer = make_answer(disagreements=(one,))
    assert "The articles give different numbers: “five” and “seven”" in saved_markdown(answer, NOW)
    assert 'id="a1-s2"' in saved_html(answer, NOW)


def test_that_the_articles_say_otherwise_is_saved() -> None:
    for form in (saved_markdown, saved_html):
        assert OTHERWISE in form(make_answer(otherwise=True), NOW)
        assert OTHERWISE not in form(make_answer(), NOW)


def test_a_refusal_is_saved_with_the_nearest_passages() -> None:
    answer = make_answer(status=Status.NOT_IN_ARTICLES, claims=(), notice="The articles do not cover this.")
    for text in (saved_markdown(answer, NOW), saved_html(answer, NOW)):
        assert "The articles do not cover this." in text
        assert "Nearest passages" in text
        assert "They spoke for five hours." in text


def test_nothing_of_an_article_becomes_a_link_or_markup_in_the_files() -> None:
    article = replace(ARTICLE, title=HOSTILE, source=HOSTILE, authors=(HOSTILE,), url="javascript:alert(1)")
    answer = make_answer(article, claim=HOSTILE, question=HOSTILE, notice=HOSTILE)
    page = saved_html(answer, NOW)
    assert "<img" not in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert set(re.findall(r'href="([^"]*)"', page)) == {"#a1-s1"}
    markdown = saved_markdown(answer, NOW)
    unescaped = re.sub(r"\\.|^> ", "", markdown, flags=re.MULTILINE)  # what is ours: a quotation's mark
    assert not re.search(r"[\[\]<>`*@]|://|www\.", unescaped), unescaped


def test_a_name_that_names_no_form_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    for path in (tmp_path / "answer.txt", tmp_path / "nowhere" / "answer.md", tmp_path):
        with pytest.raises(SettingsError):
            save_answer(make_answer(), [tmp_path / "one.md", path])
    assert list(tmp_path.iterdir()) == []


def test_an_older_answer_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "answer.md"
    path.write_text("older " * 10_000)
    save_answer(make_answer(), [path])
    assert path.read_text().startswith("# How long did they speak?")
    assert [one.name for one in tmp_path.iterdir()] == ["answer.md"]


def test_the_commands_save_and_verify_with_exit_codes(tmp_path: Path) -> None:
    readout = Command(tmp_path / "home")
    article = tmp_path / "talks.md"
    article.write_text(f"---\ntitle: Wang and Blinken talk\nsource: Example Wire\n---\n\n{TALKS.text}\n")
    readout("add", str(article))
    target = tmp_path / "answer.json"
    asked = readout.run("ask", "How long did Wang meet Blinken?", "--save", str(target))
    assert asked.returncode == 0, asked.stderr
    assert f"Saved: {target}" in asked.stderr
    held = readout.run("verify", str(target))
    assert held.returncode == 0, held.stdout
    assert "] unchanged. Example Wire" in held.stdout
    article.write_text(article.read_text().replace("five", "six"))
    readout("add", str(article))
    changed = readout.run("verify", str(target), "--json")
    assert changed.returncode == 3
    assert json.loads(changed.stdout)["holds"] is False
    assert readout.run("verify", str(article)).returncode == 1
