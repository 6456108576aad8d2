"""Figures as pictures: a dot with its 95 % interval, the other run's below it, told apart by shape too."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from rag.runs import Figure

THIS, OTHER = "this run", "the other"
COLOURS = ("#14568a", "#b3541e")  # both at least 3 : 1 on white; the shape tells as much
DARK_COLOURS = ("#8fc4ee", "#f0a875")
LABELS, DARK_LABELS = "#44464f", "#d8d8d8"  # at least 7 : 1
SHAPES = ("circle", "diamond")
ROW = 44  # pixels
SHARES = (0.0, 1.0)  # the range of figures that are shares


def draw_main_figures(figures: Sequence[Figure], others: Sequence[Figure]) -> None:
    """Those that are shares; words and seconds stand in the table only."""
    shares = [one for one in figures if is_share(one)]
    beside = [one for one in others if is_share(one)]
    _draw([(one.words, one) for one in shares], [(one.words, one) for one in beside], SHARES)


def draw_types(figures: Sequence[Figure], others: Sequence[Figure], name: str | None) -> None:
    """One figure by type of question."""
    own = [(one.kind, one) for one in figures if one.kind and one.name == name]
    beside = [(one.kind, one) for one in others if one.kind and one.name == name]
    _draw(own, beside, SHARES if own and is_share(own[0][1]) else None)


def is_share(figure: Figure) -> bool:
    return figure.name not in ("words", "p95_seconds")


def _draw(
    own: Sequence[tuple[str, Figure]],
    beside: Sequence[tuple[str, Figure]],
    domain: tuple[float, float] | None,
) -> None:
    if not own:
        return
    dark = st.context.theme.type == "dark"
    colours, labels = (DARK_COLOURS, DARK_LABELS) if dark else (COLOURS, LABELS)
    if beside:
        st.html(legend_html(colours))
    st.vega_lite_chart(picture(own, beside, domain, colours, labels), alt=_alternative(own))


def picture(
    own: Sequence[tuple[str, Figure]],
    beside: Sequence[tuple[str, Figure]],
    domain: tuple[float, float] | None,
    colours: tuple[str, str],
    labels: str,
) -> dict[str, Any]:
    """A Vega-Lite specification. Written out: Altair takes a tenth of a second to check two of them."""
    rows = [_row(label, figure, THIS) for label, figure in own]
    rows += [_row(label, figure, OTHER) for label, figure in beside]
    runs = [THIS, OTHER] if beside else [THIS]
    axis = {"labelColor": labels, "labelFontSize": 13, "labelLimit": 280, "ticks": False, "domain": False}
    scale: dict[str, Any] = {"domain": list(domain)} if domain else {"zero": True}
    across = {"type": "quantitative", "scale": scale, "title": None, "axis": axis | {"grid": True}}
    order = [label for label, _ in own]
    run = {"field": "run", "type": "nominal", "legend": None}
    return {
        "data": {"values": rows},
        "height": max(ROW * len(order), ROW),
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": order, "title": None, "axis": axis},
            "yOffset": {"field": "run", "type": "nominal", "sort": runs},
            "color": run | {"scale": {"domain": runs, "range": list(colours[: len(runs)])}},
            "tooltip": [{"field": name, "type": "nominal"} for name in ("label", "run", "figure")],
        },
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.55},
                "encoding": {"x": {"field": "low", **across}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
                "encoding": {
                    "x": {"field": "value", **across},
                    "shape": run | {"scale": {"domain": runs, "range": list(SHAPES[: len(runs)])}},
                },
            },
        ],
    }


def legend_html(colours: tuple[str, str]) -> str:
    ours, theirs = colours
    return (
        f'<p class="r-legend"><b style="color: {ours}">●</b> {THIS} &nbsp; '
        f'<b style="color: {theirs}">◆</b> {OTHER}</p>'
    )


def _row(label: str, figure: Figure, run: str) -> dict[str, str | float]:
    told = f"{figure.value:.3f} [{figure.low:.3f}–{figure.high:.3f}]"
    return {
        "label": label,
        "run": run,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "figure": told,
    }


def _alternative(own: Sequence[tuple[str, Figure]]) -> str:
    """All that the picture of this run shows, for who cannot see it."""
    return "; ".join(f"{label} {figure.value:.2f}" for label, figure in own)
