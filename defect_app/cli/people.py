"""``people``: who may sign in, and what they may do."""

from __future__ import annotations

import argparse
import getpass
import sys

from defect_app.cli.opened_database import opened_database
from defect_app.cli.storing import person as user_of_this_machine
from defect_app.cli.terminal import say
from defect_app.errors import InvalidPerson

ROLES = ("operator", "trainer", "analyst", "admin")


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "people",
        help="who may sign in, and what they may do",
        description="Roles: operator (inspect, review), trainer (teach as well), analyst (operating points as well), "
        "admin (everything).",
    )
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    add = parts.add_parser("add", help="add somebody; asks for a password, or reads it from standard input")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", choices=ROLES, default="operator", help="default: operator")
    add.set_defaults(run=run_add)
    parts.add_parser("list", help="who there is").set_defaults(run=run_list)
    role = parts.add_parser("role", help="give somebody another role")
    role.add_argument("name", metavar="NAME")
    role.add_argument("role", choices=ROLES)
    role.set_defaults(run=run_role)
    password = parts.add_parser("password", help="give somebody another password; they are signed out everywhere")
    password.add_argument("name", metavar="NAME")
    password.set_defaults(run=run_password)
    for name, help_text in (("disable", "let somebody no longer sign in"), ("enable", "let somebody sign in again")):
        part = parts.add_parser(name, help=help_text)
        part.add_argument("name", metavar="NAME")
        part.set_defaults(run=run_disable if name == "disable" else run_enable)


def run_add(arguments: argparse.Namespace) -> int:
    """Add somebody."""
    from defect_app.people.roles import Role
    from defect_app.people.store import People

    with opened_database() as database:
        person = People(database).add(arguments.name, Role(arguments.role), asked_password(), who=who_runs_this())
    say(f"{person.name} is {person.role} and can sign in.")
    return 0


def run_list(_: argparse.Namespace) -> int:
    """Print everybody."""
    from defect_app.people.store import People

    with opened_database() as database:
        for person in People(database).all():
            print(f"{person.name}\t{person.role}{chr(9) + 'disabled' if person.disabled else ''}")
    return 0


def run_role(arguments: argparse.Namespace) -> int:
    """Give somebody another role."""
    from defect_app.people.roles import Role
    from defect_app.people.store import People

    with opened_database() as database:
        person = People(database).set_role(arguments.name, Role(arguments.role), who=who_runs_this())
    say(f"{person.name} is {person.role} now.")
    return 0


def run_password(arguments: argparse.Namespace) -> int:
    """Give somebody another password."""
    from defect_app.people.store import People

    with opened_database() as database:
        person = People(database).set_password(arguments.name, asked_password(), who=who_runs_this())
    say(f"{person.name} has another password.")
    return 0


def run_disable(arguments: argparse.Namespace) -> int:
    """Let somebody no longer sign in."""
    from defect_app.people.store import People

    with opened_database() as database:
        person = People(database).disable(arguments.name, who=who_runs_this())
    say(f"{person.name} can no longer sign in.")
    return 0


def run_enable(arguments: argparse.Namespace) -> int:
    """Let somebody sign in again."""
    from defect_app.people.store import People

    with opened_database() as database:
        person = People(database).enable(arguments.name, who=who_runs_this())
    say(f"{person.name} can sign in again.")
    return 0


def asked_password() -> str:
    """Return the password that is typed twice, or the first line of standard input where nobody types.

    Raises
    ------
    InvalidPerson
        If the two differ.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise InvalidPerson("The two passwords differ.", "Try again.")
    return password


def who_runs_this() -> str:
    """Return the name of the account that runs the command, for the audit trail."""
    name = user_of_this_machine(None)
    return f"{name} (command line)" if name else "command line"
