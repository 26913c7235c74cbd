"""``models make-key``, ``sign`` and ``verify``: which folders come from the site, by its own key."""

from __future__ import annotations

import argparse
from pathlib import Path

from defect_app.cli.selftest import NOT_READY
from defect_app.cli.terminal import add_models_folder, print_table, say
from defect_app.errors import ModelUnavailable


def add_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the actions and their options."""
    make = actions.add_parser("make-key", help="make a pair of keys: FILE to sign with, FILE.pub to verify with")
    make.add_argument("file", type=Path, metavar="FILE", help="the private key; keep it away from the app's machine")
    make.set_defaults(run=run_make_key)
    sign = actions.add_parser("sign", help="sign a model folder as it is, with a private key")
    sign.add_argument("model", metavar="MODEL", help="a model's id")
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help="private key (Ed25519, PEM)")
    sign.set_defaults(run=run_sign)
    verify = actions.add_parser(
        "verify",
        help="check that folders are whole, and signed by a public key",
        description=f"Check model folders. Exit status 0 when all are well, {NOT_READY} when any is not.",
    )
    verify.add_argument("models", nargs="*", metavar="MODEL", help="ids (default: all)")
    verify.add_argument(
        "--public-key",
        type=Path,
        metavar="FILE",
        help="public keys (Ed25519, PEM; default: the site's, where it has one)",
    )
    verify.set_defaults(run=run_verify)
    for parser in (sign, verify):
        add_models_folder(parser, default=argparse.SUPPRESS)


def run_make_key(arguments: argparse.Namespace) -> int:
    """Write a new pair of keys."""
    from defect_app.catalog.signature import make_key
    from defect_app.settings import variable_of

    public = make_key(arguments.file)
    say(f"Sign with {arguments.file}, and keep it secret. {variable_of('models_signed_by')}={public} requires it.")
    return 0


def run_sign(arguments: argparse.Namespace) -> int:
    """Sign a folder that is as it was sealed."""
    from defect_app.catalog import changes_since_sealed, load_catalog, read_spec
    from defect_app.catalog.signature import sign_folder

    folder = load_catalog(arguments.models_folder).get(arguments.model).folder
    changes = changes_since_sealed(folder)
    if changes:
        raise ModelUnavailable(
            f"{folder.name} is not as it was sealed: {'; '.join(changes)}.",
            f"Restore it, or look it through and seal it: models seal {folder.name}",
        )
    name = sign_folder(folder, read_spec(folder), arguments.key)
    say(f"{folder.name} is signed with the key {name}.")
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Check folders, and print the state of each."""
    from defect_app.catalog import load_catalog
    from defect_app.catalog.signature import signature_problem
    from defect_app.settings import settings

    catalog = load_catalog(arguments.models_folder)
    public_key = arguments.public_key or settings().models_signed_by
    rows = []
    for entry in [catalog.get(model) for model in arguments.models] or catalog.entries:
        problem = entry.problem
        if public_key is not None and entry.spec is not None:
            problem = problem or signature_problem(entry.folder, entry.spec, public_key)
        rows.append((entry.id, problem or ("whole, and signed" if public_key else "whole")))
    if public_key is None:
        say("No public key is given, so that no signature was checked.")
    print_table("Models", ("model", "state"), rows)
    return 0 if all(state.startswith("whole") for _, state in rows) else NOT_READY
