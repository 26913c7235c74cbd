"""Pages of a PDF report, A4, and what stands on them: drawn by fpdf2, which is pure Python."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from defect_app.reports.pdf_letters import FAMILY, Letters

MARGIN_MM = 18
_GREY = (91, 107, 115)


class Pages(FPDF):
    """A4 pages with their number and the report's title at the foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.letters = Letters(self)
        self._title = title
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM + 4)
        self.set_title(self.letters.drawable(title))
        self.set_creator("Defect Lens")

    def as_bytes(self) -> bytes:
        """Return the finished file, and let go of the fonts' files; nothing can be drawn any more."""
        data = bytes(self.output())
        self.letters.close()
        return data

    def footer(self) -> None:
        """Draw the foot of a page; called by the library."""
        self.set_y(-MARGIN_MM + 3)
        self.set_font(FAMILY, size=8)
        self.set_text_color(*_GREY)
        title = self.letters.fitted(self._title, self.epw - 30)
        self.cell(0, 5, f"{title} · page {self.page_no()} of {{nb}}", align="R")
        self.set_text_color(0)


def draw_heading(pages: Pages, text: str, size: int = 12, *, followed_by: float = 30) -> None:
    """Draw a heading, on a new page where what follows it, so many millimetres, would not stand below it."""
    if pages.will_page_break(followed_by):
        pages.add_page()
    pages.ln(3)
    pages.set_font(FAMILY, "B", size)
    # A name of a person's choice may take more than a line.
    pages.multi_cell(0, 0.5 * size, pages.letters.drawable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pages.ln(1)


def draw_paragraph(pages: Pages, text: str) -> None:
    """Draw a paragraph of plain text."""
    pages.set_font(FAMILY, size=10)
    pages.multi_cell(0, 5, pages.letters.drawable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def draw_table(pages: Pages, headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    """Draw a table of plain texts; the widths are shares of the page."""
    pages.set_font(FAMILY, size=8)
    with pages.table(
        col_widths=tuple(widths), headings_style=FontFace(emphasis="BOLD"), line_height=4.5, text_align="LEFT",
        borders_layout="HORIZONTAL_LINES", padding=1,
    ) as table:  # fmt: skip
        for cells in (headings, *rows):
            row = table.row()
            for cell in cells:
                row.cell(pages.letters.drawable(cell))


def draw_place_to_sign(pages: Pages) -> None:
    """Draw the lines for name, date and signature."""
    if pages.will_page_break(22):
        pages.add_page()
    pages.ln(15)
    width, line = (pages.epw - 2 * 10) / 3, pages.get_y()
    pages.set_font(FAMILY, size=9)
    for place, word in enumerate(("Name", "Date", "Signature")):
        left = pages.l_margin + place * (width + 10)
        pages.line(left, line, left + width, line)
        pages.set_xy(left, line + 1)
        pages.cell(width, 5, word)
