"""``classify s3://…``: photos in an S3-like store are judged as those in a folder, by both engines."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from defect_app.cli import main
from defect_app.errors import DefectLensError
from defect_app.intake import Rejection, read_file
from defect_app.intake.addresses import list_addresses, photo_at
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes
from tests.served_app import ROOT

BUCKET = "line-4"


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    photos = {f"{i:02d} Prüfstück #{i}.jpg": jpeg_bytes(part_photo(1 - i / 10, i, size=48)) for i in range(20)}
    return photos | {"a/copy.jpg": photos["03 Prüfstück #3.jpg"], "z/half.jpg": photos["01 Prüfstück #1.jpg"][:400]}


@pytest.fixture(scope="module")
def store(contents: dict[str, bytes]) -> Iterator[str]:
    """Serve a bucket on this machine; gives its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket=BUCKET)
    for name, content in contents.items():
        client.put_object(Bucket=BUCKET, Key=f"2026-11-26/{name}", Body=content)
    client.put_object(Bucket=BUCKET, Key="2026-11-26/.hidden.jpg", Body=b"")
    client.close()
    yield address
    server.stop()


@pytest.fixture(autouse=True)
def secrets_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("DEFECT_APP_THREADS", "1")


def records_of(lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.splitlines()]


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.thorough)])
def test_a_bucket_is_judged_as_a_folder(
    store: str,
    contents: dict[str, bytes],
    tiny_models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    engine: str,
) -> None:
    for name, content in contents.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    prefix, model = f"s3://{BUCKET}/2026-11-26", ("--model", "tiny", "--models-folder", str(tiny_models))
    assert main(["classify", str(tmp_path), *model]) == 3
    folder = records_of(capsys.readouterr().out.replace(str(tmp_path), prefix))
    assert len(folder) == len(contents)
    assert [r["verdict"] for r in folder if r["file"].endswith("half.jpg")] == ["REJECTED_FILE"]
    if engine == "local":
        assert main(["classify", f"{prefix}?{of(store)}", *model]) == 3
        assert records_of(capsys.readouterr().out) == folder
        return
    command = [sys.executable, "-m", "defect_app", "classify", prefix, *model, "--engine", "ray"]
    env = {**os.environ, "AWS_ENDPOINT_URL": store}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 3, done.stderr
    assert records_of(done.stdout) == folder


def test_what_is_wrong_with_a_store_is_said_in_words(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (file, *_) = list_addresses([f"s3://{BUCKET}?{of(store)}"]).files
    boto3.client("s3", endpoint_url=store).delete_object(Bucket=BUCKET, Key=file.path.partition("/")[2])
    refused = read_file(photo_at(file))
    assert isinstance(refused, Rejection)
    assert refused.reason == "the file cannot be read: nothing is there"
    for place, said in (
        (f"s3://{BUCKET}/absent?{of(store)}", f"s3://{BUCKET}/absent cannot be read: nothing is there"),
        (f"s3://absent?{of(store)}", "s3://absent cannot be read: nothing is there"),
        (f"s3://{BUCKET}?{of('http://127.0.0.1:1')}", "the store cannot be reached"),
    ):
        with pytest.raises(DefectLensError, match=said):
            list_addresses([place])
    # From here on the store asks who it is.
    httpx.post(f"{store}/moto-api/reset-auth", content="0")
    try:
        with pytest.raises(DefectLensError, match=r"does not let this machine in .*AWS_ACCESS_KEY_ID"):
            list_addresses([f"s3://{BUCKET}/2026-11-26?{of(store)}"])
    finally:
        httpx.post(f"{store}/moto-api/reset-auth", content="inf")


def of(store: str) -> str:
    """Return what an address says of a store elsewhere than Amazon's."""
    return f"endpoint_override={store.removeprefix('http://')}&scheme=http"
