"""A sign-in service for tests: OpenID Connect's code flow with PKCE, and whatever claims a test wants."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

ISSUER = "https://login.example"
CLIENT, SECRET = "lens", "the app's own secret"


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """The service.

    Attributes
    ----------
    claims : dict
        What it says of whoever signs in; overrides what it says of itself, too.
    algorithm : str
        How it signs.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: rsa.RSAPrivateKey = field(default_factory=_new_key)
    key_id: str = "first"
    _asked: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        """The service as an application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    def change_key(self) -> None:
        """Sign by another key from now on."""
        self.key, self.key_id = _new_key(), "second"

    async def _describe(self, _: Request) -> Response:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": ISSUER} | {name: f"{ISSUER}/{path}" for name, path in names.items()})

    async def _keys(self, _: Request) -> Response:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return JSONResponse({"keys": [key | {"kid": self.key_id, "alg": "RS256", "use": "sig"}]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = secrets.token_urlsafe()
        self._asked[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        form = await request.form()
        asked = self._asked.pop(str(form["code"]), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=")
        if (
            request.headers["authorization"] != basic
            or asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != challenge.decode()
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        said = {"iss": ISSUER, "aud": CLIENT, "sub": "17", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        key: Any = self.key if self.algorithm == "RS256" else SECRET * 2
        token = jwt.encode(said | self.claims, key, self.algorithm, headers={"kid": self.key_id})
        return JSONResponse({"access_token": "not needed", "token_type": "Bearer", "id_token": token})
