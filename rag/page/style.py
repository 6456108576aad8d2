"""The style of the pages.

On a wide window chat and passages are two panes that scroll each on their own, and the page itself does not
scroll: a click on a citation moves the passages and never the chat. (With a sticky column in a scrolling
page, browsers scroll the page too.) On a narrow one everything stands below each other.
"""

import streamlit as st

STYLE = """<style>
:root {
  --r-ground: light-dark(#ffffff, #171614);
  --r-muted: color-mix(in srgb, currentColor 72%, transparent);
  --r-line: color-mix(in srgb, currentColor 16%, transparent);
  --r-wash: color-mix(in srgb, currentColor 5%, transparent);
  --r-mark: light-dark(#fdf0b8, #4f4316);
  --r-lit: light-dark(#ffd24d, #8a6a00);
  --r-link: light-dark(#14568a, #8fc4ee);
  --r-good: light-dark(#1c6b3a, #86d3a0);
  --r-doubt: light-dark(#7a4b00, #f0c067);
  --r-bad: light-dark(#9c1f1f, #f4a09a);
}
.stMainBlockContainer { padding: .9rem 2rem .6rem; max-width: 110rem; }
.stHtml p { margin: 0; }

.st-key-top { border-bottom: 1px solid var(--r-line); padding-bottom: .5rem; row-gap: .2rem; }
.st-key-top > [data-testid="stElementContainer"]:first-child { flex: 1 1 16rem; min-width: 0; }
.r-brand { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .9rem; }
.r-brand h1 { font-size: 1.45rem; font-weight: 700; padding: 0; margin: 0; letter-spacing: -.01em; }
.r-brand p, .r-writer { color: var(--r-muted); font-size: .95rem; }
.r-writer b { color: inherit; font-weight: 600; }
.st-key-top .stButton p { font-size: .9rem; }

.r-welcome { max-width: 40rem; padding: 1.2rem 0 .2rem; }
.r-welcome h2 { font-size: 1.35rem; font-weight: 650; padding: 0 0 .35rem; margin: 0; }
.r-welcome p { line-height: 1.6; }
.r-welcome code { font-size: .92em; }
.st-key-suggestions { gap: .45rem; }
.st-key-suggestions .stButton button { justify-content: flex-start; text-align: left; }
.st-key-suggestions .stButton p { white-space: normal; text-align: left; }

.r-question {
  font-size: 1.06rem; font-weight: 600; line-height: 1.45; padding: .55rem .9rem; margin: .5rem 0 0;
  background: var(--r-wash); border-radius: .6rem; width: fit-content; max-width: 46rem;
  overflow-wrap: anywhere;
}
.stHtml ul.r-only { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem .4rem; margin: .4rem 0 0;
  padding: 0; }
.stHtml .r-only li { font-size: .85rem; line-height: 1.4; margin: 0; padding: .1rem .55rem; max-width: 46rem;
  border: 1px solid var(--r-line); border-radius: 1rem; overflow-wrap: anywhere; }
.st-key-filters { gap: .35rem .5rem; row-gap: .35rem; }
.st-key-filters :is(.stButton, .stPopover) button { min-height: 2rem; padding: .15rem .65rem; }
.st-key-filters :is(.stButton, .stPopover) p { font-size: .9rem; }
.st-key-filters [class*="st-key-chip-"] button { border-radius: 1rem; max-width: min(24rem, 80vw); }
.r-left { color: var(--r-muted); font-size: .88rem; }
.r-asked { color: var(--r-muted); font-size: .9rem; padding: .3rem .9rem 0; }
.r-answer { max-width: 46rem; line-height: 1.65; font-size: 1.04rem; overflow-wrap: anywhere; }
.r-answer p { margin: 0 0 .6rem; }
.r-answer p.r-heading { margin: .9rem 0 .35rem; font-weight: 600; font-size: .95rem; color: var(--r-muted); }
.r-answer p.r-heading:first-child { margin-top: 0; }
.r-answer p.r-item { padding-left: 1rem; }
.r-outlets { max-width: 46rem; color: var(--r-muted); font-size: .92rem; margin-top: .35rem; }
.r-outlets summary { cursor: pointer; }
[class*="st-key-offers-"] { gap: .4rem; max-width: 46rem; }
[class*="st-key-offers-"] .stButton button { justify-content: flex-start; text-align: left; }
[class*="st-key-offers-"] .stButton p { white-space: normal; text-align: left; }
.r-differ { max-width: 46rem; border: 1px solid var(--r-line); border-left: 4px solid var(--r-doubt);
  border-radius: .4rem; padding: .6rem .9rem .75rem; margin-top: .5rem; overflow-wrap: anywhere; }
.stHtml p.r-differ-head { font-weight: 600; color: var(--r-doubt); line-height: 1.45; margin: 0 0 .45rem; }
.r-sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .6rem 1.2rem; }
.r-side { line-height: 1.55; }
.r-side p:last-child > b { background: var(--r-mark); border-radius: .2rem; padding: .05em .14em; }
.r-differ:target { background: var(--r-wash); }
.r-draft { white-space: pre-line; }
.r-claim { scroll-margin: 6rem; border-radius: .2rem; }
.r-cite {
  font-size: .84em; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap;
  color: var(--r-link); padding: .05em .14em; border-radius: .25em; text-decoration: none;
}
.stHtml a { color: var(--r-link); }
.stHtml a.r-cite { text-decoration: none; }
.stHtml a.r-cite:hover { background: var(--r-mark); text-decoration: underline; }
.r-answer p, .r-side p, .r-time ol { position: relative; }
.r-tip {
  position: absolute; z-index: 5; left: 0; top: 100%; margin-top: .25rem; width: max-content;
  max-width: min(100%, 34rem); box-sizing: border-box; visibility: hidden; opacity: 0; pointer-events: none;
  font-size: .92rem; font-weight: 400; line-height: 1.5; white-space: normal; text-align: left;
  padding: .5rem .75rem; border-radius: .45rem; color: light-dark(#1d1d1d, #f3f3f0);
  background: light-dark(#fffdf3, #2b2a25); border: 1px solid var(--r-line);
  box-shadow: 0 .3rem 1rem rgb(0 0 0 / .22); }
:is(.r-cite, .r-verdict):is(:hover, :focus-visible) > .r-tip { visibility: visible; opacity: 1;
  transition: opacity .1s .15s, visibility 0s .15s; }
.r-verdict:focus-visible { outline: 2px solid var(--r-link); outline-offset: 2px; }
.r-time { padding: 0 1rem .1rem .8rem; }
.r-line { position: relative; height: 1.9rem; margin: 0 .4rem; border-bottom: 2px solid var(--r-muted); }
.r-line span { position: absolute; bottom: -.42rem; transform: translateX(-50%); text-align: center;
  font-size: .78rem; line-height: 1; font-variant-numeric: tabular-nums; }
.r-line b { display: block; padding-bottom: .28rem; font-weight: 600; }
.r-line span::after { content: ""; display: block; width: .7rem; height: .7rem; margin: 0 auto;
  border-radius: 50%; background: var(--r-link); }
.stHtml .r-time ol { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: 0;
  margin: .6rem 0 0; font-size: .88rem; line-height: 1.5; }
.stHtml .r-time li { margin: 0; }
.r-score, .r-copies { font-size: .85rem; margin-top: .45rem; }
.r-score, .r-copies summary { color: var(--r-muted); }
:is(.r-score, .r-copies, .r-editions) summary { cursor: pointer; width: fit-content; border-radius: .2rem; }
:is(.r-score, .r-copies, .r-editions) summary:focus-visible { outline: 2px solid var(--r-link);
  outline-offset: 2px; }
.r-editions { margin-top: .6rem; }
.r-editions summary { font-size: .92rem; color: var(--r-link); margin: .2rem 0; }
.r-editions .r-article { border-left: 2px solid var(--r-line); padding-left: .8rem; }
.r-copy { margin: .3rem 0 .6rem; padding-left: .8rem; border-left: 2px solid var(--r-line); }
.r-score dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: .3rem 0 0; }
.stHtml .r-score :is(dt, dd) { margin: 0; padding: 0; font-size: inherit; font-weight: 400; }
.stHtml a:focus-visible { outline: 2px solid var(--r-link); outline-offset: 2px; }
.r-verdict { font-size: .84em; font-weight: 600; }
.r-good { color: var(--r-good); }
.r-doubt { color: var(--r-doubt); }
.r-bad { color: var(--r-bad); }
.st-key-scripts, [data-testid="stLayoutWrapper"]:has(> .st-key-scripts) { display: none; }
[class*="st-key-exchange-"] { row-gap: .5rem; }
[class*="st-key-foot-"] { row-gap: 0; max-width: 46rem; min-height: 2.5rem; }
.r-foot { color: var(--r-muted); font-size: .88rem; line-height: 1.5; max-width: 46rem; }
.r-rate { color: var(--r-muted); font-size: .88rem; white-space: nowrap; }
[class*="st-key-foot-"] :is(.stButton, .stPopover) p,
[class*="st-key-select-"] p { font-size: .88rem; white-space: nowrap; }
[data-testid="stPopoverBody"] { width: min(30rem, 92vw); }
[data-testid="stPopoverBody"]:has(.st-key-filter-outlets) { width: min(44rem, 92vw); }  /* names are long */
[data-testid="stPopoverBody"] [data-testid="InputInstructions"] { display: none; }
.r-working { color: var(--r-muted); font-style: italic; }
.r-notice {
  max-width: 46rem; line-height: 1.55; padding: .7rem 1rem; border: 1px solid var(--r-line);
  border-left: 4px solid var(--r-muted); border-radius: .4rem; background: var(--r-wash);
  overflow-wrap: anywhere;
}
.r-notice b { display: block; }
.r-otherwise { border-left: 4px solid var(--r-doubt); padding-left: 1rem; }
.r-answer p.r-told { margin: 0 0 .6rem; font-weight: 600; }
.r-otherwise p.r-told { color: var(--r-doubt); }
.r-notice.r-fault { border-left-color: var(--r-bad); }

.r-panel { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .7rem; }
.r-panel h2 { font-size: 1.06rem; font-weight: 650; padding: 0; margin: 0; }
.r-for { color: var(--r-muted); font-size: .92rem; line-height: 1.45; overflow-wrap: anywhere; }
.r-group { font-weight: 600; font-size: .92rem; color: var(--r-muted); padding-top: .3rem; }
.r-passage {
  border: 1px solid var(--r-line); border-radius: .5rem; padding: .7rem .9rem .75rem; margin: 0;
  overflow-wrap: anywhere;
}
.r-passage + .r-passage { margin-top: .7rem; }
.r-cited { border-color: color-mix(in srgb, var(--r-link) 55%, transparent); }
.r-source { font-size: .88rem; color: var(--r-muted); line-height: 1.45; }
.r-source b { font-weight: 600; }
.stHtml p.r-title { font-weight: 600; line-height: 1.4; margin: .1rem 0 .45rem; }
.r-text { line-height: 1.62; white-space: pre-line; }
.r-text mark { background: var(--r-mark); color: inherit; border-radius: .2rem; padding: .08em .12em;
  box-decoration-break: clone; -webkit-box-decoration-break: clone; scroll-margin: 8rem 0 3rem; }
.r-text mark:target .r-cite, .r-article mark[id] .r-cite { color: inherit; }
.r-gap { display: block; height: .6rem; }
.r-near { text-decoration: underline dotted 1px var(--r-muted); text-underline-offset: .25em; }
.r-text mark:target, .r-claim:target { background: var(--r-lit); }
.r-text mark:target { outline: 2px solid var(--r-lit); }
.st-key-passages .stButton { margin-top: -.55rem; }
.st-key-passages .stButton p { font-size: .9rem; }
.r-article .r-text { font-size: 1.04rem; line-height: 1.7; max-height: 68dvh; overflow-y: auto;
  padding-right: .8rem; }
.r-article .r-text:focus-visible { outline: 2px solid var(--r-link); outline-offset: 2px; }
.r-article .r-title { font-size: 1.3rem; }
.r-article mark[id] { background: var(--r-lit); }

/* The passages of earlier answers wait unseen until a click on one of their citations. */
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-kept-"]):not(:has(:target)),
.st-key-passages:has([class*="st-key-kept-"] :target)
  > [data-testid="stLayoutWrapper"]:has(> [class*="st-key-shown-"]) { display: none; }
/* While a question is being answered, what was there before is on its way out. */
.st-key-passages:has(.r-found) [data-testid="stElementContainer"]:not(:has(.r-found)) { display: none; }

@media (min-width: 800px) {
  .stMainBlockContainer { height: 100dvh; }
  .stMainBlockContainer > .stVerticalBlock { height: 100%; flex-wrap: nowrap; gap: .7rem; }
  .stMainBlockContainer > .stVerticalBlock > [data-testid="stLayoutWrapper"]:has(.st-key-passages) {
    flex: 1 1 0; min-height: 0; }
  .stHorizontalBlock:has(.st-key-passages) { height: 100%; align-items: stretch; flex-wrap: nowrap; }
  .stColumn:has(> .stVerticalBlock > [data-testid="stLayoutWrapper"] > :is(.st-key-chat, .st-key-passages)) {
    height: 100%; min-height: 0; min-width: 0; }
  .stColumn > .stVerticalBlock:has(> [data-testid="stLayoutWrapper"] > :is(.st-key-chat, .st-key-passages)) {
    height: 100%; flex-wrap: nowrap; gap: .6rem; }
  [data-testid="stLayoutWrapper"]:has(> :is(.st-key-chat, .st-key-passages)) {
    flex: 1 1 0; min-height: 0; height: auto; }
  .st-key-chat, .st-key-passages {
    height: 100% !important; max-height: none; overflow-y: auto; flex-wrap: nowrap;
    padding: 2px .7rem 1rem 2px; overscroll-behavior: contain; }
  /* Room below the latest question, so that it can stand at the top while its answer grows. */
  .st-key-chat > [data-testid="stLayoutWrapper"]:has(> [class*="st-key-exchange-"]):last-child {
    min-height: 100%; }
}
@media (max-width: 799.98px) {
  .stMainBlockContainer { padding: .8rem 1rem 2rem; }
  .stHorizontalBlock:has(.st-key-passages) { flex-direction: column; }
  .stColumn { width: 100% !important; min-width: 100% !important; }
  .st-key-chat { height: auto !important; overflow: visible; padding: 0; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-chat) { height: auto !important; flex: none; }
  .r-welcome { padding-top: 0; }
  /* Within reach however long the answers are; below them the passages have the whole window. */
  [data-testid="stLayoutWrapper"]:has(> .st-key-ask) { position: sticky; bottom: 0; z-index: 4;
    padding: .5rem 0; background: var(--r-ground); }
}
@media (prefers-reduced-motion: no-preference) {
  .st-key-passages, .st-key-chat { scroll-behavior: smooth; }
}
</style>"""


def use_style() -> None:
    """Dialogs stand outside the app's own element, so the page as a whole is told whether it is dark."""
    theme = st.context.theme.type
    scheme = theme if theme in ("light", "dark") else "light dark"
    st.html(f"{STYLE}<style>:root {{ color-scheme: {scheme}; }}</style>")
