"""Addresses that lead to this machine or into a private network, in all spellings that we know of.

Each host differs from the others in how it is written or in the way by which it gets there.
"""

IPV4 = (
    "127.0.0.1 127.0.0.2 127.1 127.0.1 127.255.255.254 127.65534 127.16777214 127.0.0.1. 127.000.000.001"
    " 0 0.0.0.0 0.1 0.0.0.1 00 0x0 0x7f.1 0x7f000001 0X7F000001 0x7F.0x0.0x0.0x1 0x7f.0.0.1 0x0000007f.0.0.1"
    " 2130706433 2130706434 0x7ffffffe 017700000001 0177.0.0.1 0177.1 0177.0x0.0.1 00000177.0.0.01"
).split()
NAMES = ("localhost", "LOCALHOST", "LocalHost", "localhost.", "localhost..", "localhost.localdomain")
UNICODE = (  # what a host's normal form makes plain letters, digits and dots of
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "¹²⁷.⁰.⁰.¹",
    "₁₂₇.₀.₀.₁",
    "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
    "𝟣𝟤𝟩.𝟢.𝟢.𝟣",
    "١٢٧.٠.٠.١",  # digits that are none of a host's
    "१२७.०.०.१",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "127․0․0․1",
    "1\u00ad27.0.0.1",
    "127.0.0\u200b.1",
    "127.0.0.1\u2060",
    "０x7f000001",
    "2130706433\u00ad",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ˡᵒᶜᵃˡʰᵒˢᵗ",
    "localhoſt",
    "𝓵𝓸𝓬𝓪𝓵𝓱𝓸𝓼𝓽",
    "local\u00adhost",
    "localhost。",
)
ENCODED = ("%31%32%37.0.0.1", "127%2e0%2e0%2e1", "%6cocalhost", "localhos%74", "127.0.0.1%20", "%5b::1%5d")
IPV6 = (
    "::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 0::1 ::0001 ::0.0.0.1 :: ::0"
    " ::ffff:127.0.0.1 ::FFFF:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:7f00:0001 0:0:0:0:0:ffff:127.0.0.1"
    " ::ffff:127.0.0.2 ::ffff:0.0.0.0 ::ffff:0:0 ::127.0.0.1 ::7f00:1"  # mapped, compatible
    " ::ffff:0:127.0.0.1 ::ffff:0:7f00:1"  # translated (SIIT)
    " 64:ff9b::7f00:1 64:ff9b::127.0.0.1 64:FF9B:0:0:0:0:7F00:0001 64:ff9b:1::7f00:1 64:ff9b:1:7f00:0:100::"
    " 64:ff9b::0 64:ff9b::0.0.0.1"  # NAT64, the local one too
    " 2002:7f00:1:: 2002:7f00:0001::1 2002:7f00:1:0:0:0:7f00:1 2002:7fff:fffe:: 2002::1"  # 6to4
    " 2001:0:7f00:1::1 2001::80ff:fffe 2001:0:7f00:1:0:0:80ff:fffe"  # Teredo
    " fe80::1 fe80::1%25lo fe80::1%lo fe80::5efe:127.0.0.1 ::1%25lo ::1%lo ::1%251"  # a link's, with zones
    " ::127.1 ::ffff:127.1 v1.127.0.0.1 v7f.::1"  # nobody reads these
).split()
LOOPBACK = (*IPV4, *NAMES, *UNICODE, *ENCODED, *(f"[{address}]" for address in IPV6))

PRIVATE = (
    "10.0.0.1 10.1 10.255.255.255 192.168.0.1 192.168.1.1 172.16.0.1 172.31.255.255 0300.0250.0.1 0xc0a80001"
    " 169.254.169.254 169.254.0.1 169.254.170.2 169.254.169.253 0xa9fea9fe 2852039166 0251.0376.0251.0376"
    " 0xa9.254.0251.254 169.254.43518 169.254.169.254. １６９.２５４.１６９.２５４ 169。254。169。254"
    " 100.100.100.200 192.0.0.192 168.63.129.16"  # and before: metadata of clouds
    " 100.64.0.1 100.127.255.254"
    " 198.18.0.1 198.19.255.255 192.0.0.8 192.0.2.1 198.51.100.1 203.0.113.7 192.88.99.1 224.0.0.1"
    " 239.255.255.250 240.0.0.1 255.255.255.255 4294967295"
    " [fc00::1] [fdff::1] [fd00:ec2::254] [fd00:ec2::23] [fd20:ce::254] [fec0::1] [feff::1] [febf::1]"
    " [ff01::1] [ff02::1] [ff0e::1] [2001:db8::1] [100::1] [2001:2::1] [2001:10::1] [3fff::1] [3fff:fff::1]"
    " [4000::1] [8000::1] [1::1]"
    " [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] [64:ff9b::169.254.169.254]"
    " [2002:a9fe:a9fe::] [::ffff:10.0.0.1] [::ffff:192.168.0.1] [64:ff9b::a00:1] [64:ff9b::c0a8:1]"
    " [2002:a00:1::] [2002:c0a8:1::1] [::ffff:100.64.0.1] [::ffff:224.0.0.1]"
).split()

FORMS = (  # of a whole address; {host} has its port
    "http://user@{host}/",
    "http://user:pass@{host}/",
    "http://news.example@{host}/",
    "http://news.example:80@{host}/",
    "http://news.example:80#@{host}/",
    "http://news.example%40{host}/",
    "http://news.example%2f@{host}/",
    "http://@{host}/",
    "http://:@{host}/",
    "http://a@b@{host}/",
    "http://{host}\\@news.example/",
    "http://{host}#@news.example/",
    "http://{host}?@news.example/",
    "http://{host}/@news.example/",
    "http://{host};news.example/",
    "http://{host},news.example/",
    "http:\\\\{host}\\",
    "http:/\\{host}/",
    "http:/{host}/",
    "http:{host}/",
    "http:///{host}/",
    "http:////{host}/",
    "//{host}/",
    "///{host}/",
    "\\\\{host}\\",
    "{host}",
    "HTTP://{host}/",
    "hTTps://{host}/",
    "ftp://{host}/",
    "ftps://{host}/",
    "sftp://{host}/",
    "tftp://{host}/",
    "gopher://{host}/_GET",
    "dict://{host}/",
    "ldap://{host}/",
    "ws://{host}/",
    "wss://{host}/",
    "smb://{host}/a",
    "git://{host}/",
    "redis://{host}/0",
    "netdoc://{host}/",
    "file://{host}/etc/passwd",
    "file:///etc/passwd",
    "data:text/html,{host}",
    "javascript:location='http://{host}/'",
    "jar:http://{host}/!/",
    "view-source:http://{host}/",
    "url:http://{host}/",
    "feed:http://{host}/",
    "http+unix://{host}/",
    "unix:/run/{host}",
    "http://{host}\t/",
    "ht\ntp://{host}/",
    "http://\t{host}/",
    "http://{host}\r\nHost: news.example/",
    "http://news.example\r\nLocation: http://{host}/",
    "http://{host}:0/",
    "http://{host}:-1/",
    "http://{host}:99999/",
    "http://{host}:８０/",
    "http://[{host}/",
    "http://{host}]/",
    "http://[::1{host}]/",
    "http://.{host}/",
    "http://{host}%00.news.example/",
    "http://{host}%2f.news.example/",
    "http://{host}%23.news.example/",
    "http://\u202e{host}/",
    "<http://{host}/>",
)


def spellings(port: int) -> list[str]:
    """Addresses of a server of this machine at `port`."""
    plain = [f"http://{host}:{port}/" for host in LOOPBACK]
    plain += [f"http://localhost:0{port}/", f"http://127.0.0.1:%3{port}/"]
    plain += [f"https://{host}:{port}/" for host in ("127.0.0.1", "[::1]", "localhost")]
    return plain + [form.format(host=f"127.0.0.1:{port}") for form in FORMS]
