"""Labels and the text of strangers on our pages."""

from defect_app.ui.text import told_apart


def test_labels_that_occur_twice_are_numbered_and_the_others_stay() -> None:
    assert told_apart(["no defect", "burr", "no defect"]) == ["no defect (1)", "burr", "no defect (2)"]


def test_no_labels_are_no_labels() -> None:
    assert told_apart([]) == []
