"""Addresses are fetched from real servers on loopback, and nothing that leads there unasked reaches one."""

import gzip
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import pytest

from rag.errors import FetchError
from rag.web.addresses import is_public, parse_address
from rag.web.fetching import Fetched, Fetcher, resolve
from tests.spellings import FORMS, LOOPBACK, PRIVATE, spellings
from tests.web_server import Answer, Site, drip, redirect, reply, serve

MEGABYTE = 1_000_000
CERTIFICATE = Path(__file__).parent / "golden" / "news.example.pem"
REDIRECTS = (301, 302, 303, 307, 308)
PAGE = b"<p>The bridge is closed.</p>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(Site({"/": PAGE})) as site:
        yield site


@pytest.fixture
def canary() -> Iterator[Site]:
    """A server of this machine that nobody may be led to."""
    with serve(Site({"/": b"secret"}), everywhere=True) as canary:
        yield canary


def fetcher(site: Site, **changes: object) -> Fetcher:
    return Fetcher(MEGABYTE, (site.place,), **{"seconds": 5.0, **changes})  # type: ignore[arg-type]


def is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(host))
    return False


def refusal(fetch: Callable[[], object]) -> str:
    with pytest.raises(FetchError) as caught:
        fetch()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


# Where it may lead to


def test_no_spelling_of_an_address_reaches_a_server_of_this_machine(
    canary: Site, record_property: Callable[[str, object], None]
) -> None:
    asker = Fetcher(MEGABYTE, ports=(80, 443, canary.port), seconds=5)
    tried = spellings(canary.port)
    assert len(set(tried)) == len(tried) and len(set(LOOPBACK)) >= 80 and len(set(FORMS)) >= 60
    for address in tried:
        refusal(lambda address=address: asker.fetch(address))  # type: ignore[misc]
    for host in PRIVATE:
        refusal(lambda host=host: asker.fetch(f"http://{host}/"))  # type: ignore[misc]
    assert canary.asked == []
    for host in ("127.0.0.1", "localhost", "[::1]"):  # named by a person: the canary does sing
        named = f"{host}:{canary.port}"
        assert Fetcher(MEGABYTE, (named,)).fetch(f"http://{named}/").content == b"secret"
    record_property("cases", len(tried) + len(PRIVATE))


def test_names_that_lead_to_this_machine_are_refused_also_among_public_ones(
    canary: Site, record_property: Callable[[str, object], None]
) -> None:
    inside = [host.strip("[]") for host in (*LOOPBACK, *PRIVATE)]
    inside = [host for host in inside if is_address(host.partition("%")[0])]
    found = [[host] for host in inside] + [["2000::1", host] for host in inside]
    found += [["8.8.8.8", "2000::1", host, "2000::2"] for host in inside]
    for addresses in found:
        asker = Fetcher(MEGABYTE, ports=(canary.port,), resolve=lambda host, port, f=addresses: f, seconds=1)
        assert "private network" in refusal(
            lambda asker=asker: asker.fetch(f"http://news.example:{canary.port}/")  # type: ignore[misc]
        ), addresses
    assert canary.asked == []
    record_property("cases", len(found))


def test_a_name_that_changes_its_mind_is_looked_up_once_and_connected_to_as_checked(canary: Site) -> None:
    looked: list[str] = []

    def rebind(host: str, port: int) -> Sequence[str]:
        looked.append(host)
        return ["2000::1"] if len(looked) == 1 else ["127.0.0.1"]  # 2000::1 is public and nobody's

    asker = Fetcher(MEGABYTE, ports=(canary.port,), resolve=rebind, seconds=0.5)
    refusal(lambda: asker.fetch(f"http://news.example:{canary.port}/"))
    assert looked == ["news.example"]
    assert canary.asked == []
    assert "private network" in refusal(lambda: asker.fetch(f"http://news.example:{canary.port}/"))


def test_no_redirect_leads_to_what_was_not_named(
    site: Site, canary: Site, record_property: Callable[[str, object], None]
) -> None:
    ways = [way for way in spellings(canary.port) if not set(way) & {"\r", "\n"}]  # no header holds these
    ways += [way.replace("http:", "") for way in ways[:3]]
    for number, way in enumerate(ways):
        status, steps = REDIRECTS[number % len(REDIRECTS)], number % 5
        for step in range(steps):  # over pages of the site that was named, then away
            site.pages[f"/{number}/{step}"] = redirect(f"./{step + 1}", status)
        site.pages[f"/{number}/{steps}"] = redirect(way.encode().decode("latin-1"), status)
    asker = fetcher(site, ports=(80, 443, canary.port, site.port))
    for number, way in enumerate(ways):
        assert refusal(lambda n=number: asker.fetch(site.url(f"/{n}/0"))), way  # type: ignore[misc]
    assert canary.asked == []
    assert len(site.paths) >= sum(number % 5 + 1 for number in range(len(ways)))  # each chain to its end
    record_property("cases", len(ways))


def test_a_host_of_ones_own_is_not_asked_where_a_stranger_named_it(site: Site) -> None:
    assert "private network" in refusal(
        lambda: fetcher(site, ports=(site.port,)).fetch(site.url(), own=False)
    )
    assert site.asked == []


def test_an_own_host_is_named_with_its_port_or_without_one_where_that_is_usual() -> None:
    def allows(host: str, address: str) -> bool:
        asker = Fetcher(MEGABYTE, (host,), resolve=lambda host, port: ["127.0.0.1"])
        return asker.is_own(parse_address(address))

    assert allows("intranet.example", "https://intranet.example/a")
    assert allows("intranet.example:8080", "http://intranet.example:8080/")
    assert allows("[::1]:8080", "http://[::1]:8080/")
    assert not allows("intranet.example", "http://intranet.example:8080/")
    assert not allows("intranet.example:8080", "http://intranet.example/")
    assert not allows("intranet.example", "http://www.intranet.example/")


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("https://News.Example/A?b=1#c", "https://news.example/A?b=1"),
        ("http://news.example:80", "http://news.example/"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("https://news.example./", "https://news.example/"),
        (" https://news.example/a%20b ", "https://news.example/a%20b"),
        (
            "https://zeitung-köln.example/straße?q=ü",
            "https://xn--zeitung-kln-zfb.example/stra%C3%9Fe?q=%C3%BC",
        ),
        ("https://news.example/@user/1", "https://news.example/@user/1"),
        ("https://a_b.news.example/x,1.html", "https://a_b.news.example/x,1.html"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("HTTPS://NEWS.EXAMPLE", "https://news.example/"),
        ("https://news。example/a", "https://news.example/a"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://xn--r8jz45g.xn--zckzah/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://1.news.example/2024/04/26/", "https://1.news.example/2024/04/26/"),
        ("https://127-0-0-1.news.example/", "https://127-0-0-1.news.example/"),
        ("https://localhost.news.example/", "https://localhost.news.example/"),
        ("https://news.example/?to=http://127.0.0.1/", "https://news.example/?to=http://127.0.0.1/"),
        ("https://news.example/a;b=1?c[]=2&d=%20e", "https://news.example/a;b=1?c[]=2&d=%20e"),
        ("https://news.example?q=1", "https://news.example/?q=1"),
        ("https://news.example/#@127.0.0.1", "https://news.example/"),
        ("https://news.example/a//b/../c", "https://news.example/a//b/../c"),
        ("http://[64:ff9b::8.8.8.8]/", "http://[64:ff9b::808:808]/"),
        ("http://[2606:4700:0::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_a_good_address_has_one_plain_form(address: str, plain: str) -> None:
    target = parse_address(address)
    assert target.address == plain
    asker = Fetcher(MEGABYTE, resolve=lambda host, port: ["93.184.215.14", "2606:2800:21f::1"])
    assert asker._find(target, False, time.monotonic() + 5)


PUBLIC = (
    "8.8.8.8 168.63.129.15 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 169.253.0.1 11.0.0.1 192.167.0.1"
    " 2606:4700::1111 3ffe::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1"
).split()


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_told(address: str) -> None:
    assert is_public(address)


def test_the_system_looks_up_what_it_knows() -> None:
    assert set(resolve("localhost", 80)) <= {"127.0.0.1", "::1"}


def test_a_password_in_an_address_is_not_repeated() -> None:
    said = refusal(lambda: Fetcher(MEGABYTE).fetch("http://anna:geheim@news.example/"))
    assert said == "http://…@news.example/ holds a name or password. Take out what stands before the @."


# What comes


def test_a_page_comes_with_what_its_server_says_of_it(site: Site) -> None:
    site.pages["/a"] = reply(
        gzip.compress(PAGE), kind="Text/HTML; Charset=ISO-8859-1", Content_Encoding="gzip", ETag='"1"',
        Last_Modified="Fri, 26 Apr 2024 09:00:00 GMT",
    )  # fmt: skip
    site.pages["/r"] = redirect("/a#top")
    read = fetcher(site).fetch(site.url("/r#x"))
    assert read == Fetched(
        site.url("/r"),
        site.url("/a"),
        PAGE,
        "text/html",
        "iso-8859-1",
        '"1"',
        "Fri, 26 Apr 2024 09:00:00 GMT",
    )


def test_it_says_who_it_is_and_brings_no_cookies_or_credentials(
    site: Site, canary: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, canary.url())
    site.pages["/"] = redirect("/a")
    site.pages["/a"] = reply(PAGE, Set_Cookie="a=1")
    fetcher(site).fetch(site.url())
    assert canary.asked == []
    for _, headers in site.asked:
        assert headers["User-Agent"].startswith("Readout/")
        assert headers["Host"] == site.place
        assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.pages["/"] = reply(status=304)
    read = fetcher(site).fetch(site.url(), etag='"1"', modified="Fri")
    assert not read.changed
    assert site.asked[0][1]["If-None-Match"] == '"1"'
    assert site.asked[0][1]["If-Modified-Since"] == "Fri"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
BOMB = gzip.compress(b"a" * 30_000_000)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (redirect("/"), "leads on and on (more than 5 times)"),
        (redirect("http://[x"), "leads to what is no address"),
        (redirect("mailto:a@news.example"), "is no address of the web"),
        (drip(HEAD + b"\r\n", b"a"), "takes more than 0.4 seconds"),
        (drip(HEAD, b"X: y\r\n"), "takes more than 0.4 seconds"),
        (drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"), "takes more than 0.4 seconds"),
        (
            drip(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
            "takes more than 0.4 seconds",
        ),
        (drip(HEAD + b"\r\n", b"a" * MEGABYTE, 0), "is larger than 1 MB"),
        (reply(b"a" * (MEGABYTE + 1)), "is larger than 1 MB"),
        (reply(BOMB, Content_Encoding="gzip"), "is larger than 1 MB"),
        (reply(gzip.compress(PAGE)[:-9], Content_Encoding="gzip"), "breaks off"),
        (reply(PAGE, Content_Encoding="gzip"), "breaks off"),
        (reply(PAGE, Content_Encoding="br"), "breaks off"),
        (
            reply(b"MZ", kind="application/x-msdownload"),
            "of a kind that is not read (application/x-msdownload)",
        ),
        (reply(b"MZ", kind="video/mp4"), "of a kind that is not read (video/mp4)"),
        (reply(b"", 404), "is not there (404)"),
        (reply(b"", 403), "may not be read by programs (403)"),
        (reply(b"", 429), "is asked too often (429)"),
        (reply(b"", 503), "cannot be had now (503)"),
        (reply(b"", 206), "cannot be had now (206)"),
        (lambda request: request.wfile.write(b"SSH-2.0\r\n"), "breaks off"),
        (lambda request: request.wfile.write(HEAD + b"Content-Length: 99\r\n\r\nabc"), "breaks off"),
        (lambda request: request.wfile.write(HEAD + b"X: " + b"a" * 70_000), "breaks off"),
        (lambda request: request.wfile.write(HEAD + b"X: y\r\n" * 200 + b"\r\n"), "breaks off"),
        (lambda request: request.connection.close(), "breaks off"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(site: Site, answer: Answer, said: str) -> None:
    site.pages["/"] = answer
    assert said in refusal(lambda: fetcher(site, seconds=0.4).fetch(site.url(), ("text/html",)))


def test_what_is_longer_is_cut_where_that_is_asked_for(site: Site) -> None:
    site.pages["/"] = reply(b"a" * (2 * MEGABYTE))
    assert len(fetcher(site).fetch(site.url(), cut=True).content) == MEGABYTE


def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    from threading import Event

    asker = Fetcher(MEGABYTE, resolve=lambda host, port: [str(Event().wait(5))], seconds=0.1)
    assert "cannot be found" in refusal(lambda: asker.fetch("http://news.example/"))


def test_a_port_that_nobody_listens_at_is_told(site: Site) -> None:
    asker = Fetcher(MEGABYTE, ("127.0.0.1:1",), seconds=1)
    assert "does not answer" in refusal(lambda: asker.fetch("http://127.0.0.1:1/"))


# TLS


def test_the_certificate_must_be_of_the_host_that_was_asked_for() -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(CERTIFICATE)
    names: list[str | None] = []
    ours.sni_callback = lambda connection, name, context: names.append(name)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with serve(Site({"/": PAGE, "/plain": redirect("http://news.example/")}), ours) as site:
        hosts = [f"{name}:{site.port}" for name in ("news.example", "other.example")]
        asker = Fetcher(MEGABYTE, hosts, resolve=lambda host, port: ["127.0.0.1"], context=trusting)
        place = f"news.example:{site.port}"
        assert asker.fetch(f"https://{place}/").content == PAGE
        assert names == ["news.example"]
        assert site.asked[0][1]["Host"] == place
        other = f"https://other.example:{site.port}/"
        assert "certificate that is not its own" in refusal(lambda: asker.fetch(other))
        strict = Fetcher(MEGABYTE, hosts, resolve=lambda host, port: ["127.0.0.1"])
        assert "cannot be trusted" in refusal(lambda: strict.fetch(f"https://{place}/"))
        assert "without encryption" in refusal(lambda: asker.fetch(f"https://{place}/plain"))
        assert "breaks off" in refusal(lambda: asker.fetch(f"http://{place}/"))
