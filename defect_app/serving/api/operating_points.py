"""The saved operating points of a model: listed, looked up by name, saved, made active, switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from defect_app.decision import (
    DEFAULT_NAME,
    Costs,
    InspectionThresholds,
    OperatingPoint,
    RecognitionThresholds,
    Thresholds,
    default_point,
)
from defect_app.errors import InvalidOperatingPoint
from defect_app.people.roles import Permission
from defect_app.serving.api.context import Context, allowed_to, is_program, name_of
from defect_app.serving.api.problems import RefusedRequest, described

if TYPE_CHECKING:
    from defect_app.points import Asking, SavedPoint

_SECOND_PERSON: Final = "Saved; it lets more pass than the one in use, and waits for a second person to make it active."

routes = APIRouter(dependencies=[allowed_to(Permission.LOOK)])
ModelId = Annotated[str, Query(description="A model's id", examples=["casting-mobilenetv2"])]


class SavedPointSummary(BaseModel):
    """One version of a saved point."""

    name: str = Field(examples=["Night shift"])
    version: int = Field(examples=[1])
    sentence: str = Field(description="The thresholds in words", examples=["Reject at 0.7 and above, review from 0.3."])
    active: bool = Field(description="Whether this version is the one that photos are judged at")
    who: str = Field(examples=["Ada"])
    created: datetime
    note: str = ""
    review_at: float | None = Field(None, description="Of an inspection model", examples=[0.3])
    reject_at: float | None = Field(None, description="Of an inspection model", examples=[0.7])
    accept_at: float | None = Field(None, description="Of a recognition model")
    waits_for: str = Field("", description="Why a point that was to become active is not yet; else empty")


_WAITS: Final[dict[int | str, dict[str, Any]]] = {202: {"model": SavedPointSummary, "description": _SECOND_PERSON}}


class PointCosts(BaseModel):
    """The amounts that a point was chosen with."""

    missed_defect: float = Field(ge=0, allow_inf_nan=False, examples=[500.0])
    false_reject: float = Field(ge=0, allow_inf_nan=False, examples=[20.0])
    human_review: float = Field(ge=0, allow_inf_nan=False, examples=[5.0])


class NewPoint(BaseModel):
    """A point to save under a name; a name that exists gets a further version."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(examples=["casting-mobilenetv2"])
    name: str = Field(examples=["Night shift"])
    review_at: float | None = Field(None, ge=0, le=1, allow_inf_nan=False, examples=[0.3])
    reject_at: float | None = Field(None, ge=0, le=1, allow_inf_nan=False, examples=[0.7])
    accept_at: float | None = Field(None, ge=0, le=1, allow_inf_nan=False, description="Of a recognition model")
    note: str = ""
    who: str = Field("", description="Who saves it, where nobody has to sign in; else the key's name counts")
    activate: bool = Field(False, description="Make it the active one in the same step")
    costs: PointCosts | None = None
    defect_rate: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> NewPoint:
        pair = (self.review_at, self.reject_at)
        if (self.accept_at is None) == (None in pair) or (self.accept_at is not None and pair != (None, None)):
            raise ValueError("either review_at and reject_at or accept_at is expected")
        if self.review_at is not None and self.reject_at is not None and self.review_at > self.reject_at:
            raise ValueError("review_at must not lie above reject_at")
        return self

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds, of the kind that was sent."""
        if self.review_at is not None and self.reject_at is not None:
            return InspectionThresholds(self.review_at, self.reject_at)
        assert self.accept_at is not None, "validated"
        return RecognitionThresholds(self.accept_at)


class Activation(BaseModel):
    """Which point is to be applied from now on."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(examples=["casting-mobilenetv2"])
    name: str = Field(description="A saved point; default for the one that the model is delivered with")
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Without it the latest; an older one rolls back")
    who: str = Field("", description="As for saving")


@routes.get("/operating-points", responses=described(404, 422, 503))
def operating_points(context: Context, model: ModelId) -> list[SavedPointSummary]:
    """List the saved points of a model, the newest first; the default that it was delivered with is not among them."""
    context.host.catalog().get(model)
    return [_summary(saved) for saved in context.records().points(model)]


@routes.get("/operating-points/{name:path}", responses=described(404, 422, 503))
def operating_point(
    context: Context,
    name: str,
    model: ModelId,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Without it the latest")] = None,
) -> SavedPointSummary:
    """Return a saved point."""
    context.host.catalog().get(model)
    return _summary(_found(context, model, name, version))


@routes.post(
    "/operating-points",
    status_code=201,
    responses=described(403, 404, 413, 422, 503),
    dependencies=[allowed_to(Permission.POINTS)],
)
def save_point(request: Request, context: Context, new: NewPoint) -> SavedPointSummary:
    """Save a point, and make it active where that is asked for; a second person may be needed for that."""
    default = _default(context, new.model)
    if type(new.thresholds) is not type(default.thresholds):
        raise RefusedRequest(422, f"The thresholds are of another kind than the model {new.model} has.")
    costs = Costs(**new.costs.model_dump()) if new.costs else None
    with _refused():
        saved = context.records().save_point(
            default.moved(new.thresholds, new.name),
            note=new.note,
            who=_asking(request, new.who),
            costs=costs,
            defect_rate=new.defect_rate,
            activate=new.activate,
            default=default,
        )
    return _summary(saved, waits=new.activate and not saved.active)


@routes.put(
    "/active-point",
    responses=_WAITS | described(403, 404, 409, 413, 422, 503),
    dependencies=[allowed_to(Permission.POINTS)],
)
def activate_point(request: Request, response: Response, context: Context, wanted: Activation) -> SavedPointSummary:
    """Make a version of a saved point the active one, or go back to the point that the model is delivered with."""
    default, who = _default(context, wanted.model), _asking(request, wanted.who)
    records = context.records()
    if wanted.name == DEFAULT_NAME:
        before = records.active_point(wanted.model)
        if before is None:
            raise RefusedRequest(409, f"The model {wanted.model} is judged at its default point already.")
        with _refused():
            is_done = records.deactivate(wanted.model, who=who, default=default)
        saved = _found(context, wanted.model, before.name, before.version)
    else:
        _found(context, wanted.model, wanted.name, wanted.version)
        with _refused():
            saved = records.activate(wanted.model, wanted.name, who=who, version=wanted.version, default=default)
        is_done = saved.active
    response.status_code = 200 if is_done else 202
    return _summary(saved, waits=not is_done)


def _asking(request: Request, said: str) -> Asking:
    """Return who asks: whom the sign-in knows, else who they say they are."""
    # Imported here: the start of a server shall not wait for the database's libraries.
    from defect_app.points import Asking

    return Asking(name_of(request) or said, is_person=not is_program(request))


def _default(context: Context, model: str) -> OperatingPoint:
    return default_point(context.host.catalog().get(model).usable_spec)


def _found(context: Context, model: str, name: str, version: int | None) -> SavedPoint:
    found = context.records().find_point(model, name, version)
    if found is None:
        known = ", ".join(sorted(saved.name for saved in context.records().points(model)))
        raise RefusedRequest(
            404, f"The model {model} has no saved operating point of this name and version.", f"Saved are: {known}."
        )
    return found


@contextmanager
def _refused() -> Iterator[None]:
    """Answer what cannot be saved, or not by nobody, by 422: the point is not missing, the request is not in order."""
    try:
        yield
    except InvalidOperatingPoint as error:
        raise RefusedRequest(422, str(error), error.remedy) from None


def _summary(saved: SavedPoint, *, waits: bool = False) -> SavedPointSummary:
    thresholds = saved.point.thresholds
    return SavedPointSummary(
        name=saved.name,
        version=saved.version,
        sentence=saved.point.sentence,
        active=saved.active,
        who=saved.who,
        created=saved.created,
        note=saved.note,
        review_at=getattr(thresholds, "review_at", None),
        reject_at=getattr(thresholds, "reject_at", None),
        accept_at=getattr(thresholds, "accept_at", None),
        waits_for=_SECOND_PERSON if waits else "",
    )
