"""From an archive or a folder of folders to labelled pictures with groups and splits."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from defect_app.catalog import ClassSpec
from defect_app.catalog.spec import Role
from defect_app.datasets.archives import CACHE_FOLDER, unpacked
from defect_app.datasets.dataset import Dataset, Folder, LabelledPicture, LoadedDataset
from defect_app.datasets.layouts import list_folders, list_imagenet, list_mosaics, mosaic_tile
from defect_app.datasets.listing_cache import listing_path, read_listing, write_listing
from defect_app.datasets.registry import get_dataset
from defect_app.datasets.round_parts import part_signature, same_part_groups
from defect_app.datasets.splits import carve_out, first_share
from defect_app.datasets.twins import connected_groups, thumbnail, twin_pairs
from defect_app.errors import DataUnavailable

VALIDATION_SHARE = 0.12
TEST_SHARE = 0.2
"""Of a set that its makers did not split."""

_ROLES: dict[str, Role] = {"ok": "ok", "good": "ok", "normal": "ok", "defect": "defect", "bad": "defect"}

Progress = Callable[[int, int], None]
"""Called with pictures done and pictures in all."""


def load_dataset(
    name: str, data_dir: Path | None = None, cache: Path | None = None, progress: Progress | None = None
) -> LoadedDataset:
    """List, group and split the pictures of a registered data set.

    Parameters
    ----------
    name : str
        See `registry.all_datasets`.
    data_dir : Path, optional
        The folder with the archives; default: the environment variable ``DEFECT_APP_DATA``.
    cache : Path, optional
        Where archives are unpacked; default ``var/data`` of the project.
    progress : callable, optional
        Called while pictures are read.

    Raises
    ------
    DataUnavailable
        If the set is unknown, its archive is missing or damaged, or holds no pictures.
    """
    dataset = get_dataset(name)
    roots = [unpacked(archive, data_dir, cache) for archive in dataset.archives]
    classes = dataset.classes
    if dataset.layout == "imagenet":
        classes, listed = list_imagenet(*roots)
    elif dataset.layout == "mosaics":
        listed = list_mosaics(roots[0], dataset.classes)
    else:
        listed = list_folders(roots[0], dataset.folders)
    # What follows from the pictures alone is found once for each state of their files.
    pictures = sorted((picture for picture, _ in listed), key=lambda picture: picture.image)
    path = listing_path(cache or CACHE_FOLDER, dataset, pictures)
    found = read_listing(path, pictures)
    if found is None:
        loaded = _grouped_and_split(dataset, classes, listed, progress)
        write_listing(path, loaded.pictures)
        return loaded
    return LoadedDataset(dataset, classes, found)


def load_folder(folder: Path, *, twin_correlation: float = 0.99, progress: Progress | None = None) -> LoadedDataset:
    """List, group and split a plain tree with one folder a class, or with such trees under ``train`` and ``test``.

    Parameters
    ----------
    folder : Path
        Its name becomes the data set's name, its sub-folders' names the classes. Classes called ok, good or normal
        get the role ok, those called defect or bad the role defect.
    twin_correlation : float
        See `Dataset`.
    progress : callable, optional
        Called while pictures are read.

    Raises
    ------
    DataUnavailable
        If there are fewer than two classes, or a class has no pictures.
    """
    if not folder.is_dir():
        raise DataUnavailable(f"The folder {folder} does not exist.", "Give a folder with one sub-folder a class.")
    parts = [s for s in ("train", "test") if (folder / s).is_dir()] or [""]
    names = sorted({f.name for part in parts for f in (folder / part).iterdir() if f.is_dir()})
    if len(names) < 2:
        raise DataUnavailable(f"{folder} holds {len(names)} class folders, expected at least two.")
    dataset = Dataset(
        name=folder.name,
        title=folder.name,
        classes=tuple(ClassSpec(n, n.replace("_", " ").capitalize(), _ROLES.get(n.lower())) for n in names),
        folders=tuple(Folder(f"{part}/{n}".lstrip("/"), n, part) for part in parts for n in names),
        archives=(),
        source=f"the folder {folder.name}",
        licence="not known",
        twin_correlation=twin_correlation,
    )
    return _grouped_and_split(dataset, dataset.classes, list_folders(folder, dataset.folders), progress)


def picture_bytes(picture: LabelledPicture) -> bytes:
    """Return the picture as a file's bytes: as stored, or a tile of a mosaic as PNG."""
    if picture.tile is None:
        return picture.path.read_bytes()
    tile = mosaic_tile(picture.path, picture.tile)
    return bytes(cv2.imencode(".png", cv2.cvtColor(tile, cv2.COLOR_RGB2BGR))[1].tobytes())


def content_digest(loaded: LoadedDataset) -> str:
    """Return a SHA-256 over names, labels, splits and contents of all pictures: the identity of a data set."""
    lines = (f"{p.image}\t{p.label}\t{p.split}\t{p.sha256}\n" for p in loaded.pictures)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _grouped_and_split(
    dataset: Dataset,
    classes: tuple[ClassSpec, ...],
    listed: list[tuple[LabelledPicture, str]],
    progress: Progress | None,
) -> LoadedDataset:
    listed = sorted(listed, key=lambda entry: entry[0].image)
    labels = [picture.label for picture, _ in listed]
    absent = [c.name for c in classes if c.name not in set(labels)]
    if absent:
        raise DataUnavailable(f"{dataset.title}: no pictures of {', '.join(absent[:5])}.", "Fetch the data again.")
    pictures, pixel_hashes, thumbnails = fingerprints([picture for picture, _ in listed], progress)
    official_test = np.array([official == "test" for _, official in listed])
    if dataset.layout == "mosaics" or dataset.round_parts:
        # 50,000 tiles are too many to compare pair by pair; the makers already dropped duplicates. Copies of a round
        # part are found whatever their turn.
        first = second = np.zeros(0, np.int64)
    else:
        first, second = twin_pairs(thumbnails, dataset.twin_correlation)
    named_first, named_second = _same_part_pairs(pictures, dataset.group_prefix)
    groups = connected_groups(
        len(pictures), np.concatenate([first, named_first]), np.concatenate([second, named_second])
    )
    parts = _parts(pictures) if dataset.round_parts else np.arange(len(pictures))
    groups = _joined(groups, parts)
    digests = [p.sha256 for p in pictures]
    if dataset.layout == "imagenet":
        # One photo a class: the shares are of the photos, not of each class.
        training = first_share(digests, 0.5)
        splits = np.where(training, "train", "test").astype(object)
        rest = np.flatnonzero(training)
        splits[rest[first_share([digests[i] for i in rest], 0.2, "validation")]] = "validation"
    else:
        twins = _joined(connected_groups(len(pictures), first, second), parts)
        splits = _splits(digests, labels, groups, twins, official_test, pixel_hashes)
    leaked = np.zeros(len(pictures), bool)
    crossing = (splits[first] == "test") & (splits[second] != "test")
    leaked[first[crossing]] = True
    leaked |= (splits == "test") & np.isin(parts, parts[splits != "test"])
    return LoadedDataset(
        dataset,
        classes,
        tuple(
            replace(p, split=split, group=int(group), leaked=bool(leak))
            for p, split, group, leak in zip(pictures, splits, groups, leaked, strict=True)
        ),
    )


def _splits(
    digests: list[str],
    labels: list[str],
    groups: np.ndarray,
    twins: np.ndarray,
    official_test: np.ndarray,
    pixel_hashes: list[str],
) -> np.ndarray:
    splits = np.full(len(digests), "train", dtype=object)
    if official_test.any():
        splits[official_test] = "test"
        seen_in_test = {h for h, test in zip(pixel_hashes, official_test, strict=True) if test}
        identical = np.array([h in seen_in_test for h in pixel_hashes]) & ~official_test
        splits[identical] = "excluded"
    else:
        splits[carve_out(digests, labels, groups.tolist(), TEST_SHARE, "test")] = "test"
    rest = np.flatnonzero(splits == "train")
    if len(rest):
        chosen = carve_out(
            [digests[i] for i in rest], [labels[i] for i in rest], groups[rest].tolist(), VALIDATION_SHARE, "validation"
        )
        # Twins with different labels: the thumbnails do not show what makes the one defective, so such a group may
        # hold half of all that is like it, and thresholds would be chosen on what no training picture shows.
        splits[rest[chosen & ~_of_mixed_groups(twins[rest], [labels[i] for i in rest])]] = "validation"
    return splits


def _of_mixed_groups(groups: np.ndarray, labels: list[str]) -> np.ndarray:
    """Mark the members of groups that hold several labels; bool of shape (n,)."""
    labels_of: dict[int, set[str]] = defaultdict(set)
    for group, label in zip(groups.tolist(), labels, strict=True):
        labels_of[group].add(label)
    return np.array([len(labels_of[group]) > 1 for group in groups.tolist()], bool)


def fingerprints(
    pictures: Sequence[LabelledPicture], progress: Progress | None = None
) -> tuple[list[LabelledPicture], list[str], np.ndarray]:
    """Hash the bytes and the pixels of each picture, and shrink it to a thumbnail.

    Returns
    -------
    pictures : list of LabelledPicture
        With the hash of their bytes.
    pixel_hashes : list of str
        Equal for equal pixels, whatever the file.
    thumbnails : ndarray of float32, shape (n, 32, 32)
        See `twins.thumbnail`.

    Raises
    ------
    DataUnavailable
        If a picture cannot be read.
    """

    def fingerprint(picture: LabelledPicture) -> tuple[str, str, np.ndarray]:
        data = picture_bytes(picture)
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if decoded is None:
            raise DataUnavailable(f"The picture {picture.image} cannot be read.", "Fetch its archive again.")
        pixels = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
        pixel_hash = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
        return hashlib.sha256(data).hexdigest(), pixel_hash, thumbnail(pixels)

    def tile_fingerprint(picture: LabelledPicture) -> tuple[str, str, np.ndarray]:
        tile = mosaic_tile(picture.path, picture.tile or 0)
        digest = hashlib.sha256(tile.tobytes()).hexdigest()
        return digest, digest, thumbnail(tile)

    found = []
    with ThreadPoolExecutor(2) as pool:
        tasks = pool.map(lambda p: fingerprint(p) if p.tile is None else tile_fingerprint(p), pictures)
        for done, entry in enumerate(tasks, start=1):
            found.append(entry)
            if progress is not None:
                progress(done, len(pictures))
    hashed = [replace(p, sha256=digest) for p, (digest, _, _) in zip(pictures, found, strict=True)]
    return hashed, [pixel_hash for _, pixel_hash, _ in found], np.stack([t for _, _, t in found])


def _parts(pictures: Sequence[LabelledPicture]) -> np.ndarray:
    """Give the same number to pictures of one round part; int64 of shape (n,)."""

    def signature(picture: LabelledPicture) -> np.ndarray:
        decoded = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
        assert decoded is not None, "fingerprints has read each picture before"
        return part_signature(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB))

    with ThreadPoolExecutor(2) as pool:
        return same_part_groups(np.stack(list(pool.map(signature, pictures))))


def _joined(groups: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the groups of pictures that either numbering puts together."""
    leaders = [np.unique(numbers, return_index=True, return_inverse=True)[1:] for numbers in (groups, others)]
    everyone = np.tile(np.arange(len(groups)), 2)
    return connected_groups(len(groups), everyone, np.concatenate([first[inverse] for first, inverse in leaders]))


def _same_part_pairs(pictures: list[LabelledPicture], separator: str) -> tuple[np.ndarray, np.ndarray]:
    """Link each picture to the first one whose file name has the same prefix."""
    if not separator:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    first_with: dict[str, int] = {}
    leaders = [first_with.setdefault(p.path.name.split(separator)[0], i) for i, p in enumerate(pictures)]
    return np.arange(len(pictures)), np.array(leaders, np.int64)
