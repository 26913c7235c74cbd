"""Every error of the API as a problem document (RFC 9457): one table from exception to status, one shape."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from defect_app.errors import Busy, DefectLensError, FrameOutsidePhoto, RecordsUnavailable
from defect_app.logs import logger

MEDIA_TYPE: Final = "application/problem+json"
TRY_AGAIN_AFTER_S: Final = 5
"""What a client is told that was refused because too much waits already."""
MOST_FAULTS: Final = 20
"""No more faults of one request are listed: an answer does not grow with what was sent."""

_log = logger(__name__)


class RefusedRequest(DefectLensError):
    """A request that is not of the form that it says, is too large, or does not arrive.

    Parameters
    ----------
    status : int
        The HTTP status that says it.
    message, remedy : str
        See `DefectLensError`.
    """

    def __init__(self, status: int, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.status = status


class Fault(BaseModel):
    """One thing that is wrong with a request: where, and why."""

    where: str
    problem: str


class Problem(BaseModel):
    """A problem document (RFC 9457), with what to do about it."""

    type: str = Field(default="about:blank", description="The kind of problem; about:blank: the status says it")
    title: str = Field(description="The status in words", examples=["Not Found"])
    status: int = Field(description="The HTTP status", examples=[404])
    detail: str = Field(description="What happened", examples=["There is no model 'castings'."])
    remedy: str = Field(
        default="", description="What to do about it", examples=["There are: casting-cnn, phone-mobilenetv2."]
    )
    faults: list[Fault] = Field(default_factory=list, description="What is wrong with the request, entry by entry")


def problem_response(status: int, detail: str, remedy: str = "", faults: list[Fault] | None = None) -> JSONResponse:
    """Return a problem document as an answer.

    Parameters
    ----------
    status : int
        The HTTP status.
    detail : str
        What happened.
    remedy : str
        What to do about it.
    faults : list of Fault, optional
        What is wrong with the request, entry by entry.
    """
    problem = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        remedy=remedy,
        faults=faults or [],
    )
    headers = {"Retry-After": str(TRY_AGAIN_AFTER_S)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(problem.model_dump(), status, headers, MEDIA_TYPE)


def of_error(error: DefectLensError) -> JSONResponse:
    """Return the answer to one of the project's own errors."""
    # What is left names a model, a point or a record that is not there.
    status = 404
    if isinstance(error, RefusedRequest):
        status = error.status
    elif isinstance(error, FrameOutsidePhoto):
        status = 422
    elif isinstance(error, Busy | RecordsUnavailable):
        status = 503
    return problem_response(status, str(error), error.remedy)


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of a route's errors."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
        for status in statuses
    }


_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}


def add_problems(api: FastAPI) -> None:
    """Have every error of an application answered by a problem document."""
    api.add_exception_handler(DefectLensError, _explain)
    api.add_exception_handler(HTTPException, _explain_status)
    api.add_exception_handler(RequestValidationError, _explain_faults)
    api.add_exception_handler(Exception, _explain_fault_of_ours)


def describe_problems(api: FastAPI) -> None:
    """Have an application's OpenAPI description hold the form of problem documents, also of refused requests."""
    describe = api.openapi

    def described_too() -> dict[str, Any]:
        description = describe()
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schemas["Problem"].pop("$defs", {}))
        for operations in description["paths"].values():
            for operation in operations.values():
                # What FastAPI says of its own 422, which is answered by a problem here.
                if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                    operation["responses"]["422"] = described(422)[422]
        for of_fastapi in ("HTTPValidationError", "ValidationError"):
            schemas.pop(of_fastapi, None)
        return description

    api.openapi = described_too  # type: ignore[method-assign]


def _explain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DefectLensError)
    return of_error(error)


def _explain_status(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = "There is nothing at this address."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"This address does not answer {request.method}."
    answer = problem_response(error.status_code, detail)
    answer.headers.update(error.headers or {})
    return answer


def _explain_faults(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Where and why, never what was sent: it may be large, and is the client's own.
    faults = [Fault(where=".".join(map(str, f["loc"]))[:200], problem=str(f["msg"])[:200]) for f in error.errors()]
    return problem_response(422, "The request is not of the form that this address takes.", faults=faults[:MOST_FAULTS])


def _explain_fault_of_ours(request: Request, error: Exception) -> JSONResponse:
    _log.error("request_failed", path=request.url.path, exc_info=error)
    return problem_response(500, "Something went wrong here. The server's log says more.")
