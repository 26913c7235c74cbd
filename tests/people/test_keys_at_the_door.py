"""API keys where they are asked for: known until revoked, remembered for seconds, and named in what goes wrong."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from defect_app.errors import InvalidPerson
from defect_app.people import sign_in
from defect_app.people.api_keys import ApiKeys
from defect_app.people.roles import Permission, Role
from defect_app.people.sign_in import Attempts, Identity, SignIn, TooManyAttempts, signing_secret
from defect_app.people.store import People
from defect_app.storage.database import Database


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'records.sqlite'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(url)) as opened:
        yield opened


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give a clock that stands until a test moves it."""
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    return moment


def test_a_key_stands_for_its_name_and_role_and_no_other_text_for_any(url: str, database: Database) -> None:
    key = ApiKeys(database).add("press 3", Role.OPERATOR)
    door = SignIn(lambda: Database(url), b"secret")
    identity = door.of_key(key)
    assert identity == Identity("press 3", Role.OPERATOR, is_person=False)
    assert identity is not None
    assert identity.may(Permission.INSPECT)
    assert not identity.may(Permission.ADMINISTER)
    for wrong in ("", key[:-1], key + "x", "press 3"):
        assert door.of_key(wrong) is None


def test_a_revoked_key_is_taken_for_seconds_at_most(url: str, database: Database, now: list[float]) -> None:
    key = ApiKeys(database).add("press 3", Role.OPERATOR)
    door = SignIn(lambda: Database(url), b"secret")
    assert door.of_key(key) is not None
    ApiKeys(database).revoke("press 3")
    assert door.of_key(key) is not None, "it was looked up a moment ago"
    now[0] += sign_in.LOOK_AGAIN_S
    assert door.of_key(key) is None
    assert door.of_key(key) is None


def test_no_more_is_remembered_than_fits(
    url: str, database: Database, now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_MOST_NAMES", 2)
    keys = [ApiKeys(database).add(f"press {number}", Role.OPERATOR) for number in range(3)]
    door = SignIn(lambda: Database(url), b"secret")
    assert [identity.name if (identity := door.of_key(key)) else None for key in keys] == [
        "press 0",
        "press 1",
        "press 2",
    ]
    assert len(door._known) <= 2


def test_names_that_were_tried_are_forgotten_before_they_fill_the_memory(
    now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_MOST_NAMES", sign_in.FREE_ATTEMPTS)
    attempts = Attempts()
    for _ in range(sign_in.FREE_ATTEMPTS):
        attempts.count("ada", right=False)
    with pytest.raises(TooManyAttempts):
        attempts.check("ada")
    for number in range(sign_in.FREE_ATTEMPTS):
        attempts.count(f"nobody {number}", right=False)
    assert len(attempts._wrong) <= sign_in.FREE_ATTEMPTS


def test_a_key_or_a_person_that_is_not_there_is_named_with_the_command_that_lists_them(database: Database) -> None:
    with pytest.raises(InvalidPerson, match="There is no key 'press 9'") as no_key:
        ApiKeys(database).revoke("press 9")
    assert no_key.value.remedy == "defect-lens keys list says which there are."
    with pytest.raises(InvalidPerson, match="There is no person 'Eve'") as nobody:
        People(database).set_role("Eve", Role.ADMIN)
    assert nobody.value.remedy == "defect-lens people list says who there is."


def test_a_role_that_is_none_is_answered_with_those_that_there_are() -> None:
    assert Role.called("trainer") is Role.TRAINER
    with pytest.raises(InvalidPerson, match="There is no role 'boss'") as raised:
        Role.called("boss")
    assert raised.value.remedy == "There are: operator, trainer, analyst, admin."


def test_of_two_processes_that_start_at_once_the_first_ones_secret_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sign-in.key"

    def other_process_was_first(_draft: Path, _file: Path) -> None:
        file.write_bytes(b"the secret of the first")
        raise FileExistsError

    monkeypatch.setattr("os.link", other_process_was_first)
    assert signing_secret(file) == b"the secret of the first"
    assert [path.name for path in tmp_path.iterdir()] == ["sign-in.key"]
