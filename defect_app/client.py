"""A client of the API for Python programs: photos in, records out, as typed as within the app."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from defect_app.errors import DefectLensError
from defect_app.inspection.framing import Frame
from defect_app.inspection.record import InspectionRecord

TIMEOUT: Final = httpx.Timeout(120.0, connect=10.0)
MOST_TRIES: Final = 5
_UNAVAILABLE: Final = 503
_PROBLEM: Final = "application/problem+json"


class ApiProblem(DefectLensError):
    """The server refused a request; the message and `remedy` are its own.

    Parameters
    ----------
    status : int
        The HTTP status.
    message, remedy : str
        What happened, and what to do about it.
    """

    def __init__(self, status: int, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.status = status


class Client:
    """Talks to one server; use it in ``with``, or close it. Not to be shared between threads.

    A server that is busy is asked again after the time that it says, at most `MOST_TRIES` times in all.

    Parameters
    ----------
    address : str
        Where the app is, such as ``https://lens.example/lens``.
    key : str, optional
        An API key, where people have to sign in.
    transport : httpx.BaseTransport, optional
        How requests travel. Default: over the network.
    """

    def __init__(self, address: str, key: str = "", *, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(
            base_url=f"{address.rstrip('/')}/api", headers=headers, timeout=TIMEOUT, transport=transport
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def models(self) -> dict[str, str]:
        """Return the title of every usable model by its id.

        Raises
        ------
        ApiProblem
            If the server refuses the request, or cannot be reached.
        """
        listed = self._ask("GET", "/models").json()
        return {str(model["id"]): str(model["title"]) for model in listed if not model["problem"]}

    def classify(
        self,
        photos: Iterable[Path | str],
        model: str,
        *,
        operating_point: str = "",
        store: bool = False,
        batch: str = "",
    ) -> list[InspectionRecord]:
        """Have photos judged in one request.

        Parameters
        ----------
        photos : iterable of Path or str
            Files, at most 500.
        model : str
            A model's id.
        operating_point : str
            A saved point's name, or ``default``. Default: the active point.
        store : bool
            Whether the server keeps the inspections.
        batch : str
            What they came with; sent again, none is stored twice.

        Returns
        -------
        list of InspectionRecord
            One a photo, in their order.

        Raises
        ------
        ApiProblem
            If the server refuses the request, or cannot be reached.
        OSError
            If a file cannot be read.
        """
        wanted = {"model": model, "operating_point": operating_point, "store": "true" if store else "", "batch": batch}
        paths = [Path(photo) for photo in photos]
        with ExitStack() as files:
            opened = [("files", (path.name, files.enter_context(path.open("rb")))) for path in paths]
            answer = self._ask("POST", "/classify", wanted, opened)
        return [record_of_json(entry) for entry in answer.json()]

    def inspections(self, **wanted: str) -> Iterator[InspectionRecord]:
        """Yield stored inspections, newest first, asking for more as they are taken.

        Parameters
        ----------
        **wanted
            What narrows them: `since`, `until`, `model`, `verdict`, `source`, `part`, `batch`, `search`.

        Raises
        ------
        ApiProblem
            If the server refuses the request, or cannot be reached.
        """
        cursor = ""
        while True:
            page = self._ask("GET", "/inspections", wanted | {"cursor": cursor}).json()
            yield from map(record_of_json, page["inspections"])
            if page["cursor"] is None:
                return
            cursor = str(page["cursor"])

    def _ask(
        self, method: str, path: str, wanted: Mapping[str, str] | None = None, files: Any = None
    ) -> httpx.Response:
        parameters = {name: value for name, value in (wanted or {}).items() if value}
        for tries_left in reversed(range(MOST_TRIES)):
            try:
                answer = self._http.request(method, path, params=parameters, files=files)
            except httpx.HTTPError as error:
                raise ApiProblem(0, f"The server cannot be reached: {error}.", "Check its address.") from None
            if answer.is_success:
                return answer
            pause = answer.headers.get("retry-after", "")
            if answer.status_code != _UNAVAILABLE or not pause.isdigit() or not tries_left:
                break
            time.sleep(int(pause))
            for _, (_, file) in files or ():
                file.seek(0)
        problem = answer.json() if answer.headers.get("content-type", "").startswith(_PROBLEM) else {}
        raise ApiProblem(
            answer.status_code,
            str(problem.get("detail") or f"The server answered with status {answer.status_code}."),
            str(problem.get("remedy") or ""),
        )


def record_of_json(entry: Mapping[str, Any]) -> InspectionRecord:
    """Return a record as the API sends it; keys that this version does not know are passed over."""
    known = {name: entry[name] for name in InspectionRecord.__dataclass_fields__ if name in entry}
    frame = known.get("frame")
    return InspectionRecord(**known | {"frame": Frame(*frame) if frame else None})
