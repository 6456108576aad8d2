"""What a service tells of itself: whole lines of JSON, and no word of what it read or was asked."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from rag.adding import Adder
from rag.index import Indexes
from rag.library import Library
from rag.logs import Asked, Happening, ModelFailed, kind_of, place_of, tell, write_lines
from rag.settings import Settings
from tests.fakes import HashEmbedder, write_articles

CANARY = "canary-5f1c0de5"
ASKED = Asked("1f2e3d4c", "answered", "", 1.23456, 0.1, 0.2, 8, 3, 2, "tiny", 1, 900, 80)
# Names of ours, of settings and of classes; nothing that was read or typed has a field.
WORDS = {"version", "model", "door", "session", "status", "fault", "kind", "place", "where", "way"}


def lines(work: Callable[[], object]) -> list[dict[str, object]]:
    stream = io.StringIO()
    handler = write_lines(stream)
    try:
        work()
    finally:
        logging.getLogger("readout").removeHandler(handler)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_facts() -> None:
    (line,) = lines(lambda: tell(ASKED))
    assert str(line.pop("time")).endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "asked",
        "session": "1f2e3d4c",
        "status": "answered",
        "fault": "",
        "seconds": 1.235,
        "waited_seconds": 0.1,
        "found_seconds": 0.2,
        "hits": 8,
        "claims": 3,
        "supported": 2,
        "model": "tiny",
        "tries": 1,
        "read": 900,
        "written": 80,
    }


def test_no_event_has_a_field_for_words_that_were_read_or_typed() -> None:
    for kind in get_args(Happening):
        words = {field.name for field in fields(kind) if field.type is str}
        assert words <= WORDS, kind
        assert {field.type for field in fields(kind)} <= {str, int, float, bool}


def test_nobody_forges_a_line() -> None:
    name = 'tiny"}\n{"event": "asked"}\r\x85\u2028\x1b[2J' + "x" * 1000
    told = lines(lambda: tell(ModelFailed(name, 1, 3, "Timeout", 0)))
    assert [line["event"] for line in told] == ["model failed"]
    assert told[0]["model"] == name[:100]


def test_what_is_logged_besides_events_keeps_name_level_and_place_only() -> None:
    def work() -> None:
        try:
            raise ValueError(CANARY)
        except ValueError:
            logging.getLogger("readout.models").exception("asked %s", CANARY, stack_info=True)

    (line,) = lines(work)
    assert CANARY not in json.dumps(line)
    assert (line["event"], line["level"], line["logger"]) == ("log", "error", "readout.models")
    assert line["kind"] == "ValueError" and str(line["place"]).startswith("tests/test_logs.py:")


def test_an_error_is_known_by_its_kind_and_by_the_last_place_in_our_code() -> None:
    try:
        json.loads("{" + CANARY)
    except ValueError as error:
        assert kind_of(error) == "JSONDecodeError"
        assert place_of(error.__traceback__).startswith("tests/test_logs.py:")


def test_adding_removing_and_rebuilding_are_told_by_counts(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path / "home")  # type: ignore[call-arg]
    library = Library(settings.home)
    indexes = Indexes(library)
    adder = Adder(library, indexes, HashEmbedder(), settings)
    paths = write_articles(tmp_path / CANARY, 3)
    (tmp_path / CANARY / "broken.pdf").write_bytes(b"no pdf")

    def work() -> None:
        with library.writing():
            found = list(adder.add([*paths, tmp_path / CANARY / "broken.pdf"]))
            adder.remove([next(one.article_id for one in found if one.article_id)])
            indexes.rebuild()

    added, removed, rebuilt = told = lines(work)
    assert CANARY not in json.dumps(told)
    assert (added["event"], added["added"], added["unreadable"]) == ("added", 3, 1)
    assert (removed["event"], removed["articles"]) == ("removed", 1)
    assert (rebuilt["event"], rebuilt["articles"]) == ("rebuilt", 2)
    indexes.close()
    library.close()


SERVICE = f"""
import logging, sys, threading, warnings
early = logging.getLogger("early")
early.addHandler(logging.StreamHandler())
early.propagate = False
early.setLevel(logging.DEBUG)
from rag.logs import Stopped, take_over, tell
take_over()
early.error("{CANARY} %s", "{CANARY}")
early.info("{CANARY}")
late = logging.getLogger("late")
late.addHandler(logging.StreamHandler())
late.warning("{CANARY}\\n{{}}")
logging.error("{CANARY}")
warnings.warn("{CANARY}")
print("{CANARY}")
print("{CANARY}", file=sys.stderr)
def fail():
    raise RuntimeError("{CANARY}")
thread = threading.Thread(target=fail, name="{CANARY}")
thread.start()
thread.join()
class Lost:
    def __del__(self):
        fail()
Lost()
tell(Stopped("1"))
raise LookupError("{CANARY}")
"""


def test_nothing_that_a_library_logs_or_prints_reaches_a_services_log() -> None:
    ran = subprocess.run([sys.executable, "-c", SERVICE], capture_output=True, text=True)
    assert ran.returncode == 1 and ran.stdout == "" and CANARY not in ran.stderr
    told = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [(one["event"], one.get("logger") or one.get("kind") or "") for one in told] == [
        ("log", "early"),
        ("log", "late"),
        ("log", "root"),
        ("log", "py.warnings"),
        ("failed", "RuntimeError"),
        ("failed", "RuntimeError"),
        ("stopped", ""),
        ("failed", "LookupError"),
    ]


@pytest.mark.parametrize("level", ["error", "debug"])
def test_a_service_tells_what_it_did_whatever_the_commands_tell(level: str) -> None:
    settings = Settings(_env_file=None, log=level)  # type: ignore[call-arg]
    assert settings.log_level == (logging.DEBUG if level == "debug" else logging.INFO)
