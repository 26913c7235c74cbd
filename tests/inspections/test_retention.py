"""Photos whose time is over: deleted, with the inspection left and saying so."""

from datetime import timedelta
from pathlib import Path

from defect_app.inspections import InspectionStore, KeptPhoto
from defect_app.inspections.photo_store import PhotoHistory, PhotoStore
from defect_app.inspections.retention import delete_old_photos
from defect_app.storage.audit import AuditTrail
from defect_app.storage.database import Database
from tests.inspections.records import NOON, a_new_inspection


def test_old_photos_go_and_their_inspections_stay_and_say_so(url: str, tmp_path: Path) -> None:
    database, photos = Database(url), PhotoStore(tmp_path)
    store = InspectionStore(database)
    days = {1: 100, 2: 100, 3: 1}  # photo by number: judged so many days ago
    stored = store.append(
        [a_new_inspection(n, judged_at=NOON - timedelta(days=ago), photo=KeptPhoto.FULL) for n, ago in days.items()]
    )
    # The second was judged again yesterday: its time begins anew.
    store.append([a_new_inspection(2, judged_at=NOON - timedelta(days=1), batch="later", photo=KeptPhoto.FULL)])
    shas = [one.record.sha256 for one in stored]
    for sha256 in shas:
        photos.keep_thumbnail(sha256, b"small")
    assert delete_old_photos(database, photos, days=30, now=NOON, who="Ada") == 1
    assert [photos.thumbnail(sha256) for sha256 in shas] == [None, b"small", b"small"]
    assert store.find(stored[0].id) == stored[0]
    history = PhotoHistory(database)
    assert [event.sentence for event in history.of(shas[0])] == [
        "The photo was deleted by Ada on 20 Nov 2026: its time of 30 days is over."
    ]
    assert [(e.action, e.who) for e in AuditTrail(database).entries()] == [("photos deleted", "Ada")]
    assert delete_old_photos(database, photos, days=30, now=NOON) == 0
    database.close()
