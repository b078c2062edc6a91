"""A small OpenID Connect provider on loopback: discovery, authorization, token with PKCE, keys. It can be told to lie."""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "liancheng-console", "s3cret"


class Provider:
    """Whoever comes is `subject`. `lies` replace claims of the token, `key` signs it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.honest = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.key: RSAKey | OctKey = self.honest
        self.algorithm, self.subject = "RS256", "zhang-san"
        self.lies: dict[str, Any] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        code = token_urlsafe(8)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """None for another client, a code that was used, or one that another browser began."""
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        known = b64decode(authorization.removeprefix("Basic ")).decode() == f"{CLIENT}:{SECRET}"
        if asked is None or not known or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return None
        now = int(time())
        claims = {"iss": self.url, "sub": self.subject, "aud": CLIENT, "nonce": asked["nonce"], "iat": now, "exp": now + 300}
        header = {"alg": self.algorithm, "kid": "one"}
        signed = jwt.encode(header, claims | self.lies, self.key, algorithms=[self.algorithm])
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}

    def described(self) -> dict[str, Any]:
        return {"issuer": self.url} | {
            name: f"{self.url}/{path}"
            for name, path in (("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("jwks_uri", "keys"))
        }


@contextmanager
def issuing() -> Iterator[Provider]:
    """The provider, answering until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize({k: v[0] for k, v in parse_qs(address.query).items()}))
                self.end_headers()
            elif address.path == "/keys":
                self._say(KeySet([provider.honest]).as_dict(private=False))
            else:
                self._say(provider.described())

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            told = provider.token({k: v[0] for k, v in form.items()}, self.headers.get("Authorization", ""))
            self._say(told or {"error": "invalid_grant"}, 200 if told else 400)

        def _say(self, body: object, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
