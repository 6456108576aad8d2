"""`readout add` with its progress, and stopped by Ctrl-C: what came is kept, and the way on is said."""

import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.fakes import write_articles
from tests.test_cli import Command

ARTICLES = 60


def test_an_add_that_is_stopped_says_how_to_go_on_and_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    write_articles(folder, ARTICLES, edition=1)
    readout = Command(tmp_path / "home")
    running = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "add", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=readout.environment,
    )
    assert running.stdout
    first = running.stdout.readline()
    assert first.startswith("added")
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "Traceback" not in errors
    done = re.search(r"Stopped after (\d+) of 60 files; .* Run the same command again", errors)
    assert done
    assert int(done[1]) == len([first, *output.splitlines()]) < ARTICLES

    again = readout.run("add", str(folder))
    assert again.returncode == 0
    counts = re.search(
        r"60 files: (\d+) added, (\d+) unchanged\. The library holds 60 articles", again.stdout
    )
    assert counts
    assert int(counts[2]) >= int(done[1])  # all that was named, and what was stored but not yet named
    assert re.search(r"60/60 files \d+ passages/s", again.stderr)
