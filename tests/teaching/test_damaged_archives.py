"""An archive whose packed bytes are damaged is said to be that, by whatever error its decoder fails."""

import io
import zipfile

import pytest

from defect_app.intake import Rejection, read_file
from defect_app.teaching.archives import files_in_zip


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_file_of_an_archive_is_refused_alone(packing: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        archive.writestr("good/a.jpg", bytes(range(256)) * 40)
        archive.writestr("good/b.jpg", b"whole")
    data = bytearray(packed.getvalue())
    start = 30 + len("good/a.jpg")
    data[start : start + 60] = b"\xff" * 60
    damaged, whole = (read_file(file.file) for file in files_in_zip(bytes(data)))
    assert isinstance(damaged, Rejection)
    assert "damaged in the archive" in damaged.reason
    assert not isinstance(whole, Rejection)
