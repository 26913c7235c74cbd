"""What this machine remembers of a database, outside it: that it was in use, and what must survive it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Hashable
from pathlib import Path

from sqlalchemy import URL

from defect_app.documents import read_regular
from defect_app.errors import InvalidDocument
from defect_app.logs import logger
from defect_app.paths import VAR
from defect_app.settings import settings

SPARE = ".last-known"
"""Below the folder of models."""
_IN_USE = "in-use.json"
_MOST_BYTES = 100_000

_log = logger(__name__)


class DatabaseMemory:
    """A folder of small files about one database, each written whole or not at all.

    A database that was written to and is then missing or empty is lost, not new: that is told from here.

    Parameters
    ----------
    folder : Path
        Made when something is first remembered.
    spare : Path, optional
        A second folder of the same, which counts where the first one is lost as a whole, such as with all of ``var/``.
    """

    def __init__(self, folder: Path, spare: Path | None = None) -> None:
        self.folder = folder
        self._spare = spare

    @classmethod
    def of(cls, address: URL) -> DatabaseMemory:
        """Return the memory of the database at an address, whoever's password opens it."""
        plain = address.set(password=None).render_as_string()
        name = hashlib.sha256(plain.encode()).hexdigest()[:16]
        named = settings().last_known
        if named is not None:
            return cls(named / name)
        # Beside the models too: records and memory in one folder would be lost together, and look new.
        return cls(VAR / "last-known" / name, settings().models / SPARE / name)

    @property
    def in_use(self) -> bool:
        """Whether the database was ever written to from here; where that cannot be found out, it counts as yes."""
        try:
            return bool(os.listdir(self._present))
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def note_use(self, title: str) -> None:
        """Remember that the database is in use."""
        if not self.in_use:
            self.write(_IN_USE, {"database": title})

    def write(self, name: str, content: dict[str, object]) -> None:
        """Keep a small file with its digest; a failure is logged, since the database itself has what counts."""
        text = json.dumps(content, sort_keys=True)
        sealed = json.dumps({"content": content, "sha256": hashlib.sha256(text.encode()).hexdigest()}, indent=1)
        try:
            if self._present != self.folder:
                shutil.copytree(self._present, self.folder)
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self.folder / name, sealed)
        except OSError as error:
            _log.warning("memory_not_written", file=name, reason=error.strerror or str(error))
        if self._spare is not None:
            self._write_spare(self._spare, name, sealed)

    def read(self, name: str) -> dict[str, object] | None:
        """Return what was kept under a name; None where there is nothing, or it was changed or damaged since."""
        try:
            file = self._present / name
            if not file.exists():
                return None
            sealed = json.loads(read_regular(file, _MOST_BYTES))
            content = sealed["content"]
            text = json.dumps(content, sort_keys=True)
            is_whole = hashlib.sha256(text.encode()).hexdigest() == sealed["sha256"]
        except (InvalidDocument, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            _log.warning("memory_not_read", file=name, error=type(error).__name__)
            return None
        if not is_whole or not isinstance(content, dict):
            _log.warning("memory_changed", file=name)
            return None
        return content

    def names(self, pattern: str) -> tuple[str, ...]:
        """Return the names of what is kept, in order; `pattern` as in `Path.glob`."""
        return tuple(sorted(path.name for path in self._present.glob(pattern)))

    def digest(self, *without: str) -> str:
        """Return a digest of all that is kept, hexadecimal, but for some names: another state has another."""
        digest = hashlib.sha256()
        for name in self.names("*.json"):
            if name not in without:
                digest.update(f"{name}\0{json.dumps(self.read(name), sort_keys=True)}\0".encode())
        return digest.hexdigest()

    def mark(self, name: str) -> Hashable:
        """Return what differs once something else is kept under a name; each is written as a file of its own."""
        try:
            status = (self.folder / name).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def forget(self) -> None:
        """Let go of everything: whatever the database holds from now on is taken as it is."""
        for folder in (self.folder, self._spare):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    @property
    def _present(self) -> Path:
        """The folder that counts: the spare one only where the first is not there at all."""
        if self._spare is not None and not os.path.lexists(self.folder) and self._spare.is_dir():
            return self._spare
        return self.folder

    def _write_spare(self, folder: Path, name: str, sealed: str) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write_whole(folder / name, sealed)
        except OSError:
            # Models may lie where nothing can be written. What is old there must not be taken for what was last known.
            shutil.rmtree(folder, ignore_errors=True)


def _write_whole(path: Path, text: str) -> None:
    descriptor, scratch = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).replace(path)
    except OSError:
        Path(scratch).unlink(missing_ok=True)
        raise
