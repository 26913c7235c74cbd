import pytest

from defect_app.datasets import Dataset, all_datasets, get_dataset
from defect_app.errors import DataUnavailable


@pytest.mark.parametrize("dataset", all_datasets(), ids=lambda d: d.name)
def test_every_data_set_says_where_it_comes_from_and_under_which_licence(dataset: Dataset) -> None:
    assert dataset.title
    assert dataset.source
    assert dataset.licence
    assert dataset.archives
    assert {f.label for f in dataset.folders} <= {c.name for c in dataset.classes}


def test_names_are_unique() -> None:
    names = [d.name for d in all_datasets()]
    assert len(names) == len(set(names))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DataUnavailable, match="'castings'") as caught:
        get_dataset("castings")
    assert "casting" in caught.value.remedy
