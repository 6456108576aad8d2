"""What several test files share."""

import logging
import os
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext

import pytest

from rag.embedding import EmbeddedEncoder
from rag.settings import Settings
from tests.commands import ENCODER_CACHE, fork_context

LONG = ("browser/", "test_gate", "test_kill", "test_overload", "test_full_disk", "test_swaps", "test_evals")

os.environ["READOUT_LOCAL_PORTS"] = "0"  # no test looks at what else runs on this machine


@pytest.fixture(scope="session")
def encoder_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that know nothing of the user's own: an empty home, the shared cache, defaults."""
    return Settings(
        _env_file=None,
        home=tmp_path_factory.mktemp("home"),
        cache=ENCODER_CACHE,
        precision="int8",
        threads=0,
    )


@pytest.fixture(scope="session")
def encoder(encoder_settings: Settings) -> EmbeddedEncoder:
    """The embedded encoder (int8) that a whole test run shares."""
    return EmbeddedEncoder(encoder_settings)


@pytest.fixture(scope="module")
def forkserver() -> ForkServerContext:
    """Children that start with the imports done, so that kills fall into the work."""
    return fork_context()


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """What a test leaves behind in its process and the next one would meet.

    Streamlit's AppTest leaves its page as `__main__`, which each new process would run; a command run in
    this process leaves its log's level and way.
    """
    main, log = sys.modules["__main__"], logging.getLogger("readout")
    level, handlers, propagate = log.level, list(log.handlers), log.propagate
    yield
    sys.modules["__main__"] = main
    log.setLevel(level)
    log.handlers = handlers
    log.propagate = propagate


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first, so that no worker is left alone with one of them at the end.

    Marks the tests that measure how time grows: two at a time, they would take each other's memory.
    """
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))
    for item in items:
        function = getattr(item, "function", None)
        if function and "grows_linearly" in function.__code__.co_names:
            item.add_marker("alone")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test is a test that did not look: the run fails, also where only a tool was missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and not session.exitstatus:
        reporter.write_line("\nTests were skipped, and each must run: the reasons stand below.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
