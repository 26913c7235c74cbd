"""The files of a multipart request, one after the other as they arrive: each capped, none held but the one at hand."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from defect_app.intake import MAX_BYTES, PhotoFile
from defect_app.intake.opening import file_too_large
from defect_app.serving.api.problems import RefusedRequest
from defect_app.serving.api.request_body import RequestBody

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILES_FIELD: Final = "files"
"""The field of the form that holds photos."""
MOST_HEADER_BYTES: Final = 16_384
"""What stands before a file's content, its name above all, may be this long."""
_MEMORY_BYTES: Final = 1_000_000
"""A file that is larger lies on disk until its turn comes."""


@dataclass
class _Part:
    """One part of the form while it arrives."""

    name: str = ""
    file_name: str | None = None
    header_bytes: int = 0
    size: int = 0
    digest: hashlib._Hash | None = None
    content: BinaryIO = field(default_factory=lambda: cast(BinaryIO, SpooledTemporaryFile(_MEMORY_BYTES)))  # noqa: SIM115

    def add(self, data: bytes) -> None:
        self.size += len(data)
        if self.file_name is None:
            return
        if self.size > MAX_BYTES and self.digest is None:
            # No longer held, but hashed to its end: whoever sends it twice is told so.
            self.digest = _digest_of(self.content)
        if self.digest is None:
            self.content.write(data)
        else:
            self.digest.update(data)

    def open(self) -> BinaryIO:
        """Hand the content over, to be closed by its reader.

        Raises
        ------
        UnusableFile
            If it was larger than a photo may be.
        """
        if self.digest is not None:
            refused = file_too_large(self.size)
            refused.sha256 = self.digest.hexdigest()
            raise refused
        self.content.seek(0)
        return self.content


def _digest_of(content: BinaryIO) -> hashlib._Hash:
    """Return the digest of what is held, and let go of it."""
    digest = hashlib.sha256()
    content.seek(0)
    while piece := content.read(1 << 20):
        digest.update(piece)
    content.close()
    return digest


class _Parts:
    """What the parser has found so far; its callbacks."""

    def __init__(self) -> None:
        self.complete: deque[_Part] = deque()
        self.part = _Part(content=BytesIO())  # until the first one begins
        self.ended = False
        self._header = b""
        self._value = b""

    def on_part_begin(self) -> None:
        self.part = _Part()

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += self._counted(data[start:end])

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self.part.name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                self.part.file_name = options[b"filename"].decode("utf-8", "replace")
        self._header = self._value = b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.part.add(data[start:end])

    def on_part_end(self) -> None:
        if self.part.name == FILES_FIELD and self.part.file_name is not None:
            self.complete.append(self.part)
        else:
            self.part.content.close()
        self.part = _Part(content=BytesIO())  # until the next one begins

    def on_end(self) -> None:
        self.ended = True

    def close(self) -> None:
        """Let go of what nobody took."""
        for part in (*self.complete, self.part):
            part.content.close()

    def _counted(self, data: bytes) -> bytes:
        self.part.header_bytes += len(data)
        if self.part.header_bytes > MOST_HEADER_BYTES:
            raise RefusedRequest(400, f"What stands before a file is longer than {MOST_HEADER_BYTES:,} bytes.")
        return data


async def arriving_files(body: RequestBody, content_type: str, most_files: int) -> AsyncGenerator[PhotoFile, None]:
    """Yield the files of a request in the order in which they were sent, each once it is complete.

    The body is read when the next file is asked for: what is not asked for stays with the client.

    Parameters
    ----------
    body : RequestBody
        Of the kind ``multipart/form-data``; its files stand in the field ``files``, what else it holds is passed over.
    content_type : str
        What the request says of its kind, with the boundary between parts.
    most_files : int
        How many it may bring.

    Yields
    ------
    PhotoFile
        To be opened once. Of more than `intake.MAX_BYTES`, only the beginning is kept, and opening it says so.

    Raises
    ------
    RefusedRequest
        If the body is of another kind, is not what it says, brings too many files or none, or stops arriving.
    ClientDisconnect
        If the client goes away.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise RefusedRequest(
            415, "Photos are expected as multipart/form-data.", f"Send each as a file in the field '{FILES_FIELD}'."
        )
    parts = _Parts()
    names = ("part_begin", "header_field", "header_value", "header_end", "part_data", "part_end", "end")
    count = 0
    try:
        callbacks = {f"on_{name}": getattr(parts, f"on_{name}") for name in names}
        parser = MultipartParser(options[b"boundary"], cast("MultipartCallbacks", callbacks))
        async for chunk in body.chunks():
            parser.write(chunk)
            while parts.complete:
                count += 1
                if count > most_files:
                    raise RefusedRequest(
                        413,
                        f"More than {most_files} photos at once are too many here.",
                        "Send them in several requests.",
                    )
                part = parts.complete.popleft()
                yield PhotoFile(part.file_name or "unnamed", part.open)
        if not parts.ended:
            raise FormParserError
    except FormParserError:
        raise RefusedRequest(400, "The body is no complete multipart form.") from None
    except OSError as error:
        raise RefusedRequest(507, f"What was sent cannot be held: {error.strerror or error}.") from None
    finally:
        parts.close()
    if not count:
        raise RefusedRequest(422, f"The request holds no file in the field '{FILES_FIELD}'.")
