"""Models on disk: what each one is, and whether its files are what they claim to be."""

from defect_app.catalog.folders import (
    MODELS_FOLDER,
    Catalog,
    CatalogEntry,
    find_model,
    load_catalog,
    verify_files,
)
from defect_app.catalog.spec import (
    SERVED_FILES,
    SPEC_FILE,
    ClassSpec,
    DefaultPoint,
    InputSpec,
    LicenceSpec,
    ModelSpec,
    model_digest,
    read_spec,
    write_spec,
)

__all__ = [
    "MODELS_FOLDER",
    "SERVED_FILES",
    "SPEC_FILE",
    "Catalog",
    "CatalogEntry",
    "ClassSpec",
    "DefaultPoint",
    "InputSpec",
    "LicenceSpec",
    "ModelSpec",
    "find_model",
    "load_catalog",
    "model_digest",
    "read_spec",
    "verify_files",
    "write_spec",
]
