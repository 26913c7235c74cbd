"""Data sets: archives and folders become labelled pictures, with splits that no twin crosses."""

from defect_app.datasets.archives import CACHE_FOLDER, data_folder, unpacked
from defect_app.datasets.dataset import Dataset, Folder, LabelledPicture, LoadedDataset, Split
from defect_app.datasets.leakage import LeakageReport, LeakingPair, leakage_report, write_leakage
from defect_app.datasets.loading import content_digest, fingerprints, load_dataset, load_folder, picture_bytes
from defect_app.datasets.pull import pull_dataset
from defect_app.datasets.registry import all_datasets, get_dataset
from defect_app.datasets.splits import assign_folds

__all__ = [
    "CACHE_FOLDER",
    "Dataset",
    "Folder",
    "LabelledPicture",
    "LeakageReport",
    "LeakingPair",
    "LoadedDataset",
    "Split",
    "all_datasets",
    "assign_folds",
    "content_digest",
    "data_folder",
    "fingerprints",
    "get_dataset",
    "leakage_report",
    "load_dataset",
    "load_folder",
    "picture_bytes",
    "pull_dataset",
    "unpacked",
    "write_leakage",
]
