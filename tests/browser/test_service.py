"""The page as a service: what it says of its health, and what it leaves in its log."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.browser.conftest import (
    JSON_LOG,
    Visit,
    ask_health,
    free_port,
    log_lines,
    wait_for,
    wait_until_ready,
)
from tests.commands import ROOT, clean_environment

QUESTION = 'When did the harbour bridge open? {"event": "forged"} canary-question'


def test_health_tells_counts_to_its_own_host_and_a_status_to_others(server: str) -> None:
    told = wait_until_ready(server)  # without a visitor: the library opens at the start
    assert told["articles"] == 4 and told["model"] == "none" and told["version"]
    assert not [word for word in ("harbour", "/", "canary") if word in json.dumps(told)]
    assert ask_health(server, "evil.example") == (200, {"status": "ready"})


def test_the_log_holds_events_and_no_word_of_a_question_or_an_article(visit: Visit, folder: Path) -> None:
    before = len(log_lines(folder))
    visit.ask(QUESTION)
    told = log_lines(folder)
    asked = next(line for line in told[before:] if line["event"] == "asked")
    assert asked["hits"] and asked["seconds"] and len(str(asked["session"])) == 8
    assert {line["event"] for line in told} >= {"started", "opened"}
    log = json.dumps(told).lower()  # of all that was done on this page
    assert not [word for word in ("canary", "harbour", "bridge", "forged", "ferry") if word in log]


def test_an_empty_library_is_well_and_ctrl_c_ends_the_server_without_an_error(tmp_path: Path) -> None:
    port = free_port()
    with (
        (tmp_path / "streamlit.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=clean_environment(tmp_path / "home") | JSON_LOG,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        assert wait_until_ready(f"http://127.0.0.1:{port}")["status"] == "empty"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert log_lines(tmp_path)[-1]["event"] == "stopped"
