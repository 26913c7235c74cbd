"""Passwords, kept as Argon2id hashes (RFC 9106): slow to guess, and never readable again."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from defect_app.errors import InvalidPerson

SHORTEST: Final = 10
"""Characters; NIST SP 800-63B asks for length, not for kinds of characters."""
LONGEST: Final = 200

_hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _hasher.hash("nobody has this password")


def password_hash(password: str) -> str:
    """Return what is kept of a password.

    Raises
    ------
    InvalidPerson
        If it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidPerson(
            f"A password of {len(password)} characters is not taken.", f"Choose {SHORTEST} to {LONGEST} characters."
        )
    return _hasher.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Return whether a password is the kept one; for nobody's, None, it takes as long to say no."""
    try:
        return _hasher.verify(kept or _of_nobody(), password[: LONGEST + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
