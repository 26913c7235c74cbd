"""Models on disk: what each one is, and whether its files are what they claim to be."""

from defect_app.catalog.copies import COPY_SUFFIX, original_of
from defect_app.catalog.folders import (
    MODELS_FOLDER,
    Catalog,
    CatalogEntry,
    find_model,
    load_catalog,
    usable_spec,
)
from defect_app.catalog.products import Product, by_importance, for_lessons, models_by_product, products_of
from defect_app.catalog.sealing import changes_since_sealed
from defect_app.catalog.spec import ClassSpec, FrameSpec, InputSpec, LicenceSpec, ModelSpec, ModelVersion
from defect_app.catalog.spec_file import SPEC_FILE, read_spec, read_unsealed, write_spec
from defect_app.catalog.threshold_entries import ThresholdEntries
from defect_app.catalog.thresholds import (
    THRESHOLD_NAMES,
    ChosenThresholds,
    InspectionThresholds,
    RecognitionThresholds,
    Thresholds,
    threshold_text,
    thresholds_from,
)
from defect_app.catalog.verification import RELEASE_FILE, SERVED_FILES, VERIFIED_FILES, verify_files, weights_sha256

__all__ = [
    "COPY_SUFFIX",
    "MODELS_FOLDER",
    "RELEASE_FILE",
    "SERVED_FILES",
    "SPEC_FILE",
    "THRESHOLD_NAMES",
    "VERIFIED_FILES",
    "Catalog",
    "CatalogEntry",
    "ChosenThresholds",
    "ClassSpec",
    "FrameSpec",
    "InputSpec",
    "InspectionThresholds",
    "LicenceSpec",
    "ModelSpec",
    "ModelVersion",
    "Product",
    "RecognitionThresholds",
    "ThresholdEntries",
    "Thresholds",
    "by_importance",
    "changes_since_sealed",
    "find_model",
    "for_lessons",
    "load_catalog",
    "models_by_product",
    "original_of",
    "products_of",
    "read_spec",
    "read_unsealed",
    "threshold_text",
    "thresholds_from",
    "usable_spec",
    "verify_files",
    "weights_sha256",
    "write_spec",
]
