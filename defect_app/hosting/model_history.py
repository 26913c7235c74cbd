"""Model folders that came, changed or went stand in the audit trail: which version judged from when on."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, select

from defect_app.catalog import Catalog
from defect_app.storage.audit import Detail, add_entry
from defect_app.storage.database import Database
from defect_app.storage.tables import audit_entries

CAME, CHANGED, GONE = "model came", "model changed", "model gone"
OUT_OF_SERVICE = ""
"""Stands for the digest of a folder that cannot be used."""


def model_digests(models: Catalog) -> dict[str, str]:
    """Return the digest of each model folder by its id."""
    usable = {entry.id: entry.usable_spec.identity for entry in models.usable}
    return {entry.id: usable.get(entry.id, OUT_OF_SERVICE) for entry in models.entries}


def note_models(database: Database, digests: Mapping[str, str]) -> int:
    """Add to the audit trail what changed about the models since it was last said there; return how many did.

    Parameters
    ----------
    database : Database
        An open one.
    digests : mapping of str to str
        What `model_digests` gives now.

    Raises
    ------
    RecordsUnavailable
        If the database fails.
    """
    # Alone: another process that sees the same folder at the same moment would say it too.
    with database.writing(alone_in=audit_entries) as connection:
        known = _last_said(connection)
        there = {model_id: digest for model_id, digest in digests.items() if known.get(model_id) != digest}
        for model_id, digest in there.items():
            action = CHANGED if model_id in known else CAME
            details: dict[str, Detail] = {"sha256": digest, "usable": digest != OUT_OF_SERVICE}
            add_entry(connection, action, who="", subject=model_id, details=details)
        gone = known.keys() - digests.keys()
        for model_id in sorted(gone):
            add_entry(connection, GONE, who="", subject=model_id)
        return len(there) + len(gone)


def _last_said(connection: Connection) -> dict[str, str]:
    query = select(audit_entries.c.action, audit_entries.c.subject, audit_entries.c.details)
    query = query.where(audit_entries.c.action.in_((CAME, CHANGED, GONE))).order_by(audit_entries.c.id)
    known: dict[str, str] = {}
    for action, model_id, details in connection.execute(query):
        if action == GONE:
            known.pop(model_id, None)
        else:
            known[model_id] = str(json.loads(details)["sha256"])
    return known
