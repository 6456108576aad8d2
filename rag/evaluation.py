"""Runs the repository's evaluation suite as a process of its own; this package imports nothing of it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.errors import SettingsError

REPOSITORY = Path(__file__).parent.parent
DEFAULT = "gold"  # the command that plain options mean
PATIENCE_SECONDS = 5.0  # between asking the suite to stop and making it
INTERRUPTED = 130  # the exit code of what Ctrl-C ended


def run_suite(arguments: Sequence[str], repository: Path = REPOSITORY) -> int:
    """`python -m evals ARGUMENTS` in the folder that the user is in; its exit code.

    No arguments, or options only, mean the gold questions. Ctrl-C ends the suite too.
    Raises SettingsError where the suite is not beside the package.
    """
    if not (repository / "evals" / "gold").is_dir():
        raise SettingsError(
            f"The evaluation suite is not in {repository}: it comes with the repository, not with the"
            " installed package. Run the command from a checkout that was set up with make install."
        )
    path = os.pathsep.join(filter(None, (str(repository), os.environ.get("PYTHONPATH"))))
    # -P: a folder `evals` of the user's own, where they are, is not taken for the suite
    command = [sys.executable, "-P", "-m", "evals", *_with_command(arguments)]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}) as child:  # noqa: S603 - our own suite
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
