"""Signing in at the site's own sign-in service: OpenID Connect's code flow, with PKCE (RFC 7636).

The service says who somebody is, and by a claim which role they have here; passwords never come by.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import jwt

from defect_app.errors import DefectLensError, InvalidPerson, InvalidSetting
from defect_app.people.names import checked_name
from defect_app.people.roles import Role
from defect_app.people.sign_in import Identity
from defect_app.settings import Settings, settings, variable_of

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are taken; never one by a secret that both know, and never none."""
KNOWN_S: Final = 3600.0
"""What the service says of itself is asked for anew after so long."""
LEEWAY_S: Final = 60
_MOST_POWERFUL_FIRST: Final = (Role.ADMIN, Role.ANALYST, Role.TRAINER, Role.OPERATOR)


class NotSignedIn(DefectLensError):
    """The sign-in service did not say who somebody is, or they have no role here."""


@dataclass(frozen=True)
class SignInAttempt:
    """What is remembered between leaving for the service and coming back: that it is the same browser and answer."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """What the service gets to see of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class OidcClaims:
    """Which claims say who somebody is and what they may do.

    Attributes
    ----------
    name : str
        The claim that holds a person's name here: one that nobody can choose for themselves.
    roles : str
        The claim that holds a group or a list of groups.
    groups : mapping of str to Role
        Which group stands for which role; a group that is called as a role stands for it without being named.
    """

    name: str = "email"
    roles: str = "groups"
    groups: Mapping[str, Role] = field(default_factory=dict)


class OidcService:
    """One sign-in service; safe to share between threads.

    Parameters
    ----------
    issuer : str
        Its address, as its tokens name it.
    client_id, client_secret : str
        How it knows this app.
    claims : OidcClaims
        What is read of its tokens.
    http : callable
        Returns what requests are sent by.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        claims: OidcClaims,
        http: Callable[[], httpx.Client] = lambda: httpx.Client(timeout=10.0),
    ) -> None:
        self.issuer = issuer
        self._client_id, self._client_secret = client_id, client_secret
        self._claims = claims
        self._http = http
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        self._known_until_s = 0.0

    def address(self, attempt: SignInAttempt, redirect_uri: str) -> str:
        """Return where a browser signs in.

        Raises
        ------
        NotSignedIn
            If the service cannot be reached.
        """
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._described()['authorization_endpoint']}?{urlencode(asked)}"

    def identity(self, code: str, attempt: SignInAttempt, redirect_uri: str) -> Identity:
        """Return who came back with a code.

        Raises
        ------
        NotSignedIn
            If the code, or the token for it, is not in order, or the person has no role here.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        answered = self._asked(
            "POST", self._described()["token_endpoint"], data=form, auth=(self._client_id, self._client_secret)
        )
        claims = self._verified(str(answered.get("id_token", "")), attempt.nonce)
        return Identity(self._name(claims), self._role(claims))

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(token),
                algorithms=list(ALGORITHMS),
                audience=self._client_id,
                issuer=self.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWTError as error:
            raise NotSignedIn(f"The sign-in service's token is not in order: {error}.") from None
        if not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            raise NotSignedIn("The sign-in service's token answers another question.", "Sign in again.")
        if claims.get("azp", self._client_id) != self._client_id:
            raise NotSignedIn("The sign-in service's token is for another app.")
        return claims

    def _key(self, token: str) -> jwt.PyJWK:
        wanted = jwt.get_unverified_header(token).get("kid")
        for is_last in (False, True):
            keys = jwt.PyJWKSet.from_dict(self._described()["keys"]).keys
            found = [key for key in keys if wanted is None or key.key_id == wanted]
            if found:
                return found[0]
            if not is_last:  # keys are changed now and then
                self._known_until_s = 0.0
        raise jwt.InvalidKeyError("it is signed by a key that the service does not name")

    def _name(self, claims: Mapping[str, Any]) -> str:
        if self._claims.name == "email" and claims.get("email_verified") is False:
            raise NotSignedIn("The sign-in service has not verified your address.", "Verify it there.")
        try:
            return checked_name(str(claims.get(self._claims.name) or ""))
        except InvalidPerson as error:
            raise NotSignedIn(f"The sign-in service says no usable {self._claims.name} of you: {error}") from None

    def _role(self, claims: Mapping[str, Any]) -> Role:
        said = claims.get(self._claims.roles, [])
        groups = {str(group) for group in (said if isinstance(said, list) else [said])}
        known: dict[str, Role] = {str(role): role for role in Role} if not self._claims.groups else {}
        roles = {role for group, role in {**known, **self._claims.groups}.items() if group in groups}
        for role in _MOST_POWERFUL_FIRST:
            if role in roles:
                return role
        raise NotSignedIn("You are signed in, but have no role here.", "Ask an admin for a group that has one.")

    def _described(self) -> dict[str, Any]:
        with self._lock:
            if time.monotonic() >= self._known_until_s:
                described = self._asked("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                if described.get("issuer") != self.issuer:
                    raise NotSignedIn("The sign-in service calls itself otherwise than DEFECT_APP_OIDC_ISSUER.")
                described["keys"] = self._asked("GET", described["jwks_uri"])
                self._known, self._known_until_s = described, time.monotonic() + KNOWN_S
            return self._known

    def _asked(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        try:
            with self._http() as http:
                answer = http.request(method, address, **sent)
            answered = answer.json() if answer.is_success else None
        except (httpx.HTTPError, ValueError):
            raise NotSignedIn("The sign-in service does not answer.", "Try again in a while.") from None
        if not isinstance(answered, dict):
            raise NotSignedIn(f"The sign-in service refuses (status {answer.status_code}).", "Sign in again.")
        return answered


def roles_by_group(text: str) -> dict[str, Role]:
    """Return the roles of groups as the setting has them, such as ``line 4=operator,quality=analyst``.

    Raises
    ------
    InvalidPerson
        If a role is none.
    """
    pairs = [pair.rpartition("=") for pair in text.split(",") if pair.strip()]
    return {group.strip(): Role.called(role.strip()) for group, _, role in pairs}


def configured_service() -> OidcService | None:
    """Return the service that the settings name, None where they name none.

    Raises
    ------
    InvalidSetting
        If they name a role that there is not.
    """
    return _configured(settings())


@lru_cache(maxsize=2)
def _configured(given: Settings) -> OidcService | None:
    if not given.oidc_issuer:
        return None
    secret = given.oidc_client_secret.get_secret_value() if given.oidc_client_secret else ""
    try:
        groups = roles_by_group(given.oidc_roles)
    except InvalidPerson as error:
        raise InvalidSetting(f"{variable_of('oidc_roles')}: {error} {error.remedy}") from None
    claims = OidcClaims(given.oidc_name_claim, given.oidc_role_claim, groups)
    return OidcService(given.oidc_issuer, given.oidc_client_id, secret, claims)
