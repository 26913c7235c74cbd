"""Whether this process asks who its visitors are, and who knows them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from defect_app.settings import settings

if TYPE_CHECKING:
    from defect_app.people.sign_in import SignIn

SECRET_FILE = "sign-in.key"
"""Below `DEFECT_APP_VAR`: signs the tokens of whoever came in."""


class Reach:
    """Who reaches this process; said once, when it starts to listen."""

    open_to_network = False


def is_on() -> bool:
    """Return whether visitors have to sign in: as the setting says, else where others than this machine come."""
    asked = settings().sign_in
    return Reach.open_to_network if asked == "auto" else asked == "on"


def sign_in() -> SignIn | None:
    """Return who knows names and keys; None where everybody may do everything."""
    return _known() if is_on() else None


def secret() -> bytes:
    """Return what signs tokens; the same in every process that shares `DEFECT_APP_VAR`."""
    from defect_app.people.sign_in import signing_secret

    return signing_secret(settings().var / SECRET_FILE)


@lru_cache(maxsize=1)
def _known() -> SignIn:
    # Imported here: where nobody signs in, the start shall not wait for it.
    from defect_app.people.sign_in import SignIn
    from defect_app.storage.database import Database

    return SignIn(Database, secret())
