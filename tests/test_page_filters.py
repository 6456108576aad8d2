"""The filters of the chat page: in the address, on the chips, in the question, in the answer."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.answering import Readout
from rag.show import label_text
from tests.fakes import make_article
from tests.test_page import SECONDS, ask, labels, make_readout, page, shown

QUESTION = "How long is the bridge of Linden?"
HOSTILE = "![x](https://e.example/x.png) <b>W</b>"
ARTICLES = (
    make_article("old", "The bridge of Linden is 300 metres long.", "The bridge of Linden", "River Post"),
    make_article(
        "new",
        "The bridge of Linden is 412 metres long.",
        "The new bridge of Linden",
        "Harbour Times",
        datetime(2024, 6, 1, tzinfo=UTC),
    ),
    make_article("odd", "The bridge of Linden is 5 metres long.", "A small bridge of Linden", HOSTILE),
)
__all__ = ["make_readout"]


def open_page(readout: Readout, **address: str | list[str]) -> AppTest:
    at = AppTest.from_function(page, default_timeout=SECONDS, kwargs={"readout": readout})
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def address(at: AppTest) -> dict[str, Any]:
    return {name: at.query_params[name] for name in ("outlet", "from", "until") if name in at.query_params}


def test_the_filters_of_the_address_limit_the_answer_and_stand_below_the_question(make_readout: Any) -> None:
    at = open_page(make_readout(articles=ARTICLES), outlet="River Post", until="2024-05-31")
    assert "1 of 3 articles" in shown(at)
    ask(at, QUESTION)
    assert "300 metres" in shown(at)
    assert "412 metres" not in shown(at)
    assert "<li>River Post</li><li>published until 31 May 2024</li></ul>" in shown(at)


def test_a_chosen_outlet_and_day_go_to_the_address_and_a_chip_drops_them(make_readout: Any) -> None:
    at = open_page(make_readout(articles=ARTICLES))
    at.multiselect(key="filter-outlet").select("Harbour Times").run()
    at.date_input(key="filter-from").set_value(date(2024, 5, 1)).run()
    assert address(at) == {"outlet": "Harbour Times", "from": "2024-05-01"}
    assert [button.label for button in at.button if button.key.startswith("chip-")] == [
        "Harbour Times",
        "since 1 May 2024",
    ]
    at.button(key="chip-0").click().run()
    assert address(at) == {"from": "2024-05-01"}
    assert at.multiselect(key="filter-outlet").value == []
    at.button(key="filter-none").click().run()
    assert address(at) == {}
    assert at.date_input(key="filter-from").value is None
    assert not at.exception


def test_a_filter_that_leaves_nothing_says_so_and_one_click_asks_all_articles(make_readout: Any) -> None:
    at = ask(open_page(make_readout(articles=ARTICLES), outlet="Unknown Gazette"), QUESTION)
    assert "No article is left by the filter: outlet Unknown Gazette." in shown(at)
    at.button(key="unfiltered-a1").click().run()
    assert not at.exception
    assert address(at) == {}
    assert "metres long" in shown(at)
    assert shown(at).count("Asked only of") == 1  # the first question keeps what it was asked of


@pytest.mark.parametrize(
    "given",
    [{"from": "yesterday"}, {"until": "0001-01-01"}, {"outlet": "x" * 301}, {"language": "<script>"}],
)
def test_what_cannot_be_read_in_an_address_asks_nothing(make_readout: Any, given: dict[str, str]) -> None:
    at = open_page(make_readout(articles=ARTICLES), **given)
    assert not [button for button in at.button if button.key.startswith("chip-")]
    assert "300 metres" in shown(ask(at, QUESTION))


def test_a_hostile_outlet_is_text_on_chips_and_in_the_question(make_readout: Any) -> None:
    at = ask(open_page(make_readout(articles=ARTICLES), outlet=HOSTILE), QUESTION)
    assert label_text(HOSTILE) in labels(at)
    assert "<li>![x](https://e.example/x.png) &lt;b&gt;W&lt;/b&gt;</li>" in shown(at)
    assert "5 metres" in shown(at)


def test_a_label_has_no_sign_that_markdown_reads() -> None:
    """Letters, digits and spaces aside, each sign of ASCII stands behind a backslash."""
    assert label_text("a_b *c* <d> :red[e] $f$") == "a\\_b \\*c\\* \\<d\\> \u2060\\:red\\[e\\] \\$f\\$"
    assert label_text("www.a.example\nx@y.z") == (
        "www\u2060\\.a\u2060\\.example x\u2060\\@y\u2060\\.z"
    )  # else what it shows would become a link
