"""What readers see: nothing of a source or a model becomes markup, and nothing is lost on the way."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from rag.show import answer_json, answer_text, clean, coverage, safe, sources_text, web_address
from rag.show_html import answer_html, article_html, draft_html, passages_html
from rag.types import Answer, Claim, Span, Status, Verdict, date_label
from tests.answers import ARTICLE, PUBLISHED, TEXT, make_answer, make_citation, make_hit

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</mark></p></article><iframe src=//evil.example>",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "<svg/onload=alert(1)>&lt;b&gt;",
    "{0} {answer} %s ${x}",
)
TAGS = {"div", "p", "span", "a", "mark", "b", "article", "details", "summary", "dl", "dt", "dd"}
ATTRIBUTES = {"class", "id", "href", "title", "role", "target", "rel", "tabindex"}
ATTRIBUTES |= {"aria-label", "aria-busy", "aria-hidden", "aria-describedby"}


class Seen(HTMLParser):
    """All tags, attributes and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.links: list[dict[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        values = {name: value or "" for name, value in attrs}
        self.attributes += values.items()
        if tag == "a":
            self.links.append(values)

    def handle_data(self, data: str) -> None:
        self.text += data


def all_html(answer: Answer, key: str = "a1") -> str:
    article = answer.hits[0].article
    return (
        answer_html(answer, key)
        + passages_html(answer, key)
        + article_html(article, answer.citations, "article", answer.citations[0].start)
        + draft_html([answer.claims[0].text, answer.citations[0]])
    )


def with_hostile(place: str, text: str) -> Answer:
    if place == "claim":
        return make_answer(claim=text)
    if place == "sentence":
        article = replace(ARTICLE, text=TEXT.replace("They spoke for five hours.", text))
        end = 28 + len(text)
        hit = make_hit(article, ((0, 27), (28, end)))
        cited = replace(make_citation(1, 1, article), end=end, quote=text)
        return make_answer(
            article, hits=(hit,), claims=(Claim("They spoke.", Verdict.SUPPORTED, citations=(cited,)),)
        )
    if place == "lead":
        return make_answer(
            claims=(Claim("So.", Verdict.SUPPORTED, (), (make_citation(1, 1),), f"\n{text}\n"),)
        )
    if place == "missing":
        return make_answer(claims=(Claim("So.", Verdict.PARTLY, (text,), (make_citation(1, 1),)),))
    values = {"authors": (text,)} if place == "authors" else {place: text}
    return make_answer(replace(ARTICLE, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "place", ["title", "source", "authors", "url", "claim", "sentence", "lead", "missing"]
)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(place: str, text: str) -> None:
    seen = Seen(all_html(with_hostile(place, text)))
    assert set(seen.tags) <= TAGS
    assert {name for name, _ in seen.attributes} <= ATTRIBUTES
    for link in seen.links:
        assert link["href"].startswith(("#", "https://example.org/"))
    if place != "url":
        shown = seen.text + " ".join(value for _, value in seen.attributes)
        assert text in shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?b=c&d=e", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("https:///nohost", False),
        ("https://bank.example@evil.example/", False),
        ("https://example.org/\u202egpj.exe", False),
        ("https://exa\nmple.org", False),
        ("//example.org/x", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, shown: bool) -> None:
    assert web_address(url) == (url if shown else "")
    links = Seen(passages_html(make_answer(replace(ARTICLE, url=url)), "a1")).links
    outward = [link for link in links if not link["href"].startswith("#")]
    assert [link["href"] for link in outward] == ([url] if shown else [])
    assert all(link["rel"] == "noopener noreferrer" and link["target"] == "_blank" for link in outward)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\u200bb\u202ec\u2066d\ufeffe\u00adf", "abcdef"),  # zero width, bidi, BOM, soft hyphen
        ("a\U000e0041\U000e0042b", "ab"),  # tag characters
        ("red\x1b[31m\x07", "red[31m"),  # the terminal's escapes
        ("p\u200da\u200cy", "pay"),  # joiners between Latin letters join nothing
        ("\U0001f469\u200d\U0001f692", "\U0001f469\u200d\U0001f692"),  # a woman firefighter
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("Xi’an – “yes”\n\tnew\u00a0line", "Xi’an – “yes”\n\tnew\u00a0line"),
        ("half \ud800 pair", "half  pair"),
    ],
)
def test_hidden_characters_are_not_shown(text: str, left: str) -> None:
    assert clean(text) == left
    assert safe(text).encode()  # what is left can be sent


def test_a_click_on_a_citation_leads_to_its_sentence_and_back() -> None:
    answer = make_answer()
    there = Seen(answer_html(answer, "a7"))
    assert [link["href"] for link in there.links] == ["#a7-s1"]
    assert "“They spoke for five hours.” (Example Wire, 26 April 2024)" in there.text
    assert ("id", "a7-c1") in there.attributes
    back = passages_html(answer, "a7")
    assert re.search(r'<mark id="a7-s1">.*They spoke for five hours\.</mark>', back)
    assert "#a7-c1" in [link["href"] for link in Seen(back).links]


def test_ids_differ_between_answers_and_stand_once() -> None:
    page = "".join(
        answer_html(make_answer(), key) + passages_html(make_answer(), key) for key in ("a1", "a2")
    )
    ids = [value for name, value in Seen(page).attributes if name == "id"]
    assert sorted(ids) == ["a1-c1", "a1-c2", "a1-s1", "a2-c1", "a2-c2", "a2-s1"]


def test_a_key_that_could_leave_its_attribute_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        answer_html(make_answer(), 'a1" onclick="x')


def test_every_word_of_a_passage_is_shown_in_order() -> None:
    shown = Seen(passages_html(make_answer(hits=(make_hit(),), claims=()), "a1")).text
    assert "Wang met Blinken on Friday. They spoke for five hours.Copper was not named." in shown


def test_cited_passages_stand_in_the_order_in_which_the_answer_cites_them() -> None:
    other = replace(ARTICLE, id="other", title="Another meeting")
    claims = tuple(
        Claim(TEXT[:27], Verdict.SUPPORTED, citations=(make_citation(number, 0, article),))
        for number, article in ((1, other), (2, ARTICLE), (3, other))
    )
    third = replace(ARTICLE, id="third", title="A third one")
    answer = make_answer(hits=(make_hit(third), make_hit(), make_hit(other)), claims=claims)
    shown = passages_html(answer, "a1")
    places = [shown.index(title) for title in ("Another meeting", "Wang meets Blinken", "A third one")]
    assert places == sorted(places)


def test_cited_passages_come_first_and_the_others_can_be_left_out() -> None:
    other = replace(ARTICLE, id="other", title="Another meeting")
    answer = make_answer(hits=(make_hit(other), make_hit()))
    shown = passages_html(answer, "a1")
    assert shown.index("Wang meets Blinken") < shown.index("Another meeting")
    assert "Another meeting" not in passages_html(answer, "a1", cited_only=True)
    assert passages_html(answer.hits, "a1").index("Another meeting") == min(
        passages_html(answer.hits, "a1").index(title) for title in ("Another meeting", "Wang meets Blinken")
    )


@pytest.mark.parametrize(
    ("verdict", "missing", "words"),
    [
        (Verdict.SUPPORTED, (), "✓"),
        (Verdict.PARTLY, ("the number 48",), "◐ partly supported; the source lacks the number 48"),
        (Verdict.NOT_SUPPORTED, (), "✗ not supported"),
        (Verdict.NOT_SUPPORTED, ("a", "b", "c"), "✗ not supported; the source lacks a, b and 1 more"),
        (Verdict.UNCITED, (), "○ no source given"),
    ],
)
def test_a_verdict_is_said_without_colour(verdict: Verdict, missing: tuple[str, ...], words: str) -> None:
    answer = make_answer(claims=(Claim("So it was.", verdict, missing, (make_citation(1, 1),)),))
    seen = Seen(answer_html(answer, "a1"))
    assert words in seen.text
    assert all(reason in seen.text for reason in missing)
    (label,) = [
        value for name, value in seen.attributes if name == "aria-label" and not value.startswith("[")
    ]
    assert label.startswith("supported: ") is (verdict is Verdict.SUPPORTED)
    assert ("tabindex", "0") in seen.attributes  # the reason can be come to with the keyboard


def test_line_breaks_between_claims_make_headings_items_and_paragraphs() -> None:
    claims = (
        Claim("One.", Verdict.UNCITED, lead="Example Wire, 26 April 2024:\n\n"),
        Claim("Two.", Verdict.UNCITED, lead=" "),
        Claim("Three.", Verdict.UNCITED, lead="\n- "),
        Claim("Four.", Verdict.UNCITED, lead="\n\n## More\n\n"),
    )
    html = answer_html(make_answer(claims=claims), "a1")
    plain = re.sub(r' <span class="r-verdict.*?</span>|</?span.*?>', "", html)
    assert plain == (
        '<div class="r-answer"><p class="r-heading">Example Wire, 26 April 2024</p><p>One. Two.</p>'
        '<p class="r-item">- Three.</p><p class="r-heading">More</p><p>Four.</p></div>'
    )


def test_an_article_shows_all_its_text_with_the_cited_sentences_marked() -> None:
    citations = (make_citation(1, 1), make_citation(2, 2))
    html = article_html(ARTICLE, citations, "article", 56)
    seen = Seen(html)
    assert seen.tags["mark"] == 2
    assert re.search(r'<mark id="article-read">.*Copper was not named\.</mark>', html)
    assert "published 26 April 2024, 09:10 UTC" in seen.text
    assert "Wang met Blinken on Friday. [1] They spoke for five hours.[2] Copper was not named." in seen.text


def test_an_article_that_changed_since_shows_no_marks_of_the_old_one() -> None:
    changed = replace(ARTICLE, content_hash="beef", text="Something else entirely.")
    assert "<mark" not in article_html(changed, (make_citation(1, 1),), "article", 28)


def test_json_has_the_agreed_shape_and_its_quotes_are_exact() -> None:
    data = json.loads(json.dumps(answer_json(make_answer())))
    assert set(data) == set(
        "status question asked answer claims disagreements offers hits model seconds notice span unresolved"
        " filters usage repaired otherwise told".split()
    )
    assert data["status"] == "answered"
    assert data["answer"] == "They spoke for five hours. [1] It was a success."
    claim, uncited = data["claims"]
    assert set(claim) == {"text", "verdict", "missing", "citations"}
    assert uncited == {
        "text": "It was a success.",
        "verdict": "uncited",
        "missing": [],
        "citations": [],
    }
    assert claim["citations"] == [
        {
            "number": 1,
            "article_id": "meeting",
            "content_hash": "c0ffee",
            "title": "Wang meets Blinken",
            "source": "Example Wire",
            "authors": ["Ann Author"],
            "published_at": "2024-04-26T09:10:00+00:00",
            "updated_at": None,
            "url": "https://example.org/meeting",
            "start": 28,
            "end": 54,
            "quote": TEXT[28:54],
            "also": [],
        }
    ]
    (hit,) = data["hits"]
    assert set(hit) == set(
        "passage_id article_id title source published_at url start end text score best signals copies".split()
    )
    assert hit["best"] == {"start": 28, "end": 54, "quote": "They spoke for five hours."}
    assert hit["signals"]["sentence_coverage"] == 0.75
    assert data["span"]["first"] == "2024-04-26T09:10:00+00:00"


def test_the_terminal_shows_sources_with_offsets_and_what_the_check_found() -> None:
    answer = make_answer(replace(ARTICLE, title="Wang\x1b[2J meets"), unresolved=2)
    assert answer_text(answer) == "They spoke for five hours. [1] It was a success."
    lines = sources_text(answer).splitlines()
    assert lines == [
        "",
        "[1] Example Wire, 26 April 2024: Wang[2J meets (article meeting, characters 28–54)",
        "    “They spoke for five hours.”",
        "    https://example.org/meeting",
        "",
        "Checked against the sources:",
        "  ○ no source given: “It was a success.”",
        "",
        "2 references of the model pointed at no sentence that it was given and are not shown.",
    ]


def test_the_terminal_names_the_nearest_passages_where_the_articles_do_not_answer() -> None:
    answer = make_answer(status=Status.NOT_IN_ARTICLES, claims=())
    assert sources_text(answer).splitlines() == [
        "",
        "Nearest passages:",
        "  Example Wire, 26 April 2024: Wang meets Blinken",
        "    “They spoke for five hours.”",
        "",
        "Covered: 1 article from 1 outlet, 26 April 2024.",
        "Outlets: Example Wire.",
    ]


@pytest.mark.parametrize(
    ("span", "line"),
    [
        (Span(1, 2, ("Wire",), PUBLISHED, PUBLISHED), "1 article from 1 outlet, 26 April 2024"),
        (
            Span(12, 90, ("A", "B"), datetime(2023, 6, 19, tzinfo=UTC), PUBLISHED),
            "12 articles from 2 outlets, 19 June 2023 to 26 April 2024",
        ),
        (Span(3, 3), "3 articles"),
    ],
)
def test_coverage_is_one_line(span: Span, line: str) -> None:
    assert coverage(span) == line


def test_a_missing_date_is_said() -> None:
    assert date_label(None) == "no date"
    assert "no date" in passages_html(make_answer(replace(ARTICLE, published_at=None)), "a1")
