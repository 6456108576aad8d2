"""A canary key and a canary password through every failure that was thought of: THREATS, row 11."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from tests.commands import ROOT, clean_environment
from tests.fakes import make_article
from tests.soak import cases
from tests.test_index import Desk

KEY, PASSWORD = "sk-canary-5f1c0de5", "canary-correct-horse"
READ = ("red line", "wang yi", "taiwan")  # of the question and the articles
PATHS_LEAST = 25
SIZES = (2_000, 9_000, 40_000, 100_000, 150_000, 170_000, 190_000)  # bytes


def test_secrets_are_nowhere_whatever_fails(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    home, report = tmp_path / "home", tmp_path / "report.json"
    ours = {
        "READOUT_API_KEY": KEY,
        "OPENAI_API_KEY": f"{KEY}-openai",
        "READOUT_PASSWORD": PASSWORD,
        "READOUT_LOG_FORMAT": "json",
        "READOUT_LOG": "debug",
        "OPENAI_LOG": "debug",  # openai's own log of what it sends
    }
    ran = subprocess.run(
        [sys.executable, "-m", "tests.failures", str(home), str(report), str(cases(10, 26))],
        capture_output=True,
        text=True,
        env=clean_environment(home) | ours,
        cwd=ROOT,
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(report.read_text())
    record_property("cases", len(seen))
    assert len(seen) >= PATHS_LEAST
    assert not [name for name, text in seen.items() if "canary" in text]
    assert "canary" not in ran.stdout + ran.stderr
    told = [json.loads(line) for line in ran.stderr.splitlines()]
    assert {one["event"] for one in told} >= {"model failed", "added", "failed", "door", "log"}
    assert not [word for word in READ if word in ran.stderr.lower()]
    bad = {home / "bad.pdf", home / "broken" / "library.sqlite3"}  # where the test itself wrote it
    stores = [path for path in home.rglob("*") if path.is_file() and path not in bad]
    assert stores and not [path for path in stores if b"canary" in path.read_bytes()]


def forget(words: bytes) -> None:
    """Memory of many sizes that holds the words is given back, by threads that end, too."""

    def fill() -> None:
        held = [bytearray(words * (size // len(words))) for size in SIZES for _ in range(4)]
        held.clear()

    threads = [Thread(target=fill) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fill()


def test_no_index_holds_what_its_process_had_forgotten(tmp_path: Path) -> None:
    for number in range(3):
        home = tmp_path / str(number)
        forget(KEY.encode())
        desk = Desk(home)
        desk.add(make_article("first", "The council of Linden voted on item 41."))
        forget(KEY.encode())
        desk.add(make_article("second", "The council of Marrow voted on item 42."))
        desk.close()
        assert list(home.rglob("data_level0.bin"))
        assert not [path for path in home.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]
