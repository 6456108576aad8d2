"""Scrolling that links cannot do: a new answer's place in the panes, a sentence in a dialog.

These are the only scripts of the pages. They hold our own words only; nothing of an article, a file name
or a model ever becomes part of one.
"""

import streamlit as st

# The browser runs a script when its text is new to it: `{turn}` makes it so.
# Streamlit drops what an earlier run drew only when this one ends: what stands above a new question becomes
# smaller then, and on a phone the question would be gone. So it is held for a while, until the reader acts.
_NEW_QUESTION = """<script>/* {turn} */
(() => {{
  const show = () => document.querySelector(".st-key-exchange-{key}")?.scrollIntoView({{block: "start"}});
  const chat = document.querySelector(".st-key-chat");
  const held = new MutationObserver(() => requestAnimationFrame(show));
  const leave = () => held.disconnect();
  show();
  if (chat) held.observe(chat, {{childList: true, subtree: true}});
  for (const done of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(done, leave, {{once: true, capture: true, passive: true}});
  setTimeout(leave, {held});
}})();
</script>"""
HELD_MILLISECONDS = 5000
_NEW_PASSAGES = """<script>/* {turn} */
document.querySelector(".st-key-passages")?.scrollTo({{top: 0, behavior: "instant"}});
</script>"""
_SENTENCE = """<script>
requestAnimationFrame(() => setTimeout(() => {
  const sentence = document.getElementById("article-read"), box = sentence?.closest(".r-text");
  if (!box) return;
  const above = sentence.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += above - box.clientHeight / 3;
}, 50));
</script>"""


def show_question(key: str, turn: int) -> None:
    """Scrolls the chat to the question of the exchange `key`, once per `turn`."""
    script = _NEW_QUESTION.format(turn=int(turn), key=key, held=HELD_MILLISECONDS)
    st.html(script, unsafe_allow_javascript=True)


def show_first_passage(turn: int) -> None:
    """Scrolls the passages to their beginning, once per `turn`."""
    st.html(_NEW_PASSAGES.format(turn=int(turn)), unsafe_allow_javascript=True)


def show_sentence() -> None:
    """Scrolls an article to the sentence that it was opened at."""
    st.html(_SENTENCE, unsafe_allow_javascript=True)
