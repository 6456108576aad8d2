"""Finds a model server on this machine, by asking the usual ports which models they serve.

Nothing of an article or a question is sent: one GET of /v1/models, to 127.0.0.1 only, no redirect followed.
"""

import json
import re
import socket
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from threading import Lock, Thread, Timer

from rag.types import Offer

SERVERS = {11434: "Ollama", 8000: "vLLM", 8080: "llama.cpp", 1234: "LM Studio"}  # by usual port
LOOK_SECONDS = 1.0  # for one port; a server on this machine answers within milliseconds
AGAIN_SECONDS = 30.0  # between two looks, so that a server started later is found
LIST_BYTES = 1_000_000  # of one list of models
# A name is shown on a button and sent back as it is; one with anything else in it is none of a model.
# llama.cpp's is the path of its file.
_NAME = re.compile(r"[A-Za-z0-9./~][A-Za-z0-9._:/@+-]{0,199}")
_WRITES_NOTHING = re.compile(r"embed|rerank|bge-|minilm|whisper|tts", re.IGNORECASE)


class LocalModels:
    """What the last look at this machine found. Looks in the background; nobody waits for it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._lock = Lock()
        self._looked = float("-inf")
        self._found: Offer | None = None

    def found(self) -> Offer | None:
        """The model found last, if any; begins another look where that was long ago."""
        with self._lock:
            due = bool(self._ports) and time.monotonic() - self._looked > AGAIN_SECONDS
            if due:
                self._looked = time.monotonic()
        if due:
            Thread(target=self._look, name="readout-loopback", daemon=True).start()
        return self._found

    def _look(self) -> None:
        self._found = next((offer for port in self._ports if (offer := find_model(port))), None)


def find_model(port: int) -> Offer | None:
    """The first model that a server on this port of 127.0.0.1 has; None without one in LOOK_SECONDS."""
    try:
        listed = json.loads(_get_models(port))["data"]
        names = [model["id"] for model in listed if isinstance(model["id"], str)]
    except (OSError, HTTPException, ValueError, TypeError, KeyError, RecursionError):
        return None
    writers = (name for name in names if _NAME.fullmatch(name) and not _WRITES_NOTHING.search(name))
    address, server = f"http://127.0.0.1:{port}/v1", SERVERS.get(port, "a model server")
    return next((Offer(name, address, server) for name in writers), None)


def _get_models(port: int) -> bytes:
    """The list, whole; empty where there is none. Raises OSError, HTTPException."""
    connection = HTTPConnection("127.0.0.1", port, timeout=LOOK_SECONDS)
    with closing(connection):
        connection.connect()
        # A time-out starts anew with every byte; this ends all of it.
        end = Timer(LOOK_SECONDS, _shut, (connection.sock,))
        end.daemon = True
        end.start()
        try:
            connection.request("GET", "/v1/models", headers={"accept": "application/json"})
            response = connection.getresponse()
            return response.read(LIST_BYTES) if response.status == 200 else b""
        finally:
            end.cancel()


def _shut(connected: socket.socket) -> None:
    with suppress(OSError):  # it was over already
        connected.shutdown(socket.SHUT_RDWR)
