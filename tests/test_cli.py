"""The command `readout`: what it prints, changes and ends with."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.library import Library
from rag.settings import Settings, load_settings
from rag.types import Rating
from tests.commands import Command
from tests.test_feedback import FEEDBACK

TALKS = """---
title: Wang and Blinken talk in Beijing
source: Example Wire
authors: [Ann Li]
published_at: 2024-04-26T10:00:00+00:00
url: https://example.org/talks
---

Wang Yi met Antony Blinken in Beijing on Friday. Wang called the Taiwan question the first red line.

Blinken said that the United States keeps to its one-China policy.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "talks.md").write_text(TALKS)
    (folder / "pandas.txt").write_text(
        "Pandas arrive in San Diego\nPublished: Jun 28, 2024 09:10 AM\n\nTwo pandas arrived at the zoo."
    )
    return folder


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Command:
    command = Command(tmp_path_factory.mktemp("home"))
    added = command("add", str(folder))
    assert "2 files: 2 added. The library holds 2 articles." in added
    return command


def test_ask_prints_the_answer_and_the_cited_sentences_with_offsets(readout: Command) -> None:
    printed = readout.start("ask", "What is the first red line?").stdout
    assert "Example Wire, 26 April 2024:" in printed
    assert "Wang called the Taiwan question the first red line. [1]" in printed
    assert "characters 49–100" in printed  # counted in the text above


def test_ask_as_json_has_the_promised_shape(readout: Command) -> None:
    answer = json.loads(readout("ask", "--json", "What is the first red line?"))
    assert answer["status"] == "answered"
    assert {"status", "question", "asked", "answer", "claims", "hits", "model", "seconds"} <= answer.keys()
    citation = answer["claims"][0]["citations"][0]
    assert citation["source"] == "Example Wire"
    assert citation["url"] == "https://example.org/talks"
    assert citation["published_at"].startswith("2024-04-26T10:00:00")
    body = TALKS.split("---\n\n", 1)[1]
    assert body[citation["start"] : citation["end"]] == citation["quote"]


def test_what_the_articles_do_not_cover_is_said(readout: Command) -> None:
    answer = json.loads(readout("ask", "--json", "What is the price of copper?"))
    assert answer["status"] == "not_in_articles"
    assert answer["claims"] == []
    assert answer["hits"]


def test_filters_keep_other_articles_out_and_the_refusal_says_so(readout: Command) -> None:
    question = ("ask", "--json", "What is the first red line?")
    within = json.loads(
        readout(*question, "--outlet", "wire", "--from", "2024-04-26", "--until", "2024-04-26")
    )
    assert within["status"] == "answered"
    assert {hit["source"] for hit in within["hits"]} == {"Example Wire"}
    assert within["filters"]["first"] == within["filters"]["last"] == "2024-04-26"
    without = json.loads(readout(*question, "--from", "2024-04-27"))
    assert {hit["title"] for hit in without["hits"]} == {"Pandas arrive in San Diego"}
    assert "Searched: 1 of 2 articles, filtered by date since 27 April 2024." in without["notice"]
    assert "No outlet of the library has 'Gazette' in its name." in readout(
        "ask", "Who?", "--outlet", "Gazette", fails=True
    )
    assert "Searched: 0 of 2 articles." in readout("search", "pandas", "--language", "fr")


def test_a_follow_up_is_asked_within_its_conversation(readout: Command) -> None:
    question = ("ask", "--json", "And who met him?", "--after", "What did Wang say about Taiwan?")
    assert json.loads(readout(*question))["asked"] == "Who met Wang? (What did Wang say about Taiwan?)"
    assert json.loads(readout(*question, "--as-is"))["asked"] == "And who met him?"
    printed = readout("ask", *question[2:])
    assert printed.startswith(
        "Searched as: Who met Wang? (What did Wang say about Taiwan?) (as typed: --as-is)"
    )
    assert "Searched as" not in readout("ask", *question[2:], "--as-is")


def test_search_prints_outlet_date_scores_and_the_best_sentence(readout: Command) -> None:
    printed = readout("search", "pandas at the zoo")
    first = printed.split("\n\n")[0]
    assert "Pandas arrive in San Diego" in first
    assert "28 June 2024" in first
    assert "score" in first
    assert "» Two pandas arrived at the zoo." in first


def test_list_and_show_name_what_is_known_of_an_article(readout: Command) -> None:
    listed = json.loads(readout("list", "--json"))
    titles = [row["title"] for row in listed]
    assert titles == ["Pandas arrive in San Diego", "Wang and Blinken talk in Beijing"]
    shown = readout("show", "talks-")
    assert "Ann Li" in shown
    assert "https://example.org/talks" in shown
    assert "Blinken said that the United States keeps to its one-China policy." in shown


def test_check_finds_no_fault_before_and_after_a_rebuild(readout: Command) -> None:
    assert "2 articles, 2 passages: 0 faults." in readout("check")
    assert "Rebuilt the indexes of 2 articles, 2 passages." in readout("rebuild")
    assert "0 faults" in readout("check")


def test_adding_again_changes_nothing(readout: Command, folder: Path) -> None:
    assert "2 files: 2 unchanged." in readout("add", str(folder))


def test_a_removed_article_is_gone(tmp_path: Path, folder: Path) -> None:
    command = Command(tmp_path)
    command("add", str(folder))
    assert "removed    pandas-" in command("remove", "pandas")
    titles = [row["title"] for row in json.loads(command("list", "--json"))]
    assert titles == ["Wang and Blinken talk in Beijing"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "nothing-like-this"), "readout: No article has the id 'nothing-like-this'."),
        (("ask", " "), "readout: The question is empty."),
        (("add", "/nowhere/at/all"), "/nowhere/at/all"),
        (("remove", "nothing-like-this"), "readout: No article has the id"),
    ],
)
def test_a_users_error_is_one_sentence_and_exit_code_1(
    readout: Command, arguments: tuple[str, ...], message: str
) -> None:
    assert message in readout(*arguments, fails=True)


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    command = Command(tmp_path)
    assert "readout add" in command("ask", "Anything?")
    assert "readout add" in command("list")


def test_a_home_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "READOUT_HOME" in Command(tmp_path / "file" / "home")("list", fails=True)


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    command = Command(tmp_path)
    command.environment["READOUT_HITS"] = "many"
    assert "hits" in command("list", fails=True)


@pytest.mark.parametrize(
    ("password", "is_used"), [("", True), ("eleven char", False), ("a long password", True)]
)
def test_a_password_is_long_or_none(tmp_path: Path, password: str, is_used: bool) -> None:
    if is_used:
        assert (
            Settings(_env_file=None, home=tmp_path, password=password).password.get_secret_value() == password
        )
    else:
        with pytest.raises(SettingsError, match="at least 12 characters, or none") as raised:
            load_settings(password=password)
        assert password not in str(raised.value)


def test_every_command_is_in_the_help() -> None:
    printed = Command(Path()).start("--help").stdout
    names = "add list show remove search ask check rebuild feedback conversations eval settings"
    for name in names.split():
        assert name in printed


def test_feedback_is_listed_and_printed_as_one_object_a_line(tmp_path: Path) -> None:
    command = Command(tmp_path)
    assert "No feedback yet." in command("feedback")
    assert command("feedback", "--jsonl") == ""
    library = Library(tmp_path)
    library.add_feedback(FEEDBACK)
    library.add_feedback(replace(FEEDBACK, id="answer-2", rating=Rating.DOWN, note="Wrong\nday."))
    library.close()
    assert "note: Right, and short." in command("feedback")
    first, second = map(json.loads, command("feedback", "--jsonl").splitlines())
    assert (first["rating"], second["rating"], second["note"]) == ("up", "down", "Wrong\nday.")
    assert first["cited"][0] == {
        "number": 1,
        "article_id": "a",
        "start": 0,
        "end": 28,
        "quote": "Wang met Blinken in Beijing.",
    }


def test_eval_runs_the_suite_with_the_users_paths_and_passes_its_exit_code_on(tmp_path: Path) -> None:
    command = Command(tmp_path / "home")
    done = command.run("eval", "retrieval", "--beir", "sets", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "evals: sets is no BEIR folder: it lacks corpus.jsonl.\n")
    assert command.run("eval", "--no-such-option", folder=tmp_path).returncode == 2
    assert command.run("eval", "--help", folder=tmp_path).stdout.startswith("usage: python -m evals")


def test_eval_propose_turns_the_librarys_feedback_into_candidates(tmp_path: Path) -> None:
    library = Library(tmp_path / "home")
    library.add_feedback(FEEDBACK)
    library.close()
    command = Command(tmp_path / "home")
    done = command.run("eval", "propose", "--out", "candidates.jsonl", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "a person must review each one" in done.stderr
    candidate = json.loads((tmp_path / "candidates.jsonl").read_text())
    assert (candidate["id"], candidate["type"]) == ("candidate-01", "follow-up")
    printed = tmp_path / "given.jsonl"
    printed.write_text(command("feedback", "--jsonl"))
    assert json.loads(command.run("eval", "propose", "given.jsonl", folder=tmp_path).stdout) == candidate


def test_a_model_that_is_away_leaves_one_sentence_and_quoted_ones(readout: Command) -> None:
    command = Command(Path(readout.environment["READOUT_HOME"]))
    command.environment |= {"READOUT_MODEL": "tiny", "READOUT_BASE_URL": "http://127.0.0.1:9/v1"}
    printed = command("ask", "What is the first red line?", fails=True)
    assert "Check that it runs, and READOUT_BASE_URL." in printed
    assert "Sentences of the articles are quoted instead." in printed
    assert "Wang called the Taiwan question the first red line. [1]" in printed


def test_columns_of_a_table_can_be_named(readout: Command, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("head,story\nFerry stops,The ferry stopped.\nMill closes,The mill closed.\n")
    added = readout("add", str(table), "--fields", "text=story,title=head")
    assert re.search(r"added +\S+rows\.csv › line 3 → rows-[0-9a-f]{16} \(1 passages\)", added)
    assert "1 files, 2 articles: 2 added. The library holds 4 articles." in added
    assert "Ferry stops" in readout("list")
