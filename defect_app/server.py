"""One process serves the app and the API; models are compiled while the first page is drawn."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import Mount

from defect_app.api import create_api
from defect_app.ui.records import choose_point
from defect_app.ui.resources import catalog, inspector, warm_up_models

APP_SCRIPT = Path(__file__).resolve().parents[1] / "streamlit_app.py"


@asynccontextmanager
async def warm_up(_: object) -> AsyncIterator[None]:
    """Load the models in a thread of their own, so that the first page does not wait for them."""
    threading.Thread(target=warm_up_models, name="warm-up", daemon=True).start()
    yield


api = create_api(catalog, lambda model_id: inspector(catalog().get(model_id)), choose_point)
app = st.App(str(APP_SCRIPT), lifespan=warm_up, routes=[Mount("/api", api)])
