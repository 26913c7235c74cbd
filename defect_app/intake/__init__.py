"""Intake: untrusted bytes in, a photo or a rejection with its reason out."""

from defect_app.intake.fit import fit_to_input
from defect_app.intake.jpeg import encode_jpeg
from defect_app.intake.listing import list_photos
from defect_app.intake.names import display_name, is_system_file, spreadsheet_safe
from defect_app.intake.photo import Photo, Rejection, content_hash
from defect_app.intake.reading import MAX_BYTES, MAX_PIXELS, MIN_SIDE, read_photo
from defect_app.intake.sniffing import ACCEPTED_FORMATS, ACCEPTED_IN_WORDS

__all__ = [
    "ACCEPTED_FORMATS",
    "ACCEPTED_IN_WORDS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MIN_SIDE",
    "Photo",
    "Rejection",
    "content_hash",
    "display_name",
    "encode_jpeg",
    "fit_to_input",
    "is_system_file",
    "list_photos",
    "read_photo",
    "spreadsheet_safe",
]
