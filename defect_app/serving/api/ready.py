"""Whether this process is fit to judge, for whoever watches it or sends it work."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from defect_app.readiness import Readiness
from defect_app.serving.api.context import Context

NOT_TESTED = "The self-test is not done yet."

routes = APIRouter()


@routes.get("/ready", responses={503: {"description": "Not ready, with the reasons."}})
def ready(
    context: Context,
    model: Annotated[str | None, Query(description="Ask about one model alone, whatever the others do")] = None,
) -> Response:
    """Tell what the last self-test found; none is run for it."""
    found = context.self_test.latest
    if found is None:
        return JSONResponse({"ready": False, "said": NOT_TESTED, "problems": [NOT_TESTED]}, status_code=503)
    if model is not None:
        found = Readiness(found.at, tuple(m for m in found.models if m.id == model), found.machine)
    return JSONResponse(found.as_dict(), status_code=200 if found.ready else 503)
