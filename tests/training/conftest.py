"""What the tests of this room share: few scenes of other products and few pictures to check gradients with.

How many they are is not what these tests ask about; `test_gradient_check.py` asks it with as many as training takes.
"""

from collections.abc import Iterator

import pytest

from defect_app.publishing import references
from defect_app.training import gradient_check


@pytest.fixture(autouse=True, scope="package")
def few_scenes_of_other_products() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(references, "SCENES_OF_EACH_OTHER_PRODUCT", 4)
        yield


@pytest.fixture(autouse=True)
def few_pictures_for_gradients(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.stem != "test_gradient_check":
        monkeypatch.setattr(gradient_check, "PICTURES", 2)
