"""Tables for people: titles in place of names, and rows in the order that was asked for."""

import numpy as np
import pandas as pd

from defect_app.evaluation.confusion import ConfusionMatrix
from defect_app.evaluation.tables import matrix_table

MATRIX = ConfusionMatrix(np.array([[3, 1], [0, 4]]), ("ok", "bad"), ("ok", "bad"))


def test_a_matrix_has_actual_rows_and_predicted_columns_by_title() -> None:
    expected = pd.DataFrame({"Actual \\ Predicted": ["Good", "Bad"], "Good": [3, 0], "Bad": [1, 4]})
    pd.testing.assert_frame_equal(matrix_table(MATRIX, {"ok": "Good", "bad": "Bad"}), expected)


def test_columns_of_one_title_bear_their_names_too() -> None:
    table = matrix_table(MATRIX, {"ok": "Part", "bad": "Part"})
    assert list(table.columns)[1:] == ["Part [ok]", "Part [bad]"]


def test_a_class_without_a_title_goes_by_its_name() -> None:
    assert list(matrix_table(MATRIX, {}).columns)[1:] == ["ok", "bad"]
