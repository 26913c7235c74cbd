"""The server's module, loaded here: what it sets before it serves, its routes, and how it begins and ends."""

import asyncio
import importlib
import logging
import resource
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from streamlit import config, net_util
from streamlit import logger as streamlit_logs
from uvicorn.protocols.http.h11_impl import H11Protocol

from defect_app import logs
from defect_app.errors import InvalidSetting, RecordsUnavailable
from defect_app.hosting import process, upkeep, visitors
from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.hosting.process import WRONG_USAGE
from defect_app.readiness import SelfTest
from defect_app.ui import recording, records, resources, warm_up

MODULE = "defect_app.serving.server"


@pytest.fixture
def host(tiny_models: Path) -> Iterator[LocalModelHost]:
    made = LocalModelHost(tiny_models)
    yield made
    made.close()


@pytest.fixture
def patch(host: LocalModelHost, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Put back whatever loading the module changes for the process, and give it models of the tests."""
    for owner, name in (
        (streamlit_logs, "setup_formatter"),
        (net_util, "get_external_ip"),
        (H11Protocol, "connection_made"),
        (H11Protocol, "connection_lost"),
        (visitors.Reach, "open_to_network"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(process, "begin_process", lambda level: None)
    monkeypatch.setattr(logs, "hand_over", lambda _: None)
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    monkeypatch.setattr(config, "set_option", lambda *_: None)
    monkeypatch.setattr(resources, "model_host", lambda: host)
    monkeypatch.setattr(resources, "self_test", lambda: SelfTest(host, lambda: ()))
    return monkeypatch


def loaded(patch: pytest.MonkeyPatch) -> ModuleType:
    """Load the module anew; it is taken out of the process again at the test's end."""
    patch.delitem(sys.modules, MODULE, raising=False)
    module = importlib.import_module(MODULE)
    patch.setitem(sys.modules, MODULE, module)
    return module


def client_of(server: ModuleType, **options: str) -> TestClient:
    app = Starlette(routes=server.routes, middleware=server.guards)
    return TestClient(app, base_url=options.get("base_url", "http://localhost"), follow_redirects=False)


def test_the_api_is_served_beside_the_pages_and_behind_the_guards(patch: pytest.MonkeyPatch) -> None:
    server = loaded(patch)
    with client_of(server) as client:
        answer = client.get("/api/health")
        assert answer.json()["models"] == ["colours", "tiny"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert client.get("/api/health", headers={"Host": "evil.example"}).status_code == 421
        assert client.get("/sign-in").status_code == 404


def test_open_to_the_network_visitors_sign_in_below_the_base_path(patch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    options = {"server.baseUrlPath": "/lens/", "server.address": "0.0.0.0"}
    asked = config.get_option
    patch.setattr(config, "get_option", lambda name: options.get(name, asked(name)))
    patch.setenv("DEFECT_APP_VAR", str(tmp_path))
    visitors._known.cache_clear()
    server = loaded(patch)
    assert visitors.Reach.open_to_network
    with client_of(server) as client:
        assert client.get("/lens/api/health").status_code == 200
        assert client.get("/lens/api/models").status_code == 401
        assert client.get("/lens/sign-in").status_code == 200
    visitors._known.cache_clear()


def test_nothing_asks_the_internet_and_what_streamlit_logs_is_ours(patch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []
    chosen: dict[str, object] = {}
    patch.setattr(logs, "hand_over", lambda log: handed.append(log.name))
    patch.setattr(config, "set_option", chosen.__setitem__)
    loaded(patch)
    assert chosen == {"browser.gatherUsageStats": False}
    net_util.get_external_ip()
    assert net_util.get_external_ip.__name__ == "_no_address"
    streamlit_logs.setup_formatter(logging.getLogger("streamlit.example"))
    assert "streamlit.example" in handed
    assert logging.getLogger("uvicorn.access").level == logging.WARNING


def test_a_wrong_setting_ends_it_before_anything_is_opened(
    patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(level: str) -> None:
        raise InvalidSetting("DEFECT_APP_THREADS: expected a whole number, got 'many'.")

    patch.setattr(process, "begin_process", refuse)
    with pytest.raises(SystemExit) as raised:
        loaded(patch)
    assert raised.value.code == WRONG_USAGE
    assert capsys.readouterr().err.startswith("DEFECT_APP_THREADS: expected a whole number")


class Closed:
    """Something that is closed once."""

    def __init__(self) -> None:
        self.times = 0
        self.catalog = None

    def close(self) -> None:
        self.times += 1


def test_it_begins_while_models_and_records_are_loaded_and_ends_when_they_have_stopped(
    patch: pytest.MonkeyPatch, host: LocalModelHost
) -> None:
    began, ended = threading.Event(), threading.Event()

    def warm(stop: threading.Event) -> None:
        began.set()
        assert stop.wait(300)
        ended.set()

    looked_after = threading.Event()

    def look_after(_: upkeep.Upkeep, stop: threading.Event) -> None:
        looked_after.set()
        assert stop.wait(300)

    kept = Closed()
    patch.setattr(warm_up, "warm_up_pages", warm)
    patch.setattr(upkeep.Upkeep, "run", look_after)
    patch.setattr(recording, "recorder", lambda: kept)
    server = loaded(patch)
    closed = Closed()
    patch.setattr(server, "model_host", lambda: closed)

    async def serve() -> None:
        async with server.lifespan(None):
            assert await asyncio.to_thread(began.wait, 30)
            assert await asyncio.to_thread(looked_after.wait, 30)
            assert not ended.is_set()

    asyncio.run(serve())
    assert ended.is_set()
    assert (closed.times, kept.times) == (1, 1)


def test_pages_and_api_share_records_and_recorder(patch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RecordsUnavailable("The database is damaged.")

    server = loaded(patch)
    assert server._records() is records.shared_records()
    patch.setattr(records, "shared_records", refuse)
    with pytest.raises(RecordsUnavailable):
        server._records()
    patch.setattr(recording, "recorder", lambda: "the recorder of the process")
    assert server._recorder() == "the recorder of the process"
