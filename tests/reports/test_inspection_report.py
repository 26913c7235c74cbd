"""Reports of stored inspections: counts with intervals, points in words, parts, corrections, photos, in three forms."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from fpdf import FPDF

from defect_app.errors import DefectLensError
from defect_app.inspections import InspectionFilter, InspectionStore
from defect_app.reports.inspections import InspectionReport, gather, report_bytes
from defect_app.reports.pdf_letters import FAMILY, MISSING, Letters
from defect_app.reviews import Answer, NewReview, ReviewStore
from defect_app.storage.database import Database
from tests.inspections.records import NOON, a_new_inspection
from tests.photo_files import jpeg_bytes, photo_pixels

JPEG = jpeg_bytes(photo_pixels(seed=1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[InspectionStore]:
    database = Database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    store = InspectionStore(database)
    new = [a_new_inspection(n, part=f"SN-{n % 4}") for n in range(1, 9)]
    new += [
        a_new_inspection(9, verdict="REVIEW", file="=cmd|' /C calc'!A0.jpg"),
        a_new_inspection(10, verdict="REJECT", part="SN-1", file="<script>alert(1)</script>.jpg"),
        a_new_inspection(11, verdict="REJECTED_FILE", label=None, p={}, p_defect=None, operating_point=None),
    ]
    stored = store.append(new)
    ReviewStore(database).add(
        NewReview(token="t1", answer=Answer.DEFECTIVE, who="Ada", inspection=stored[0].key, note="a crack")
    )
    ReviewStore(database).add(NewReview(token="t2", answer=Answer.GOOD, who="Bo", inspection=stored[1].key))
    yield store
    database.close()


def a_report(store: InspectionStore, wanted: InspectionFilter | None = None) -> InspectionReport:
    return gather(store, wanted or InspectionFilter(), picture_of=lambda _: JPEG, made_at=NOON, made_by="Eve")


def test_counts_come_with_the_share_of_those_judged_and_its_interval(store: InspectionStore) -> None:
    report = a_report(store)
    assert [(one.verdict, one.count) for one in report.counts] == [
        ("PASS", 8), ("REVIEW", 1), ("REJECT", 1), ("REJECTED_FILE", 1),
    ]  # fmt: skip
    # Wilson's interval for 8 of 10: 49.0 to 94.3 %.
    assert report.counts[0].share == "80.0 %, 95 % interval 49.0 to 94.3 %"
    assert report.sentences[0] == "11 photos, 10 of them judged."
    assert "by Eve" in report.sentences[-1]


def test_the_worst_photo_rejects_a_part_and_only_what_differs_from_the_verdict_is_a_correction(
    store: InspectionStore,
) -> None:
    report = a_report(store)
    assert (report.parts[0].part, report.parts[0].verdict, report.parts[0].photos) == ("SN-1", "REJECT", 3)
    assert [(c.review.who, c.inspection.record.file) for c in report.corrections] == [("Ada", "part-0001.jpg")]
    assert report.points[0].count == 10
    assert len(report.pictured) == 2


def test_only_the_range_counts(store: InspectionStore) -> None:
    report = a_report(store, InspectionFilter(since=NOON + timedelta(seconds=9)))
    assert [one.count for one in report.counts] == [1, 1, 1]
    nothing = a_report(store, InspectionFilter(model="none"))
    for ending in (".html", ".pdf", ".xlsx"):
        assert report_bytes(nothing, ending, iter(()))


def test_html_is_self_contained_and_runs_nothing_of_strangers(store: InspectionStore) -> None:
    page = report_bytes(a_report(store), ".html", ()).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "data:image/jpeg;base64," in page
    assert "Signature" in page


NAMES = [
    "Gehäuse – Größe ≤ 3.jpg",
    "Εξάρτημα.jpg",
    "Деталь №7.jpg",
    "发动机_裂纹.jpg",
    "鋳造ライン.jpg",
    "주조부품.jpg",
]


def letters_of(content: bytes) -> set[str]:
    """Return the letters that the fonts inside a PDF file say they draw."""
    blocks = re.findall(rb"beginbfchar(.*?)endbfchar", content, re.DOTALL)
    codes = [code for block in blocks for code in re.findall(rb"<[0-9A-F]+> <([0-9A-F]+)>", block)]
    return {bytes.fromhex(code.decode()).decode("utf-16-be") for code in codes}


def test_the_pdf_has_the_letters_of_names_in_most_scripts(store: InspectionStore) -> None:
    store.append([a_new_inspection(n, verdict="REVIEW", file=name) for n, name in enumerate(NAMES, start=20)])
    content = report_bytes(a_report(store), ".pdf", ())
    assert content.startswith(b"%PDF-")
    assert set("".join(NAMES)) - {" "} <= letters_of(content)
    assert len(content) < 300_000


def test_a_letter_that_no_font_of_the_pdf_has_is_shown_as_missing_and_said() -> None:
    pages = FPDF()
    letters = Letters(pages)
    assert letters.drawable("Größe 王") == "Größe 王"
    assert not letters.some_missing
    assert letters.drawable("भाग 7") == f"{MISSING * 3} 7"
    assert letters.some_missing


def test_hebrew_is_drawn_from_right_to_left_inside_a_sentence_that_is_not() -> None:
    assert Letters(FPDF()).drawable("שלום called it good") == "םולש called it good"


def test_a_caption_that_is_too_long_ends_in_dots() -> None:
    pages = FPDF()
    letters = Letters(pages)
    pages.set_font(FAMILY, size=8)
    fitted = letters.fitted("裂纹" * 40, 40)
    assert fitted.endswith("…")
    assert pages.get_string_width(fitted) <= 40
    assert letters.fitted("short", 40) == "short"


def test_the_spreadsheet_lists_all_and_holds_no_formula(store: InspectionStore) -> None:
    content = report_bytes(a_report(store), ".xlsx", store.oldest_first())
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(name).decode() for name in sorted(book.namelist()) if "worksheets/sheet" in name]
        words = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert len(sheets) == 4
    assert sheets[1].count("<row ") == 12
    assert "=cmd|" in words
    assert "<f>" not in words


def test_pandas_reads_every_sheet_back_with_its_values(store: InspectionStore) -> None:
    sheets = pd.read_excel(io.BytesIO(report_bytes(a_report(store), ".xlsx", store.oldest_first())), sheet_name=None)
    assert list(sheets) == ["Summary", "Inspections", "Parts", "Corrections"]
    stored, listed = list(store.oldest_first()), sheets["Inspections"]
    assert listed["id"].tolist() == [one.id for one in stored]
    assert listed["file"].tolist() == [one.record.file for one in stored]
    assert listed["verdict"].tolist() == [one.record.verdict for one in stored]
    assert listed["p_defect"].dropna().tolist() == [0.25] * 10
    assert sheets["Parts"].iloc[0].tolist() == ["SN-1", "REJECT", 3, "<script>alert(1)</script>.jpg"]
    assert sheets["Parts"].iloc[-1, 0] == "1 rejected, 3 passed"
    assert sheets["Corrections"][["file", "answer", "who", "note"]].to_numpy().tolist() == [
        ["part-0001.jpg", "defective", "Ada", "a crack"]
    ]
    assert ["rejected", 1] in sheets["Summary"].iloc[:, :2].to_numpy().tolist()


def test_pages_name_the_worst_parts_and_count_all(store: InspectionStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defect_app.reports.inspections.content.MOST_PARTS_PRINTED", 2)
    report = a_report(store)
    assert [one.part for one in report.parts] == ["SN-1", "SN-0", "SN-2", "SN-3"]
    page = report_bytes(report, ".html", ()).decode()
    assert "1 rejected, 3 passed" in page
    assert "The first 2 are named" in page
    assert "SN-0" in page
    assert "SN-2" not in page


def test_another_form_is_refused_with_those_that_there_are(store: InspectionStore) -> None:
    with pytest.raises(DefectLensError, match="docx") as caught:
        report_bytes(a_report(store), ".docx", ())
    assert ".xlsx" in caught.value.remedy
