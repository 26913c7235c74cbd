"""The roles, and what each of them may do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from defect_app.errors import InvalidPerson


class Permission(StrEnum):
    """One kind of deed."""

    LOOK = "look"
    """See models, figures, points and what is stored."""
    INSPECT = "inspect"
    """Have photos judged, and store what comes out."""
    REVIEW = "review"
    """Say what a judged part really is."""
    TEACH = "teach"
    """Make models from photos."""
    POINTS = "points"
    """Save operating points, and make them active."""
    ADMINISTER = "administer"
    """Manage people, keys and what is kept for how long."""


class Role(StrEnum):
    """What somebody is here."""

    OPERATOR = "operator"
    TRAINER = "trainer"
    ANALYST = "analyst"
    ADMIN = "admin"

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do."""
        return _PERMISSIONS[self]

    @classmethod
    def called(cls, name: str) -> Role:
        """Return the role of a name.

        Raises
        ------
        InvalidPerson
            If there is none.
        """
        try:
            return cls(name)
        except ValueError:
            known = ", ".join(cls)
            raise InvalidPerson(f"There is no role {name!r}.", f"There are: {known}.") from None


_LINE: Final = frozenset({Permission.LOOK, Permission.INSPECT, Permission.REVIEW})
_PERMISSIONS: Final = {
    Role.OPERATOR: _LINE,
    Role.TRAINER: _LINE | {Permission.TEACH},
    Role.ANALYST: _LINE | {Permission.POINTS},
    Role.ADMIN: frozenset(Permission),
}
