"""One address of the web → its bytes, or one sentence why not.

Only public addresses are connected to, whatever an address, a redirect or a name server says: the host is
looked up here, all that it leads to is checked, and the connection goes to what was checked, so that a name
cannot change its mind in between. Proxies of the environment, cookies and credentials are not used. A host of
one's own network is asked only where the setting names it, and never because a public page points there.
"""

import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Thread, Timer

from rag.errors import FetchError
from rag.web.addresses import PORTS, SAVE, Target, follow, is_public, parse_address

SECONDS = 20.0  # for one address with all its redirects
CONNECT_SECONDS = 8.0  # for one of a host's addresses, so that another one can be tried
REDIRECTS_MOST = 5  # RFC 9309 asks for as many
HOST_ADDRESSES_MOST = 4  # of one host that are tried
TAG_CHARACTERS = 200  # of an ETag
BLOCK = 65_536  # bytes read at once
AGENT = "Readout/0.1 (reads news articles for a person who asked for them)"
MEGABYTE = 1_000_000

_CHARSET = re.compile(r"(?i)charset\s*=\s*[\"']?([\w-]{1,40})")
_REDIRECTS = (301, 302, 303, 307, 308)
_REASONS = {
    401: "asks for a password. Save the page in a browser and add the file.",
    403: "may not be read by programs (403). Save the page in a browser and add the file.",
    404: "is not there (404). Check the address.",
    410: "is gone (410).",
    429: "is asked too often (429). Try again later.",
}

Resolve = Callable[[str, int], Sequence[str]]  # host and port → IP addresses; raises OSError


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    address: str  # as asked for, in its plain form
    url: str  # where it led to
    content: bytes = b""  # unpacked; empty where nothing changed
    kind: str = ""  # media type in small letters, empty where the server does not say
    charset: str = ""  # as the server says
    etag: str = ""
    modified: str = ""
    changed: bool = True  # False: the server says that it is as `etag` or `modified` told


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks addresses. `hosts` are those of one's own network that may be asked too: 'host' or 'host:port'."""

    max_bytes: int
    hosts: Collection[str] = ()
    ports: Collection[int] = (80, 443)  # of public hosts
    resolve: Resolve = resolve
    seconds: float = SECONDS
    context: ssl.SSLContext | None = None  # for tests; without it, the system's certificates count

    def fetch(
        self,
        address: str,
        kinds: Collection[str] = (),
        *,
        own: bool = True,
        etag: str = "",
        modified: str = "",
        leave: Callable[[Target], None] | None = None,
        cut: bool = False,
    ) -> Fetched:
        """What the address gives, or leads to in REDIRECTS_MOST steps.

        `kinds` are the media types to be read; none: any. `own`: whether `hosts` may be asked; not so for an
        address that a stranger named. `leave` is asked before each step and may raise or wait: its time does
        not count. `cut`: what is longer than `max_bytes` is cut, not refused.
        Raises FetchError.
        """
        target = asked = parse_address(address)
        end = time.monotonic() + self.seconds
        for _ in range(REDIRECTS_MOST + 1):
            own = own and self.is_own(target)
            found = self._find(target, own, end)
            if leave:
                began = time.monotonic()
                leave(target)
                end += time.monotonic() - began
            wanted = {"If-None-Match": etag, "If-Modified-Since": modified}
            headers = {name: value for name, value in wanted.items() if value}
            read = self._ask(target, found, headers, kinds, end, cut)
            if isinstance(read, Fetched):
                return replace(read, address=asked.address)
            target = follow(target, read)
        raise FetchError(
            asked.address, f"leads on and on (more than {REDIRECTS_MOST} times). Check it, {SAVE}"
        )

    def is_own(self, target: Target) -> bool:
        """Whether the setting names this host with this port, or without one where the port is usual."""
        host = target.place.removesuffix(f":{target.port}")
        usual = target.port in PORTS.values()
        return f"{host}:{target.port}" in self.hosts or (usual and host in self.hosts)

    def _find(self, target: Target, own: bool, end: float) -> list[str]:
        """IP addresses that may be connected to. Raises FetchError."""
        if not own and target.port not in self.ports:
            raise FetchError(
                target.address,
                f"names port {target.port}; only 80 and 443 are asked. A host of your own can be named in"
                " READOUT_FETCH_HOSTS.",
            )
        found = _look_up(self.resolve, target, end)
        if not own and not all(map(is_public, found)):
            raise FetchError(
                target.address,
                "leads to this machine or into a private network. A host of your own can be named in"
                " READOUT_FETCH_HOSTS.",
            )
        return found[:HOST_ADDRESSES_MOST]

    def _ask(
        self,
        target: Target,
        addresses: Sequence[str],
        headers: dict[str, str],
        kinds: Collection[str],
        end: float,
        cut: bool,
    ) -> Fetched | str:
        """What the target gives, or where it leads to. Raises FetchError."""
        connection = HTTPConnection(target.host, target.port)
        # A time-out starts anew with every byte; this ends all of it.
        held: list[socket.socket] = []
        timer = Timer(max(0.0, end - time.monotonic()), _shut, (held,))
        timer.daemon = True
        timer.start()
        try:
            with closing(connection):
                connected = _connect(addresses, target, end)
                held.append(connected)
                if target.scheme == "https":
                    connected = held[0] = self._secured(connected, target)
                    connected.do_handshake()
                connection.sock = connected
                connection.request("GET", target.path, headers=_HEADERS | {"Host": target.place} | headers)
                return self._read(target, connection.getresponse(), kinds, end, cut)
        except FetchError as error:
            raise _late(target, end, self.seconds) or error from None
        except ssl.SSLError as error:
            raise _late(target, end, self.seconds) or FetchError(target.address, _tls_reason(error)) from None
        except (OSError, HTTPException, ValueError, zlib.error):
            reason = f"does not answer, or breaks off. Try again later, {SAVE}"
            raise _late(target, end, self.seconds) or FetchError(target.address, reason) from None
        finally:
            timer.cancel()

    def _secured(self, connected: socket.socket, target: Target) -> ssl.SSLSocket:
        context = self.context or ssl.create_default_context()
        return context.wrap_socket(connected, server_hostname=target.host, do_handshake_on_connect=False)

    def _read(
        self, target: Target, response: HTTPResponse, kinds: Collection[str], end: float, cut: bool
    ) -> Fetched | str:
        status, headers = response.status, response.headers
        if status in _REDIRECTS and headers["Location"]:
            return str(headers["Location"])
        if status == 304:
            return Fetched(target.address, target.address, changed=False)
        if status != 200:
            reason = _REASONS.get(status, f"cannot be had now ({status}). Try again later.")
            raise FetchError(target.address, reason, status)
        kind, _, more = (headers["Content-Type"] or "").partition(";")
        kind = kind.strip().lower()[:100]
        if kinds and kind not in kinds:
            shown = f" ({kind})" if kind.isprintable() and kind else ""
            raise FetchError(
                target.address, f"is of a kind that is not read{shown}. Give an article's address."
            )
        content = self._body(target, response, cut)
        if late := _late(target, end, self.seconds):  # it was broken off, which may look like its end
            raise late
        charset = _CHARSET.search(more[:200])
        return Fetched(
            target.address,
            target.address,
            content,
            kind,
            charset[1].lower() if charset else "",
            _tag(headers["ETag"]),
            _tag(headers["Last-Modified"]),
        )

    def _body(self, target: Target, response: HTTPResponse, cut: bool) -> bytes:
        """The whole body, unpacked. Raises FetchError where it is too long."""
        content = bytearray()
        for block in _unpacked(response, self.max_bytes + 1):
            content += block
            if len(content) > self.max_bytes:
                if cut:
                    return bytes(content[: self.max_bytes])
                raise FetchError(
                    target.address,
                    f"is larger than {self.max_bytes / MEGABYTE:g} MB. Raise READOUT_FILE_MEGABYTES, {SAVE}",
                )
        return bytes(content)


_HEADERS = {
    "User-Agent": AGENT,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/pdf;q=0.8,*/*;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}


def _look_up(resolve: Resolve, target: Target, end: float) -> list[str]:
    """In a thread, as a name server that does not answer cannot be broken off."""
    found: list[str] = []

    def look() -> None:
        with suppress(OSError, ValueError):
            found.extend(resolve(target.host, target.port))

    thread = Thread(target=look, name="readout-lookup", daemon=True)
    thread.start()
    thread.join(max(0.0, end - time.monotonic()))
    if thread.is_alive() or not found:
        raise FetchError(target.address, "cannot be found: no such host, or no network. Check the address.")
    return found


def _connect(addresses: Sequence[str], target: Target, end: float) -> socket.socket:
    """A connection to the first that takes one. Raises OSError."""
    fault: OSError = TimeoutError()
    for address in addresses:
        left = min(CONNECT_SECONDS, end - time.monotonic())
        if left <= 0:
            break
        try:
            connected = socket.create_connection((address, target.port), timeout=left)
        except OSError as error:
            fault = error
            continue
        connected.settimeout(max(0.1, end - time.monotonic()))
        return connected
    raise fault


def _shut(held: Sequence[socket.socket]) -> None:
    for connected in held:
        with suppress(OSError):  # over already
            socket.socket.shutdown(connected, socket.SHUT_RDWR)  # not TLS's own, which waits


def _tag(value: str | None) -> str:
    return value if value and len(value) <= TAG_CHARACTERS and value.isascii() and value.isprintable() else ""


def _unpacked(response: HTTPResponse, most: int) -> Iterator[bytes]:
    """The body in blocks of at most `most` bytes. Raises ValueError where it is cut or packed oddly."""
    coding = (response.headers["Content-Encoding"] or "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise ValueError(coding)
    packed = zlib.decompressobj(wbits=31) if coding != "identity" else None
    while block := response.read(BLOCK):
        yield packed.decompress(block, most) if packed else block
    if response.length or (packed and not packed.eof):
        raise ValueError("cut")


def _late(target: Target, end: float, seconds: float) -> FetchError | None:
    if time.monotonic() < end:
        return None
    return FetchError(target.address, f"takes more than {seconds:g} seconds. Try again later, {SAVE}")


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "shows a certificate that is not its own or cannot be trusted. Check the address."
    return f"cannot be connected to safely (TLS). Try again later, {SAVE}"
