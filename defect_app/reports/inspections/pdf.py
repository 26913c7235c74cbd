"""The report as PDF, A4: fpdf2 draws it, which is pure Python and brings no system library along."""

from __future__ import annotations

import io
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from defect_app.intake import display_name
from defect_app.reports.inspections.content import InspectionReport, Pictured
from defect_app.reports.inspections.pdf_letters import FAMILY, MISSING, Letters

MARGIN_MM = 18
COLUMNS = 3
GAP_MM = 5
CAPTION_MM = 16
_GREY = (91, 107, 115)


class _Pages(FPDF):
    """A4 pages with their number and the report's title at the foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.letters = Letters(self)
        self._title = self.letters.drawable(title)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM + 4)
        self.set_title(self._title)
        self.set_creator("Defect Lens")

    def footer(self) -> None:
        """Draw the foot of a page; called by the library."""
        self.set_y(-MARGIN_MM + 3)
        self.set_font(FAMILY, size=8)
        self.set_text_color(*_GREY)
        self.cell(0, 5, f"{self._title} · page {self.page_no()} of {{nb}}", align="R")
        self.set_text_color(0)


def report_as_pdf(report: InspectionReport) -> bytes:
    """Return the report as a PDF file."""
    pages = _Pages(report.title)
    pages.add_page()
    _heading(pages, report.title, 18)
    for sentence in report.sentences:
        _paragraph(pages, sentence)
    _heading(pages, "Verdicts")
    if report.counts:
        rows = [(one.word, f"{one.count:,}", one.share) for one in report.counts]
        _table(pages, ("Verdict", "Photos", "Share of those judged"), rows, (3, 2, 7))
    else:
        _paragraph(pages, "Nothing was judged.")
    if report.points:
        _heading(pages, "Models and operating points")
        points = [(f"{one.model}\n{one.model_sha256}", one.point, f"{one.count:,}") for one in report.points]
        _table(pages, ("Model, digest", "Operating point", "Photos"), points, (5, 6, 2))
    if report.parts:
        _heading(pages, "Parts")
        _paragraph(pages, report.parts_sentence)
        parts = [(one.part, one.verdict, str(one.photos), display_name(one.worst_file)) for one in report.parts_printed]
        _table(pages, ("Part", "Verdict", "Photos", "Worst photo"), parts, (4, 3, 2, 6))
    if report.corrections:
        _heading(pages, "Corrections")
        corrections = [
            (
                display_name(one.inspection.record.file),
                one.words,
                f"{one.review.created.astimezone():%d %b %Y, %H:%M}",
                one.review.note,
            )
            for one in report.corrections
        ]
        _table(pages, ("Photo", "Correction", "When", "Note"), corrections, (4, 5, 3, 3))
    _pictures(pages, report)
    if pages.letters.some_missing:
        _paragraph(pages, f"{MISSING} stands for a letter that the fonts of this file lack; the HTML report shows it.")
    _place_to_sign(pages)
    return bytes(pages.output())


def _heading(pages: _Pages, text: str, size: int = 12, *, followed_by: float = 30) -> None:
    """Draw a heading, on a new page where what follows it, so many millimetres, would not stand below it."""
    if pages.will_page_break(followed_by):
        pages.add_page()
    pages.ln(3)
    pages.set_font(FAMILY, "B", size)
    pages.cell(0, 0.5 * size + 2, pages.letters.drawable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pages.ln(1)


def _paragraph(pages: _Pages, text: str) -> None:
    pages.set_font(FAMILY, size=10)
    pages.multi_cell(0, 5, pages.letters.drawable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _table(pages: _Pages, headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    pages.set_font(FAMILY, size=8)
    with pages.table(
        col_widths=tuple(widths), headings_style=FontFace(emphasis="BOLD"), line_height=4.5, text_align="LEFT",
        borders_layout="HORIZONTAL_LINES", padding=1,
    ) as table:  # fmt: skip
        for cells in (headings, *rows):
            row = table.row()
            for cell in cells:
                row.cell(pages.letters.drawable(cell))


def _pictures(pages: _Pages, report: InspectionReport) -> None:
    if not report.pictured:
        return
    width = (pages.epw - (COLUMNS - 1) * GAP_MM) / COLUMNS
    row_height = width + CAPTION_MM
    _heading(pages, "Doubtful and rejected photos", followed_by=row_height + 20)
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
        _paragraph(pages, f"… and {report.not_pictured:,} more.")


def _picture(pages: _Pages, one: Pictured, left: float, top: float, width: float) -> None:
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


def _place_to_sign(pages: _Pages) -> None:
    if pages.will_page_break(40):
        pages.add_page()
    pages.ln(22)
    width, line = (pages.epw - 2 * 10) / 3, pages.get_y()
    pages.set_font(FAMILY, size=9)
    for place, word in enumerate(("Name", "Date", "Signature")):
        left = pages.l_margin + place * (width + 10)
        pages.line(left, line, left + width, line)
        pages.set_xy(left, line + 1)
        pages.cell(width, 5, word)
