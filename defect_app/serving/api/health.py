"""Whether the process is alive, and which models it can serve."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from defect_app.serving.api.context import Context

routes = APIRouter()


class Health(BaseModel):
    """That the process answers, and what it has to answer with."""

    status: Literal["ok"] = "ok"
    models: list[str]
    disabled: dict[str, str]


@routes.get("/health")
def health(context: Context) -> Health:
    """Say that the process is alive, which models are usable, and why the others are not."""
    catalog = context.host.catalog()
    return Health(models=[e.id for e in catalog.usable], disabled={e.id: e.problem for e in catalog.disabled})
