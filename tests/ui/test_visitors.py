"""What a page lets a visitor do, by their role: an operator looks at points, an analyst decides them."""

from collections.abc import Callable

import pytest

from defect_app.hosting import visitors as door
from defect_app.people.roles import Permission, Role
from defect_app.people.sign_in import COOKIE, Identity
from defect_app.ui import visitors


class KnowsOne:
    """Knows one token, and whose it is."""

    def __init__(self, role: Role) -> None:
        self._identity = Identity("Ada", role)

    def of_token(self, token: str) -> Identity | None:
        return self._identity if token == "token" else None


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Role, str], None]:
    def as_role(role: Role, token: str = "token") -> None:
        monkeypatch.setenv("DEFECT_APP_SIGN_IN", "on")
        monkeypatch.setattr(door, "sign_in", lambda: KnowsOne(role))
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {COOKIE: token})

    return as_role


def test_the_cookie_is_named_alike_on_both_sides() -> None:
    assert visitors.COOKIE == COOKIE


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.OPERATOR, {Permission.LOOK, Permission.INSPECT, Permission.REVIEW}),
        (Role.TRAINER, {Permission.LOOK, Permission.INSPECT, Permission.REVIEW, Permission.TEACH}),
        (Role.ANALYST, {Permission.LOOK, Permission.INSPECT, Permission.REVIEW, Permission.POINTS}),
        (Role.ADMIN, set(Permission)),
    ],
)
def test_a_role_may_do_what_it_is_for(signed_in: Callable[[Role], None], role: Role, allowed: set[Permission]) -> None:
    signed_in(role)
    assert {permission for permission in Permission if visitors.may(permission)} == allowed
    assert (visitors.visitor_name(), visitors.visitor_role()) == ("Ada", role.value)


def test_whoever_is_not_known_any_more_may_do_nothing(signed_in: Callable[[Role, str], None]) -> None:
    signed_in(Role.ADMIN, "a token of yesterday")
    assert not any(visitors.may(permission) for permission in Permission)
    assert visitors.visitor_name() == ""


def test_where_nobody_signs_in_everybody_may_do_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFECT_APP_SIGN_IN", "off")
    assert all(visitors.may(permission) for permission in Permission)
