"""What a file's header tells before any decoder sees the file, and the errors of files that are cut off or damaged."""

from dataclasses import dataclass
from typing import Final

from defect_app.intake.photo import UnusableFile

# A real file has some thousand parts; past this count it only wants to keep us busy.
MAX_CHUNKS: Final = 50_000


@dataclass(frozen=True)
class Header:
    """What is known of a photo before decoding.

    Parameters
    ----------
    width, height : int
        Size as stored, in pixels.
    body : bytes
        The bytes for the decoder; without the metadata that only we read.
    orientation : int or None
        EXIF orientation 1..8; None where the header has no EXIF.
    frames : int
        Number of pictures in the file, where the header says it.
    bits : int
        Bits a channel, where the header says it.
    channels : int
        Channels of a picture of more than 8 bits a channel; 0 where the header does not say.
    significant_bits : int or None
        Bits that carry information, where the file says so (PNG's sBIT).
    white_is_zero : bool
        Whether the smallest value is white.
    code_points : tuple of (primaries, transfer), or None
        Colours by ITU-T H.273 (PNG's cICP).
    bottom_up : bool
        Whether the last row in the file is the top row of the picture.
    comment : bytes
        The first comment of a JPEG.
    """

    width: int
    height: int
    body: bytes
    orientation: int | None = None
    frames: int = 1
    bits: int = 8
    channels: int = 0
    significant_bits: int | None = None
    white_is_zero: bool = False
    code_points: tuple[int, int] | None = None
    bottom_up: bool = False
    comment: bytes = b""

    @property
    def has_deep_colours(self) -> bool:
        """Whether there are several channels of more than 8 bits."""
        return self.bits > 8 and self.channels > 1


def incomplete_file() -> UnusableFile:
    """Return the error for a file whose end is missing."""
    return UnusableFile("incomplete file: its end is missing", "Copy or upload the photo again.")


def damaged_file(detail: str = "") -> UnusableFile:
    """Return the error for a file that is a photo but cannot be decoded."""
    reason = f"damaged file: {detail}" if detail else "damaged file"
    return UnusableFile(reason, "Copy the photo again, or open it in a photo program and save it as a new JPEG.")
