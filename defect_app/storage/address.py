"""The address of the records' database: which one the setting names, checked, and in words that hold no secret."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from defect_app.errors import RecordsUnavailable
from defect_app.paths import VAR
from defect_app.settings import DATABASE_VARIABLE, settings

DEFAULT_FILE = VAR / "records.sqlite"


def database_url() -> str:
    """Return the address of the records' database: what the setting names, else the project's own SQLite file."""
    named = settings().database_url
    return named.get_secret_value() if named else f"sqlite:///{DEFAULT_FILE}"


def database_title(url: str | None = None) -> str:
    """Return which database an address names, in words that hold no secret; it need not be there."""
    return title_of(database_address(url))


def database_address(url: str | None = None) -> URL:
    """Return an address, by default the setting's, with its driver named.

    Raises
    ------
    RecordsUnavailable
        If it is none of a database, or of a kind that is not supported.
    """
    expected = "Expected sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME."
    try:
        address = make_url(url or database_url())
    except (ArgumentError, ValueError):
        raise RecordsUnavailable(f"{DATABASE_VARIABLE} is not the address of a database.", expected) from None
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise RecordsUnavailable(f"{DATABASE_VARIABLE} names a kind of database that is not supported.", expected)
    if address.get_backend_name() == "sqlite" and (address.database or ":memory:") == ":memory:":
        raise RecordsUnavailable(f"{DATABASE_VARIABLE} names no file; records must outlive the app.", expected)
    return address


def title_of(address: URL) -> str:
    """Return which database an address names, in words that hold no secret."""
    return f"the file {address.database}" if address.get_backend_name() == "sqlite" else "the PostgreSQL database"
