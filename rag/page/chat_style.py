"""The style of what the chat page has around its answers: editing, stopping, and the kept conversations."""

import streamlit as st

STYLE = """<style>
[class*="st-key-head-"] { gap: .2rem; max-width: 46rem; margin-top: .5rem; }
[class*="st-key-head-"] .r-question { margin-top: 0; }
[class*="st-key-head-"] .stButton { flex: none; }
[class*="st-key-head-"] .stButton button { min-height: 2rem; padding: .1rem .35rem; color: var(--r-muted); }
[class*="st-key-head-"] .stButton p { font-size: .88rem; }
[class*="st-key-edit-"] { max-width: 46rem; }
.st-key-ask { flex-wrap: nowrap; gap: .5rem; }
.st-key-ask [data-testid="stElementContainer"]:has(.stChatInput) { flex: 1 1 auto; min-width: 0; }
.st-key-ask .stButton button { border-color: var(--r-bad); color: var(--r-bad); min-height: 2.75rem; }
.r-notice.r-stopped { border-left-color: var(--r-doubt); }
.r-again { color: var(--r-doubt); }

.r-verdict { cursor: help; }
.r-verdict:focus > .r-tip { visibility: visible; opacity: 1; }  /* a tap gives it the focus */

[class*="st-key-claim-"] { flex-wrap: nowrap; gap: .6rem; }
[class*="st-key-claim-"] > [data-testid="stElementContainer"]:first-child { flex: 1 1 auto; min-width: 0; }
.r-rated { font-size: .92rem; line-height: 1.4; overflow-wrap: anywhere; }

.st-key-latest { gap: .1rem; padding-top: .9rem; }
.r-latest { color: var(--r-muted); font-size: .92rem; }
.st-key-latest .stButton p, [class*="st-key-open-"] p { text-align: left; overflow-wrap: anywhere; }
[class*="st-key-line-"] { flex-wrap: nowrap; gap: .7rem; border-bottom: 1px solid var(--r-line); }
[class*="st-key-open-"] { flex: 1 1 auto; min-width: 0; }
[class*="st-key-open-"] button { justify-content: flex-start; min-height: 2.4rem; }
[class*="st-key-open-"] button > div { justify-content: flex-start; }
[class*="st-key-more-"] p { font-size: .9rem; color: var(--r-muted); }
.r-when { color: var(--r-muted); font-size: .85rem; white-space: nowrap; }
[class*="st-key-manage-"] { border-left: 3px solid var(--r-line); padding: .2rem 0 .6rem .9rem; gap: .6rem; }
.st-key-all-conversations { gap: .35rem; }
@media (max-width: 799.98px) {
  [class*="st-key-line-"] { flex-wrap: wrap; column-gap: .7rem; row-gap: 0; }
  [class*="st-key-open-"] { flex-basis: 100%; }
  [class*="st-key-open-"] p { white-space: normal; }
  .r-when { padding-bottom: .3rem; }
}
</style>"""


def use_chat_style() -> None:
    st.html(STYLE)
