"""The page's one door, open or not: nothing of the library is drawn before a visitor is let in.

A shared password is asked for once a visit, and again after a reload: no cookie and no address carries it.
Signing in: `sign_in.py`.
"""

import hmac
import logging
import threading
import time

import streamlit as st

from rag.errors import ReadoutError
from rag.logs import Door, tell
from rag.page.frame import draw_head
from rag.page.sign_in import sign_in_is_set, signed_in
from rag.settings import Settings, load_settings
from rag.show import safe

PAUSE = 1.0  # seconds that a wrong password costs, one at a time for all visitors: 3,600 guesses an hour
OPEN, PASSWORD, SIGN_IN = "open", "password", "sign-in"
ADMITTED = "door-admitted"  # in the session: the password that opened it, so that a new one closes it
WRONG = "That is not the password."

_one_at_a_time = threading.Lock()


def admitted() -> bool:
    """Whether this visitor may see the page; where not, the way in is drawn."""
    try:
        settings = load_settings()
        door = which_door(settings)
    except ReadoutError as error:  # a setting that cannot be used opens nothing
        draw_head("Readout", "")
        st.html(f"<p>{safe(str(error))}</p>")
        return False
    if door == SIGN_IN:
        return signed_in(settings)
    return door == OPEN or _knows(settings.password.get_secret_value())


def which_door(settings: Settings) -> str:
    """Raises SettingsError for one that is only half set: it lets nobody in."""
    if sign_in_is_set(settings):
        return SIGN_IN
    return PASSWORD if settings.password.get_secret_value() else OPEN


def _knows(password: str) -> bool:
    """Whether this visitor gave the password; where not, it is asked for."""
    if _same(st.session_state.get(ADMITTED, ""), password):
        return True
    draw_head("Readout", "This page is for those who know its password.")
    place = st.empty()
    with place.form("door", clear_on_submit=True, width=420):
        given = st.text_input("Password", type="password", max_chars=200, autocomplete="current-password")
        asked = st.form_submit_button("Open the page", type="primary")
    if not asked:
        return False
    let_in = check_password(given, password)
    tell(Door(PASSWORD, let_in), logging.INFO if let_in else logging.WARNING)
    if not let_in:
        st.html(f'<p role="alert">{WRONG}</p>')
        return False
    st.session_state[ADMITTED] = password
    place.empty()
    st.rerun()
    return True


def check_password(given: str, password: str, pause: float = PAUSE) -> bool:
    """Compared in constant time; a wrong one keeps itself and all others waiting for `pause` seconds."""
    with _one_at_a_time:
        right = _same(given, password)
        if not right:
            time.sleep(pause)
    return right


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
