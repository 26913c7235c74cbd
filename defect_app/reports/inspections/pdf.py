"""The report as PDF, A4."""

from __future__ import annotations

import io

from defect_app.intake import display_name
from defect_app.reports.inspections.content import InspectionReport, Pictured
from defect_app.reports.pdf_letters import FAMILY, MISSING
from defect_app.reports.pdf_pages import MARGIN_MM, Pages, draw_heading, draw_paragraph, draw_place_to_sign, draw_table

COLUMNS = 3
GAP_MM = 5
CAPTION_MM = 16


def report_as_pdf(report: InspectionReport) -> bytes:
    """Return the report as a PDF file."""
    pages = Pages(report.title)
    pages.add_page()
    draw_heading(pages, report.title, 18)
    for sentence in report.sentences:
        draw_paragraph(pages, sentence)
    draw_heading(pages, "Verdicts")
    if report.counts:
        rows = [(one.word, f"{one.count:,}", one.share) for one in report.counts]
        draw_table(pages, ("Verdict", "Photos", "Share of those judged"), rows, (3, 2, 7))
    else:
        draw_paragraph(pages, "Nothing was judged.")
    if report.points:
        draw_heading(pages, "Models and operating points")
        points = [(f"{one.model}\n{one.model_sha256}", one.point, f"{one.count:,}") for one in report.points]
        draw_table(pages, ("Model, digest", "Operating point", "Photos"), points, (5, 6, 2))
    if report.parts:
        draw_heading(pages, "Parts")
        draw_paragraph(pages, report.parts_sentence)
        parts = [(one.part, one.verdict, str(one.photos), display_name(one.worst_file)) for one in report.parts_printed]
        draw_table(pages, ("Part", "Verdict", "Photos", "Worst photo"), parts, (4, 3, 2, 6))
    if report.corrections:
        draw_heading(pages, "Corrections")
        corrections = [
            (
                display_name(one.inspection.record.file),
                one.words,
                f"{one.review.created.astimezone():%d %b %Y, %H:%M}",
                one.review.note,
            )
            for one in report.corrections
        ]
        draw_table(pages, ("Photo", "Correction", "When", "Note"), corrections, (4, 5, 3, 3))
    _pictures(pages, report)
    if pages.letters.some_missing:
        draw_paragraph(
            pages, f"{MISSING} stands for a letter that the fonts of this file lack; the HTML report shows it."
        )
    draw_place_to_sign(pages)
    return pages.as_bytes()


def _pictures(pages: Pages, report: InspectionReport) -> None:
    if not report.pictured:
        return
    width = (pages.epw - (COLUMNS - 1) * GAP_MM) / COLUMNS
    row_height = width + CAPTION_MM
    draw_heading(pages, "Doubtful and rejected photos", followed_by=row_height + 20)
    top = pages.get_y()
    for place, one in enumerate(report.pictured):
        column = place % COLUMNS
        if column == 0:
            if place:
                top += row_height + GAP_MM
            if top + row_height > pages.h - MARGIN_MM - 4:
                pages.add_page()
                top = pages.get_y()
        _picture(pages, one, pages.l_margin + column * (width + GAP_MM), top, width)
    pages.set_y(top + row_height)
    if report.not_pictured:
        draw_paragraph(pages, f"… and {report.not_pictured:,} more.")


def _picture(pages: Pages, one: Pictured, left: float, top: float, width: float) -> None:
    record, letters = one.inspection.record, pages.letters
    if one.jpeg is not None:
        words = letters.drawable(record.file)
        pages.image(io.BytesIO(one.jpeg), left, top, width, width, keep_aspect_ratio=True, alt_text=words)
    pages.set_xy(left, top + width + 1)
    pages.set_font(FAMILY, "B", 8)
    name = display_name(record.file.rsplit("/", 1)[-1])
    pages.cell(width, 3.5, letters.fitted(f"{record.verdict}  {name}", width - 2))
    pages.set_xy(left, top + width + 4.5)
    pages.set_font(FAMILY, size=7)
    pages.multi_cell(width, 3, letters.drawable(record.reason[:150]), align="L", max_line_height=3)
