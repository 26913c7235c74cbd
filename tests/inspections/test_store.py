"""Stored inspections: kept to the last digit, once, found by every filter, newest first and page by page."""

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from defect_app.decision import RecognitionThresholds
from defect_app.inspection.record import STORED_KEYS
from defect_app.inspections import Evidence, InspectionFilter, InspectionPage, InspectionStore, KeptPhoto, Source
from defect_app.inspections.identity import first_key, key_of, new_id
from defect_app.inspections.part_verdicts import part_verdicts
from defect_app.inspections.summary import InspectionSummary
from defect_app.storage.database import Database
from tests.inspections.records import NOON, a_new_inspection


@pytest.fixture
def store(url: str) -> Iterator[InspectionStore]:
    database = Database(url)
    yield InspectionStore(database)
    database.close()


def numbers(found: Any) -> list[int]:
    return [int(one.record.sha256, 16) for one in found]


def test_a_record_comes_back_as_it_was_with_its_id_time_source_batch_part_and_person(store: InspectionStore) -> None:
    new = a_new_inspection(1, who="Ada", part="SN-17", p_defect=0.1 + 0.2, photo=KeptPhoto.FULL)
    (stored,) = store.append([new])
    assert UUID(stored.id).version == 7
    assert stored.judged_at == new.judged_at
    assert store.find(stored.id) == stored
    assert stored.evidence == new.evidence
    assert stored.photo is KeptPhoto.FULL
    described, before = stored.record.as_dict(), new.record.as_dict()
    assert {name: described[name] for name in before} == before
    assert [described[name] for name in STORED_KEYS[2:]] == ["cli", "monday", "SN-17", "Ada"]


def test_what_is_not_known_stays_unknown(store: InspectionStore) -> None:
    refused = a_new_inspection(
        1, verdict="REJECTED_FILE", label=None, p={}, p_defect=None, familiar=None, operating_point=None, frame=None,
        evidence=Evidence(),
    )  # fmt: skip
    (stored,) = store.append([refused])
    found = store.find(stored.id)
    assert found == stored
    assert (found.record.part, found.record.who, found.record.label, found.record.frame) == (None, None, None, None)


def test_numbers_that_are_none_and_names_that_are_no_text_are_kept(store: InspectionStore) -> None:
    odd = a_new_inspection(1, file="photo\udcff\0.jpg", label="unsure", p={"good": math.nan}, p_defect=None)
    (stored,) = store.append([odd])
    found = store.find(stored.id)
    assert found is not None
    assert math.isnan(found.record.p["good"])
    assert found.record.file == "photo\\udcff\\x00.jpg"


def test_thresholds_of_either_kind_and_a_distance_of_zero_come_back(store: InspectionStore) -> None:
    evidence = Evidence(
        0.0, 0.22, ("blurred", "dark"), "the file is cut off", RecognitionThresholds(0.8), ((0.25, 0.75),), True
    )
    (stored,) = store.append([a_new_inspection(1, evidence=evidence)])
    assert store.find(stored.id).evidence == evidence


def test_a_batch_that_is_brought_again_is_stored_once(store: InspectionStore) -> None:
    first = store.append([a_new_inspection(n) for n in (1, 2, 3)])
    again = store.append([a_new_inspection(n, judged_at=NOON + timedelta(days=1)) for n in (2, 3, 4)])
    assert again[:2] == first[1:]
    assert numbers(store.oldest_first()) == [1, 2, 3, 4]
    store.append([a_new_inspection(1, batch="tuesday")])
    assert len(store.of_photo(f"{1:064x}")) == 2


def test_a_file_that_a_batch_holds_twice_is_told_apart_by_its_place(store: InspectionStore) -> None:
    store.append([a_new_inspection(1, place=1), a_new_inspection(1, place=2)])
    store.append([a_new_inspection(1, place=2)])
    assert len(list(store.oldest_first())) == 2


def test_pages_follow_each_other_newest_first_without_gap_or_overlap(store: InspectionStore) -> None:
    store.append([a_new_inspection(n) for n in range(1, 24)])
    seen: list[int] = []
    before = None
    for size in (10, 10, 3):
        page = store.page(before=before, size=10)
        assert len(page.inspections) == size
        seen += numbers(page.inspections)
        before = page.before
    assert before is None
    assert seen == list(range(23, 0, -1))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (InspectionFilter(), [5, 4, 3, 2, 1]),
        (InspectionFilter(since=NOON + timedelta(seconds=3)), [5, 4, 3]),
        (InspectionFilter(until=NOON + timedelta(seconds=3)), [2, 1]),
        (InspectionFilter(model="other"), [5]),
        (InspectionFilter(verdict="REVIEW"), [3, 2]),
        (InspectionFilter(verdict="REVIEW", model="tiny", who="Ada"), [2]),
        (InspectionFilter(source=Source.PAGE), [4]),
        (InspectionFilter(part="SN-0017"), [1]),
        (InspectionFilter(batch="tuesday"), [3]),
        (InspectionFilter(sha256=f"{2:064x}"), [2]),
        (InspectionFilter(text="art-0003"), [3]),
        (InspectionFilter(text="0017"), [1]),
        (InspectionFilter(text="ada PART"), [2]),
        (InspectionFilter(text="4"), [4]),
        (InspectionFilter(text='100%_"'), []),
        (InspectionFilter(text="part", verdict="REVIEW", until=NOON + timedelta(seconds=3)), [2]),
    ],
    ids=lambda value: str(value) if isinstance(value, list) else None,
)
def test_each_filter_lets_through_what_it_says(
    store: InspectionStore, wanted: InspectionFilter, found: list[int]
) -> None:
    store.append(
        [
            a_new_inspection(1, part="SN-0017"),
            a_new_inspection(2, verdict="REVIEW", who="Ada"),
            a_new_inspection(3, verdict="REVIEW", batch="tuesday"),
            a_new_inspection(4, source=Source.PAGE),
            a_new_inspection(5, model="other"),
        ]
    )
    assert numbers(store.page(wanted).inspections) == found
    assert numbers(store.oldest_first(wanted)) == found[::-1]
    assert sum(store.count_verdicts(wanted).values()) == len(found)


def test_a_search_goes_on_over_pages(store: InspectionStore) -> None:
    store.append([a_new_inspection(n) for n in range(1, 31)])
    wanted = InspectionFilter(text="part-001")
    first = store.page(wanted, size=6)
    second = store.page(wanted, before=first.before, size=6)
    assert numbers(first.inspections + second.inspections) == list(range(19, 9, -1))


def test_ids_order_by_time_and_say_their_row() -> None:
    moments = [NOON + timedelta(milliseconds=n) for n in range(50)]
    ids = [new_id(moment) for moment in moments]
    assert ids == sorted(ids)
    assert [key_of(one) for one in ids] == sorted(key_of(one) for one in ids)
    for moment, one in zip(moments, ids, strict=True):
        assert first_key(moment) <= key_of(one) < first_key(moment + timedelta(milliseconds=1))


def test_ids_of_one_millisecond_keep_the_order_in_which_they_were_made() -> None:
    ids = [new_id(NOON) for _ in range(1000)]
    assert sorted(ids) == ids
    assert sorted(set(map(key_of, ids))) == [key_of(one) for one in ids]


def test_an_id_of_another_kind_finds_nothing(store: InspectionStore) -> None:
    assert store.find("no id") is None
    assert store.find("8c1f4a3e-6d5b-4c0e-9a57-1f2d3c4b5a69") is None


def test_a_search_that_no_index_serves_looks_at_so_many_rows_and_goes_on(
    store: InspectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defect_app.inspections.store.MOST_LOOKED_AT", 10)
    store.append([a_new_inspection(n, file="xy.jpg" if n in (3, 4, 25) else f"part-{n:04d}.jpg") for n in range(1, 31)])
    wanted = InspectionFilter(text="xy")
    first = store.page(wanted)
    assert (numbers(first.inspections), first.looked_at) == ([25], 10)
    second = store.page(wanted, before=first.before)
    assert (second.inspections, second.looked_at) == ((), 10)
    last = store.page(wanted, before=second.before)
    assert (numbers(last.inspections), last.looked_at) == ([4, 3], 10)
    assert store.page(wanted, before=last.before) == InspectionPage((), None)
    assert numbers(store.newest(wanted, 2).inspections) == [25, 4]
    assert numbers(store.newest(wanted, 9).inspections) == [25, 4, 3]
    assert numbers(store.oldest_first(wanted)) == [3, 4, 25]
    assert store.count_verdicts(wanted).total() == 3
    with_longer = store.page(InspectionFilter(text="part 29"))
    assert (numbers(with_longer.inspections), with_longer.looked_at) == ([29], 10)


def test_a_full_page_of_such_a_search_ends_at_its_last_row(store: InspectionStore) -> None:
    store.append([a_new_inspection(n, file=f"xy-{n}.jpg") for n in range(1, 8)])
    page = store.page(InspectionFilter(text="xy"), size=3)
    assert (numbers(page.inspections), page.looked_at) == ([7, 6, 5], None)
    page = store.page(InspectionFilter(text="xy"), size=9, before=page.before)
    assert (numbers(page.inspections), page.before) == ([4, 3, 2, 1], None)


def test_the_database_counts_parts_points_and_times_as_their_records_say(store: InspectionStore) -> None:
    verdicts = ("PASS", "REVIEW", "REJECT", "REJECTED_FILE", "UNSURE")
    store.append(
        [
            a_new_inspection(n, part="" if n % 5 == 0 else f"SN-{n % 7}", verdict=verdicts[n % 4], batch=f"b{n % 2}")
            for n in range(1, 41)
        ]
    )
    for wanted in (InspectionFilter(), InspectionFilter(batch="b1"), InspectionFilter(text="b1 part"), _NONE):
        chosen = list(store.oldest_first(wanted))
        summary = InspectionSummary(store.database, wanted)
        parts = summary.parts(100)
        assert parts.worst == part_verdicts(one.record for one in chosen)
        assert sum(parts.counts.values()) == len(parts.worst)
        assert summary.parts(2).worst == parts.worst[:2]
        assert summary.parts(2).counts == parts.counts
        assert sum(point.count for point in summary.used_points()) == len(chosen)
        assert summary.judged_between() == ((chosen[0].judged_at, chosen[-1].judged_at) if chosen else None)
        doubted = [one for one in chosen if one.record.verdict in ("REVIEW", "REJECT")]
        assert list(summary.first_of(("REVIEW", "REJECT"), 3)) == doubted[:3]
        assert list(store.among([one.key for one in chosen], wanted)) == chosen


_NONE = InspectionFilter(model="none")
