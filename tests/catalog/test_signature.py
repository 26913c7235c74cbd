"""A site takes only model folders that its keys signed; whatever is changed in one afterwards is found."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from defect_app.catalog import load_catalog, read_spec, write_spec
from defect_app.catalog.signature import SIGNATURE_FILE, make_key, sign_folder, signature_problem
from defect_app.cli import main
from defect_app.errors import ModelUnavailable
from tests.model_folders import make_model_folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "site.key")
    return tmp_path / "site.key"


@pytest.fixture
def public(key: Path) -> Path:
    return key.with_name("site.key.pub")


@pytest.fixture
def folder(tmp_path: Path, key: Path) -> Path:
    """Return a signed folder."""
    made = make_model_folder(tmp_path / "models", "tiny")
    sign_folder(made, read_spec(made), key)
    return made


def problem(folder: Path, public: Path) -> str:
    return signature_problem(folder, read_spec(folder), public)


def test_a_signed_folder_is_taken_also_where_it_is_copied_to(folder: Path, public: Path, tmp_path: Path) -> None:
    assert problem(folder, public) == ""
    shutil.copytree(folder, tmp_path / "elsewhere" / "tiny")
    assert problem(tmp_path / "elsewhere" / "tiny", public) == ""


def test_a_folder_without_a_signature_is_not(folder: Path, public: Path) -> None:
    (folder / SIGNATURE_FILE).unlink()
    assert problem(folder, public) == "it is not signed."


@pytest.mark.parametrize("what", ["weights", "title", "another id"])
def test_what_is_changed_and_sealed_anew_after_the_signature_is_found(folder: Path, public: Path, what: str) -> None:
    spec = read_spec(folder)
    if what == "weights":
        (folder / "model.xml").write_text((folder / "model.xml").read_text() + "\n")
        write_spec(folder, spec)
    elif what == "title":
        write_spec(folder, replace(spec, title="Another product"))
    else:
        folder = folder.rename(folder.with_name("other"))
        write_spec(folder, replace(spec, id="other"))
    assert problem(folder, public) == "it was changed since it was signed."


def test_a_stranger_s_signature_is_not_the_site_s(folder: Path, public: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger.key")
    sign_folder(folder, read_spec(folder), tmp_path / "stranger.key")
    assert problem(folder, public) == "it is signed by none of the keys in site.key.pub."
    # A new key beside the old one: both may sign while keys change.
    public.write_bytes(public.read_bytes() + (tmp_path / "stranger.key.pub").read_bytes())
    assert problem(folder, public) == ""


@pytest.mark.parametrize("content", ['key = "x"', 'signature = "%%%"', 'signature = "AAAA"', "no toml", "[" * 9000])
def test_a_file_that_is_no_signature_is_none(folder: Path, public: Path, content: str) -> None:
    (folder / SIGNATURE_FILE).write_text(content)
    assert problem(folder, public)


@pytest.mark.parametrize("content", [b"", b"no key", bytes(100_000)], ids=["empty", "text", "zeros"])
def test_without_a_usable_public_key_no_folder_is_taken(folder: Path, public: Path, content: bytes) -> None:
    public.write_bytes(content)
    assert "holds no public key" in problem(folder, public)
    public.unlink()
    assert "There is no key file" in problem(folder, public)


def test_keys_are_those_of_openssl_and_its_signatures_too(folder: Path, tmp_path: Path) -> None:
    private, public = tmp_path / "openssl.key", tmp_path / "openssl.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True, capture_output=True)
    sign_folder(folder, read_spec(folder), private)
    assert problem(folder, public) == ""


def test_a_private_key_is_for_its_owner_alone_and_is_never_overwritten(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ModelUnavailable, match="cannot be written"):
        make_key(key)


def test_a_site_that_requires_signatures_uses_no_other_folder(
    folder: Path, public: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_model_folder(folder.parent, "unsigned")
    monkeypatch.setenv("DEFECT_APP_MODELS_SIGNED_BY", str(public))
    states = {e.id: e.problem for e in load_catalog(folder.parent).entries}
    assert states == {"tiny": "", "unsigned": "it is not signed."}
    photo = folder.parent / "photo.png"
    photo.write_bytes(b"")
    command = ["classify", str(photo), "--model", "unsigned", "--models-folder", str(folder.parent)]
    assert main(command) == 2
    assert "The model unsigned is disabled: it is not signed." in capsys.readouterr().err


def test_the_commands_make_keys_sign_and_verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models, key = tmp_path / "models", tmp_path / "k"
    folder = make_model_folder(models, "tiny")
    there = ["--models-folder", str(models)]
    assert main(["models", "make-key", str(key)]) == 0
    assert main(["models", "verify", "--public-key", f"{key}.pub", *there]) == 6
    assert "it is not signed" in capsys.readouterr().out
    assert main(["models", "sign", "tiny", "--key", str(key), *there]) == 0
    assert main(["models", "verify", "tiny", "--public-key", f"{key}.pub", *there]) == 0
    assert "whole, and signed" in capsys.readouterr().out
    (folder / "model.xml").write_text("<net/>")
    assert main(["models", "verify", "--public-key", f"{key}.pub", *there]) == 6
    assert main(["models", "sign", "tiny", "--key", str(key), *there]) == 2
    assert "tiny is not as it was sealed: model.xml was changed." in capsys.readouterr().err
