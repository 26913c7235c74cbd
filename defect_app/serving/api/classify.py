"""Photos in, records out: in one answer, or a line each while they are judged."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from anyio import CancelScope
from fastapi import APIRouter, Depends, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from defect_app.errors import DefectLensError
from defect_app.hosting.batch import MOST_FILES
from defect_app.inspection import Inspector
from defect_app.inspection.writing import record_as_json
from defect_app.intake import MAX_BYTES
from defect_app.people.roles import Permission
from defect_app.serving.api.context import ApiContext, Context, allowed_to, name_of
from defect_app.serving.api.judging import ArrivingBatch, in_thread, stopped_when_gone
from defect_app.serving.api.judging_options import JudgingQuestion
from defect_app.serving.api.photo_maps import MOST_MAPS, AnsweredRecord, MapExtractor, MapQuestion
from defect_app.serving.api.problems import described
from defect_app.serving.api.request_body import RequestBody
from defect_app.serving.api.storing import RequestStoring, StoreQuestion
from defect_app.serving.api.uploads import FILES_FIELD, arriving_files
from defect_app.serving.api.verdict_maps import VerdictMapExtractor

if TYPE_CHECKING:
    from defect_app.points import PointInUse

WARNING_HEADER: Final = "X-Defect-Lens-Warning"
"""Why the active operating point was not applied, or verdicts not kept, on the answers where that is so."""
LINES: Final = "application/x-ndjson"
"""Asked for by the header ``Accept``: a record a line, sent as soon as it is there."""

routes = APIRouter()

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILES_FIELD],
                    "properties": {
                        FILES_FIELD: {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "maxItems": MOST_FILES,
                            "description": f"Photos, each of at most {MAX_BYTES // 10**6} MB.",
                        }
                    },
                }
            }
        },
    }
}
_AS_LINES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A list of records, or a record a line", "content": {LINES: {}}}
}


@dataclass(frozen=True)
class Work:
    """What a request is judged with.

    Attributes
    ----------
    inspector : Inspector
        The model.
    used : PointInUse
        The point that its photos are judged at.
    asked : JudgingQuestion
        What is told of each.
    maps : MapExtractor or None
        Makes the heat maps that were asked for.
    storing : RequestStoring or None
        Keeps what is judged, where that was asked for.
    """

    inspector: Inspector
    used: PointInUse
    asked: JudgingQuestion
    maps: MapExtractor | VerdictMapExtractor | None
    storing: RequestStoring | None

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says beside the records."""
        # Headers hold ASCII only.
        said = (self.used.warning, self.storing.problem if self.storing else "")
        warning = " ".join(filter(None, said)).encode("ascii", "replace").decode()
        return {WARNING_HEADER: warning} if warning else {}

    def lines(self, batch: ArrivingBatch, context: ApiContext) -> Generator[str, None, None]:
        """Judge the files; called from a thread.

        Yields
        ------
        str
            The record of a file as JSON, with its map where maps were asked for.
        """
        extractor = self.maps if self.storing is None else self.storing.extractor(self.maps)
        judged = batch.judged(context.host, self.inspector, self.used.point, extractor)
        with closing(judged):
            for stored in judged if self.storing is None else self.storing.stored(judged):
                file = replace(stored, record=self.asked.record(stored.record))
                yield record_as_json(file.record) if self.maps is None else self.maps.record_as_json(file)


@routes.post(
    "/classify",
    response_model=list[AnsweredRecord],
    responses=_AS_LINES | described(400, 404, 408, 413, 415, 422, 503, 507),
    openapi_extra=_BODY,
    dependencies=[allowed_to(Permission.INSPECT)],
)
async def classify(
    request: Request,
    context: Context,
    about_judging: Annotated[JudgingQuestion, Depends()],
    about_map: Annotated[MapQuestion, Depends()],
    about_storing: Annotated[StoreQuestion, Depends()],
    model: Annotated[str, Query(description="A model's id", examples=["casting-mobilenetv2"])],
    operating_point: Annotated[
        str | None, Query(description="A saved point's name, or default; without it the active point")
    ] = None,
) -> Response:
    """Judge photos, in the order in which they were sent; a file that cannot be used is a record that says why."""
    body, stop = RequestBody(request), threading.Event()

    def prepare() -> Work:
        loaded = context.host.inspector(model)
        frames = about_judging.frames(lambda: context.frames_in_use(loaded.spec))
        inspector = loaded.in_frames(frames.frames)
        used = context.point_in_use(inspector.default_point, operating_point)
        used = replace(
            used, point=frames.at(used.point), warning=" ".join(filter(None, (used.warning, frames.warning)))
        )
        storing = about_storing.storing(context.opened_recorder, name_of(request))
        return Work(inspector, used, about_judging, about_map.extractor(inspector, stop), storing)

    most_files = MOST_MAPS if about_map.method else MOST_FILES
    files = arriving_files(body, request.headers.get("content-type", ""), most_files)
    batch = ArrivingBatch(files, stop)
    in_lines = LINES in request.headers.get("accept", "")
    try:
        return await (_in_lines if in_lines else _at_once)(prepare, batch, body, context)
    except ClientDisconnect:
        return Response()  # nobody reads it
    except DefectLensError:
        await files.aclose()
        await body.pass_over()
        raise
    finally:
        batch.let_go_of_first()


async def _at_once(
    prepare: Callable[[], Work], batch: ArrivingBatch, body: RequestBody, context: ApiContext
) -> Response:
    def judge() -> tuple[Work, list[str]]:
        # In one go: each change of thread costs a photo that comes alone more than its verdict does.
        work = prepare()
        return work, list(work.lines(batch, context))

    async with aclosing(batch.files), stopped_when_gone(body, batch.stop):
        await batch.wait_for_first()
        work, lines = await in_thread(judge)
    return Response("[\n" + ",\n".join(lines) + "\n]\n", media_type="application/json", headers=work.headers)


async def _in_lines(
    prepare: Callable[[], Work], batch: ArrivingBatch, body: RequestBody, context: ApiContext
) -> Response:
    await batch.wait_for_first()
    work = await in_thread(prepare)
    lines = _lines(work, batch, body, context)
    # What is wrong with the request shows before its first line, while there still is a status to say it by.
    first = await anext(lines)

    async def all_lines() -> AsyncIterator[str]:
        async with aclosing(lines):
            yield first
            async for line in lines:
                yield line

    return StreamingResponse(all_lines(), media_type=LINES, headers=work.headers)


async def _lines(work: Work, batch: ArrivingBatch, body: RequestBody, context: ApiContext) -> AsyncGenerator[str, None]:
    """Yield lines as records come; none before the whole request was read, since until then no client listens."""
    async with aclosing(batch.files):
        lines = work.lines(batch, context)
        held = ""
        try:
            while (line := await in_thread(lambda: next(lines, None))) is not None:
                held += line + "\n"
                if body.arrived.is_set():
                    yield held
                    held = ""
            if held:
                yield held
        finally:
            batch.stop.set()
            with CancelScope(shield=True):
                await in_thread(lines.close)
