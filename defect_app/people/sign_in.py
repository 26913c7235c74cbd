"""Signing in: a password for a signed token that a browser keeps, checked anew at each request."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

from defect_app.errors import RecordsUnavailable
from defect_app.people.api_keys import ApiKeys
from defect_app.people.roles import Permission, Role
from defect_app.people.store import People
from defect_app.storage.database import Database

COOKIE: Final = "defect_lens_session"
VALID_S: Final = 12 * 3600
"""A token is taken for so long: a shift, with what comes before and after."""
LOOK_AGAIN_S: Final = 5.0
"""Whether somebody was disabled, or a key revoked, is looked up anew after so long."""
FREE_ATTEMPTS: Final = 5
WAIT_S: Final = 30.0
"""After so many wrong passwords for one name, each further one has to wait, twice as long each time."""
MOST_WAIT_S: Final = 900.0
_MOST_NAMES: Final = 10_000


@dataclass(frozen=True)
class Identity:
    """Who asks: a person in a browser, or a program with a key.

    Attributes
    ----------
    name : str
        The person's, or the key's.
    role : Role
        What they may do.
    is_person : bool
        False of a program's key.
    """

    name: str
    role: Role
    is_person: bool = True

    def may(self, permission: Permission) -> bool:
        """Return whether the role holds a permission."""
        return permission in self.role.permissions


class SignIn:
    """Who is who, for one process; safe to share between threads.

    When the database fails, whoever was known a moment ago stays known, and nobody new comes in.

    Parameters
    ----------
    open_database : callable
        Opens the database; called for each look-up, which is seldom, so that one that was restored is seen.
    secret : bytes
        Signs the tokens.
    """

    def __init__(self, open_database: Callable[[], Database], secret: bytes) -> None:
        self._open_database = open_database
        self._tokens = URLSafeTimedSerializer(secret, salt="defect-lens sign-in")
        self._known: dict[str, _Known] = {}
        self._attempts = Attempts()

    def enter(self, name: str, password: str) -> str | None:
        """Return a token for a name and its password, None where they do not belong together.

        Raises
        ------
        TooManyAttempts
            After too many wrong ones.
        RecordsUnavailable
            If the database fails.
        """
        key = name.strip().lower()
        self._attempts.check(key)
        with closing(self._open_database()) as database:
            person = People(database).check(name.strip(), password)
        self._attempts.count(key, right=person is not None)
        return None if person is None else str(self._tokens.dumps([person.name, person.version]))

    def enter_as(self, identity: Identity) -> str | None:
        """Return a token for somebody whom a sign-in service vouches for; None where a person here has that name.

        Raises
        ------
        RecordsUnavailable
            If the database fails.
        """
        with closing(self._open_database()) as database:
            if People(database).find(identity.name) is not None:
                return None
        return str(self._tokens.dumps([identity.name, {"role": identity.role.value}]))

    def of_token(self, token: str) -> Identity | None:
        """Return who a token was given to, None where it is none, too old, or they may no longer enter."""
        try:
            name, version = self._tokens.loads(token, max_age=VALID_S)
        except (BadData, ValueError, TypeError):
            return None

        def look_up(database: Database) -> Identity | None:
            person = People(database).find(name)
            if isinstance(version, dict):
                # Somebody whom a service vouched for: an admin shuts them out by adding and disabling their name.
                return Identity(name, Role.called(version["role"])) if person is None else None
            if person is None or person.disabled or person.version != version:
                return None
            return Identity(person.name, person.role)

        return self._remembered(token, look_up)

    def of_key(self, key: str) -> Identity | None:
        """Return whose key this is, None where it is none or revoked."""

        def look_up(database: Database) -> Identity | None:
            found = ApiKeys(database).find(key)
            return None if found is None else Identity(found.name, found.role, is_person=False)

        return self._remembered(key, look_up)

    def _remembered(self, credential: str, look_up: Callable[[Database], Identity | None]) -> Identity | None:
        known, now = self._known.get(credential), time.monotonic()
        if known is not None and now - known.at_s < LOOK_AGAIN_S:
            return known.identity
        try:
            with closing(self._open_database()) as database:
                identity = look_up(database)
        except RecordsUnavailable:
            if known is None:
                raise
            # Not asked again at once: a page asks many times, and each may take a second.
            self._known[credential] = _Known(known.identity, time.monotonic())
            return known.identity
        if identity is None:
            self._known.pop(credential, None)
            return None
        if len(self._known) >= _MOST_NAMES:
            self._known.clear()
        self._known[credential] = _Known(identity, now)
        return identity


@dataclass(frozen=True)
class _Known:
    identity: Identity
    at_s: float


class TooManyAttempts(Exception):
    """A name was tried with too many wrong passwords.

    Parameters
    ----------
    wait_s : float
        How long until it may be tried again, in seconds.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"Too many wrong passwords for this name. Try again in {max(1, round(wait_s))} seconds.")
        self.wait_s = wait_s


@dataclass
class Attempts:
    """Wrong passwords, counted by name; safe to share between threads."""

    _wrong: dict[str, tuple[int, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, name: str) -> None:
        """Refuse a name that has to wait.

        Raises
        ------
        TooManyAttempts
            If it has.
        """
        with self._lock:
            wrong, free_at_s = self._wrong.get(name, (0, 0.0))
            wait_s = free_at_s - time.monotonic()
            if wrong >= FREE_ATTEMPTS and wait_s > 0:
                raise TooManyAttempts(wait_s)

    def count(self, name: str, *, right: bool) -> None:
        """Count a password that was tried."""
        with self._lock:
            if right:
                self._wrong.pop(name, None)
                return
            if len(self._wrong) >= _MOST_NAMES:
                self._wrong.clear()
            wrong = self._wrong.get(name, (0, 0.0))[0] + 1
            wait_s = min(MOST_WAIT_S, WAIT_S * 2.0 ** max(0, min(wrong - FREE_ATTEMPTS, 10)))
            self._wrong[name] = (wrong, time.monotonic() + wait_s)


def signing_secret(file: Path) -> bytes:
    """Return the secret that signs tokens, made at the first use and readable by its owner alone.

    Parameters
    ----------
    file : Path
        Where it is kept.
    """
    try:
        return file.read_bytes()
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(secrets.token_bytes(32))
        try:
            os.link(draft, file)  # whoever comes second takes the first one's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return file.read_bytes()
