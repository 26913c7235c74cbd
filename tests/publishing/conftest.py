"""What the tests of this room share: few scenes of other products, whose number is not what they ask about."""

from collections.abc import Iterator

import pytest

from defect_app.publishing import references


@pytest.fixture(autouse=True, scope="package")
def few_scenes_of_other_products() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(references, "SCENES_OF_EACH_OTHER_PRODUCT", 4)
        yield
