"""Work that goes on in a thread of its own while its page is drawn anew, left or closed."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

from rag.errors import ReadoutError

Result = TypeVar("Result")

UNFORESEEN = "It ended in an error that was not foreseen; the log of the server says in which."


class Job(Generic[Result]):
    """`work` is begun at once. It gets the job, adds to its `results` and tells how far it is.

    A ReadoutError ends it with its sentence as `fault`.
    """

    def __init__(self, work: "Callable[[Job[Result]], None]", total: int = 0) -> None:
        self.results: list[Result] = []
        self.done = 0
        self.total = total  # 0: not known yet
        self.fault = UNFORESEEN  # until the work comes to an end
        self.stopped = Event()  # set by stop(); the work looks at it where it can stop
        self._work = work
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def share(self) -> float:
        """0..1"""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    def tell(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def stop(self) -> None:
        self.stopped.set()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._work(self)
        except ReadoutError as error:
            self.fault = str(error)
        else:
            self.fault = ""
