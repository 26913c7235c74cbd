"""Familiarity by nearest neighbours: how far a photo's features lie from those of the training photos.

Method: deep nearest neighbours for out-of-distribution detection (Sun, Ming, Zhu, Li; ICML 2022): features are
normalised to unit length, and the distance to the k-th nearest training picture is compared with a limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from defect_app.errors import ModelUnavailable
from defect_app.familiarity.quality import PhotoQuality, QualityLimits, fit_limits, margin_of, measure_quality

MOST_REFERENCES = 600
NEIGHBOUR = 3
"""Which neighbour's distance counts: the third nearest, so that one odd training photo vouches for nothing."""


@dataclass(frozen=True)
class FamiliarityResult:
    """Whether one photo is like those in training, and good enough to judge.

    Attributes
    ----------
    familiar : bool
        Whether the distance is within the limit.
    distance : float
        Distance to the third nearest training photo, 0 (the same) to 2.
    limit : float
        The greatest distance that counts as familiar.
    quality_problems : tuple of str
        What is wrong with the photo, in plain words.
    """

    familiar: bool
    distance: float
    limit: float
    quality_problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class FamiliarityModel:
    """Reference features of training photos, and the distance from which on a photo counts as out of distribution.

    Attributes
    ----------
    references : ndarray of float32, shape (n_references, n_features)
        Features of training photos, unit length.
    limit : float
        The greatest distance that counts as familiar.
    quality : QualityLimits
        The range of sharpness, brightness and glare of the training photos.
    """

    references: np.ndarray
    limit: float
    quality: QualityLimits

    @classmethod
    def fit(
        cls,
        features: np.ndarray,
        held_out_features: np.ndarray,
        qualities: Sequence[PhotoQuality],
        *,
        out_of_distribution: np.ndarray | None = None,
        seed: int = 0,
        slack: float = 1.25,
    ) -> FamiliarityModel:
        """Take the references from training photos, and set the limit from photos that were held out.

        Parameters
        ----------
        features : ndarray, shape (n_train, n_features)
            Pooled features of training photos; at most 600 become references, chosen by `seed`.
        held_out_features : ndarray, shape (n_held_out, n_features)
            Pooled features of validation photos: the limit is `slack` times their 99.5 % quantile of distance.
        qualities : sequence of PhotoQuality
            Of the training photos.
        out_of_distribution : ndarray, shape (n_others, n_features), optional
            Pooled features of photos of other things. With them the limit lies halfway between the 99.5 % quantile and
            the distance that all but a twentieth of those exceed; not above the limit without them, and not
            below the 99 % quantile, so that ordinary photos stay familiar.
        seed : int
            Chooses the references.
        slack : float
            At least 1.
        """
        unit = _unit(features)
        if len(unit) > MOST_REFERENCES:
            unit = unit[np.random.default_rng(seed).choice(len(unit), MOST_REFERENCES, replace=False)]
        # Stored in half precision, so the limit is set with the very numbers that will be used.
        unit = unit.astype(np.float16).astype(np.float32)
        own, usual = np.quantile(_distances(unit, held_out_features), [0.995, 0.99])
        limit = own * slack
        if out_of_distribution is not None:
            far = np.quantile(_distances(unit, out_of_distribution), 0.05)
            limit = np.clip((own + far) / 2, usual, limit)
        return cls(unit, float(limit), fit_limits(qualities))

    @classmethod
    def fit_leaving_out(
        cls,
        features: np.ndarray,
        distances: np.ndarray,
        qualities: Sequence[PhotoQuality],
        *,
        seed: int = 0,
        slack: float = 1.25,
    ) -> FamiliarityModel:
        """Take all photos as references, and set the limit from each one's distance to the others.

        Where photos are few, none can be spared to be held out. For the same reason the limits of quality are wider:
        the fewer photos, the less is known of how they may look.

        Parameters
        ----------
        features : ndarray, shape (n_photos, n_features)
            As in `fit`.
        distances : ndarray, shape (n_photos,)
            Of each photo to its third nearest other one.
        qualities : sequence of PhotoQuality
            Of the photos.
        seed, slack
            As in `fit`.
        """
        unit = _unit(features)
        if len(unit) > MOST_REFERENCES:
            unit = unit[np.random.default_rng(seed).choice(len(unit), MOST_REFERENCES, replace=False)]
        limit = float(np.quantile(distances, 0.995)) * slack
        return cls(
            unit.astype(np.float16).astype(np.float32), limit, fit_limits(qualities, margin=margin_of(len(unit)))
        )

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Return the distance of each photo to its third nearest training photo.

        Parameters
        ----------
        features : ndarray, shape (n, n_features)

        Returns
        -------
        ndarray of float32, shape (n,)
            From 0 (the same) to 2.
        """
        return _distances(self.references, features)

    def assess(self, features: np.ndarray, pixels: np.ndarray) -> FamiliarityResult:
        """Say how familiar one photo is.

        Parameters
        ----------
        features : ndarray, shape (n_features,)
            Pooled features of the photo.
        pixels : ndarray of uint8, shape (height, width, 3)
            The photo at the model's input size.
        """
        distance = float(self.distances(features[None])[0])
        problems = self.quality.problems(measure_quality(pixels))
        return FamiliarityResult(distance <= self.limit, distance, self.limit, problems)

    def save(self, path: Path) -> None:
        """Write ``familiarity.npz``."""
        np.savez_compressed(
            path,
            references=self.references.astype(np.float16),
            limit=np.float64(self.limit),
            quality=np.array(astuple(self.quality), np.float64),
        )

    @classmethod
    def load(cls, path: Path) -> FamiliarityModel:
        """Read ``familiarity.npz``.

        Raises
        ------
        ModelUnavailable
            If the file is missing, damaged or lacks a part.
        """
        try:
            # Opened here: NumPy leaves a damaged file open.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                references = stored["references"].astype(np.float32)
                return cls(references, float(stored["limit"]), QualityLimits(*map(float, stored["quality"])))
        except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile, zlib.error) as error:
            raise ModelUnavailable(f"{path.parent.name}: {path.name} cannot be read.", "Restore the folder.") from error


def _unit(features: np.ndarray) -> np.ndarray:
    array = np.asarray(features, np.float32)
    unit_rows: np.ndarray = array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-12)
    return unit_rows


def _distances(references: np.ndarray, features: np.ndarray) -> np.ndarray:
    import cv2

    # Not a matrix product: NumPy spreads even one photo over all cores, and threads that judge photos side by side
    # then wait for each other many times longer than they compute.
    neighbour = min(NEIGHBOUR, len(references))
    nearest, _ = cv2.batchDistance(_unit(features), references, cv2.CV_32F, normType=cv2.NORM_L2, K=neighbour)
    return nearest[:, neighbour - 1]
