"""Photos of stored inspections: kept by their content, as policy says; what cannot be written is said."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from defect_app.errors import PhotoNotKept
from defect_app.inspections import KeptPhoto
from defect_app.inspections.photo_store import PhotoHistory, PhotoStore, kept_by_policy
from defect_app.intake import content_hash
from defect_app.settings import PhotoPolicy
from defect_app.storage.database import Database

DATA = b"a photo, as it came"
SHA = content_hash(DATA)


def test_a_photo_and_its_small_picture_come_back_by_their_content(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path / "photos")
    assert photos.photo(SHA) is None
    photos.keep_photo(SHA, DATA)
    photos.keep_thumbnail(SHA, b"small")
    assert (photos.photo(SHA), photos.thumbnail(SHA)) == (DATA, b"small")
    assert photos.delete(SHA)
    assert (photos.photo(SHA), photos.thumbnail(SHA)) == (None, None)
    assert not photos.delete(SHA)


def test_a_photo_that_was_exchanged_is_not_the_one_that_was_judged(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path)
    photos.keep_photo(SHA, DATA)
    (tmp_path / SHA[:2] / SHA).write_bytes(b"another photo")
    assert photos.photo(SHA) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    photos = PhotoStore(tmp_path)
    assert photos.photo(name) is None
    assert photos.thumbnail(name) is None


def test_a_folder_that_cannot_be_written_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("in the way")
    with pytest.raises(PhotoNotKept, match="cannot be kept in") as caught:
        PhotoStore(tmp_path / "photos").keep_photo(SHA, DATA)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ("none", "none none none none"),
        ("thumbnails", "thumbnail full thumbnail none"),
        ("doubtful", "thumbnail full full none"),
        ("all", "full full full none"),
    ],
)
def test_policy_says_what_is_kept_of_each_verdict(policy: PhotoPolicy, kept: str) -> None:
    verdicts = ("PASS", "REVIEW", "REJECT", "REJECTED_FILE")
    assert [kept_by_policy(verdict, policy, SHA, 0.0) for verdict in verdicts] == [
        KeptPhoto(word) for word in kept.split()
    ]


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.1, 60, 140), (0.5, 430, 570), (1.0, 1000, 1000)])
def test_a_share_of_the_photos_is_kept_whole_for_audits_whatever_the_verdict(share: float, low: int, high: int) -> None:
    contents = [content_hash(f"photo {n}".encode()) for n in range(1000)]
    for verdict in ("PASS", "REJECT"):
        kept = [kept_by_policy(verdict, "thumbnails", sha256, share) for sha256 in contents]
        assert low <= kept.count(KeptPhoto.FULL) <= high
    assert kept_by_policy("PASS", "none", contents[0], 1.0) is KeptPhoto.NONE


def test_what_became_of_a_photo_is_told_in_order(url: str) -> None:
    database = Database(url)
    history = PhotoHistory(database)
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    history.note([SHA], "deleted", moment=moment, reason="its time of 365 days is over")
    assert [event.sentence for event in history.of(SHA)] == [
        "The photo was deleted on 20 Nov 2026: its time of 365 days is over."
    ]
    assert history.of("0" * 64) == ()
    database.close()
