"""One process serves the app and the API; models are compiled while the first page is drawn."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from streamlit import config, net_util
from streamlit import logger as streamlit_logs

from defect_app.errors import InvalidSetting
from defect_app.hosting import visitors
from defect_app.hosting.process import WRONG_USAGE, begin_process
from defect_app.logs import hand_over
from defect_app.paths import FIRST_PAGE
from defect_app.serving.api import create_api
from defect_app.serving.api.small_bodies import SmallBodies
from defect_app.serving.connections import Connections, hold_by, log_quietly, most_connections
from defect_app.serving.hosts import HostGuard, is_loopback
from defect_app.serving.page_guard import PageGuard
from defect_app.settings import settings
from defect_app.ui.resources import model_host, self_test
from defect_app.ui.warm_up import warm_up_pages

if TYPE_CHECKING:
    from defect_app.inspections.recorder import Recorder
    from defect_app.points import Records


def _begin() -> None:
    begin_process("info")
    # Its loggers, present and to come, write through ours.
    streamlit_logs.setup_formatter = _hand_over
    streamlit_logs.update_formatter()
    # They tell of each step of starting, each request and each step of ending, and by warnings of what goes wrong.
    for name in ("uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Whatever the configuration says: no statistics from the browser, and no question to the internet for this
    # machine's address, which else decides whether a page of another origin may connect.
    config.set_option("browser.gatherUsageStats", False)
    net_util.get_external_ip = _no_address
    hold_by(Connections(most_connections()))


def _hand_over(logger: logging.Logger) -> None:
    hand_over(logger)


def _no_address() -> None:
    """Stand for the address that the internet knows this machine by."""


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Load the models and open the records in threads of their own, so that the first page does not wait for them."""
    log_quietly(asyncio.get_running_loop())
    stop = threading.Event()
    works = {"warm-up": warm_up_pages, "upkeep": _look_after_records}
    threads = [threading.Thread(target=work, args=(stop,), name=name) for name, work in works.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        # Waited for: a thread that loads a model while the interpreter ends aborts the process.
        stop.set()
        for thread in threads:
            thread.join()
        model_host().close()
        _close_recorder()


def _close_recorder() -> None:
    from defect_app.ui.recording import recorder

    recorder().close()


def _look_after_records(stop: threading.Event) -> None:
    # Imported here, while the browser still loads: the start shall not wait for the database's libraries.
    from defect_app.hosting.upkeep import Upkeep
    from defect_app.ui.records import shared_records

    Upkeep(lambda: shared_records().database, lambda: model_host().catalog()).run(stop)


def _recorder() -> Recorder:
    from defect_app.ui.recording import recorder

    return recorder()


def _records() -> Records:
    from defect_app.ui.records import shared_records

    return shared_records()


def _doors() -> tuple[list[BaseRoute], list[Middleware]]:
    """Return the routes beside the pages, and what stands before all of them, the outermost first."""
    base_path = (
        "/" + config.get_option("server.baseUrlPath").strip("/") if config.get_option("server.baseUrlPath") else ""
    )
    visitors.Reach.open_to_network = not is_loopback(config.get_option("server.address") or "0.0.0.0")
    hosts = settings().hosts.split(",")
    api = create_api(model_host(), _records, self_test(), _recorder)
    routes: list[BaseRoute] = [Mount(f"{base_path}/api", api)]
    guards = [
        Middleware(PageGuard),
        Middleware(HostGuard, names=hosts, open_to_network=visitors.Reach.open_to_network),
    ]
    if visitors.is_on():
        # Imported here: where nobody signs in, the start shall not wait for it.
        from defect_app.people.oidc import configured_service
        from defect_app.serving.sign_in_page import sign_in_routes
        from defect_app.serving.visitors import SIGN_IN_PATH, VisitorGuard

        routes += sign_in_routes(visitors.sign_in, base_path, configured_service(), visitors.secret())
        guards.append(Middleware(SmallBodies, applies=lambda path: path.endswith(SIGN_IN_PATH)))
        guards.append(Middleware(VisitorGuard, sign_in=visitors.sign_in, base_path=base_path))
    return routes, guards


try:
    _begin()
    routes, guards = _doors()
except InvalidSetting as error:
    print(error, file=sys.stderr)
    sys.exit(WRONG_USAGE)
app = st.App(str(FIRST_PAGE), lifespan=lifespan, routes=routes, middleware=guards)
