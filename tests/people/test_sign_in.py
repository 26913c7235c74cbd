"""Tokens and attempts: what lets somebody in, and what no longer does."""

import stat
import time
from contextlib import closing
from pathlib import Path

import pytest

from defect_app.errors import RecordsUnavailable
from defect_app.people import sign_in
from defect_app.people.roles import Permission, Role
from defect_app.people.sign_in import SignIn, TooManyAttempts, signing_secret
from defect_app.people.store import People
from defect_app.storage.database import Database

PASSWORD = "a long enough password"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a database that Ada, an analyst, stands in."""
    made = tmp_path / "records.sqlite"
    with closing(opened(made)) as database:
        People(database).add("Ada", Role.ANALYST, PASSWORD)
    return made


def opened(file: Path) -> Database:
    return Database(f"sqlite:///{file}")


def door_to(file: Path, secret: bytes = b"secret") -> SignIn:
    return SignIn(lambda: opened(file), secret)


@pytest.fixture
def door(file: Path) -> SignIn:
    return door_to(file)


def test_a_token_says_who_came_in(door: SignIn) -> None:
    token = door.enter(" ada ", PASSWORD)
    assert token is not None
    identity = door.of_token(token)
    assert identity is not None
    assert (identity.name, identity.may(Permission.POINTS), identity.may(Permission.TEACH)) == ("Ada", True, False)
    assert door.enter("Ada", "wrong") is None


def test_a_token_that_was_changed_or_signed_by_another_is_none(door: SignIn, file: Path) -> None:
    token = door.enter("Ada", PASSWORD)
    assert token is not None
    other = door_to(file, b"another secret")
    for foreign in ("", "x", token[:-1], "A" + token[1:], "a.b.c", other.enter("Ada", PASSWORD) or ""):
        assert door.of_token(foreign) is None


def test_a_token_ends_with_its_time_the_password_and_the_person(
    door: SignIn, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "LOOK_AGAIN_S", 0.0)
    token = door.enter("Ada", PASSWORD)
    assert token is not None
    assert door.of_token(token) is not None
    with monkeypatch.context() as later:
        later.setattr(sign_in, "VALID_S", -1)
        assert door.of_token(token) is None
    with closing(opened(file)) as database:
        people = People(database)
        people.disable("Ada")
        assert door.of_token(token) is None
        people.enable("Ada")
        assert door.of_token(token) is not None
        people.set_password("Ada", "quite another one")
        assert door.of_token(token) is None


def test_without_the_database_who_is_in_stays_and_nobody_new_comes(
    door: SignIn, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "LOOK_AGAIN_S", 0.0)
    ada, again = door.enter("Ada", PASSWORD), door.enter("Ada", PASSWORD)
    assert ada is not None
    assert door.of_token(ada) is not None
    file.write_bytes(b"damaged " * 100)
    assert door.of_token(ada) is not None
    with pytest.raises(RecordsUnavailable):
        door_to(file).of_token(again or "")
    with pytest.raises(RecordsUnavailable):
        door.enter("Ada", PASSWORD)


def test_a_database_that_fails_is_not_asked_again_for_each_part_of_a_page(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def ask() -> Database:
        asked.append(True)
        return opened(file)

    door = SignIn(ask, b"secret")
    token = door.enter("Ada", PASSWORD) or ""
    assert door.of_token(token) is not None
    file.write_bytes(b"damaged " * 100)
    asked.clear()
    now = [time.monotonic() + sign_in.LOOK_AGAIN_S + 1]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    assert all(door.of_token(token) for _ in range(5))
    assert asked == [True]


def test_guessing_has_to_wait_longer_and_longer(door: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for _ in range(sign_in.FREE_ATTEMPTS):
        assert door.enter("Ada", "wrong") is None
    with pytest.raises(TooManyAttempts, match="30 seconds"):
        door.enter("ADA", PASSWORD)
    now[0] = 31.0
    assert door.enter("Ada", "wrong") is None
    with pytest.raises(TooManyAttempts, match="60 seconds"):
        door.enter("Ada", PASSWORD)
    now[0] = 100.0
    assert door.enter("Ada", PASSWORD) is not None
    assert door.enter("Ada", "wrong") is None


def test_the_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "sign-in.key"
    made = signing_secret(file)
    assert len(made) == 32
    assert signing_secret(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["sign-in.key"]
