"""The app itself, driven by a real browser: time to the first page and to the first verdict, and memory."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from benchmarks.measurement import Measurement, resident_mb
from benchmarks.photos import NamedBytes
from defect_app.catalog import load_catalog
from defect_app.settings import MODELS_VARIABLE

CHECKOUT = Path(__file__).resolve().parents[1]
FIRST_PAGE_BUDGET_S, FIRST_VERDICT_BUDGET_S, MEMORY_BUDGET_MB = 3.0, 4.0, 1000.0


@dataclass(frozen=True)
class AppRun:
    """One start of the app: seconds to the first page and to the first verdict, and memory at its end in MB."""

    first_page_s: float
    first_verdict_s: float
    memory_mb: float


def measure_app(model_id: str, models_folder: Path | None, photo: NamedBytes, repetitions: int) -> list[Measurement]:
    """Start the app some times; each time open a page, judge a photo, and at last use every model once.

    Parameters
    ----------
    model_id : str
        The model whose page is opened first.
    models_folder : Path, optional
        Default: the project's ``models/``.
    photo : (name, bytes)
        Judged by every model.
    repetitions : int
        Starts.
    """
    usable = [e.id for e in load_catalog(models_folder).usable]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        return [Measurement("the app: start, first verdict, memory", "", "not measured: Chromium is not here", None)]
    others = [m for m in usable if m != model_id]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        runs = [_run_once(browser, model_id, others, models_folder, photo) for _ in range(repetitions)]
        browser.close()
    page_s = statistics.median(r.first_page_s for r in runs)
    verdict_s = statistics.median(r.first_verdict_s for r in runs)
    memory = max(r.memory_mb for r in runs)
    return [
        _seconds("start of the app to first page drawn", page_s, FIRST_PAGE_BUDGET_S),
        _seconds("start of the app to first verdict", verdict_s, FIRST_VERDICT_BUDGET_S),
        Measurement(
            what=f"memory of the app with {len(usable)} models used once",
            budget=f"<= {MEMORY_BUDGET_MB:g} MB",
            measured=f"{memory:.0f} MB",
            met=memory <= MEMORY_BUDGET_MB,
            values={"memory_mb": memory},
        ),
    ]


def _seconds(what: str, seconds: float, budget: float) -> Measurement:
    return Measurement(what, f"<= {budget:g} s", f"{seconds:.2f} s", seconds <= budget, {"seconds": seconds})


def _run_once(
    browser: Browser, model_id: str, others: list[str], models_folder: Path | None, photo: NamedBytes
) -> AppRun:
    # The browser and its page are open beforehand, as a user's are.
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.set_default_timeout(60_000)
    started = time.perf_counter()
    with running_app(models_folder) as (url, server):
        _open(page, url, model_id)
        first_page_s = time.perf_counter() - started
        _judge(page, photo)
        first_verdict_s = time.perf_counter() - started
        for other in others:
            _open(page, url, other)
            _judge(page, photo)
        memory_mb = resident_mb(server.pid)
    page.context.close()
    return AppRun(first_page_s, first_verdict_s, memory_mb)


@contextmanager
def running_app(models_folder: Path | None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the checkout's app on a port of its own until the block ends; yields its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "defect_app/serving/server.py", "--server.port", str(port)]
    environment = os.environ | ({MODELS_VARIABLE: str(models_folder.resolve())} if models_folder else {})
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=quiet, stderr=quiet)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the app did not start") from None
                time.sleep(0.02)
        yield f"http://localhost:{port}", server
    finally:
        server.terminate()
        server.wait(20)


def _open(page: Page, url: str, model_id: str) -> None:
    page.goto(f"{url}/inspect?model={model_id}")
    page.get_by_test_id("stFileUploaderDropzone").wait_for()


def _judge(page: Page, photo: NamedBytes) -> None:
    name, data = photo
    page.locator("input[type=file]").first.set_input_files(FilePayload(name=name, mimeType="image/jpeg", buffer=data))
    page.get_by_role("button", name="Clear").wait_for()
