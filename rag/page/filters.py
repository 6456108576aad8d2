"""Filters: which articles may answer. The page's address holds them, so that a link brings them back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from rag.answering import Readout
from rag.show import OUTLETS_MOST, count_articles, label_text, period_words, safe
from rag.types import Filters, Span

NAMES = ("outlet", "from", "until", "language")  # of the parameters in the address
VALUES_MOST = 50  # of one parameter; an address that holds more was not made here
CHARACTERS_MOST = 300  # of an outlet's name in the address
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)  # of the calendars
CHIP_CHARACTERS = 42  # of an outlet's name on a chip; all of it shows when one points there
HELD = "filters"  # in the session, for when the reader comes back from another page
OUTLETS, FIRST, LAST, LANGUAGES = (f"filter-{name}" for name in NAMES)  # keys of the widgets


def current_filters() -> Filters:
    """Those of the address. Links between the pages lose them: then those that were there before."""
    filters = _read_address()
    if not filters and HELD in st.session_state and OUTLETS not in st.session_state:
        filters = st.session_state[HELD]
        set_filters(filters)
    st.session_state[HELD] = filters
    return filters


def set_filters(filters: Filters) -> None:
    values: dict[str, Sequence[str]] = {
        "outlet": filters.outlets,
        "from": [filters.first.isoformat()] if filters.first else [],
        "until": [filters.last.isoformat()] if filters.last else [],
        "language": filters.languages,
    }
    for name, chosen in values.items():
        if chosen:
            st.query_params[name] = list(chosen)
        elif name in st.query_params:
            del st.query_params[name]
    st.session_state[HELD] = filters


def draw_filters(readout: Readout, span: Span, filters: Filters) -> None:
    """A button that opens the choices, and what is chosen as chips, each of which drops its part."""
    with st.container(key="filters", horizontal=True, vertical_alignment="center"):
        with st.popover("Filter", icon=":material/filter_list:", key="filter-choices"):
            _draw_choices(span, filters)
        for number, (label, title, rest) in enumerate(_chips(filters)):
            st.button(
                label_text(label),
                key=f"chip-{number}",
                icon=":material/close:",
                icon_position="right",
                help=f"Drop this filter: {label_text(title)}",
                on_click=set_filters,
                args=(rest,),
            )
        if filters:
            left = readout.library.select(filters).span.articles
            text = f"{left} of {count_articles(span.articles)}" if left else "No article is left"
            st.html(f'<p class="r-left" role="status">{text}</p>', width="content")


def filters_html(filters: Filters) -> str:
    """What an answer was limited to, below its question; nothing where it was not."""
    chips = "".join(f"<li>{safe(title)}</li>" for _, title, _ in _chips(filters))
    return f'<ul class="r-only" aria-label="Asked only of">{chips}</ul>' if chips else ""


def _draw_choices(span: Span, filters: Filters) -> None:
    _show({OUTLETS: list(filters.outlets), FIRST: filters.first, LAST: filters.last})
    outlets = _with(filters.outlets, span.sources)
    st.multiselect("Outlets", outlets, key=OUTLETS, on_change=_choose, placeholder="All outlets")
    with st.container(horizontal=True):
        for label, key in (("Published from", FIRST), ("Published until", LAST)):
            st.date_input(label, None, EARLIEST, LATEST, key=key, on_change=_choose, format="YYYY-MM-DD")
    if languages := _with(filters.languages, span.languages):
        _show({LANGUAGES: list(filters.languages)})
        st.multiselect("Languages", languages, key=LANGUAGES, on_change=_choose, placeholder="All languages")
    if filters:
        st.button("Drop all filters", key="filter-none", on_click=set_filters, args=(Filters(),))


def _show(values: Mapping[str, object]) -> None:
    """Makes widgets show what the address asks.

    In each run: the browser draws them when the choices are opened, with what the last run told it.
    """
    for key, value in values.items():
        st.session_state[key] = value


def _choose() -> None:
    chosen = st.session_state
    set_filters(
        Filters(
            tuple(chosen.get(OUTLETS, ())),
            chosen.get(FIRST),
            chosen.get(LAST),
            tuple(chosen.get(LANGUAGES, ())),
        )
    )


def _with(chosen: Sequence[str], known: Sequence[str]) -> list[str]:
    """The choices, with those of the address that the library does not know."""
    return [*known, *(one for one in chosen if one not in known)]


def _chips(filters: Filters) -> list[tuple[str, str, Filters]]:
    """What each chip says, in short and in full, and the filters without it."""
    chips = []
    if len(filters.outlets) > OUTLETS_MOST:
        chips.append(
            (f"{len(filters.outlets)} outlets", "; ".join(filters.outlets), replace(filters, outlets=()))
        )
    else:
        chips += [
            (_short(one), one, replace(filters, outlets=_without(filters.outlets, one)))
            for one in filters.outlets
        ]
    if filters.first or filters.last:
        period = period_words(filters.first, filters.last)
        chips.append((period, f"published {period}", replace(filters, first=None, last=None)))
    chips += [
        (f"language {one}", f"language {one}", replace(filters, languages=_without(filters.languages, one)))
        for one in filters.languages
    ]
    return chips


def _without(values: Sequence[str], value: str) -> tuple[str, ...]:
    return tuple(one for one in values if one != value)


def _short(text: str) -> str:
    return text if len(text) <= CHIP_CHARACTERS else f"{text[: CHIP_CHARACTERS - 1].rstrip()}…"


def _read_address() -> Filters:
    """What the address asks; what cannot be read asks nothing."""
    outlets = [one for one in st.query_params.get_all("outlet") if 0 < len(one) <= CHARACTERS_MOST]
    languages = [one for one in st.query_params.get_all("language") if one.isalpha() and len(one) <= 8]
    return Filters(
        tuple(dict.fromkeys(outlets[:VALUES_MOST])),
        _read_day(st.query_params.get("from", "")),
        _read_day(st.query_params.get("until", "")),
        tuple(dict.fromkeys(languages[:VALUES_MOST])),
    )


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
