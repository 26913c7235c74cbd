"""A decision sheet in the form that a file's ending names."""

from __future__ import annotations

import pandas as pd

from defect_app.errors import DefectLensError
from defect_app.reports.decision.content import DecisionSheet

FORMS = {".html": "text/html", ".pdf": "application/pdf"}
"""Endings, with the kind of their content."""


def sheet_bytes(sheet: DecisionSheet, ending: str) -> bytes:
    """Return a sheet as a file.

    Parameters
    ----------
    sheet : DecisionSheet
        The sheet.
    ending : str
        One of `FORMS`.

    Raises
    ------
    DefectLensError
        If there is no such form.
    """
    # Each form's library is loaded for that form alone.
    if ending == ".html":
        return _as_html(sheet)
    if ending == ".pdf":
        return _as_pdf(sheet)
    raise DefectLensError(f"A decision sheet cannot be written as {ending!r}.", "Name a .html or .pdf file.")


def _as_html(sheet: DecisionSheet) -> bytes:
    from defect_app.reports.html_page import ReportSection, html_report

    sections = [
        ReportSection(
            section.title,
            section.sentences,
            tables=[pd.DataFrame(section.table.rows, columns=section.table.headings)] if section.table else [],
            is_text=True,
        )
        for section in sheet.sections
    ]
    return html_report(sheet.title, sheet.sentences, sections, to_sign=True).encode("utf-8", "backslashreplace")


def _as_pdf(sheet: DecisionSheet) -> bytes:
    from defect_app.reports.pdf_letters import MISSING
    from defect_app.reports.pdf_pages import Pages, draw_heading, draw_paragraph, draw_place_to_sign, draw_table

    pages = Pages(sheet.title)
    pages.add_page()
    draw_heading(pages, sheet.title, 18)
    for sentence in sheet.sentences:
        draw_paragraph(pages, sentence)
    for section in sheet.sections:
        draw_heading(pages, section.title)
        for sentence in section.sentences:
            draw_paragraph(pages, sentence)
        if section.table is not None:
            draw_table(pages, section.table.headings, section.table.rows, section.table.widths)
    if pages.letters.some_missing:
        draw_paragraph(
            pages, f"{MISSING} stands for a letter that the fonts of this file lack; the HTML sheet shows it."
        )
    draw_place_to_sign(pages)
    return pages.as_bytes()
