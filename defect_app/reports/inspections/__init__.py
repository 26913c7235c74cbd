"""Stored inspections of a batch, a shift or any time, as a report to sign: HTML, PDF or a spreadsheet."""

from defect_app.reports.inspections.content import InspectionReport, gather
from defect_app.reports.inspections.writing import FORMS, report_bytes

__all__ = ["FORMS", "InspectionReport", "gather", "report_bytes"]
