"""Runs the repository's evaluation suite as a process of its own; this package imports nothing of it."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError
from rag.runs import RunHead, Summary, read_heads, read_summary

REPOSITORY = Path(__file__).parent.parent
DEFAULT = "gold"  # the command that plain options mean
PATIENCE_SECONDS = 5.0  # between asking the suite to stop and making it
SUMMARY_SECONDS = 120.0  # for telling of a run: some seconds on a quiet machine
INTERRUPTED = 130  # the exit code of what Ctrl-C ended
_PROGRESS = re.compile(r"(.+): (\d+) of (\d+)$")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in a result file."""

    path: Path
    head: RunHead


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; `total` 0: not known yet."""

    label: str
    done: int = 0
    total: int = 0


def results_folder(repository: Path = REPOSITORY) -> Path:
    return repository / "evals" / "results"


def list_results(repository: Path = REPOSITORY) -> list[Path]:
    """The result files of the gold questions, those of this machine (local/) too."""
    folder = results_folder(repository)
    return sorted([*folder.glob("gold-*.json"), *folder.glob("local/gold-*.json")])


def list_searches(repository: Path = REPOSITORY) -> list[Path]:
    """The result files of retrieval, those of this machine (local/) too."""
    folder = results_folder(repository)
    return sorted([*folder.glob("retrieval-*.json"), *folder.glob("local/retrieval-*.json")])


def stored_runs(path: Path) -> tuple[StoredRun, ...]:
    """The runs of a result file. Raises ReadError."""
    return tuple(StoredRun(path, head) for head in read_heads(path))


def summarise_run(run: StoredRun, against: StoredRun | None = None, repository: Path = REPOSITORY) -> Summary:
    """The run with its figures and questions; the suite reckons them. Raises SettingsError, ReadError."""
    arguments = ["summary", str(run.path), "--system", run.head.system]
    if against:
        arguments += ["--against", str(against.path), "--against-system", against.head.system]
    command, environment = suite_command(arguments, repository)
    try:
        told = subprocess.run(  # noqa: S603 - our own suite
            command, env=environment, capture_output=True, check=False, timeout=SUMMARY_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise SettingsError(
            f"The suite did not tell of its run within {SUMMARY_SECONDS:.0f} seconds. Try again."
        ) from None
    if told.returncode:
        raise SettingsError(
            f"The suite cannot tell of this run. {_last_line(told.stderr.decode(errors='replace'))}"
        )
    return read_summary(told.stdout)


class SuiteRun:
    """The suite at work in the background. Raises SettingsError where it is not beside the package."""

    def __init__(self, arguments: Sequence[str], repository: Path = REPOSITORY) -> None:
        command, environment = suite_command(arguments, repository)
        self.progress = Progress("Opening the articles")
        self._stopped = False
        self._said = ""
        self._child = subprocess.Popen(  # noqa: S603 - our own suite
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def running(self) -> bool:
        return self._reader.is_alive()

    @property
    def fault(self) -> str:
        """Why there is no result; empty while it runs, and when it came to its end."""
        if self.running or not self._child.returncode:
            return ""
        return "It was stopped." if self._stopped else f"The suite ended early. {_last_line(self._said)}"

    def stop(self) -> None:
        self._stopped = True
        self._child.terminate()

    def wait(self, seconds: float) -> None:
        self._reader.join(seconds)

    def _read(self) -> None:
        assert self._child.stderr is not None
        for line in self._child.stderr:
            found = _PROGRESS.match(line.strip())
            if found:
                self.progress = Progress(found[1], int(found[2]), int(found[3]))
            elif line.strip():
                self._said = line
        self._child.wait()


def progress_line(label: str, done: int, total: int) -> str:
    """What a SuiteRun reads."""
    return f"{label}: {done} of {total}"


def _last_line(text: str) -> str:
    """Why the suite failed: its last words, without the name that it puts in front."""
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("evals: ") if lines else "It said nothing of why."


def suite_command(arguments: Sequence[str], repository: Path) -> tuple[list[str], Mapping[str, str]]:
    """The command and its environment. Raises SettingsError where the suite is not beside the package."""
    if not (repository / "evals" / "gold").is_dir():
        raise SettingsError(
            f"The evaluation suite is not in {repository}: it comes with the repository, not with the"
            " installed package. Run the command from a checkout that was set up with make install."
        )
    path = os.pathsep.join(filter(None, (str(repository), os.environ.get("PYTHONPATH"))))
    # -P: a folder `evals` of the user's own, where they are, is not taken for the suite
    command = [sys.executable, "-P", "-m", "evals", *_with_command(arguments)]
    return command, os.environ | {"PYTHONPATH": path}


def run_suite(arguments: Sequence[str], repository: Path = REPOSITORY) -> int:
    """`python -m evals ARGUMENTS` in the folder that the user is in; its exit code.

    No arguments, or options only, mean the gold questions. Ctrl-C ends the suite too.
    Raises SettingsError where the suite is not beside the package.
    """
    command, environment = suite_command(arguments, repository)
    with subprocess.Popen(command, env=environment) as child:  # noqa: S603 - our own suite
        try:
            code = child.wait()
        except KeyboardInterrupt:
            _end(child)
            return INTERRUPTED
    return 128 - code if code < 0 else code  # ended by a signal: as shells count it


def _with_command(arguments: Sequence[str]) -> list[str]:
    if arguments and (not arguments[0].startswith("-") or arguments[0] in ("-h", "--help")):
        return list(arguments)
    return [DEFAULT, *arguments]


def _end(child: "subprocess.Popen[bytes]") -> None:
    """The terminal has told the suite as well: it is given time, then told again, then ended."""
    for again in (child.terminate, child.kill):
        try:
            child.wait(PATIENCE_SECONDS)
            return
        except subprocess.TimeoutExpired:
            again()
