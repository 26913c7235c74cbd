"""A report is one file that opens anywhere, with all its text escaped."""

import re

import numpy as np
import pandas as pd

from defect_app.evaluation.confusion import ConfusionMatrix
from defect_app.figures.matrices import confusion_figure
from defect_app.reports.html_page import ReportSection, html_report

MATRIX = ConfusionMatrix(np.array([[23, 1], [3, 5]]), ("not defective", "defective"), ("not defective", "defective"))


def test_a_report_is_one_file_with_everything_inside_and_all_text_escaped() -> None:
    table = pd.DataFrame({"photo": ["<script>alert(1)</script>.jpg"] * 300, "score": np.linspace(0, 1, 300)})
    section = ReportSection("A <b>part</b>", ["x < y & z"], [confusion_figure(MATRIX)], [table])
    page = html_report("Title <i>", ["said"], [section])
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "A &lt;b&gt;part&lt;/b&gt;" in page
    assert "x &lt; y &amp; z" in page
    assert "100 more rows" in page
    # The drawing library is inside: about 4 MB, and no address to fetch a script or a style from.
    assert len(page) > 3_000_000
    assert not re.search(r"<(script|link)[^>]+(src|href)=", page)
