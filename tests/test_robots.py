"""robots.txt as RFC 9309 reads it. Expected values by its examples and by hand."""

import pytest

from rag.web.robots import read_robots
from tests.growth import grows_linearly

EXAMPLE = """# of section 5.1
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""


@pytest.mark.parametrize(
    ("program", "path", "allowed"),
    [
        ("readout", "/example/page.html", False),
        ("readout", "/publications/a", True),
        ("readout", "/x.gif", False),
        ("readout", "/x.gif?1", True),
        ("foobot", "/example/page.html", True),
        ("foobot", "/example/page2", False),
        ("barbot", "/example/page.html", False),
        ("bazbot", "/example/page.html", False),
        ("bazbot", "/example/other", True),
        ("quxbot", "/example/page.html", True),
    ],
)
def test_the_groups_of_the_standards_example(program: str, path: str, allowed: bool) -> None:
    assert read_robots(EXAMPLE, program).allow(path) is allowed


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /\nAllow: /news", "/news/1", True),  # the longest rule, not the first
        ("Allow: /news\nDisallow: /news/private", "/news/private/1", False),
        ("Allow: /a\nDisallow: /a", "/a", True),  # of two as long, the kinder one
        ("Disallow:", "/a", True),
        ("Disallow: /*/print$", "/a/print", False),
        ("Disallow: /*/print$", "/a/print/1", True),
        ("Disallow: /a*b*c", "/axbxc", False),
        ("Disallow: /a*b*c", "/axcxb", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /ab*b$", "/ab", True),
        ("Disallow: /*?print=", "/a?print=1", False),
        ("Disallow: /caf%C3%A9", "/café/1", False),
        ("Disallow: /café", "/caf%c3%a9", False),
        ("disallow : /a # not here", "/a/1", False),
        ("Sitemap: https://news.example/map.xml\nDisallow: /a", "/a", False),
        ("<html>not there</html>", "/a", True),
    ],
)
def test_the_longest_rule_that_fits_decides(rules: str, path: str, allowed: bool) -> None:
    assert read_robots(f"User-agent: *\n{rules}\n").allow(path) is allowed


def test_a_group_of_our_own_takes_the_place_of_that_for_all() -> None:
    ours = "User-agent: ReadOut/1.0\nDisallow: /a\n\nUser-agent: readout\nDisallow: /b"
    rules = read_robots(f"User-agent: *\nDisallow: /\n\n{ours}")
    assert [rules.allow(path) for path in ("/", "/a", "/b")] == [True, False, False]


@pytest.mark.parametrize(
    ("value", "seconds"), [("2", 2.0), ("0.5", 0.5), ("x", 0.0), ("-1", 0.0), ("1e9", 0.0)]
)
def test_a_pause_between_visits_is_read(value: str, seconds: float) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {value}").delay == seconds


@pytest.mark.parametrize("unit", ["a", "User-agent: a\n", "User-agent: *\nDisallow: /a\n", ":", "#", "\r"])
def test_a_hostile_file_takes_time_in_proportion(unit: str) -> None:
    assert grows_linearly(read_robots, unit)


@pytest.mark.parametrize("unit", ["a*", "*", "%"])
def test_a_hostile_rule_takes_time_in_proportion(unit: str) -> None:
    assert grows_linearly(
        lambda text: read_robots(f"User-agent: *\nDisallow: /{text}b").allow("/" + "a" * 2000), unit
    )
