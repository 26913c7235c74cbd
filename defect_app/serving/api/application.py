"""Puts the resources of the API together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI

from defect_app import __version__
from defect_app.hosting.model_host import ModelHost
from defect_app.readiness import SelfTest
from defect_app.serving.api import (
    classify,
    docs_page,
    health,
    inspections,
    metrics,
    models,
    operating_points,
    ready,
    reviews,
)
from defect_app.serving.api.context import ApiContext
from defect_app.serving.api.problems import add_problems, describe_problems
from defect_app.serving.api.small_bodies import SmallBodies
from defect_app.serving.api.storing import OpenRecorder, recorder_of_process

if TYPE_CHECKING:
    from defect_app.points import Records


def _opened() -> Records:
    from defect_app.points import open_records

    return open_records()


def create_api(
    host: ModelHost,
    records: Callable[[], Records] = _opened,
    self_test: SelfTest | None = None,
    opened_recorder: OpenRecorder = recorder_of_process,
) -> FastAPI:
    """Build the API.

    Parameters
    ----------
    host : ModelHost
        Owns the models, and the threads that judge.
    records : callable
        Gives the records, where operating points are looked up. Default: opens them.
    self_test : SelfTest, optional
        The one whose outcome is told. Default: one of the host's models, that somebody has to run.
    opened_recorder : callable
        Returns who stores what a request asks to be kept. Default: opens the records when that is first asked for.
    """
    api = FastAPI(title="Defect Lens", version=__version__, docs_url=None, redoc_url=None)
    api.state.context = ApiContext(host, records, self_test or SelfTest(host), opened_recorder)
    # Photos are judged while they arrive; whatever else is sent is small.
    api.add_middleware(SmallBodies, applies=lambda path: not path.endswith("/classify"))
    add_problems(api)
    describe_problems(api)
    for resource in (health, ready, models, operating_points, classify, inspections, reviews, metrics, docs_page):
        api.include_router(resource.routes)
    return api
