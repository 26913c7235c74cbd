"""The container's files: what they copy is there, what they say of ports and paths is so, and nobody is root."""

import json
import re

import yaml

from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.serving.api import create_api
from tests.served_app import ROOT

FOLDER = ROOT / "container"
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
KUBERNETES = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8")))


def test_the_image_serves_as_a_user_without_rights_from_one_folder_that_it_writes() -> None:
    assert re.search(r"^USER 1000:1000$", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"^VOLUME (\S+)", DOCKERFILE, re.MULTILINE) == ["/var/lib/defect-lens"]
    app = COMPOSE["services"]["app"]
    assert app["read_only"] is True
    assert app["volumes"] == ["kept:/var/lib/defect-lens"]
    container = KUBERNETES[0]["spec"]["template"]["spec"]["containers"][0]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/var/lib/defect-lens", "/tmp"}


def test_what_is_let_into_the_image_is_there_and_is_all_that_the_wheel_carries() -> None:
    let_in = {line[2:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!/")}
    assert [name for name in sorted(let_in) if not (ROOT / name).exists()] == []
    assert {"defect_app", "pages", "assets", "models", ".streamlit", "streamlit_app.py"} <= let_in


def test_the_image_installs_the_apps_packages_by_their_hashes() -> None:
    assert "--require-hashes -r requirements-app.txt" in DOCKERFILE
    assert "requirements.txt" not in DOCKERFILE.replace("requirements-app.txt", "")


def test_the_image_says_what_it_is_made_of_by_a_tool_that_is_pinned_and_stays_behind() -> None:
    pinned = (FOLDER / "requirements-sbom.txt").read_text(encoding="utf-8")
    assert re.search(r"^cyclonedx-bom==\S+ \\$", pinned, re.MULTILINE)
    names = re.findall(r"^[a-z0-9_.-]+(?:\[[a-z,-]+\])?==", pinned, re.MULTILINE)
    assert len(
        re.findall(r"^[a-z0-9_.-]+(?:\[[a-z,-]+\])?==\S+ (?:; [^\\]+)?\\\n    --hash=", pinned, re.MULTILINE)
    ) == len(names)
    assert "--require-hashes -r container/requirements-sbom.txt" in DOCKERFILE
    build, final = DOCKERFILE.split("\nFROM ", 2)[1:]
    assert "-o /opt/defect-lens/sbom.cdx.json" in build
    assert "COPY --from=build /opt/defect-lens /opt/defect-lens" in final
    assert "/tmp/sbom" not in final


def test_health_and_readiness_are_asked_for_where_the_api_answers() -> None:
    container = KUBERNETES[0]["spec"]["template"]["spec"]["containers"][0]
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("liveness", "readiness", "startup")]
    paths = {f"/api{path}" for path in create_api(LocalModelHost()).openapi()["paths"]}
    assert {probe["path"] for probe in probes} <= paths
    assert {probe["port"] for probe in probes} == {8501}
    assert "localhost:8501/api/health" in DOCKERFILE
    assert "localhost:8501/lens/api/health" in json.dumps(COMPOSE["services"]["app"]["healthcheck"])


def test_the_proxy_hands_on_the_host_and_the_websocket() -> None:
    proxy = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    base_path = COMPOSE["services"]["app"]["environment"]["STREAMLIT_SERVER_BASE_URL_PATH"]
    assert f"location /{base_path}/" in proxy
    assert "proxy_set_header Host $http_host" in proxy
    assert "proxy_set_header Upgrade $http_upgrade" in proxy
