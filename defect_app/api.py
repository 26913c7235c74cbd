"""The HTTP door: the same models, verdicts and records as the app, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, File, HTTPException, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from defect_app import __version__
from defect_app.batch import MOST_FILES
from defect_app.catalog import Catalog, CatalogEntry
from defect_app.errors import DefectLensError, RecordsUnavailable
from defect_app.inspection import Inspector
from defect_app.inspection_record import InspectionRecord, record_of

if TYPE_CHECKING:
    from defect_app.records import PointInUse

WARNING_HEADER = "X-Defect-Lens-Warning"
"""Why the active operating point was not applied, on the answers where it was not."""


class ModelSummary(BaseModel):
    """One model folder: what it is, or why it is disabled."""

    id: str
    title: str
    task: str | None
    classes: list[str]
    operating_point: str
    warning: str
    problem: str


ChoosePoint = Callable[[Inspector, str | None], "PointInUse"]


def _from_records(inspector: Inspector, name: str | None) -> PointInUse:
    from defect_app.records import point_in_use

    return point_in_use(inspector.default_point, name)


def create_api(
    load_catalog: Callable[[], Catalog],
    load_inspector: Callable[[str], Inspector],
    choose_point: ChoosePoint = _from_records,
) -> FastAPI:
    """Build the API.

    Parameters
    ----------
    load_catalog : callable
        Returns the models on disk.
    load_inspector : callable
        Returns the loaded model of an id; raises `ModelUnavailable` when there is none to use.
    choose_point : callable
        Returns the operating point of a name for a model, the active one for None. Default: looks into the records.
    """
    api = FastAPI(title="Defect Lens", version=__version__, docs_url=None, redoc_url=None)

    @api.exception_handler(DefectLensError)
    def explain(_: Request, error: DefectLensError) -> JSONResponse:
        status = 503 if isinstance(error, RecordsUnavailable) else 404
        return JSONResponse({"error": str(error), "remedy": error.remedy}, status_code=status)

    @api.get("/health")
    def health() -> dict[str, object]:
        catalog = load_catalog()
        return {
            "status": "ok",
            "models": [e.id for e in catalog.usable],
            "disabled": {e.id: e.problem for e in catalog.disabled},
        }

    @api.get("/models")
    def models() -> list[ModelSummary]:
        return [summary(entry) for entry in load_catalog().entries]

    def summary(entry: CatalogEntry) -> ModelSummary:
        used = choose_point(load_inspector(entry.id), None) if entry.usable else None
        return ModelSummary(
            id=entry.id,
            title=entry.title,
            task=entry.spec.task if entry.spec else None,
            classes=list(entry.spec.class_names) if entry.spec else [],
            operating_point=used.sentence if used else "",
            warning=used.warning if used else "",
            problem=entry.problem,
        )

    @api.post("/classify")
    async def classify(
        response: Response,
        files: Annotated[list[UploadFile], File(description=f"Photos, at most {MOST_FILES}")],
        model: Annotated[str, Query(description="A model's id")],
        operating_point: Annotated[
            str | None, Query(description="A saved point's name, or default; without it the active point")
        ] = None,
    ) -> list[InspectionRecord]:
        if len(files) > MOST_FILES:
            raise HTTPException(413, f"{len(files)} files at once are too many: send at most {MOST_FILES}.")
        inspector = await run_in_threadpool(load_inspector, model)
        # Files above the limit are refused by intake, which says how large they are.
        contents = [(f.filename or "unnamed", await f.read()) for f in files]
        used = await run_in_threadpool(choose_point, inspector, operating_point)
        if used.warning:
            # Headers hold ASCII only.
            response.headers[WARNING_HEADER] = used.warning.encode("ascii", "replace").decode()
        results = await run_in_threadpool(lambda: list(inspector.inspect_many(contents, used.point)))
        return [record_of(result, inspector.spec) for result in results]

    return api
