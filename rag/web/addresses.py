"""Addresses of the web read into their parts, and IP addresses told public from private. Pure."""

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

from rag.errors import FetchError

SAVE = "or save the page in a browser and add the file."
ADDRESS_CHARACTERS = 2000
SHOWN_CHARACTERS = 200
PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?")
_ODD = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_SAFE = "%/:=&?~#+!$,;'@()*[]|"  # what a path and a query may hold as it is
# Set aside by the IANA, which older Pythons call global; and the one at which Azure tells its machines about
# themselves: public by its number, inside every network there.
_SET_ASIDE = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("3fff::/20"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """An address in its parts, each in its plain form."""

    scheme: str  # http or https
    host: str  # ASCII, small letters; an IPv6 address without its brackets
    port: int
    path: str  # with the query

    @property
    def place(self) -> str:
        """Host and port as they stand in an address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.place}{self.path}"


def parse_address(address: str) -> Target:
    """Raises FetchError for what is no http(s) address, or holds a name or password."""
    address = address.strip()
    shown = show_address(address)
    if len(address) > ADDRESS_CHARACTERS:
        raise FetchError(shown, f"is longer than {ADDRESS_CHARACTERS:,} characters. Give a shorter one.")
    if _ODD.search(address):
        raise FetchError(shown, "holds a sign that no address has. Check it.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        path = quote(parts.path or "/", safe=_SAFE)
        query = quote(parts.query, safe=_SAFE)
    except ValueError:  # half an IPv6 address, a port that is none, half a letter
        host, port, path, query = "", None, "", ""
    if not host or parts.scheme not in PORTS:
        raise FetchError(shown, "is no address of the web. Give one that begins with https:// or http://.")
    if "@" in parts.netloc:
        raise FetchError(shown, "holds a name or password. Take out what stands before the @.")
    if port is None:
        port = PORTS[parts.scheme]
    path += f"?{query}" if query else ""
    return Target(parts.scheme, _plain_host(host, shown), port, path)


def show_address(address: str) -> str:
    """What was typed, for a message: not its whole length, and no password."""
    return re.sub(r"//[^/?#]*@", "//…@", address.strip()[:SHOWN_CHARACTERS])


def _plain_host(host: str, shown: str) -> str:
    try:
        if ":" in host:
            return str(IPv6Address(host))
        plain = host.encode("idna").decode().lower().rstrip(".")
    except ValueError:  # UnicodeError too
        plain = ""
    if not _HOST.fullmatch(plain):
        raise FetchError(shown, "names no host. Check the address.")
    return plain


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where it carries an IPv4 address inside."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        carried = _carried(found)
        if carried is None:
            unicast = int(found) >> 125 == 1  # 2000::/3, all that is given out
            return unicast and found.is_global and not found.scope_id and not _is_set_aside(found)
        found = carried
    special = found.is_multicast or found.is_reserved or _is_set_aside(found)
    return found.is_global and not special


def _is_set_aside(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in _SET_ASIDE)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96) and 6to4 ones lead to."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if int(address) >> 32 == 0x64FF9B << 64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def follow(target: Target, location: str) -> Target:
    """Where a redirect leads to. Raises FetchError."""
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode()  # servers send UTF-8, the library reads Latin-1
    try:
        after = parse_address(urljoin(target.address, location.strip()))
    except ValueError:
        raise FetchError(target.address, "leads to what is no address. Check it.") from None
    if target.scheme == "https" and after.scheme == "http":
        raise FetchError(target.address, f"leads to a page without encryption. Check it, {SAVE}")
    return after
