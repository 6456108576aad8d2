"""Who may come in by signing in: those named in a setting, with their own address, for a working day."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.errors import SettingsError
from rag.page.sign_in import SIGNED_IN_SECONDS, refusal
from rag.settings import Settings, load_settings

NOW = 1_790_000_000.0
ANNA = {"is_logged_in": True, "email": "anna@desk.example", "email_verified": True, "iat": NOW - 60}


def why(user: Mapping[str, object], named: str = "anna@desk.example, *@Wire.example", **changes: bool) -> str:
    settings = Settings(_env_file=None, sign_in_as=named, **changes)  # type: ignore[call-arg, arg-type]
    return refusal(user, settings, NOW)


@pytest.mark.parametrize(
    "email", ["anna@desk.example", "Anna@DESK.example", "bo@wire.example", "a.b+c@WIRE.example"]
)
def test_who_is_named_or_whose_domain_is_comes_in(email: str) -> None:
    assert why(ANNA | {"email": email}) == ""


@pytest.mark.parametrize(
    "email",
    [
        "bo@desk.example",
        "anna@desk.example.evil.example",
        "anna@evil.example",
        "bo@sub.wire.example",
        "bo@notwire.example",
        "anna@evil.example@wire.example",
        "*@wire.example",
        "bo@wire.example,",
        " anna@desk.example",
        "anna@des\u212a.example",  # the sign for Kelvin becomes a k in small letters
        "bo@wire.example\u200b",
        "bo@wırе.example",
        "@",
    ],
)
def test_nobody_else_does(email: str) -> None:
    assert "may not use this page" in why(ANNA | {"email": email})


@pytest.mark.parametrize("email", ["", None, 7, ["anna@desk.example"]])
def test_an_account_without_an_address_does_not(email: object) -> None:
    assert "no e-mail address" in why(ANNA | {"email": email})


@pytest.mark.parametrize("verified", [False, None, "false", "true", 1])
def test_an_address_counts_only_where_the_provider_says_that_it_is_theirs(verified: object) -> None:
    assert "does not say" in why(ANNA | {"email_verified": verified})


def test_a_provider_that_says_nothing_can_be_trusted_by_a_setting_one_that_says_no_cannot() -> None:
    silent = {name: value for name, value in ANNA.items() if name != "email_verified"}
    assert why(silent) and why(silent, sign_in_unverified=True) == ""
    assert why(ANNA | {"email_verified": False}, sign_in_unverified=True)


@pytest.mark.parametrize("issued", [NOW - SIGNED_IN_SECONDS - 1, NOW + 3600, None, "now", float("nan")])
def test_a_sign_in_lasts_a_working_day(issued: object) -> None:
    assert "too long ago" in why(ANNA | {"iat": issued})


def test_nobody_named_is_nobody() -> None:
    assert "may not use" in why(ANNA, named="")


@pytest.mark.parametrize(
    "named", ["*", "@desk.example", "anna", "an*@desk.example", "*@*", "*@*.example", "a@b@c"]
)
def test_what_is_no_address_and_no_domain_is_no_setting(named: str) -> None:
    with pytest.raises(SettingsError, match=r"anna@desk\.example"):
        load_settings(sign_in_as=named)


AUTH = {"redirect_uri": "http://127.0.0.1:8501/oauth2callback", "cookie_secret": "x" * 32}
NAMED = {"READOUT_SIGN_IN_AS": "*@desk.example"}


def draw() -> None:
    import streamlit as st

    from rag.page.door import admitted

    if admitted():
        st.text("INSIDE")


@pytest.mark.parametrize(
    ("settings", "section", "shown"),
    [
        ({}, None, "INSIDE"),
        (NAMED, AUTH, "Sign in"),
        (NAMED, None, "has no [auth]"),
        ({}, AUTH, "nobody may sign in"),
        (NAMED | {"READOUT_PASSWORD": "correct-horse-battery"}, AUTH, "Choose one"),
        (NAMED, AUTH | {"cookie_secret": "x" * 31}, "less than 32"),
        ({"READOUT_SIGN_IN_AS": "*"}, AUTH, "cannot be used"),
    ],
)
def test_half_a_sign_in_lets_nobody_in_and_says_what_is_missing(
    settings: dict[str, str], section: dict[str, str] | None, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    page = AppTest.from_function(draw)
    if section:
        page.secrets["auth"] = section
    page.run()
    texts = [str(one.value) for one in page.text] + [one.label for one in page.button]
    texts += [one.proto.body for one in page.get("html")]
    assert any(shown in text for text in texts), texts
    assert ("INSIDE" in texts) is (shown == "INSIDE") and not page.exception


def test_secrets_that_cannot_be_read_open_no_door(tmp_path: Path) -> None:
    """A slip in the file must not take the sign-in away."""
    secrets = tmp_path / "secrets.toml"
    secrets.write_text("[auth\ncookie_secret = 'canary'")
    code = (
        "import sys\nfrom streamlit import config\nconfig.set_option('secrets.files', [sys.argv[1]])\n"
        "from rag.page.serving import door\nprint(door())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(secrets)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "closed"
