"""What every resource of the API needs: who owns the models, and where operating points come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request, params

from defect_app.catalog import ModelSpec
from defect_app.decision import OperatingPoint
from defect_app.hosting.model_host import ModelHost
from defect_app.people.roles import Permission
from defect_app.readiness import SelfTest
from defect_app.serving.api.problems import RefusedRequest
from defect_app.serving.api.storing import OpenRecorder

if TYPE_CHECKING:
    from defect_app.inspection.framing import FramesInUse
    from defect_app.inspections.frames_in_use import WatchedFrames
    from defect_app.points import PointInUse, Records
    from defect_app.points.watched import WatchedPoints


@dataclass(frozen=True)
class ApiContext:
    """What the resources share.

    Attributes
    ----------
    host : ModelHost
        Owns the models, and the threads that judge.
    records : callable
        Gives the records, where operating points are looked up.
    self_test : SelfTest
        The one whose outcome is told.
    opened_recorder : callable
        Returns who stores what a request asks to be kept.
    """

    host: ModelHost
    records: Callable[[], Records]
    self_test: SelfTest
    opened_recorder: OpenRecorder

    def point_in_use(self, default: OperatingPoint, name: str | None) -> PointInUse:
        """Return the operating point of a name for a model with this default, the active one for None."""
        if name is None:
            return self._watched.point_in_use(default)
        from defect_app.points import point_in_use

        return point_in_use(default, name, self.records)

    def frames_in_use(self, spec: ModelSpec) -> FramesInUse:
        """Return the frames that photos of a model's product are judged in."""
        from defect_app.inspections.fixed_frames import framed_product

        return self._watched_frames.of(framed_product(spec))

    @cached_property
    def _watched_frames(self) -> WatchedFrames:
        from defect_app.inspections.frames_in_use import WatchedFrames

        return WatchedFrames(lambda: self.records().database)

    @cached_property
    def _watched(self) -> WatchedPoints:
        # Imported here: the start shall not wait for the database's libraries.
        from defect_app.points.watched import WatchedPoints

        return WatchedPoints(self.records)

    def points_in_use(self, defaults: Sequence[OperatingPoint]) -> tuple[PointInUse, ...]:
        """Return the active operating points of models with these defaults."""
        from defect_app.points import points_in_use

        return points_in_use(defaults, self.records)


def _context_of(request: Request) -> ApiContext:
    return cast(ApiContext, request.app.state.context)


IDENTITY = "identity"
"""Under this name the state of a request holds who asks, where visitors have to say so."""


def name_of(request: Request) -> str:
    """Return the name of who asks; empty where visitors need not say who they are."""
    identity = request.scope.get("state", {}).get(IDENTITY)
    return str(identity.name) if identity is not None else ""


def is_program(request: Request) -> bool:
    """Return whether a program's key asks, and no person."""
    identity = request.scope.get("state", {}).get(IDENTITY)
    return identity is not None and not identity.is_person


def allowed_to(permission: Permission) -> params.Depends:
    """Return what refuses a request of somebody whose role lacks a permission."""

    def check(request: Request) -> None:
        identity = request.scope.get("state", {}).get(IDENTITY)
        if identity is not None and not identity.may(permission):
            raise RefusedRequest(403, f"The role {identity.role} does not allow this.", "Ask an admin for another.")

    return cast(params.Depends, Depends(check))


Context = Annotated[ApiContext, Depends(_context_of)]
"""Hands a resource the context of its application."""
