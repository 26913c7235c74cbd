"""The HTTP door: the same models, verdicts and records as the app, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import FastAPI, File, HTTPException, Query, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from defect_app import __version__
from defect_app.batch import MOST_FILES
from defect_app.catalog import Catalog
from defect_app.errors import DefectLensError
from defect_app.inspection import Inspector
from defect_app.inspection_record import InspectionRecord, record_of


class ModelSummary(BaseModel):
    """One model folder: what it is, or why it is disabled."""

    id: str
    title: str
    task: str | None
    classes: list[str]
    operating_point: str
    problem: str


def create_api(load_catalog: Callable[[], Catalog], load_inspector: Callable[[str], Inspector]) -> FastAPI:
    """Build the API.

    Parameters
    ----------
    load_catalog : callable
        Returns the models on disk.
    load_inspector : callable
        Returns the loaded model of an id; raises `ModelUnavailable` when there is none to use.
    """
    api = FastAPI(title="Defect Lens", version=__version__, docs_url=None, redoc_url=None)

    @api.exception_handler(DefectLensError)
    def explain(_: Request, error: DefectLensError) -> JSONResponse:
        return JSONResponse({"error": str(error), "remedy": error.remedy}, status_code=404)

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
        return [
            ModelSummary(
                id=e.id,
                title=e.title,
                task=e.spec.task if e.spec else None,
                classes=list(e.spec.class_names) if e.spec else [],
                operating_point=load_inspector(e.id).default_point.sentence if e.usable else "",
                problem=e.problem,
            )
            for e in load_catalog().entries
        ]

    @api.post("/classify")
    async def classify(
        files: Annotated[list[UploadFile], File(description=f"Photos, at most {MOST_FILES}")],
        model: Annotated[str, Query(description="A model's id")],
    ) -> list[InspectionRecord]:
        if len(files) > MOST_FILES:
            raise HTTPException(413, f"{len(files)} files at once are too many: send at most {MOST_FILES}.")
        inspector = await run_in_threadpool(load_inspector, model)
        # Files above the limit are refused by intake, which says how large they are.
        contents = [(f.filename or "unnamed", await f.read()) for f in files]
        results = await run_in_threadpool(lambda: list(inspector.inspect_many(contents)))
        return [record_of(result, inspector.spec) for result in results]

    return api
