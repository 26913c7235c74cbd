"""A site to break: models, photos, records with an active point, all in a folder of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

import pytest

from defect_app.catalog import InspectionThresholds, read_spec, write_spec
from defect_app.decision import ChosenThresholds, default_point
from defect_app.inspection import Inspected, Inspector
from defect_app.points import open_records
from defect_app.publishing.release import write_release_answers
from defect_app.teaching import teach
from tests.model_folders import make_model_folder, part_photo
from tests.photo_files import jpeg_bytes
from tests.teaching.photos import casting, castings, request

PART, GOOD = "part.jpg", "good.jpg"
"""The site's point rejects the first, which the model's default point would pass; both pass the second."""
PART_PHOTO, GOOD_PHOTO = jpeg_bytes(part_photo(-0.4)), jpeg_bytes(part_photo(-1.2))
SITE_POINT = InspectionThresholds(0.05, 0.1)
MODEL = "sound"
HIGH = 0.9999


@dataclass(frozen=True)
class Site:
    """What a site has.

    Attributes
    ----------
    root : Path
        The folder of everything.
    url : str
        Address of its records.
    model : str
        The model that is asked.
    """

    root: Path
    url: str
    model: str = MODEL

    @property
    def taught(self) -> Path:
        """The folder of models that were taught here."""
        return self.root / "taught"

    @property
    def models(self) -> Path:
        """The folder of models."""
        return self.root / "models"

    @property
    def folder(self) -> Path:
        """The folder of the model that is asked."""
        taught = self.taught / self.model
        return taught if taught.exists() else self.models / self.model

    @property
    def photos(self) -> Path:
        """The folder of photos."""
        return self.root / "photos"

    @property
    def file(self) -> Path:
        """The file of the records, where they are one."""
        return self.root / "records" / "records.sqlite"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a process at this site."""
        return {
            "DEFECT_APP_MODELS": str(self.models),
            "DEFECT_APP_TAUGHT_MODELS": str(self.taught),
            "DEFECT_APP_DATABASE_URL": self.url,
            "DEFECT_APP_LAST_KNOWN": str(self.root / "last-known"),
            "DEFECT_APP_VAR": str(self.root / "var"),
            "DEFECT_APP_PHOTOS": str(self.root / "kept-photos"),
            "DEFECT_APP_THREADS": "1",
        }


def make_site(root: Path, models: Sequence[str] = (MODEL,), url: str = "") -> Site:
    """Make a site whose point is active for each of its models.

    Parameters
    ----------
    root : Path
        Where; may be there.
    models : sequence of str
        The ids of its models, all alike.
    url : str
        Address of the records; default: a SQLite file of the site.
    """
    site = Site(root, url or f"sqlite:///{root / 'records' / 'records.sqlite'}", models[0])
    first = make_model_folder(site.models, models[0])
    write_release_answers(first, read_spec(first))
    spec = write_spec(first, read_spec(first))
    for model in models[1:]:
        copytree(first, site.models / model)
        write_spec(site.models / model, replace(spec, id=model))
    site.photos.mkdir()
    (site.photos / PART).write_bytes(PART_PHOTO)
    (site.photos / GOOD).write_bytes(GOOD_PHOTO)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in site.environment.items():
            patch.setenv(name, value)
        site.file.parent.mkdir()
        records = open_records(site.url)
        for model in models:
            point = default_point(replace(spec, id=model)).moved(SITE_POINT, "site")
            records.save_point(point, who="Ada", activate=True)
        records.close()
    return site


def make_taught_site(root: Path, models: Sequence[str]) -> Site:
    """Make a site whose models were taught on it, from rendered castings; its point rejects a part that they pass.

    Parameters
    ----------
    root : Path
        Where; may not be there.
    models : sequence of str
        The ids of its models, all alike.
    """
    site = Site(root, f"sqlite:///{root / 'records' / 'records.sqlite'}", models[0])
    for folder in (site.models, site.photos, site.file.parent):
        folder.mkdir(parents=True)
    folder = teach(request(castings(6, 6), id=models[0]), out=site.taught).folder
    (site.photos / PART).write_bytes(casting(940, True))
    (site.photos / GOOD).write_bytes(casting(900, False))
    inspector = Inspector.from_id(models[0], site.taught)
    part, good = (_score(inspector, site.photos / name) for name in (PART, GOOD))
    assert good < part < HIGH
    chosen = ChosenThresholds(
        InspectionThresholds(HIGH, HIGH), "validation", 12, "set high, so that it passes the part"
    )
    spec = write_spec(folder, replace(read_spec(folder), default_point=chosen))
    for model in models[1:]:
        copytree(folder, site.taught / model)
        write_spec(site.taught / model, replace(spec, id=model))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in site.environment.items():
            patch.setenv(name, value)
        records = open_records(site.url)
        for model in models:
            middle = InspectionThresholds((good + part) / 2, (good + part) / 2)
            point = default_point(replace(spec, id=model)).moved(middle, "site")
            records.save_point(point, who="Ada", activate=True)
        records.close()
    return site


def _score(inspector: Inspector, photo: Path) -> float:
    found = inspector.inspect_bytes(photo.read_bytes(), photo.name)
    assert isinstance(found, Inspected)
    assert found.is_familiar
    assert found.judgement.p_defect is not None
    return found.judgement.p_defect
