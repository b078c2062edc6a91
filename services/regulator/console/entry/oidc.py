"""An organisation's own accounts, by OpenID Connect: code flow with PKCE and a nonce, a token checked against the issuer's keys."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.web import Problem

SIGNED_BY = ["RS256", "PS256", "ES256", "EdDSA"]
"""Never by a shared secret, and never not at all."""
SECONDS = 5
SKEW = 60
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Issuer(NamedTuple):
    """Where people of the organisation log in, and as whom the console is known there. `address`: the console's own, as browsers see it."""

    url: str
    client: str
    secret: str
    address: str

    @property
    def back(self) -> str:
        return f"{self.address}/login/back"


class Begun(NamedTuple):
    """A log-in on its way: what has to come back with it. Kept by the browser for ten minutes, and good for one answer."""

    state: str
    nonce: str
    verifier: str
    purpose: str


class Oidc:
    """Blocks; used from threads. Problem unavailable when the issuer does not answer, unauthorized for whatever it does not vouch for."""

    def __init__(self, issuer: Issuer, clock: Callable[[], datetime], token: Callable[[int], str] = secrets.token_urlsafe) -> None:
        self.issuer, self._clock, self._token = issuer, clock, token
        self._described: dict[str, Any] = {}

    @property
    def name(self) -> str:
        return urlsplit(self.issuer.url).netloc

    def origin(self) -> str | None:
        """Of the page that people are sent to, where a form of ours has to be allowed to end; None while the issuer does not answer."""
        try:
            parts = urlsplit(self._description()["authorization_endpoint"])
        except Problem:
            return None
        return f"{parts.scheme}://{parts.netloc}"

    def begin(self, purpose: str) -> tuple[str, Begun]:
        """The address to send the browser to."""
        begun = Begun(self._token(24), self._token(24), self._token(48), purpose)
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._description()["authorization_endpoint"], state=begun.state, code_verifier=begun.verifier, nonce=begun.nonce
            )
        return str(url), begun

    def finish(self, begun: Begun, state: str, code: str) -> str:
        """The subject that the issuer vouches for."""
        if not secrets.compare_digest(begun.state.encode(), state.encode()):
            raise Problem("unauthorized")
        try:
            with self._session() as session:
                told = session.fetch_token(self._description()["token_endpoint"], code=code, code_verifier=begun.verifier, timeout=SECONDS)
            keys = KeySet.import_key_set(self._get(self._description()["jwks_uri"]))
            said = jwt.decode(str(told.get("id_token", "")), keys, algorithms=SIGNED_BY).claims
            self._check(said, begun)
        except requests.RequestException:
            raise Problem("unavailable") from None
        except (OAuthError, JoseError, ValueError):
            raise Problem("unauthorized") from None
        return str(said["sub"])

    def _check(self, said: dict[str, Any], begun: Begun) -> None:
        """JoseError for a token of somebody else, for somebody else, or of another time."""
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()), leeway=SKEW,
            iss={"essential": True, "value": self.issuer.url}, aud={"essential": True, "value": self.issuer.client},
            nonce={"essential": True, "value": begun.nonce}, sub={"essential": True}, exp={"essential": True}, iat={"essential": True},
        )  # fmt: skip
        rules.validate(said)
        if said.get("azp", self.issuer.client) != self.issuer.client:
            raise ValueError("azp")

    def _description(self) -> dict[str, Any]:
        if not self._described:
            try:
                found = self._get(f"{self.issuer.url.rstrip('/')}/.well-known/openid-configuration")
            except (requests.RequestException, ValueError):
                raise Problem("unavailable") from None
            if found.get("issuer") != self.issuer.url:
                raise Problem("unavailable")
            self._described = found
        return self._described

    def _get(self, url: str) -> Any:
        with self._session() as session:
            answer = session.request("GET", url, withhold_token=True, timeout=SECONDS)
            answer.raise_for_status()
            return answer.json()

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self.issuer.client, self.issuer.secret, scope="openid", redirect_uri=self.issuer.back, code_challenge_method="S256"
        )
        # A proxy in the environment is meant for what is elsewhere.
        session.trust_env = urlsplit(self.issuer.url).hostname not in LOOPBACK
        return session
