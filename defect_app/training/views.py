"""Training the upper layers alone, fast: the frozen layers below see each changed picture once, not once an epoch.

Where a recipe freezes the first layers of a backbone, their answer to a picture never changes. A fixed number of
changed views of each picture is sent through them before training starts; each epoch then draws one of a
picture's views by chance. Folds and repeats are trained on the same views.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np
import openvino as ov

from defect_app.errors import InvalidRecipe
from defect_app.training.batches import AugmentedPictures

Views = tuple[np.ndarray, np.ndarray]
"""Features in half precision, shape (n_views, *shape of one), and targets, shape (n_views, n_targets)."""

BATCH = 16
"""Pictures that go through the frozen layers at once."""

_cache: dict[tuple[str, str], Views] = {}


@dataclass(frozen=True)
class CachedViews:
    """A `SampleSource` of views of pictures, as the first trained layer takes them."""

    pictures: list[Views]

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the features of one view."""
        return tuple(self.pictures[0][0].shape[1:])

    @property
    def n_targets(self) -> int:
        """How many numbers the targets of one picture are."""
        return int(self.pictures[0][1].shape[1])

    def sample(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return one view of a picture, drawn by chance."""
        features, targets = self.pictures[index]
        view = int(rng.integers(len(features)))
        return features[view], targets[view]


class FrozenTrunk:
    """A network cut where its frozen layers end: at one tensor, or at several whose numbers are put in a row.

    Parameters
    ----------
    network : keras.Model
        From pictures to logits; what of it learns is said by its layers.

    Attributes
    ----------
    top : keras.Model
        From the frozen layers' features to logits; it shares its layers with the network.

    Raises
    ------
    InvalidRecipe
        If the first layers learn, so that there is nothing to be looked through once.
    """

    def __init__(self, network: Any) -> None:
        cuts = _frozen_ends(network)
        if any(cut is picture for cut in cuts for picture in network.inputs):
            raise InvalidRecipe(
                "backbone.views needs first layers that stay as they are.", "Freeze them, or views = 0."
            )
        above = keras.Model(cuts, network.output, name="top")
        self.top = above if len(cuts) == 1 else _unpacking(above)
        trunk = keras.Model(network.inputs, cuts[0] if len(cuts) == 1 else _packed(cuts), name="trunk")
        weights = b"".join(np.asarray(w).tobytes() for w in trunk.get_weights())
        ends = " ".join(cut._keras_history.operation.name for cut in cuts)
        self._identity = hashlib.blake2b(weights + ends.encode(), digest_size=16).hexdigest()
        self._compiled = _compiled(trunk)

    def features(self, pixels: Iterable[np.ndarray], done: Callable[[int], None] | None = None) -> np.ndarray:
        """Return what the frozen layers make of pictures.

        Parameters
        ----------
        pixels : iterable of ndarray of uint8, shape (height, width, 3)
            At the model's input size.
        done : callable, optional
            Called with the number of pictures sent.

        Returns
        -------
        ndarray of float16, shape (n, rows, columns, n_channels), or (n, n_numbers) where several maps are in a row
        """
        remaining, sent, found = iter(pixels), 0, []
        # In step, not through a queue with callbacks: with those, letting the compiled network go could block for good.
        while batch := list(islice(remaining, BATCH)):
            found.append(self._compiled(np.stack(batch).astype(np.float32))[0].astype(np.float16))
            sent += len(batch)
            if done is not None:
                done(sent)
        return np.concatenate(found)

    def views(self, source: AugmentedPictures, n_views: int, report: Callable[[str, int, int], None]) -> CachedViews:
        """Return views of all pictures of a training set; those of an earlier fold are not made anew.

        Parameters
        ----------
        source : AugmentedPictures
            Its pictures and their chance changes.
        n_views : int
            Of each picture.
        report : callable
            Called with words, and with how many views are done of how many.
        """
        keys = [(self._identity, _identity(source, index, n_views)) for index in range(len(source))]
        missing = {key: index for key, index in zip(keys, range(len(source)), strict=True) if key not in _cache}
        targets: list[np.ndarray] = []

        def changed() -> Iterable[np.ndarray]:
            for (_, identity), index in missing.items():
                for view in range(n_views):
                    # The picture decides its views, not the seed of the training: repeats share them.
                    picture, its_targets = source.sample(index, np.random.default_rng([int(identity[:12], 16), view]))
                    targets.append(its_targets)
                    yield picture

        total = len(missing) * n_views
        if total:
            features = self.features(changed(), lambda done: report("looking through frozen layers", done, total))
            for place, key in enumerate(missing):
                span = slice(place * n_views, (place + 1) * n_views)
                _cache[key] = (features[span], np.stack(targets[span]))
        return CachedViews([_cache[key] for key in keys])


def _frozen_ends(network: Any) -> list[Any]:
    """Return the tensors of frozen layers, or of the pictures, that layers which learn or follow such ones take."""
    learning: set[int] = set()
    ends: dict[int, Any] = {}
    for layer in network.layers:
        taken = keras.tree.flatten(layer.input)
        if layer.trainable_weights or any(id(tensor) in learning for tensor in taken):
            learning |= {id(tensor) for tensor in keras.tree.flatten(layer.output)}
            ends |= {id(tensor): tensor for tensor in taken if id(tensor) not in learning}
    return list(ends.values())


def _packed(maps: list[Any]) -> Any:
    return keras.layers.Concatenate()([keras.layers.Flatten()(map_) for map_ in maps])


def _unpacking(above: Any) -> Any:
    """Return a model that takes the numbers of all its inputs in a row."""
    packed = keras.Input((sum(math.prod(map_.shape[1:]) for map_ in above.inputs),))
    maps, start = [], 0
    for map_ in above.inputs:
        end = start + math.prod(map_.shape[1:])
        maps.append(keras.layers.Reshape(map_.shape[1:])(packed[:, start:end]))
        start = end
    return keras.Model(packed, above(maps), name="top")


def _identity(source: AugmentedPictures, index: int, n_views: int) -> str:
    masked = source.pictures.masked
    digest = hashlib.blake2b(digest_size=16)
    digest.update(np.ascontiguousarray(source.pictures.pixels[index]).tobytes())
    digest.update(source.pictures.targets[index].tobytes())
    if masked is not None and index in masked.masks:
        digest.update(masked.masks[index].tobytes())
    digest.update(f"{n_views} {source.changes}".encode())
    return digest.hexdigest()


def _compiled(trunk: Any) -> ov.CompiledModel:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "trunk.xml"
        trunk.export(str(path), format="openvino", verbose=False)
        model = ov.Core().read_model(path)
        # Compiled while the file is there: OpenVINO maps the raw weights into memory.
        return ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
