"""`make soak`: the tests that try a threat many times, at full length, and what they tried as a table.

A test takes its number of cases from `cases(quick, full)` and says with `record_property("cases", n)` how
many it tried; `make test` runs the same test with the quick number. One that says nothing counts as one case.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
SETTING = "READOUT_SOAK"


def cases(quick: int, full: int) -> int:
    """How many cases a test tries: the full number in `make soak`."""
    return full if os.environ.get(SETTING) else quick


@dataclass(frozen=True, slots=True)
class Row:
    threat: str
    tests: tuple[str, ...]  # file::function, from tests/


@dataclass(frozen=True, slots=True)
class Case:
    test: str  # as in Row
    tried: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Count:
    threat: str
    tried: int
    failures: int  # failed tests, and tests that did not run


ROWS = (
    Row(
        "an obeying or hijacked model: effects beyond words, false citations",
        (
            "test_obeying.py::test_an_obeying_model_brings_in_words_only",
            "test_obeying.py::test_a_hijacked_model_brings_in_words_only",
        ),
    ),
    Row(
        "malformed citations of a model: those shown are of that prompt, the others counted",
        (
            "test_false_citations.py::"
            "test_a_citation_that_is_shown_leads_to_a_sentence_of_that_prompt_and_others_are_counted",
        ),
    ),
    Row(
        "the same payloads in a real browser: requests, scripts, foreign links",
        ("browser/test_hijacked_in_browser.py::test_nothing_is_asked_for_and_nothing_runs",),
    ),
    Row(
        "strings that attack a page, in each place of it and of files: text, by a parser and a browser",
        (
            "test_hostile_strings.py::test_every_string_stays_text_in_every_place",
            "test_hostile_strings.py::test_every_string_in_a_feeds_fields_stays_text",
            "browser/test_hijacked_in_browser.py::"
            "test_no_string_in_any_place_of_the_page_runs_or_asks_for_anything",
        ),
    ),
    Row(
        "a model that hangs, floods, breaks off or errs",
        ("test_model_faults.py::test_a_fault_ends_in_time_in_one_sentence_with_the_passages",),
    ),
    Row(
        "more passages than a model takes: whole lowest ones go, never the question",
        (
            "test_context_overflow.py::test_of_passages_that_are_too_many_whole_lowest_ones_are_left_out",
            "test_context_overflow.py::test_a_model_that_takes_less_than_is_set_is_asked_again_with_fewer_passages",
            "test_context_overflow.py::test_a_question_that_is_too_long_is_refused_with_the_limit_and_sent_nowhere",
        ),
    ),
    Row(
        "a hard text of a megabyte for each function that reads one: 2 s, and no more than in proportion",
        ("test_slow_patterns.py::test_a_hard_text_takes_time_in_proportion",),
    ),
    Row(
        "canary keys and passwords through failures, every logger at DEBUG: in no output, log, page, store",
        ("test_secrets.py::test_secrets_are_nowhere_whatever_fails",),
    ),
    Row(
        "mutated article files: one verdict each",
        ("test_mutated_files.py::test_a_mutated_file_is_an_article_or_refused_in_one_sentence",),
    ),
    Row(
        "mutated files of all other kinds: a verdict for each article in them",
        ("test_mutated_files.py::test_a_mutated_file_of_another_kind_gives_articles_or_sentences",),
    ),
    Row(
        "devices, pipes, sockets, links, odd names in folders and archives: one sentence, nothing outside",
        (
            "test_odd_files.py::test_what_is_no_file_ends_at_once_in_one_sentence",
            "test_odd_files.py::test_a_command_that_reads_or_writes_one_file_does_not_wait_for_a_pipe_either",
            "test_odd_files.py::test_links_lead_out_of_no_folder",
            "test_odd_files.py::test_members_of_an_archive_lead_nowhere",
            "test_odd_files.py::test_any_name_of_a_file_is_added_and_shown_on_one_line",
        ),
    ),
    Row(
        "bombs of every kind: one verdict each within 20 s and 1 GB, the next file is read",
        ("test_bombs.py::test_a_bomb_ends_in_articles_or_sentences_and_the_next_file_is_read",),
    ),
    Row(
        "addresses, names and redirects that lead to this machine",
        (
            "test_fetching.py::test_no_spelling_of_an_address_reaches_a_server_of_this_machine",
            "test_fetching.py::test_no_redirect_leads_to_what_was_not_named",
            "test_fetching.py::test_names_that_lead_to_this_machine_are_refused_also_among_public_ones",
            "test_fetching.py::test_a_name_that_changes_its_mind_is_looked_up_once_and_connected_to_as_checked",
        ),
    ),
    Row(
        "servers that drip, flood, loop, break off or lie",
        ("test_fetching.py::test_what_cannot_be_read_is_refused_in_one_sentence",),
    ),
    Row(
        "mutated feeds and sitemaps: articles and addresses, or a reason",
        ("test_web_lists.py::test_a_mutated_feed_or_sitemap_gives_articles_and_addresses_or_a_reason",),
    ),
    Row(
        "kill -9 while adding, replacing, removing and rebuilding",
        ("test_kill.py::test_work_killed_at_any_moment_and_done_again_ends_as_undisturbed_work",),
    ),
    Row(
        "a disk that fills up, files that cannot grow: nothing lost, adding goes on later",
        (
            "test_full_disk.py::test_files_that_cannot_grow_lose_nothing_and_adding_goes_on_later",
            "test_full_disk.py::test_a_full_disk_loses_nothing_and_adding_goes_on_later",
        ),
    ),
    Row(
        "another user's library and folder, and no space to open an index: read, told, nothing lost",
        (
            "test_rights.py::test_a_library_and_a_folder_of_another_user_are_read_and_nothing_of_them_is_lost",
            "test_rights.py::test_a_full_disk_is_no_damage_to_mend",
        ),
    ),
    Row(
        "kill -9 while adding wire copies and articles that part from theirs",
        ("test_editions.py::test_nothing_is_lost_where_adding_copies_is_killed",),
    ),
    Row(
        "any course of adding, changing, renaming, removing, crashing and rebuilding, against a dict",
        ("test_states.py::test_a_library_holds_what_a_dict_holds",),
    ),
    Row(
        "two and four writers at once, with a reader open: all that they did is there, nothing else",
        ("test_writers.py::test_all_that_several_writers_did_is_there_and_nothing_else",),
    ),
    Row(
        "while a page is open: articles arrive (found in 10 s), indexes are remade (no question fails)",
        (
            "test_open_page.py::test_articles_that_arrive_are_answered_from_in_an_open_page",
            "test_open_page.py::test_no_question_fails_while_the_indexes_are_remade",
        ),
    ),
    Row(
        "kill -9 while restoring a backup",
        ("test_backups.py::test_a_restore_killed_at_any_moment_leaves_the_old_library_or_the_new",),
    ),
    Row(
        "a removed source: found by nothing, in no file; a flood of one article: three passages shown",
        (
            "test_removing.py::test_a_removed_source_is_found_by_nothing_and_lies_in_no_file",
            "test_removing.py::test_a_flood_of_one_article_leaves_room_for_others",
        ),
    ),
    Row(
        "backups that cannot be restored: refused, nothing changed",
        ("test_backups.py::test_a_file_that_cannot_be_restored_is_refused_and_changes_nothing",),
    ),
    Row(
        "many visitors of the page at once: each is answered as if alone",
        ("test_overload.py::test_each_of_many_visitors_is_answered_as_if_alone",),
    ),
    Row(
        "a spike of visitors: an answer, a turn to wait for, or a clear 'busy'",
        ("test_overload.py::test_in_a_spike_each_visitor_has_an_answer_or_a_clear_word",),
    ),
    Row(
        "visitors with secrets, at once: what one asks reaches no other",
        ("test_overload.py::test_what_one_visitor_asks_reaches_no_other",),
    ),
    Row(
        "other machines and other sites: no connection, no session, no upload, no answer that they may read",
        (
            "browser/test_exposure.py::test_only_this_machine_reaches_the_page",
            "browser/test_exposure.py::test_no_other_site_opens_a_session_through_the_readers_browser",
            "browser/test_exposure.py::test_no_other_site_uploads_or_reads_through_the_readers_browser",
            "browser/test_exposure.py::test_streamlits_way_in_for_programs_is_off",
        ),
    ),
    Row(
        "questions in a row: memory, threads and files of the page stay flat",
        ("test_overload.py::test_nothing_grows_with_the_questions_asked",),
    ),
    Row(
        "index files flipped, cut, blanked, lost: noticed or harmless, mended",
        ("test_index_damage.py::test_damage_is_noticed_or_harmless_and_a_rebuild_mends_it",),
    ),
)


def read_cases(report: str) -> list[Case]:
    """Of pytest's report in JUnit's form; the tests of one function count one by one."""
    found = []
    for test in ElementTree.fromstring(report).iter("testcase"):
        path, name = test.attrib["classname"].split("."), test.attrib["name"].partition("[")[0]
        told = [one.attrib["value"] for one in test.iter("property") if one.attrib["name"] == "cases"]
        failed = any(test.find(kind) is not None for kind in ("failure", "error", "skipped"))
        key = f"{'/'.join(path[1:])}.py::{name}"
        found.append(Case(key, int(told[0]) if told else 1, failed))
    return found


def count_rows(rows: Iterable[Row], found: Sequence[Case]) -> list[Count]:
    counts = []
    for row in rows:
        own = [case for case in found if case.test in row.tests]
        missing = set(row.tests) - {case.test for case in own}
        failures = sum(case.failed for case in own) + len(missing)
        counts.append(Count(row.threat, sum(case.tried for case in own), failures))
    return counts


def table(counts: Sequence[Count]) -> str:
    width = max(len(count.threat) for count in counts)
    lines = [f"{'threat':<{width}}  cases tried  failures", f"{'-' * width}  -----------  --------"]
    lines += [f"{count.threat:<{width}}  {count.tried:>11}  {count.failures:>8}" for count in counts]
    return "\n".join(lines)


def main() -> int:
    """Runs all rows and prints the table; 1 if anything failed or did not run."""
    report = ROOT / "build" / "soak.xml"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    tests = [f"tests/{test}" for row in ROWS for test in row.tests]
    # 'xunit1' may hold properties of a test
    options = ["-v", f"--junitxml={report}", "-o", "junit_family=xunit1"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    code = subprocess.run(command, cwd=ROOT, env=os.environ | {SETTING: "1"}).returncode
    counts = count_rows(ROWS, read_cases(report.read_text()) if report.exists() else [])
    print(table(counts))
    return 1 if code or any(count.failures for count in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
