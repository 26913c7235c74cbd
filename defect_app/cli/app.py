"""``app``: serve the pages and the API, on this machine alone unless another address is named."""

from __future__ import annotations

import argparse
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping

from defect_app.cli.terminal import say, whole_number
from defect_app.paths import SERVER, STREAMLIT_SETTINGS
from defect_app.settings import settings

EVERY_ADDRESS = ("0.0.0.0", "::")


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = commands.add_parser("app", help="serve the pages and the API")
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        help="address to listen on; 0.0.0.0 opens the app to the network (default: localhost)",
    )
    parser.add_argument("--port", type=whole_number(1), metavar="N", help="default: 8501")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    with STREAMLIT_SETTINGS.open("rb") as file:
        for variable, value in streamlit_environment(tomllib.load(file)):
            os.environ.setdefault(variable, value)
    host = arguments.host or os.environ["STREAMLIT_SERVER_ADDRESS"]
    port = arguments.port or os.environ["STREAMLIT_SERVER_PORT"]
    from defect_app.serving.hosts import is_loopback

    if not is_loopback(host):
        say(reach_in_words(host))
    say(f"Defect Lens on http://{'localhost' if host in EVERY_ADDRESS else host}:{port} (Ctrl-C ends it)")

    from streamlit.web import cli as streamlit

    # Streamlit's own greeting would ask a service outside for this machine's address.
    options = ["--server.address", host, "--server.port", str(port), "--logger.hideWelcomeMessage", "true"]
    streamlit.main(["run", str(SERVER), *options], prog_name="streamlit", standalone_mode=False)
    return 0


def reach_in_words(host: str) -> str:
    """Return what it means that an address is open to the network."""
    if settings().sign_in == "off":
        return f"Warning: everyone who reaches this machine can use the app on {host}: sign-in is off."
    return (
        f"The app is open to the network on {host}: people sign in (defect-lens people add NAME --role admin makes the "
        "first), programs bring a key."
    )


def streamlit_environment(table: Mapping[str, object], prefix: str = "STREAMLIT") -> Iterator[tuple[str, str]]:
    """Yield the settings of a ``config.toml`` as Streamlit's environment variables.

    Streamlit looks for the file in the working directory, which for an installed app can be any; its variables hold
    everywhere.

    Parameters
    ----------
    table : mapping
        Sections, which may hold sections, of names and values.
    prefix : str
        How the variables begin.

    Yields
    ------
    (str, str)
        Such as ``("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "25")``; lists and truth values as JSON.
    """
    for name, value in table.items():
        variable = f"{prefix}_{re.sub('(?<=[a-z])(?=[A-Z])', '_', name).upper()}"
        if isinstance(value, Mapping):
            yield from streamlit_environment(value, variable)
        else:
            yield variable, value if isinstance(value, str) else json.dumps(value)
