"""One process serves the app and the API; models are compiled while the first page is drawn."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.routing import Mount

from defect_app.api import create_api
from defect_app.errors import RecordsUnavailable
from defect_app.ui.resources import catalog, inspector, warm_up_models

if TYPE_CHECKING:
    from defect_app.inspection import Inspector
    from defect_app.records import PointInUse

APP_SCRIPT = Path(__file__).resolve().parents[1] / "streamlit_app.py"


@asynccontextmanager
async def warm_up(_: object) -> AsyncIterator[None]:
    """Load the models and open the records in threads of their own, so that the first page does not wait for them."""
    for prepare in (warm_up_models, _open_records):
        threading.Thread(target=prepare, name="warm-up", daemon=True).start()
    yield


def _open_records() -> None:
    # Imported here, while the browser still loads: the start shall not wait for the database's libraries.
    from defect_app.ui.records import shared_records

    with suppress(RecordsUnavailable):  # the pages say so
        shared_records()


def _choose_point(loaded: Inspector, name: str | None) -> PointInUse:
    from defect_app.ui.records import choose_point

    return choose_point(loaded, name)


api = create_api(catalog, lambda model_id: inspector(catalog().get(model_id)), _choose_point)
app = st.App(str(APP_SCRIPT), lifespan=warm_up, routes=[Mount("/api", api)])
