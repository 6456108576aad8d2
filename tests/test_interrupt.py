"""`readout add` with its progress, and stopped by Ctrl-C: what came is kept, and the way on is said."""

import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from rag.adding import GROUP_PASSAGES
from tests.commands import Command
from tests.fakes import write_articles

ARTICLES = 2 * GROUP_PASSAGES + 2  # of one passage each: verdicts come after each group


def test_an_add_that_is_stopped_says_how_to_go_on_and_goes_on(tmp_path: Path) -> None:
    folder, out, err = (tmp_path / name for name in ("articles", "out", "err"))
    write_articles(folder, ARTICLES, edition=1)
    readout = Command(tmp_path / "home")
    command = [sys.executable, "-m", "rag.cli", "add", str(folder)]
    with out.open("w") as output, err.open("w") as errors:
        running = subprocess.Popen(
            command,
            stdout=output,
            stderr=errors,
            env=readout.environment,
            # A shell without job control starts what it puts in the background deaf to Ctrl-C.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        while running.poll() is None and not out.read_text():
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=120) == 130
    assert "Traceback" not in err.read_text()
    said = re.search(rf"Stopped after (\d+) of {ARTICLES} files; .* Run the same command", err.read_text())
    assert said
    stored = int(said[1])
    assert 0 < stored < ARTICLES
    assert stored - len(out.read_text().splitlines()) in (0, 1)  # the last may not have been printed yet

    again = readout.run("add", str(folder))
    assert again.returncode == 0
    summary = rf"{ARTICLES} files: \d+ added, (\d+) unchanged\. The library holds {ARTICLES} articles"
    counts = re.search(summary, again.stdout)
    assert counts
    assert int(counts[1]) >= stored  # all that was named, and what was stored but not yet named
    assert re.search(rf"{ARTICLES}/{ARTICLES} files \d+ passages/s", again.stderr)
