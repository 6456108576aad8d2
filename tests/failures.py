"""A service with canaries for secrets that meets one failure after another, with every logger at DEBUG.

Run by test_secrets.py as a process of its own: what it logs, prints, keeps and shows is looked through there.
"""

import gc
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rag.answering import Readout
from rag.backups import back_up, check_backup
from rag.embedding import EmbeddedEncoder
from rag.errors import ReadoutError
from rag.generative import GenerativeAnswerer
from rag.library import Library
from rag.logs import Door, take_over, tell
from rag.models import chat_model
from rag.page.serving import look
from rag.settings import Settings, load_settings
from rag.show import answer_text, sources_text
from rag.show_html import answer_html
from rag.types import Answer
from tests.model_server import BEHAVIOURS, Exchange, ModelServer
from tests.test_retrieval import make_readout

QUESTION = "What is the first red line?"
MODEL_FAULTS = (
    "echo error_401 error_400 error_503 error_event redirect garbage_json cut_stream web_page tool_calls"
    " context_overflow deep_json empty_content error_403 error_404 error_422 error_429_retry_huge error_500"
    " error_event_after_text invalid_utf8 no_body no_credit not_events not_http odd_shapes refusal_field"
).split()


def echo(x: Exchange) -> None:
    """A server that puts all that it was sent into its error."""
    x.fail(400, json.dumps({"sent": x.request.body, "with": x.request.headers}))


BEHAVIOURS["echo"] = echo


def shown(work: Callable[[], object]) -> str:
    """What a reader sees of a failure: the sentence of an expected error, else what came."""
    try:
        return str(work())
    except ReadoutError as error:
        return str(error)


def ask(readout: Readout, name: str) -> str:
    with ModelServer() as server:
        server.elsewhere = server.url
        server.behave(name)
        settings = load_settings(model="tiny", base_url=server.url, model_seconds=3)
        *_, answer = readout.ask(QUESTION, answerer=GenerativeAnswerer(settings))
        assert isinstance(answer, Answer)
        return answer_text(answer) + sources_text(answer) + answer_html(answer, "a1")


def fail(secret: str) -> None:
    raise RuntimeError(f"it quotes {secret} and {QUESTION}")


def fail_in_thread(secret: str) -> None:
    thread = threading.Thread(target=fail, args=(secret,))
    thread.start()
    thread.join()


def fail_unseen(secret: str) -> None:
    class Lost:
        def __del__(self) -> None:
            fail(secret)

    Lost()


def fail_in_page(secret: str) -> None:
    """As Streamlit tells of an error that no page caught."""
    from streamlit.error_util import _log_uncaught_app_exception

    try:
        fail(secret)
    except RuntimeError as error:
        _log_uncaught_app_exception(error)


def look_at_fault(secret: str) -> object:
    def opening() -> Readout:
        fail(secret)
        raise AssertionError

    return look(opening)


def broken_library(home: Path, secret: str) -> Library:
    home.mkdir()
    (home / "library.sqlite3").write_text(f"no database, {secret}" * 100)
    return Library(home)


def paths(readout: Readout, folder: Path, secret: str, models: int) -> dict[str, Callable[[], object]]:
    """Each failure by its name; it returns, or raises, what a reader is shown."""
    bad = folder / "bad.pdf"
    bad.write_text(f"no pdf {secret}")
    other = logging.getLogger("some.library")
    found: dict[str, Callable[[], object]] = {
        f"model {name}": lambda name=name: ask(readout, name)  # type: ignore[misc]
        for name in MODEL_FAULTS[:models]
    }
    return found | {
        "key in the model's address": lambda: chat_model(
            load_settings(model="m", base_url=f"http://me:{secret}@127.0.0.1:9/v1")
        ),
        "no such provider": lambda: chat_model(load_settings(model="nobody:tiny", base_url="")),
        "provider without its package": lambda: chat_model(load_settings(model="fireworks:t", base_url="")),
        "setting of a wrong kind": lambda: load_settings(model_seconds=secret),
        "password too short": lambda: load_settings(password="canary-p"),
        "list of settings": lambda: load_settings().shown(),
        "file that cannot be read": lambda: add(readout, bad),
        "address with a password": lambda: list(readout.web.add([f"http://me:{secret}@127.0.0.1:9/x"])),
        "backup over a file": lambda: back_up(readout.library, bad, replace=False),
        "restore of no backup": lambda: check_backup(bad),
        "library that is no database": lambda: broken_library(folder / "broken", secret),
        "wrong password": lambda: tell(Door("password", False), logging.WARNING),
        "health of what fails": lambda: look_at_fault(secret),
        "error in a page": lambda: fail_in_page(secret),
        "error in a thread": lambda: fail_in_thread(secret),
        "error that nobody can catch": lambda: fail_unseen(secret),
        "library that warns": lambda: warnings.warn(f"{secret} {QUESTION}", stacklevel=1),
        "library that prints": lambda: print(secret, QUESTION, file=sys.stderr),
        "library that logs": lambda: other.error("%s\n%s", secret, QUESTION),
        "library that logs headers": lambda: other.debug({"Authorization": f"Bearer {secret}"}),
    }


def add(readout: Readout, path: Path) -> object:
    with readout.library.writing():
        return list(readout.adder.add([path]))


def main() -> None:
    home, report, secret = Path(sys.argv[1]), Path(sys.argv[2]), load_settings().key
    take_over(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    gc.disable()  # a collection inside deeply nested JSON would run finalisers with no stack left
    readout = make_readout(home, EmbeddedEncoder(Settings(home=home)))
    readout.warm()
    found = paths(readout, home, secret, int(sys.argv[3]))
    with ThreadPoolExecutor(16) as pool:
        seen = dict(zip(found, pool.map(shown, found.values()), strict=True))
    report.write_text(json.dumps(seen))
    readout.close()


if __name__ == "__main__":
    main()
