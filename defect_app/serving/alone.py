"""The API without the pages: one application for a server of its own, or for each of several processes."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware

from defect_app.hosting import visitors
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.hosting.warm_up import warm_up
from defect_app.readiness import SelfTest
from defect_app.serving.api import create_api
from defect_app.serving.api.problems import add_problems
from defect_app.serving.api.storing import recorder_of_process
from defect_app.serving.hosts import HostGuard
from defect_app.serving.visitors import VisitorGuard
from defect_app.settings import settings

if TYPE_CHECKING:
    from defect_app.points import Records


def api_alone(models_folder: Path | None = None, *, open_to_network: bool = False) -> FastAPI:
    """Return the API below ``/api`` with the guards of the app's server: host names, origins, sign-in and keys.

    Models are loaded and tested, and the records looked after, while it runs.

    Parameters
    ----------
    models_folder : Path, optional
        Default: what the setting names.
    open_to_network : bool
        Whether other machines reach it: whoever asks then has to bring a key, unless a setting says otherwise.
    """
    visitors.Reach.open_to_network = open_to_network
    host = LocalModelHost(models_folder)
    self_test = SelfTest(host)

    def warm_up_and_test(stop: threading.Event) -> None:
        self_test.announce()
        warm_up(host, stop)
        if not stop.is_set():
            self_test.run(stop)

    def look_after_records(stop: threading.Event) -> None:
        from defect_app.hosting.upkeep import Upkeep

        Upkeep(lambda: _records().database, host.catalog).run(stop)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        threads = [threading.Thread(target=work, args=(stop,)) for work in (warm_up_and_test, look_after_records)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            # Waited for: a thread that loads a model while the interpreter ends aborts the process.
            stop.set()
            for thread in threads:
                thread.join()
            host.close()
            if recorder_of_process.cache_info().currsize:
                recorder_of_process().close()

    guards = [Middleware(HostGuard, names=settings().hosts.split(","), open_to_network=open_to_network)]
    if visitors.is_on():
        guards.append(Middleware(VisitorGuard, sign_in=visitors.sign_in))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan, middleware=guards)
    add_problems(app)
    app.mount("/api", create_api(host, _records, self_test))
    return app


@lru_cache(maxsize=1)
def _records() -> Records:
    from defect_app.points import open_records

    return open_records()
