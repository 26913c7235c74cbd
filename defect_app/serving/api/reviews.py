"""What people say of judged parts: an answer on a stored inspection, the answers there are, one taken back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from defect_app.errors import InvalidReview
from defect_app.people.roles import Permission
from defect_app.serving.api.context import Context, allowed_to, name_of
from defect_app.serving.api.problems import RefusedRequest, described

if TYPE_CHECKING:
    from defect_app.inspections import StoredInspection
    from defect_app.reviews import Review, ReviewStore

_NO_INSPECTION: Final = "There is no stored inspection of this id."

routes = APIRouter(dependencies=[allowed_to(Permission.LOOK)])


class SentMark(BaseModel):
    """Where a defect is, in shares of the upright photo's width and height; of a point both sizes are 0."""

    x: float = Field(ge=0, le=1, allow_inf_nan=False)
    y: float = Field(ge=0, le=1, allow_inf_nan=False)
    width: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)
    height: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)


class SentReview(BaseModel):
    """An answer to store; a correction is a further answer of the same person."""

    model_config = ConfigDict(extra="forbid")

    inspection: str = Field(max_length=36, examples=["01997c5e-1f0a-7c3e-9a54-0f6b7d1c2e3f"])
    answer: str = Field(pattern="^(good|defective|unsure|unusable)$", examples=["defective"])
    marks: list[SentMark] = Field(default_factory=list, max_length=50)
    note: str = Field("", max_length=2000)
    who: str = Field("", max_length=80, description="Who says it, where nobody has to sign in; else the key's name")
    blind: bool = Field(False, description="Whether the model's answer was hidden")
    seconds: float | None = Field(None, ge=0, allow_inf_nan=False, description="How long the photo was looked at")
    token: str = Field("", max_length=36, description="A name that the sender makes up: sent twice, it is stored once")


class StoredReview(BaseModel):
    """An answer as it is stored."""

    id: int
    token: str = Field(description="By it the answer is taken back")
    inspection: str
    answer: str
    marks: list[SentMark]
    note: str
    who: str
    blind: bool
    seconds: float | None
    created: datetime


@routes.get("/reviews", responses=described(404, 422, 503))
def reviews(
    context: Context,
    inspection: Annotated[str, Query(max_length=36, description="The id of a stored inspection")],
) -> list[StoredReview]:
    """List the answers in force on a stored inspection, the oldest first; those of studies are not among them."""
    store = _store(context)
    _found(store, inspection)
    return [_sent(review, inspection) for review in store.of_inspection(inspection)]


@routes.post(
    "/reviews",
    status_code=201,
    responses=described(403, 404, 409, 413, 422, 503),
    dependencies=[allowed_to(Permission.REVIEW)],
)
def add_review(request: Request, context: Context, sent: SentReview) -> StoredReview:
    """Store what a person says of a judged part."""
    from defect_app.hosting.corrected_photos import keep_if_corrected
    from defect_app.reviews import Answer, Mark, NewReview

    store = _store(context)
    inspection = _found(store, sent.inspection)
    try:
        stored = store.add(
            NewReview(
                token=sent.token or str(uuid4()),
                answer=Answer(sent.answer),
                who=name_of(request) or sent.who,
                inspection=inspection.key,
                marks=tuple(Mark(**mark.model_dump()) for mark in sent.marks),
                note=sent.note,
                blind=sent.blind,
                seconds=sent.seconds,
            )
        )
    except (InvalidReview, ValueError) as error:
        raise RefusedRequest(422, str(error), getattr(error, "remedy", "")) from None
    if stored.inspection != inspection.key:
        raise RefusedRequest(409, "Another answer has this token.", "Send it with a token of its own.")
    keep_if_corrected(store.database, stored, inspection)
    return _sent(stored, sent.inspection)


@routes.delete(
    "/reviews/{token}",
    status_code=204,
    responses=described(403, 404, 422, 503),
    dependencies=[allowed_to(Permission.REVIEW)],
)
def withdraw_review(
    request: Request,
    context: Context,
    token: str,
    who: Annotated[str, Query(max_length=80, description="Who said it, where nobody has to sign in")] = "",
) -> None:
    """Take an answer back by a further row; only whoever gave it can."""
    try:
        is_withdrawn = _store(context).withdraw(token, name_of(request) or who)
    except InvalidReview as error:
        raise RefusedRequest(422, str(error), error.remedy) from None
    if not is_withdrawn:
        raise RefusedRequest(404, "There is no answer of this token and person in force.")


def _store(context: Context) -> ReviewStore:
    from defect_app.reviews import ReviewStore

    return ReviewStore(context.records().database)


def _found(store: ReviewStore, inspection: str) -> StoredInspection:
    """Return a stored inspection.

    Raises
    ------
    RefusedRequest
        If there is none.
    """
    from defect_app.inspections import InspectionStore

    found = InspectionStore(store.database).find(inspection)
    if found is None:
        raise RefusedRequest(404, _NO_INSPECTION, "GET inspections lists them.")
    return found


def _sent(review: Review, inspection: str) -> StoredReview:
    return StoredReview(
        id=review.id,
        token=review.token,
        inspection=inspection,
        answer=review.answer.value,
        marks=[SentMark(x=m.x, y=m.y, width=m.width, height=m.height) for m in review.marks],
        note=review.note,
        who=review.who,
        blind=review.blind,
        seconds=review.seconds,
        created=review.created,
    )
