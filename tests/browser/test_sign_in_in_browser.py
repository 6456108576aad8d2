"""Signing in over real HTTP with a provider of our own: who may come in does, nobody else sees anything."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARTICLES, JSON_LOG, log_lines, serve, wait_until_ready
from tests.oidc_server import CLIENT, CLIENT_SECRET, OidcServer

ANNA = {"email": "anna@desk.example", "email_verified": True, "name": "canary <b>Anna</b>"}
COOKIE_SECRET = "canary-cookie-secret-0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Guarded:
    address: str
    provider: OidcServer
    folder: Path


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("sign-in")
    secrets = folder / "secrets.toml"
    settings = {"READOUT_SIGN_IN_AS": "anna@desk.example", "STREAMLIT_SECRETS_FILES": str(secrets)}
    with OidcServer() as provider:
        secrets.write_text(
            f"""[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "{CLIENT}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{provider.url}/.well-known/openid-configuration"
"""
        )
        with serve(folder, ARTICLES, **settings, **JSON_LOG) as address:
            yield Guarded(address, provider, folder)
    told = log_lines(folder)
    assert [line["let_in"] for line in told if line["event"] == "door"] == [False, True, True]
    assert not [word for word in ("canary", "desk.example", "anna") if word in json.dumps(told).lower()]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_before_signing_in_nothing_of_the_library_is_sent(guarded: Guarded, page: Page) -> None:
    frames: list[bytes | str] = []
    page.on("websocket", lambda one: one.on("framereceived", lambda frame: frames.append(frame)))
    page.goto(f"{guarded.address}/status")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.wait_for_timeout(300)
    received = b"".join(one if isinstance(one, bytes) else one.encode() for one in frames)
    assert not [word for word in (b"articles from", b"bridge", b"READOUT_", b"canary") if word in received]
    assert wait_until_ready(guarded.address) == {"status": "ready"}


def test_who_is_not_named_stays_outside_and_who_is_comes_in_and_goes(guarded: Guarded, page: Page) -> None:
    guarded.provider.claims = ANNA | {"email": "eve@evil.example"}
    page.goto(guarded.address)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("eve@evil.example may not use this page")
    assert page.get_by_test_id("stChatInput").count() == 0
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    guarded.provider.claims = ANNA
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("stChatInput")).to_be_visible()
    expect(page.get_by_text("anna@desk.example")).to_be_visible()
    assert "canary" not in page.content() and "canary" not in page.url
    page.get_by_role("link", name="Status").click()
    expect(page.get_by_role("heading", name="Status")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Status")).to_be_visible()  # the cookie knows her
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert guarded.provider.ended == 2
