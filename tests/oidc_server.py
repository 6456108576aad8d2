"""A small OpenID Connect provider on this machine: it signs in whoever `claims` says, without asking."""

import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, CLIENT_SECRET = "readout-test", "canary-client-secret"


class OidcServer:
    """A context manager."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}  # of who signs in next
        self.ended = 0  # sessions that were ended at the provider
        self.key = RSAKey.generate_key(2048)
        self.asked: dict[str, dict[str, str]] = {}  # by code
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 3600}
        return jwt.encode({"alg": "RS256"}, {**claims, "nonce": asked["nonce"], **self.claims}, self.key)

    def __enter__(self) -> "OidcServer":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: OidcServer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        address, owner = urlsplit(self.path), self.server.owner
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": owner.url,
                    "authorization_endpoint": f"{owner.url}/authorize",
                    "token_endpoint": f"{owner.url}/token",
                    "jwks_uri": f"{owner.url}/keys",
                    "end_session_endpoint": f"{owner.url}/end",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif address.path == "/keys":
            self._json({"keys": [owner.key.as_dict(private=False)]})
        elif address.path == "/authorize":
            code = secrets.token_hex(8)
            owner.asked[code] = asked
            self._go(asked["redirect_uri"], code=code, state=asked["state"])
        elif address.path == "/end":
            owner.ended += 1
            self._go(asked["post_logout_redirect_uri"])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        asked = self.server.owner.asked.pop(parse_qs(body)["code"][0])
        token = self.server.owner.token(asked)
        self._json({"access_token": "canary-access", "token_type": "Bearer", "id_token": token})

    def _go(self, address: str, **parts: str) -> None:
        self.send_response(302)
        self.send_header("location", f"{address}?{urlencode(parts)}" if parts else address)
        self.end_headers()

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
