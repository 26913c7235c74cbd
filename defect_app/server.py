"""One process serves the app: models are compiled before the first visitor comes."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

APP_SCRIPT = Path(__file__).resolve().parents[1] / "streamlit_app.py"


@asynccontextmanager
async def warm_up(_: object) -> AsyncIterator[None]:
    """Load the models in a thread of their own, so that the first page does not wait for them."""
    from defect_app.ui.resources import warm_up_models

    threading.Thread(target=warm_up_models, name="warm-up", daemon=True).start()
    yield


async def health(_: Request) -> JSONResponse:
    """Answer that the process is up, and which models it can serve."""
    from defect_app.catalog import load_catalog

    catalog = load_catalog()
    return JSONResponse(
        {"status": "ok", "models": [e.id for e in catalog.usable], "disabled": [e.id for e in catalog.disabled]}
    )


app = st.App(str(APP_SCRIPT), lifespan=warm_up, routes=[Route("/api/health", health)])
