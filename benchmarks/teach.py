"""Teaching on the shared data sets, beside the usual recipe: ``python -m benchmarks.teach [--json FILE] [--draws N]``.

The usual recipe is what Teachable Machine does: the last features of MobileNetV2, averaged, and one dense softmax. Both
see the same photos of the same draws in the same run, and are measured on photos that were not drawn.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from defect_app.catalog import InputSpec
from defect_app.datasets.archives import unpacked
from defect_app.engine.taught.extractor import FeatureExtractor
from defect_app.intake import Rejection, fit_to_input, read_photo
from defect_app.paths import MODELS
from defect_app.teaching.crossvalidation import dealt_folds
from defect_app.teaching.fitting import choose_settings, fit_head
from defect_app.teaching.input_size import choose_input
from defect_app.teaching.photos import MOST_MIRRORED, pooled_views
from defect_app.teaching.remembering import memory_of
from defect_app.teaching.request import TeachingFile
from defect_app.teaching.teach import BACKBONE

PHOTOS = (5, 10, 20, 50)
GOOD_PHOTOS = (20, 60)
POOL = 250
"""Castings of each class that are drawn from."""
MEASURED_CASTINGS = 240
"""Of the official test, for good photos alone, whose searches take long outside the graph."""
VIEWS = 4
"""Of a picture that is drawn from: as it was taken, and mirrored three ways."""
PATCH_CHANNELS = (24, 32, 96)


@dataclass(frozen=True)
class Folder:
    """Pictures of one class, below an unpacked archive; `test` where they are measured and never drawn."""

    archive: str
    path: str
    label: int
    test: bool = False


@dataclass(frozen=True)
class Line:
    """Means over the draws; `metric` is "AUC" or "accuracy", `usual` another method's on the same photos."""

    dataset: str
    photos: int
    metric: str
    ours: float
    usual: float
    draws: int


SETS = {
    "casting": tuple(
        Folder("casting.tar.xz", f"casting_data/{split}/{name}", label, split == "test")
        for split in ("train", "test")
        for label, name in enumerate(("ok_front", "def_front"))
    ),
    "metal": (Folder("metal_cracks.tar", "kolektor_sdd/ok", 0), Folder("metal_cracks.tar", "kolektor_sdd/defect", 1)),
    "boxes": tuple(
        Folder("boxes.tar", f"boxes/{part}/{name}", label)
        for part in ("packages", "cartons_data")
        for label, name in enumerate(("intact", "damaged"))
    ),
    "phone": tuple(
        Folder("phone.tar", f"phone/{path}", label)
        for label, path in enumerate(
            ("cracked/mobile_damaged", "cracked/mobile_not_damaged", "msd_screen/scratch", "msd_screen/oil",
             "msd_screen/stain")
        )
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Extracted:
    """Features of a set's pictures, their labels, and which are never drawn."""

    values: np.ndarray
    look: np.ndarray
    labels: np.ndarray
    test: np.ndarray


def extract(name: str, *, square: bool, patches: bool = False) -> Extracted:
    """Run the network over a set, at the input that teaching would choose, or squashed to a square."""
    rng = np.random.default_rng(0)
    chosen: list[tuple[Path, Folder]] = []
    for folder in SETS[name]:
        found = sorted(p for p in (unpacked(folder.archive) / folder.path).iterdir() if "mask" not in p.name)
        if name == "casting" and not folder.test:
            found = [found[i] for i in rng.permutation(len(found))[:POOL]]
        chosen += [(path, folder) for path in found]
    if patches:
        tests = [pair for pair in chosen if pair[1].test]
        chosen = [pair for pair in chosen if not pair[1].test and pair[1].label == 0]
        chosen += [tests[i] for i in rng.permutation(len(tests))[:MEASURED_CASTINGS]]
    size = InputSpec(224, 224, "stretch", "area") if square else choose_input([_file(path) for path, _ in chosen])
    extractor = FeatureExtractor(MODELS / BACKBONE, size.height, size.width, patches=patches)

    def one(path: Path, folder: Folder) -> tuple[np.ndarray, np.ndarray] | None:
        photo = read_photo(path.read_bytes(), path.name, least_side=max(size.height, size.width))
        if isinstance(photo, Rejection):
            return None
        pixels = fit_to_input(photo.pixels, height=size.height, width=size.width, fit=size.fit, resize=size.resize)
        features = extractor.features(pixels)
        if patches:
            return features.values, features.look
        views = pooled_views(pixels, features.values, extractor, mirrored=not folder.test)
        # Pictures that are never drawn are judged as they were taken.
        return np.broadcast_to(views, (VIEWS, views.shape[1])), features.look

    with ThreadPoolExecutor(extractor.threads) as pool:
        done = list(pool.map(lambda pair: one(*pair), chosen))
    used = [(found, folder) for found, (_, folder) in zip(done, chosen, strict=True) if found is not None]
    return Extracted(
        np.stack([found[0] for found, _ in used]),
        np.stack([found[1] for found, _ in used]),
        np.array([folder.label for _, folder in used]),
        np.array([folder.test for _, folder in used]),
    )


def classifier_lines(name: str, draws: int, *, square: bool) -> Iterator[Line]:
    """Measure classifiers of one set at every number of photos that leaves some of each class to measure on."""
    data = extract(name, square=square)
    n_classes = int(data.labels.max()) + 1
    metric = "AUC" if name in ("casting", "metal") else "accuracy"
    named = f"{name}, squashed to squares" if name == "metal" and square else name
    for photos in PHOTOS:
        drawn_from = [np.flatnonzero((data.labels == c) & ~data.test) for c in range(n_classes)]
        if min(map(len, drawn_from)) < photos + 5 and not data.test.any():
            continue
        figures = []
        for draw in range(draws):
            rng = np.random.default_rng(100 + draw)
            drawn = np.concatenate([rng.permutation(pool)[:photos] for pool in drawn_from])
            rest = data.test.copy() if data.test.any() else np.ones(len(data.labels), bool)
            rest[drawn] = False
            figures.append(_figures(data, drawn, np.flatnonzero(rest), n_classes, metric))
        ours, usual = np.mean(figures, axis=0)
        yield Line(named, photos, metric, float(ours), float(usual), draws)


def _figures(data: Extracted, drawn: np.ndarray, rest: np.ndarray, n_classes: int, metric: str) -> tuple[float, float]:
    labels = data.labels[drawn]
    folds, _ = dealt_folds(labels, np.arange(len(drawn)), [str(i) for i in drawn], 5)
    views = data.values[drawn] if len(drawn) <= MOST_MIRRORED else data.values[drawn, :1]
    settings = choose_settings(views, labels, folds, n_classes)
    ours = fit_head(views, labels, n_classes, settings).probabilities(data.values[rest, 0])
    dense = LogisticRegression(max_iter=500).fit(data.look[drawn], labels)
    usual = dense.predict_proba(data.look[rest])
    actual = data.labels[rest]
    if metric == "AUC":
        return float(roc_auc_score(actual, ours[:, 1])), float(roc_auc_score(actual, usual[:, 1]))
    return float((ours.argmax(axis=1) == actual).mean()), float((usual.argmax(axis=1) == actual).mean())


def memory_lines(draws: int) -> Iterator[Line]:
    """Measure good castings alone, beside PatchCore's and PaDiM's distances on the same unscaled patches."""
    data = extract("casting", square=True, patches=True)
    pool, rest = np.flatnonzero(~data.test), np.flatnonzero(data.test)
    actual = data.labels[rest]
    for photos in GOOD_PHOTOS:
        figures = []
        for draw in range(draws):
            drawn = np.random.default_rng(100 + draw).permutation(pool)[:photos]
            memory = memory_of(data.values[drawn], PATCH_CHANNELS, seed=draw)
            ours = [float(memory.distances(data.values[i]).max()) for i in rest]
            others = [_patchcore(data.values, drawn, rest, draw), _padim(data.values, drawn, rest)]
            figures.append([roc_auc_score(actual, scores) for scores in (ours, *others)])
        ours_mean, patchcore, padim = np.mean(figures, axis=0)
        yield Line("casting, good photos alone, PatchCore", photos, "AUC", float(ours_mean), float(patchcore), draws)
        yield Line("casting, good photos alone, PaDiM", photos, "AUC", float(ours_mean), float(padim), draws)


def _patchcore(values: np.ndarray, drawn: np.ndarray, rest: np.ndarray, seed: int) -> list[float]:
    """As published, without its re-weighting: a tenth of the unscaled patches, here at random instead of greedily."""
    patches = values[drawn].reshape(-1, values.shape[2]).astype(np.float32)
    kept = patches[np.random.default_rng(seed).permutation(len(patches))[: len(patches) // 10]]
    squares = (kept**2).sum(axis=1)
    scores = []
    for i in rest:
        photo = values[i].astype(np.float32)
        scores.append(float(((squares - 2 * photo @ kept.T).min(axis=1) + (photo**2).sum(axis=1)).max()))
    return scores


def _padim(values: np.ndarray, drawn: np.ndarray, rest: np.ndarray) -> list[float]:
    """Mahalanobis distances to a Gaussian at each place (Defard et al., 2021), in 100 channels as published."""
    channels = np.random.default_rng(0).permutation(values.shape[2])[:100]
    trained = values[drawn][:, :, channels].astype(np.float32)
    mean = trained.mean(axis=0)
    inverse = []
    for place in range(trained.shape[1]):
        centred = trained[:, place] - mean[place]
        covariance = centred.T @ centred / max(len(centred) - 1, 1) + 0.01 * np.eye(len(channels), dtype=np.float32)
        inverse.append(np.linalg.inv(covariance))
    whitening = np.stack(inverse)
    found = []
    for i in rest:
        apart = values[i][:, channels].astype(np.float32) - mean
        found.append(float(np.einsum("pc,pcd,pd->p", apart, whitening, apart, optimize=True).max()))
    return found


def _file(path: Path) -> TeachingFile:
    from defect_app.intake import PhotoFile

    return TeachingFile(PhotoFile.at(path), "")


def main() -> None:
    """Print a line for each set and number of photos as it is done; write all as JSON at the end."""
    parser = argparse.ArgumentParser(description="Teaching beside the usual recipe, on the shared data sets.")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--memory-draws", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    lines: list[Line] = []

    def take(found: Iterator[Line]) -> None:
        for line in found:
            lines.append(line)
            print(
                f"| {line.dataset} | {line.photos} | {line.metric} | {line.ours:.3f} | {line.usual:.3f} |", flush=True
            )

    print("| set | photos a class | figure | taught | other |\n|---|---|---|---|---|")
    with threadpool_limits(1):
        for name in SETS:
            take(classifier_lines(name, arguments.draws, square=name != "metal"))
        take(classifier_lines("metal", arguments.draws, square=True))
        take(memory_lines(arguments.memory_draws))
    gains = [line.ours - line.usual for line in lines if "alone" not in line.dataset]
    print(f"\nMean gain over the usual recipe: {np.mean(gains):.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(line) for line in lines], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
