"""Where a browser would refuse the camera, the page says why instead of asking for it."""

import pytest

from defect_app.ui.inspect.camera import guide_style, may_use_camera


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://line3.example/inspect", True),
        ("http://localhost:8501/inspect", True),
        ("http://127.0.0.1:8501", True),
        ("http://[::1]:8501", True),
        ("http://station.localhost", True),
        ("http://line3.example/inspect", False),
        ("http://192.168.0.7:8501", False),
        ("http://localhost.example", False),
        (None, True),
    ],
)
def test_the_camera_is_asked_for_only_where_the_browser_may_give_it(url: str | None, allowed: bool) -> None:
    assert may_use_camera(url) is allowed


@pytest.mark.parametrize(("shape", "box"), [(1.0, "100%20100"), (2.0, "200%20100"), (0.4, "100%20250")])
def test_the_guide_over_the_picture_has_the_shape_of_the_part(shape: float, box: str) -> None:
    assert f"viewBox%3D%270%200%20{box}%27" in guide_style(shape)
