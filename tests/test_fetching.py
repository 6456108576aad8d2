"""Addresses are fetched from real servers on loopback, and nothing that leads there unasked reaches one."""

import gzip
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.errors import FetchError
from rag.web.addresses import is_public, parse_address
from rag.web.fetching import Fetched, Fetcher, resolve
from tests.web_server import Answer, Site, drip, redirect, reply, serve

MEGABYTE = 1_000_000
CERTIFICATE = Path(__file__).parent / "golden" / "news.example.pem"
PAGE = b"<p>The bridge is closed.</p>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve(Site({"/": PAGE})) as site:
        yield site


@pytest.fixture
def canary() -> Iterator[Site]:
    """A server of this machine that nobody may be led to."""
    with serve(Site({"/": b"secret"})) as canary:
        yield canary


def fetcher(site: Site, **changes: object) -> Fetcher:
    return Fetcher(MEGABYTE, (site.place,), **{"seconds": 5.0, **changes})  # type: ignore[arg-type]


def refusal(fetch: Callable[[], object]) -> str:
    with pytest.raises(FetchError) as caught:
        fetch()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


# Where it may lead to

LOOPBACK = (
    "127.0.0.1 127.0.0.2 127.1 127.0.1 127.255.255.254 0 0.0.0.0 0x7f.1 0x7f000001 0x7F.0x0.0x0.0x1"
    " 2130706433 017700000001 0177.0.0.1 0177.1 localhost LOCALHOST localhost. 127.0.0.1. ①②⑦.⓪.⓪.①"
    " 127。0。0。1 ｌｏｃａｌｈｏｓｔ"
    " %31%32%37.0.0.1 [::1] [0:0:0:0:0:0:0:1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1]"
    " [0:0:0:0:0:ffff:7f00:0001] [64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::7f00:1] [2002:7f00:1::]"
    " [2002:7f00:0001::1] [2001:0:7f00:1::1] [::ffff:0:127.0.0.1] [fe80::1] [fe80::1%25lo] [fe80::1%lo]"
).split()
PRIVATE = (
    "10.0.0.1 10.1 192.168.0.1 192.168.1.1 172.16.0.1 172.31.255.255 169.254.169.254 169.254.0.1 100.64.0.1"
    " 100.100.100.200 198.18.0.1 192.0.0.8 192.0.2.1 203.0.113.7 224.0.0.1 239.255.255.250 240.0.0.1"
    " 255.255.255.255 0xa9fea9fe 2852039166 0251.0376.0251.0376 [fc00::1] [fd00:ec2::254] [fec0::1] [ff02::1]"
    " [::ffff:169.254.169.254] [64:ff9b::a9fe:a9fe] [2002:a9fe:a9fe::] [2001:db8::1] [100::1]"
    " [::ffff:10.0.0.1]"
).split()
FORMS = (
    "http://user@{host}/",
    "http://user:pass@{host}/",
    "http://news.example@{host}/",
    "http://news.example:80@{host}/",
    "http://{host}\\@news.example/",
    "http://{host}#@news.example/",
    "http://{host}?@news.example/",
    "http:\\\\{host}\\",
    "http:/{host}/",
    "http:{host}/",
    "//{host}/",
    "ftp://{host}/",
    "gopher://{host}/_GET",
    "file://{host}/etc/passwd",
    "dict://{host}/",
    "data:text/html,{host}",
    "jar:http://{host}/!/",
    "http://{host}\t/",
    "ht\ntp://{host}/",
    "http://{host}\r\nHost: news.example/",
    "http://{host}:0/",
    "http://{host}:-1/",
    "http://{host}:99999/",
    "http://[{host}/",
    "http://{host}]/",
    "http:///{host}/",
    "http://.{host}/",
    "http://{host}%00.news.example/",
    "http://{host}%2f.news.example/",
)


def spellings(port: int) -> list[str]:
    plain = [f"http://{host}:{port}/" for host in LOOPBACK]
    plain += [f"https://{host}:{port}/" for host in ("127.0.0.1", "[::1]", "localhost")]
    return plain + [form.format(host=f"127.0.0.1:{port}") for form in FORMS]


def test_no_spelling_of_an_address_reaches_a_server_of_this_machine(
    canary: Site, record_property: Callable[[str, object], None]
) -> None:
    asker = Fetcher(MEGABYTE, ports=(80, 443, canary.port), seconds=5)
    tried = spellings(canary.port)
    for address in tried:
        refusal(lambda address=address: asker.fetch(address))  # type: ignore[misc]
    for host in PRIVATE:
        assert "private network" in refusal(lambda host=host: asker.fetch(f"http://{host}/"))  # type: ignore[misc]
    assert canary.asked == []
    assert len(tried) >= 70
    assert fetcher(canary).fetch(canary.url()).content == b"secret"  # named by a person: the canary does sing
    record_property("cases", len(tried) + len(PRIVATE))


def test_names_that_lead_to_this_machine_are_refused_also_among_public_ones(canary: Site) -> None:
    for found in (["127.0.0.1"], ["2000::1", "127.0.0.1"], ["127.0.0.1", "2000::1"], ["::ffff:127.0.0.1"]):
        asker = Fetcher(MEGABYTE, ports=(canary.port,), resolve=lambda host, port, f=found: f, seconds=1)
        assert "private network" in refusal(
            lambda asker=asker: asker.fetch(f"http://news.example:{canary.port}/")  # type: ignore[misc]
        )
    assert canary.asked == []


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
    ways = spellings(canary.port)
    site.pages |= {f"/{n}": redirect(to) for n, to in enumerate(ways) if to.isprintable() and to.isascii()}
    site.pages |= {
        "/a": redirect("/b"),
        "/b": redirect(canary.url(), 301),
        "/up": redirect("//" + canary.place),
    }
    asker = fetcher(site, ports=(80, 443, canary.port, site.port))
    for path in list(site.pages)[1:]:
        refusal(lambda path=path: asker.fetch(site.url(path)))  # type: ignore[misc]
    assert canary.asked == []
    record_property("cases", len(site.pages) - 1)


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
        ("http://[2606:4700:0::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_a_good_address_has_one_plain_form(address: str, plain: str) -> None:
    target = parse_address(address)
    assert target.address == plain
    asker = Fetcher(MEGABYTE, resolve=lambda host, port: ["93.184.215.14", "2606:2800:21f::1"])
    assert asker._find(target, False, time.monotonic() + 5)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
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
