"""Signatures of model folders: made with a site's private key, checked with its public one.

Method: Ed25519 (Josefsson and Liusvaara, RFC 8032), keys in PEM files as OpenSSL reads and writes them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from defect_app.catalog.spec import ModelSpec
from defect_app.documents import read_toml
from defect_app.errors import InvalidDocument, ModelUnavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_FILE = "model.sig"
_PURPOSE = "Defect Lens model folder, form 1"
"""So that a signature made for anything else is none of a folder."""
_MOST_BYTES = 64_000
_END = b"-----END PUBLIC KEY-----"
_PEM = "Expected a PEM file with an Ed25519 key: see `models make-key`."


def make_key(file: Path) -> Path:
    """Write a new private key, for its owner alone to read, and its public key beside it; return that file.

    Raises
    ------
    ModelUnavailable
        If either file is there already, or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key, public = Ed25519PrivateKey.generate(), file.with_name(f"{file.name}.pub")
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(key.private_bytes(*form))
        with public.open("xb") as opened:
            opened.write(
                key.public_key().public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
                )
            )
    except OSError as error:
        raise ModelUnavailable(f"The key cannot be written to {error.filename}: {error.strerror}.") from error
    return public


def sign_folder(folder: Path, spec: ModelSpec, key_file: Path) -> str:
    """Write ``model.sig`` into a folder that is as its spec says, and return the key's name.

    Raises
    ------
    ModelUnavailable
        If the key cannot be read, or the signature not be written.
    """
    key = _private_key(key_file)
    name = key_name(key.public_key())
    signature = base64.b64encode(key.sign(_signed(spec))).decode("ascii")
    scratch = folder / f".{SIGNATURE_FILE}.new"
    try:
        scratch.write_text(f'key = "{name}"\nsignature = "{signature}"\n', encoding="ascii")
        os.replace(scratch, folder / SIGNATURE_FILE)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise ModelUnavailable(f"{folder.name}: {SIGNATURE_FILE} cannot be written: {error.strerror}.") from error
    return name


def signature_problem(folder: Path, spec: ModelSpec, public_key_file: Path) -> str:
    """Say why a folder is not signed by any of a site's keys; empty where it is.

    Parameters
    ----------
    folder : Path
        The model's folder.
    spec : ModelSpec
        As it was read: what is signed is what is used, hashes of the files among it.
    public_key_file : Path
        One public key or several, one PEM block after the other.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        keys = _public_keys(public_key_file)
        table = read_toml(folder / SIGNATURE_FILE)
        signature = base64.b64decode(str(table.get("signature", "")), validate=True)
    except ModelUnavailable as error:
        return str(error)
    except InvalidDocument as error:
        return f"it is not signed: {error}." if (folder / SIGNATURE_FILE).exists() else "it is not signed."
    except (binascii.Error, ValueError):
        return f"its {SIGNATURE_FILE} holds no signature."
    for key in keys:
        try:
            key.verify(signature, _signed(spec))
        except InvalidSignature:
            continue
        return ""
    if table.get("key") in [key_name(key) for key in keys]:
        return "it was changed since it was signed."
    return f"it is signed by none of the keys in {public_key_file.name}."


def key_name(key: Ed25519PublicKey) -> str:
    """Return the name of a key: the first 16 digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _signed(spec: ModelSpec) -> bytes:
    """Return what a signature is of: all that decides, all that a person goes by, and the hash of every file."""
    told = {name: getattr(spec, name) for name in ("id", "title", "summary", "product", "recipe", "dataset", "trained")}
    said = {"purpose": _PURPOSE, "identity": spec.identity, "sha256": dict(spec.sha256), **told}
    return json.dumps(said, sort_keys=True).encode()


def _private_key(file: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_content(file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ModelUnavailable(f"The file {file} holds no private key.", _PEM)
    return key


def _public_keys(file: Path) -> list[Ed25519PublicKey]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    blocks = [block.strip() + _END for block in _content(file).split(_END)[:-1]]
    try:
        keys = [key for block in blocks if isinstance(key := load_pem_public_key(block), Ed25519PublicKey)]
    except (ValueError, UnsupportedAlgorithm):
        keys = []
    if not keys or len(keys) != len(blocks):
        raise ModelUnavailable(f"The file {file} holds no public key, or one of another kind.", _PEM)
    return keys


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise ModelUnavailable(f"There is no key file {file}.", _PEM)
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except OSError as error:
        raise ModelUnavailable(f"The key file {file} cannot be read: {error.strerror}.", _PEM) from error
