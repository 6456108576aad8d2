"""What the pages have in common: the links between them, a head, and the style of those beside the chat."""

from collections.abc import Iterable, Sequence

import streamlit as st
from streamlit.navigation.page import Page

from rag.page.style import use_style
from rag.show import safe

LINKS_STYLE = """<style>
.st-key-pages { gap: .15rem 1.1rem; align-items: center; min-height: 1.7rem; }
.st-key-pages p { font-size: .95rem; line-height: 1.5; margin: 0; }
.st-key-pages a { min-height: 0; padding: .05rem .1rem; margin: 0; border-radius: .25rem; }
.st-key-pages a p { color: var(--r-muted); }
.st-key-pages a:hover { background: none; }
.st-key-pages a:hover p { color: var(--r-link); text-decoration: underline; text-underline-offset: .3em; }
.st-key-pages a:focus-visible { outline: 2px solid var(--r-link); outline-offset: 1px; }
.st-key-pages .r-visitor { color: var(--r-muted); max-width: 16rem; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }
.st-key-pages :has(> .r-visitor), .st-key-pages .stElementContainer:has(.r-visitor) { margin-left: auto; }
.st-key-sign-out button { min-height: 0; padding: .05rem .1rem; }
.st-key-pages .r-here {
  font-weight: 650; padding: .05rem .1rem; border-bottom: 2px solid var(--r-link);
}
</style>"""

PAGES_STYLE = """<style>
/* The chat fills the window and does not scroll; these pages do. */
.stMainBlockContainer, .stMainBlockContainer > .stVerticalBlock { height: auto !important; }
.stMainBlockContainer { padding-bottom: 3rem; }
.st-key-head { border-bottom: 1px solid var(--r-line); padding-bottom: .5rem; }
.r-part h2 { font-size: 1.15rem; font-weight: 650; padding: .6rem 0 0; margin: 0; }
.r-part p { max-width: 46rem; line-height: 1.55; color: var(--r-muted); padding-top: .15rem; }
.r-facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .35rem 1.4rem;
  margin: 0; max-width: 60rem; line-height: 1.5; }
.stHtml dl.r-facts, .stHtml .r-facts :is(dt, dd) { margin: 0; padding: 0; }
.r-facts dt { color: var(--r-muted); }
.r-facts dd { overflow-wrap: anywhere; }
.r-facts small { color: var(--r-muted); font-size: .9em; }
.r-list { margin: .2rem 0 0; padding-left: 1.3rem; line-height: 1.55; overflow-wrap: anywhere; }
.r-scroll { overflow-x: auto; max-width: 100%; }
.r-scroll:focus-visible { outline: 2px solid var(--r-link); outline-offset: 2px; }
.r-table { border-collapse: collapse; font-size: .95rem; line-height: 1.45; width: 100%; }
.r-table :is(th, td) { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; font-weight: 400;
  border-bottom: 1px solid var(--r-line); }
.r-table thead th { color: var(--r-muted); }
.r-table td { overflow-wrap: anywhere; min-width: 6rem; }
.stHtml .r-verdicts { margin: .2rem 0 0; padding-left: 0; list-style: none; line-height: 1.55;
  overflow-wrap: anywhere; }
.stHtml .r-verdicts li { margin: 0; padding: 0; }
.r-verdicts b { font-weight: 600; }
.st-key-address > :has(.stTextInput) { flex: 1 1 14rem; max-width: 46rem; }
.st-key-adding [data-testid="stFileUploaderDropzone"] { padding: .6rem .9rem; }
.st-key-finding > :has(.stTextInput) { flex: 1 1 14rem; max-width: 34rem; }
.st-key-articles, .st-key-questions { gap: 0; }
[class*="st-key-row-"] {
  border-bottom: 1px solid var(--r-line); padding: .45rem 0; gap: .2rem 1rem; }
.r-figures td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.r-table small, .r-opened small { color: var(--r-muted); font-size: .9em; }
.r-opened { line-height: 1.55; overflow-wrap: anywhere; }
.r-opened h3.r-asked-one { font-size: 1.15rem; font-weight: 650; padding: 0 0 .5rem; margin: 0; }
.r-opened h4 { font-size: 1rem; font-weight: 650; padding: 1rem 0 .2rem; margin: 0; }
.stHtml .r-opened .r-list li { margin: 0 0 .35rem; }
.r-opened details { border-top: 1px solid var(--r-line); padding: .35rem 0; }
.r-opened summary { cursor: pointer; }
.r-opened summary:focus-visible { outline: 2px solid var(--r-link); outline-offset: 2px; }
.r-legend { color: var(--r-muted); font-size: .92rem; }
.r-legend b { font-weight: 600; }
.r-row { overflow-wrap: anywhere; }
.stHtml .r-row p.r-title { margin: 0; }
.r-sure { line-height: 1.55; padding-top: .7rem; }
@media (min-width: 800px) {
  [class*="st-key-row-"] { flex-wrap: nowrap; }
  [class*="st-key-row-"] > :first-child { flex: 1 1 0; min-width: 0; }
}
@media (max-width: 799.98px) {
  [class*="st-key-row-"] > :first-child { flex-basis: 100%; }
  .st-key-runs > * { flex-basis: 100%; }
  .r-facts { grid-template-columns: 1fr; gap: 0; }
  .stHtml .r-facts dd { margin-bottom: .6rem; }
}
</style>"""


def draw_links(pages: Sequence[Page], here: Page, visitor: str = "") -> None:
    """The pages in a row; the one that is open is named, not linked. Then who is signed in, and a way out."""
    with st.container(key="pages", horizontal=True):
        for page in pages:
            if page is here:
                st.html(
                    f'<p><span class="r-here" aria-current="page">{page.title}</span></p>', width="content"
                )
            else:
                st.page_link(page)
        if visitor:
            st.html(f'<p class="r-visitor" title="{safe(visitor)}">{safe(visitor)}</p>', width="content")
            st.button("Sign out", key="sign-out", type="tertiary", on_click=st.logout)
        st.html(LINKS_STYLE)


def draw_head(title: str, line: str) -> None:
    """The style, and the page's title with one line about what it shows; `line` may hold anything."""
    use_style()
    st.html(PAGES_STYLE)
    with st.container(key="head"):
        st.html(f'<div class="r-brand"><h1>{title}</h1><p>{safe(line)}</p></div>')


def part_html(heading: str, text: str = "") -> str:
    """The heading of a part of a page; both are ours."""
    return f'<div class="r-part"><h2>{heading}</h2>{f"<p>{text}</p>" if text else ""}</div>'


def table_html(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """A table whose first column names its rows; it scrolls by itself where the page is narrow.

    Columns and cells are HTML already: what may hold anything has passed through `safe`.
    """
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
        for first, *others in rows
    )
    return (
        f'<div class="r-scroll" role="region" tabindex="0" aria-label="{name}"><table class="r-table {kind}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def count(number: int, name: str) -> str:
    """'1 article', '1,200 articles'."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def facts_html(facts: Sequence[tuple[str, str]]) -> str:
    """Names, which are ours, and values, which may hold anything."""
    pairs = "".join(f"<dt>{name}</dt><dd>{safe(value)}</dd>" for name, value in facts)
    return f'<dl class="r-facts">{pairs}</dl>'
