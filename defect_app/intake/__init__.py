"""Intake: untrusted bytes in, a photo or a rejection with its reason out."""

from defect_app.intake.fit import fit_to_input
from defect_app.intake.jpeg import at_most, encode_jpeg, encode_thumbnail
from defect_app.intake.listing import PhotoListing, UnreadableFolder, list_photos
from defect_app.intake.names import (
    display_name,
    distinct_names,
    is_system_file,
    spreadsheet_safe,
    visible_name,
    visible_text,
)
from defect_app.intake.opening import MAX_BYTES, MAX_PIXELS, MIN_SIDE, OpenedPhoto, open_photo
from defect_app.intake.photo import Photo, Rejection, content_hash, pixel_hash
from defect_app.intake.photo_file import FileContent, PhotoFile, read_file
from defect_app.intake.pixel_budget import PIXELS_IN_USE
from defect_app.intake.reading import decode_photo, read_photo
from defect_app.intake.sniffing import ACCEPTED_FORMATS, ACCEPTED_IN_WORDS

__all__ = [
    "ACCEPTED_FORMATS",
    "ACCEPTED_IN_WORDS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MIN_SIDE",
    "PIXELS_IN_USE",
    "FileContent",
    "OpenedPhoto",
    "Photo",
    "PhotoFile",
    "PhotoListing",
    "Rejection",
    "UnreadableFolder",
    "at_most",
    "content_hash",
    "decode_photo",
    "display_name",
    "distinct_names",
    "encode_jpeg",
    "encode_thumbnail",
    "fit_to_input",
    "is_system_file",
    "list_photos",
    "open_photo",
    "pixel_hash",
    "read_file",
    "read_photo",
    "spreadsheet_safe",
    "visible_name",
    "visible_text",
]
