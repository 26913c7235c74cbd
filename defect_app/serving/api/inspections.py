"""What was stored: newest first, a page at a time, and each inspection by its id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field

from defect_app.inspection.record import InspectionRecord
from defect_app.people.roles import Permission
from defect_app.serving.api.context import allowed_to
from defect_app.serving.api.problems import RefusedRequest, described

if TYPE_CHECKING:
    from defect_app.inspections import InspectionStore

MOST_AT_ONCE = 500


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time lies outside the years 1 to 9999 of UTC") from None


Moment = Annotated[datetime, AfterValidator(_in_utc)]

routes = APIRouter(dependencies=[allowed_to(Permission.LOOK)])


class InspectionList(BaseModel):
    """Some stored inspections, newest first."""

    inspections: list[InspectionRecord]
    cursor: int | None = Field(description="What to ask for the next ones with; null after the last")


@contextmanager
def _opened() -> Iterator[InspectionStore]:
    # Imported here: the start shall not wait for the database's libraries.
    from defect_app.inspections import InspectionStore
    from defect_app.storage.database import Database

    with closing(Database()) as database:
        yield InspectionStore(database)


@routes.get("/inspections", responses=described(422, 503))
def inspections(
    since: Annotated[Moment | None, Query(description="Judged at this time or later; UTC without an offset")] = None,
    until: Annotated[Moment | None, Query(description="Judged before this time; UTC without an offset")] = None,
    model: Annotated[str, Query(max_length=200)] = "",
    verdict: Annotated[str, Query(max_length=20)] = "",
    source: Annotated[str, Query(max_length=20, description="page, api, watch or cli")] = "",
    part: Annotated[str, Query(max_length=200)] = "",
    batch: Annotated[str, Query(max_length=80)] = "",
    search: Annotated[str, Query(max_length=200, description="Words of the file's name, part, person or batch")] = "",
    cursor: Annotated[int | None, Query(ge=0, le=2**63 - 1, description="What the answer before gave")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 50,
) -> InspectionList:
    """List stored inspections, newest first; what is not given does not matter.

    A search for words of one or two letters looks at some thousand rows at once: its answers may be short or empty
    while they have a cursor.
    """
    from defect_app.inspections import InspectionFilter

    wanted = InspectionFilter(
        since=since,
        until=until,
        model=model,
        verdict=verdict,
        source=source,
        part=part,
        batch=batch,
        text=search,
    )
    with _opened() as store:
        page = store.page(wanted, before=cursor, size=limit)
    return InspectionList(inspections=[stored.record for stored in page.inspections], cursor=page.before)


@routes.get("/inspections/{inspection_id}", responses=described(404, 503))
def inspection(inspection_id: str) -> InspectionRecord:
    """Return one stored inspection."""
    with _opened() as store:
        found = store.find(inspection_id)
    if found is None:
        raise RefusedRequest(404, "There is no stored inspection of this id.", "GET inspections lists them.")
    return found.record
