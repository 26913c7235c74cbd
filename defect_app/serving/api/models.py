"""The models: what each is, the operating point that it is judged at, or why it is disabled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel

from defect_app.catalog import CatalogEntry
from defect_app.decision import default_point
from defect_app.serving.api.context import ApiContext, Context
from defect_app.serving.api.problems import described

if TYPE_CHECKING:
    from defect_app.points import PointInUse

routes = APIRouter()


class ModelSummary(BaseModel):
    """One model folder: what it is, or why it is disabled."""

    id: str
    title: str
    task: str | None
    classes: list[str]
    operating_point: str
    warning: str
    problem: str


@routes.get("/models")
def models(context: Context) -> list[ModelSummary]:
    """List all models, usable or not; none is loaded for it."""
    return _summaries(context.host.catalog().entries, context)


@routes.get("/models/{model_id}", responses=described(404))
def model(context: Context, model_id: str) -> ModelSummary:
    """Describe one model."""
    return _summaries([context.host.catalog().get(model_id)], context)[0]


def _summaries(entries: Sequence[CatalogEntry], context: ApiContext) -> list[ModelSummary]:
    usable = [entry for entry in entries if entry.usable]
    used = context.points_in_use([default_point(entry.usable_spec) for entry in usable])
    point_of = {entry.id: point for entry, point in zip(usable, used, strict=True)}
    return [_summary(entry, point_of.get(entry.id)) for entry in entries]


def _summary(entry: CatalogEntry, used: PointInUse | None) -> ModelSummary:
    return ModelSummary(
        id=entry.id,
        title=entry.title,
        task=entry.spec.task if entry.spec else None,
        classes=list(entry.spec.class_names) if entry.spec else [],
        operating_point=used.sentence if used else "",
        warning=used.warning if used else "",
        problem=entry.problem,
    )
