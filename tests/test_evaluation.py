"""`readout eval`: the suite runs as a process of its own, where the user is, and ends as it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.evaluation import INTERRUPTED, run_suite

ROOT = Path(__file__).parent.parent
# Stands in for the suite: says what it was given and where it runs.
SUITE = """
import os, sys
print(sys.argv[1:], os.getcwd(), flush=True)
if "sleep" in sys.argv:
    import time
    print("pid", os.getpid(), flush=True)
    time.sleep(60)
sys.exit(7)
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "evals" / "gold").mkdir(parents=True)
    (folder / "evals" / "__init__.py").touch()
    (folder / "evals" / "__main__.py").write_text(SUITE)
    return folder


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ([], ["gold"]),
        (["--gate"], ["gold", "--gate"]),
        (["--part", "test", "--json", "x y.json"], ["gold", "--part", "test", "--json", "x y.json"]),
        (["gold", "--gate"], ["gold", "--gate"]),
        (["retrieval", "--beir", "sets"], ["retrieval", "--beir", "sets"]),
        (["--help"], ["--help"]),
    ],
)
def test_options_alone_mean_the_gold_questions_and_the_exit_code_is_the_suites(
    repository: Path, given: list[str], passed: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_suite(given, repository) == 7
    assert capfd.readouterr().out.startswith(f"{passed} ")


def test_the_suite_runs_where_the_user_is_but_takes_no_folder_there_for_itself(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine" / "evals").mkdir(parents=True)
    (tmp_path / "mine" / "evals" / "__main__.py").write_text("print('not the suite')")
    monkeypatch.chdir(tmp_path / "mine")
    assert run_suite([], repository) == 7
    assert capfd.readouterr().out == f"['gold'] {tmp_path / 'mine'}\n"


def test_a_package_without_the_repository_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"The evaluation suite is not in {tmp_path}"):
        run_suite([], tmp_path)


@pytest.fixture
def running(repository: Path) -> Iterator["subprocess.Popen[str]"]:
    """A command with a suite that has begun and takes long, in a group of processes of its own."""
    code = (
        # A shell without job control starts what it puts in the background deaf to Ctrl-C.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        f"import sys; from pathlib import Path; from rag.evaluation import run_suite;"
        f"sys.exit(run_suite(['sleep'], Path({str(repository)!r})))"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as parent:
        yield parent
        parent.kill()


@pytest.mark.parametrize("whole_group", [True, False], ids=["the terminal tells both", "one is told"])
def test_ctrl_c_ends_the_suite_too(running: "subprocess.Popen[str]", whole_group: bool) -> None:
    assert running.stdout
    running.stdout.readline()
    child = int(running.stdout.readline().removeprefix("pid "))
    if whole_group:
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.send_signal(signal.SIGINT)
    assert running.wait(30) == INTERRUPTED
    assert not is_running(child)


def is_running(pid: int) -> bool:
    for _ in range(20):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True
