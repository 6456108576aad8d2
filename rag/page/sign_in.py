"""Signing in with an OpenID Connect provider: Streamlit says who the visitor is, a setting who may come in.

Streamlit keeps the identity in a signed cookie for a month and never looks at its age. That is done here, at
each run of a page, with all other conditions.
"""

import logging
import time
from collections.abc import Mapping

import streamlit as st
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError, StreamlitSecretNotFoundError

from rag.errors import SettingsError
from rag.logs import Door, tell
from rag.page.frame import draw_head
from rag.settings import Settings
from rag.show import safe

SIGNED_IN_SECONDS = 12 * 3600  # a working day, then the provider is asked again
COOKIE_SECRET_LEAST = 32  # characters: who guesses it is whoever he likes
HOW = "How it is set up: docs/running.md, “With sign-in”."
TOLD = "sign-in-told"  # in the session: what the log was told of this visitor
NO_FILE = "no-secrets-found"  # Streamlit's name for it


def sign_in_is_set(settings: Settings) -> bool:
    """Whether visitors must sign in. Raises SettingsError for half a sign-in, which lets nobody in."""
    section = _section()
    if section is None and not settings.sign_in_as:
        return False
    if section is None:
        raise SettingsError(f"READOUT_SIGN_IN_AS is set, but .streamlit/secrets.toml has no [auth]. {HOW}")
    if not settings.sign_in_as:
        raise SettingsError(
            f"READOUT_SIGN_IN_AS is empty, so nobody may sign in. Name addresses or domains. {HOW}"
        )
    if settings.password.get_secret_value():
        raise SettingsError("Both sign-in and READOUT_PASSWORD are set. Choose one.")
    if len(str(section.get("cookie_secret", ""))) < COOKIE_SECRET_LEAST:
        raise SettingsError(
            f"cookie_secret in .streamlit/secrets.toml has less than {COOKIE_SECRET_LEAST} characters. {HOW}"
        )
    return True


def signed_in(settings: Settings) -> bool:
    """Whether this visitor is one of those who may come in; where not, a way to sign in or out is drawn."""
    if st.user.get("is_logged_in") is not True:
        _draw_way_in("This page is for those who sign in.", "Sign in")
        return False
    reason = refusal(st.user, settings, time.time())
    if st.session_state.get(TOLD) != reason:
        st.session_state[TOLD] = reason
        tell(Door("sign-in", not reason), logging.WARNING if reason else logging.INFO)
    if reason:
        draw_head("Readout", "This page is for those who sign in.")
        st.html(f'<p role="alert">{safe(reason)}</p>')
        st.button("Sign out", on_click=st.logout)
    return not reason


def visitor() -> str:
    """The address of who is signed in; empty where nobody need be."""
    return str(st.user.get("email", "")) if st.user.get("is_logged_in") is True else ""


def refusal(user: Mapping[str, object], settings: Settings, now: float) -> str:
    """Why this account may not come in; empty if it may. `now`: seconds since 1970."""
    email, verified, issued = (user.get(name) for name in ("email", "email_verified", "iat"))
    if not isinstance(email, str) or not email:
        return "The provider gave no e-mail address for your account. Sign out, and take another."
    if verified is not True and not (verified is None and settings.sign_in_unverified):
        return f"The provider does not say that {email} is yours. Sign out, and take another account."
    if not settings.may_sign_in(email):
        return f"{email} may not use this page. Sign out, and take another account, or ask who runs it."
    if not isinstance(issued, int | float) or not 0 <= now - issued + 300 <= SIGNED_IN_SECONDS:
        return "You signed in too long ago. Sign out, and sign in again."
    return ""


def _draw_way_in(line: str, label: str) -> None:
    draw_head("Readout", line)
    if not st.button(label, type="primary"):
        return
    try:
        st.login()
    except StreamlitMissingAuthlibError:
        st.html('<p role="alert">Sign-in needs a package: pip install authlib</p>')
    except StreamlitAuthError:
        st.html(f'<p role="alert">[auth] in .streamlit/secrets.toml is not complete. {safe(HOW)}</p>')


def _section() -> Mapping[str, object] | None:
    """[auth] of Streamlit's secrets; None where there is none. A file that cannot be read opens no door."""
    try:
        section: Mapping[str, object] | None = st.secrets.get("auth")
        return section
    except StreamlitSecretNotFoundError as error:
        if error.error_id == NO_FILE:
            return None
        raise SettingsError(f".streamlit/secrets.toml cannot be read. Mend it. {HOW}") from None
