"""``people`` and ``keys``: who may come in, changed by a command that says what it did and by whom."""

import getpass
import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from defect_app.cli import main
from defect_app.people.api_keys import ApiKeys
from defect_app.people.roles import Role
from defect_app.people.store import People
from defect_app.storage.database import Database

PASSWORD = "a long enough password"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the commands a database of their own."""
    address = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("DEFECT_APP_DATABASE_URL", address)
    monkeypatch.setattr(getpass, "getuser", lambda: "operator7")
    return address


@pytest.fixture
def command(url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        status = main(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


class Terminal(io.StringIO):
    """A standard input at which somebody types."""

    def isatty(self) -> bool:
        return True


def signs_in(url: str, password: str = PASSWORD) -> Role | None:
    with closing(Database(url)) as database:
        person = People(database).check("Ada", password)
    return person.role if person else None


def test_somebody_is_added_and_changed_and_each_answer_says_what_is_so_now(command: Run, url: str) -> None:
    added = command("people", "add", "Ada", "--role", "trainer", given=f"{PASSWORD}\r\n")
    assert added == (0, "", "Ada is trainer and can sign in.\n")
    assert signs_in(url) is Role.TRAINER
    assert command("people", "role", "Ada", "analyst")[2] == "Ada is analyst now.\n"
    assert signs_in(url) is Role.ANALYST
    assert command("people", "disable", "ada")[2] == "Ada can no longer sign in.\n"
    assert signs_in(url) is None
    assert command("people", "list")[1] == "Ada\tanalyst\tdisabled\n"
    assert command("people", "enable", "Ada")[2] == "Ada can sign in again.\n"
    assert command("people", "password", "Ada", given="quite another one\n")[2] == "Ada has another password.\n"
    assert signs_in(url) is None
    assert signs_in(url, "quite another one") is Role.ANALYST


def test_the_audit_trail_names_the_account_that_ran_the_command(command: Run) -> None:
    command("people", "add", "Ada", given=PASSWORD)
    command("keys", "add", "press 4")
    entries = [json.loads(line) for line in command("records", "audit")[1].splitlines()]
    assert [entry["who"] for entry in entries] == ["operator7 (command line)"] * 2


def test_an_account_without_a_name_is_the_command_line(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    command("people", "add", "Ada", given=PASSWORD)
    assert json.loads(command("records", "audit")[1])["who"] == "command line"


def test_a_password_is_typed_twice_and_never_shown(
    command: Run, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "another"])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(typed))
    monkeypatch.setattr("sys.stdin", Terminal())
    assert main(["people", "add", "Ada"]) == 0
    assert signs_in(url) is Role.OPERATOR
    assert main(["people", "password", "Ada"]) == 2
    said = capsys.readouterr()
    assert said.err.endswith("The two passwords differ. Try again.\n")
    assert PASSWORD not in said.out + said.err
    assert signs_in(url) is Role.OPERATOR


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("people", "role", "Eve", "admin"), "There is no person 'Eve'. defect-lens people list says who there is."),
        (("keys", "revoke", "press 9"), "There is no key 'press 9'. defect-lens keys list says which there are."),
    ],
    ids=["person", "key"],
)
def test_who_is_not_there_is_named_with_the_command_that_lists_them(
    arguments: tuple[str, ...], said: str, command: Run
) -> None:
    assert command(*arguments) == (2, "", f"{said}\n")


def test_a_short_password_is_refused_with_how_long_it_must_be(command: Run) -> None:
    said = "A password of 5 characters is not taken. Choose 10 to 200 characters.\n"
    assert command("people", "add", "Ada", given="short\n") == (2, "", said)
    assert command("people", "list")[1] == ""


def test_a_key_is_printed_once_and_taken_until_it_is_revoked(command: Run, url: str) -> None:
    status, printed, said = command("keys", "add", "press 4", "--role", "analyst")
    key = printed.strip()
    assert (status, said) == (0, "It is not shown again. Programs send it as: Authorization: Bearer KEY\n")
    with closing(Database(url)) as database:
        found = ApiKeys(database).find(key)
        assert found is not None
        assert (found.name, found.role) == ("press 4", Role.ANALYST)
        assert command("keys", "list")[1] == "press 4\tanalyst\n"
        assert command("keys", "revoke", "press 4")[2] == "The key press 4 is no longer taken.\n"
        assert ApiKeys(database).find(key) is None
    assert command("keys", "list")[1] == "press 4\tanalyst\trevoked\n"
