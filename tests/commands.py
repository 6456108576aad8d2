"""The command `readout` as a user runs it: in a process of its own, with the environment that it is given.

Most of what a start costs are imports, so all but a few commands are forks of a server that has done them.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import CompletedProcess

ROOT = Path(__file__).parent.parent
ENCODER_CACHE = ROOT / "build" / "encoder-cache"  # kept: the encoder's graph is made once, not at each run
PATIENCE = 120  # seconds
_IMPORTED = (
    "tests.commands",
    "tests.test_kill",
    "rag.cli",
    "rag.answering",
    "rag.embedding",
    "chromadb",
    "langchain_core.runnables",
    "onnxruntime",
    "tantivy",
    "tokenizers",
)


def fork_context() -> ForkServerContext:
    """For children that start with the imports done."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_IMPORTED))
    return context


def clean_environment(home: Path) -> dict[str, str]:
    """The environment without anything that would change the settings, but where the library is."""
    foreign = ("READOUT_", "OPENAI_", "STREAMLIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    own = {
        "READOUT_HOME": home,
        "READOUT_LOCAL_PORTS": "0",
        "READOUT_CACHE": ENCODER_CACHE,
        "READOUT_API_KEY": "",
        "READOUT_MODEL": "",
    }
    return kept | {name: str(value) for name, value in own.items()}


def told_by(work: Callable[..., None], *values: object, seconds: float = PATIENCE) -> object:
    """What `work` sends through the pipe that is its last argument, in a process of its own.

    Raises TimeoutError where it says nothing in time, EOFError where it ends without a word.
    """
    context = fork_context()
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=work, args=(*values, there))
    child.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise TimeoutError("it hangs")
        return here.recv()
    except EOFError:
        child.join()
        raise EOFError(f"the process ended with {child.exitcode}") from None
    finally:
        child.kill()
        child.join()


class Command:
    """Runs `readout` against a library of its own."""

    def __init__(self, home: Path) -> None:
        self.environment = clean_environment(home)

    def __call__(self, *arguments: str, fails: bool = False) -> str:
        done = self.run(*arguments)
        assert done.returncode == (1 if fails else 0), done.stderr
        return done.stderr if fails and not done.stdout else done.stdout

    def run(self, *arguments: str, folder: Path = ROOT) -> "CompletedProcess[str]":
        """In a fork that has the imports done."""
        printed = [os.memfd_create(name) for name in ("out", "err")]
        places = [f"/proc/{os.getpid()}/fd/{one}" for one in printed]
        child = fork_context().Process(target=_main, args=(arguments, self.environment, folder, places))
        child.start()
        child.join(PATIENCE)
        if child.exitcode is None:
            child.kill()
            raise TimeoutError(f"readout {arguments} did not end")
        out, err = (_read(one) for one in printed)
        assert "Traceback" not in err, err
        return CompletedProcess(arguments, child.exitcode, out, err)

    def start(self, *arguments: str, folder: Path = ROOT) -> "CompletedProcess[str]":
        """From nothing, as the shell does."""
        run = [sys.executable, "-m", "rag.cli", *arguments]
        return subprocess.run(
            run, capture_output=True, text=True, env=self.environment, timeout=PATIENCE, cwd=folder
        )


def _main(arguments: tuple[str, ...], environment: dict[str, str], folder: Path, places: list[str]) -> None:
    for number, place in enumerate(places, start=1):
        os.dup2(os.open(place, os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["readout", *arguments]
    from rag.cli import main

    main()


def _read(file: int) -> str:
    with os.fdopen(file, "rb") as opened:
        opened.seek(0)
        return opened.read().decode()
