"""Which stored photos may be offered for a label: kept whole, of the model, not labelled yet, newest first."""

from pathlib import Path

import pytest

from defect_app.inspections import InspectionStore, KeptPhoto
from defect_app.inspections.photo_store import PhotoStore
from defect_app.intake import content_hash
from defect_app.storage.database import Database
from defect_app.teaching import unlabelled
from defect_app.teaching.unlabelled import unlabelled_photos
from tests.inspections.records import a_new_inspection


class Site:
    """Records and photos of one's own."""

    def __init__(self, folder: Path) -> None:
        self.store = InspectionStore(Database(f"sqlite:///{folder / 'records.sqlite'}"))
        self.photos = PhotoStore(folder / "photos")

    def judge(self, number: int, content: bytes, *, kept: bool = True, model: str = "tiny") -> str:
        """Store an inspection, with its whole photo or without, and return the photo's hash."""
        sha256 = content_hash(content)
        if kept:
            self.photos.keep_photo(sha256, content)
        photo = KeptPhoto.FULL if kept else KeptPhoto.NONE
        self.store.append([a_new_inspection(number, sha256=sha256, model=model, photo=photo)])
        return sha256

    def offered(self, *labelled: str) -> list[str]:
        return [file.name for file in unlabelled_photos(self.store, "tiny", labelled, self.photos)]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_photos_that_are_kept_whole_are_offered_newest_first_each_content_once(site: Site) -> None:
    site.judge(1, b"first")
    site.judge(2, b"second")
    site.judge(3, b"first")
    assert site.offered() == ["part-0003.jpg", "part-0002.jpg"]
    contents = [file.open().read() for file in unlabelled_photos(site.store, "tiny", (), site.photos)]
    assert contents == [b"first", b"second"]


def test_what_has_a_label_was_not_kept_or_is_another_models_is_not_offered(site: Site) -> None:
    labelled = site.judge(1, b"labelled")
    site.judge(2, b"not kept", kept=False)
    site.judge(3, b"another's", model="other")
    site.judge(4, b"offered")
    assert site.offered(labelled) == ["part-0004.jpg"]


def test_no_more_are_offered_or_looked_at_than_are_judged_in_a_moment(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 8):
        site.judge(number, b"photo %d" % number)
    monkeypatch.setattr(unlabelled, "MOST_PHOTOS", 3)
    assert site.offered() == ["part-0007.jpg", "part-0006.jpg", "part-0005.jpg"]


def test_a_photo_that_was_tidied_away_meanwhile_is_missing_like_a_file(site: Site) -> None:
    sha256 = site.judge(1, b"gone")
    (file,) = unlabelled_photos(site.store, "tiny", (), site.photos)
    site.photos.delete(sha256)
    with pytest.raises(FileNotFoundError):
        file.open().close()
