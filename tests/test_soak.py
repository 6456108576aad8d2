"""The table of `make soak`: its rows are tests that exist, and what failed or did not run is counted."""

from pathlib import Path

from tests.soak import ROWS, Case, Count, Row, count_rows, read_cases, table

REPORT = """<testsuites><testsuite>
<testcase classname="tests.test_kill" name="test_work[adding]">
  <properties><property name="cases" value="100"/></properties></testcase>
<testcase classname="tests.test_kill" name="test_work[removing]"><failure message="gone"/></testcase>
<testcase classname="tests.browser.test_page" name="test_page"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""
KILLS = Row("kills", ("test_kill.py::test_work",))
PAGE = Row("page", ("browser/test_page.py::test_page", "browser/test_page.py::test_other"))


def test_cases_are_counted_by_row_and_what_failed_or_did_not_run_is_a_failure() -> None:
    found = read_cases(REPORT)
    assert found == [
        Case("test_kill.py::test_work", 100, False),
        Case("test_kill.py::test_work", 1, True),
        Case("browser/test_page.py::test_page", 1, True),
    ]
    counts = count_rows((KILLS, PAGE), found)
    assert counts == [Count("kills", 101, 1), Count("page", 1, 2)]
    assert table(counts).splitlines()[2:] == [
        "kills          101         1",
        "page             1         2",
    ]


def test_each_row_names_tests_that_are_there() -> None:
    for row in ROWS:
        for test in row.tests:
            path, _, name = test.partition("::")
            assert f"def {name}(" in (Path(__file__).parent / path).read_text(), test
