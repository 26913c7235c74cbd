"""The doors that a fault is met at: the command line as a process, the API of the real app, and the page."""

from __future__ import annotations

import http.client
import json
import os
import resource
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from defect_app.errors import DefectLensError
from defect_app.hosting.batch import Batch
from defect_app.inspection import Inspector
from defect_app.intake import PhotoFile
from defect_app.ui.recording import page_keeping
from defect_app.ui.session import Key
from tests.faults.site import Site
from tests.served_app import ROOT, App
from tests.ui.inspect_table import table_of
from tests.waiting import wait_until

REFUSED = "refusal"
"""In the place of verdicts: the door gave none, and said why."""


@dataclass(frozen=True)
class Answer:
    """What a door answered.

    Attributes
    ----------
    verdicts : mapping of str to str
        By the photo's name; empty where the door refused.
    said : str
        All its words.
    status : int
        Exit status, or HTTP's; 0 of the page.
    seconds : float
        How long it took.
    """

    verdicts: Mapping[str, str]
    said: str
    status: int = 0
    seconds: float = field(default=0.0, compare=False)

    def of(self, name: str) -> str:
        """Return the verdict of a photo."""
        return self.verdicts.get(name, REFUSED) if self.verdicts else REFUSED


def by_command_line(site: Site, *options: str, memory_mb: int | None = None, file_bytes: int | None = None) -> Answer:
    """Run ``classify`` on the site's photos, where wanted with little memory, or where no file may grow large."""

    def limit() -> None:
        if memory_mb is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    command = [sys.executable, "-m", "defect_app", "classify", str(site.photos), "--model", site.model, *options]
    environment = {**os.environ, **site.environment}
    started = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=300, preexec_fn=limit
    )
    seconds = time.monotonic() - started
    records = [json.loads(line) for line in done.stdout.splitlines()]
    said = " ".join([done.stderr, *(r["reason"] for r in records), *(r["operating_point"] or "" for r in records)])
    assert "Traceback" not in said, said
    return Answer({Path(r["file"]).name: r["verdict"] for r in records}, said, done.returncode, seconds)


def by_api(app: App, site: Site, query: str = "", halfway: Callable[[], object] = lambda: None) -> Answer:
    """Post the site's photos to the running app; where wanted, something happens when half of them are sent."""
    boundary = "part-of-the-request"
    parts = []
    for path in sorted(site.photos.iterdir()):
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{path.name}"\r\n'
        parts.append(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + path.read_bytes() + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())

    def sent() -> Iterator[bytes]:
        for number, part in enumerate(parts):
            if number == len(parts) // 2:
                halfway()
            yield part

    request = urllib.request.Request(
        f"{app.url}/api/classify?model={site.model}{query}",
        sent(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(sum(map(len, parts)))},
    )
    started = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            records = json.loads(response.read())
            warning = response.headers.get("X-Defect-Lens-Warning") or ""
            status = response.status
    except urllib.error.HTTPError as error:
        with error:
            return Answer({}, error.read().decode(), error.code, time.monotonic() - started)
    except (ConnectionError, http.client.HTTPException, urllib.error.URLError) as error:
        # No answer is no verdict: a server that has no memory left may break off.
        return Answer({}, f"broken off: {error}", 0, time.monotonic() - started)
    said = " ".join([warning, *(r["reason"] for r in records), *(r["operating_point"] or "" for r in records)])
    return Answer({r["file"]: r["verdict"] for r in records}, said, status, time.monotonic() - started)


def inspect_page(site: Site, *, stores: bool = False, halfway: Callable[[], object] = lambda: None) -> AppTest:
    """Return the page Inspect with the site's photos judged in it, as far as their model can be loaded.

    Parameters
    ----------
    site : Site
        Whose photos.
    stores : bool
        Whether the batch is to be stored, as the page does.
    halfway : callable
        Called once the first photo is judged.
    """
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/inspect.py")
    page.query_params["model"] = site.model
    with suppress(DefectLensError):
        inspector = Inspector.from_id(site.model)
        batch = Batch(inspector, keeping=page_keeping() if stores else None)
        batch.add([
            PhotoFile.of_bytes(p.name, partial(bytes, p.read_bytes())) for p in sorted(site.photos.iterdir())
        ])  # fmt: skip
        wait_until(lambda: batch.progress().done, "the first photo is judged")
        halfway()
        batch.wait(300)
        page.session_state[Key.INSPECT_BATCHES] = {inspector.spec.version: batch}
    return page


def by_page(page: AppTest) -> Answer:
    """Run the page, and read its table."""
    started = time.monotonic()
    page.run()
    seconds = time.monotonic() - started
    assert not page.exception
    told: list[Any] = [*page.warning, *page.error, *page.markdown, *page.caption, *page.info]
    said = " ".join(element.value for element in told).replace("\\", "")
    return Answer({row["file"]: row["verdict"] for row in table_of(page)}, said, seconds=seconds)


def api_says(app: App, path: str, holds: Callable[[Any], bool]) -> bool:
    """Return whether an answer of the API holds something, now."""
    try:
        with urllib.request.urlopen(f"{app.url}{path}", timeout=300) as response:
            return holds(json.loads(response.read()))
    except OSError:
        return False
