"""``keys``: by what programs use the API."""

from __future__ import annotations

import argparse

from defect_app.cli.opened_database import opened_database
from defect_app.cli.people import ROLES, who_runs_this
from defect_app.cli.terminal import say


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("keys", help="by what programs use the API")
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    add = parts.add_parser("add", help="make a key for a program, and print it once")
    add.add_argument("name", metavar="NAME", help="which program uses it")
    add.add_argument("--role", choices=ROLES, default="operator", help="what it may do (default: operator)")
    add.set_defaults(run=run_add)
    parts.add_parser("list", help="which keys there are").set_defaults(run=run_list)
    revoke = parts.add_parser("revoke", help="take a key no longer")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=run_revoke)


def run_add(arguments: argparse.Namespace) -> int:
    """Make a key."""
    from defect_app.people.api_keys import ApiKeys
    from defect_app.people.roles import Role

    with opened_database() as database:
        key = ApiKeys(database).add(arguments.name, Role(arguments.role), who=who_runs_this())
    print(key)
    say("It is not shown again. Programs send it as: Authorization: Bearer KEY")
    return 0


def run_list(_: argparse.Namespace) -> int:
    """Print every key's name and role."""
    from defect_app.people.api_keys import ApiKeys

    with opened_database() as database:
        for key in ApiKeys(database).all():
            print(f"{key.name}\t{key.role}{chr(9) + 'revoked' if key.revoked else ''}")
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """Take a key no longer."""
    from defect_app.people.api_keys import ApiKeys

    with opened_database() as database:
        ApiKeys(database).revoke(arguments.name, who=who_runs_this())
    say(f"The key {arguments.name} is no longer taken.")
    return 0
