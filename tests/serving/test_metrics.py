"""What a monitor sees: each file counted once, by what became of it, read by Prometheus' own parser."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from defect_app.hosting.local_model_host import LocalModelHost
from defect_app.inspection.record import REJECTED_FILE
from defect_app.inspection.tally import BOUNDS_S, MOST_REASONS, OTHER, Tally
from defect_app.serving.api import create_api
from tests.model_folders import part_photo
from tests.photo_files import jpeg_bytes

Samples = dict[tuple[str, tuple[str, ...]], float]


def samples_of(client: TestClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, tuple(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def test_files_are_counted_by_model_and_verdict_refused_ones_by_reason(tiny_models: Path) -> None:
    client = TestClient(create_api(LocalModelHost(tiny_models)))
    before = samples_of(client)
    red, green = jpeg_bytes(part_photo(1.2)), jpeg_bytes(part_photo(-1.2))
    sent = [("files", (name, data)) for name, data in (("r", red), ("g", green), ("again", red), ("bad", b"hello"))]
    client.post("/classify?model=tiny", files=sent)
    after = samples_of(client)

    def added(name: str, *labels: str) -> float:
        key = name, tuple(sorted(labels))
        return after[key] - before.get(key, 0)

    files = "defect_lens_files_total"
    assert [added(files, "tiny", verdict) for verdict in ("REJECT", "PASS", REJECTED_FILE)] == [2, 1, 1]
    assert added("defect_lens_refused_files_total", "not a photo") == 1
    assert added("defect_lens_photo_seconds_count", "tiny") == 3, "what came before is not judged again"
    assert added("defect_lens_photo_seconds_sum", "tiny") > 0
    photos = after["defect_lens_photo_seconds_count", ("tiny",)]
    assert after["defect_lens_photo_seconds_bucket", ("+Inf", "tiny")] == photos
    assert after["defect_lens_waiting_photos", ()] == 0
    assert after["defect_lens_models", ("usable",)] == 2


@pytest.mark.parametrize(("seconds", "place"), [(0.0, 0), (BOUNDS_S[0], 0), (0.02, 2), (60.0, len(BOUNDS_S))])
def test_a_time_on_the_bound_of_a_class_is_within_it(seconds: float, place: int) -> None:
    tally = Tally()
    tally.time("tiny", seconds)
    assert tally.snapshot().durations["tiny"].counts.index(1) == place


def test_reasons_without_end_are_counted_together() -> None:
    tally = Tally()
    for number in range(MOST_REASONS + 10):
        tally.count("tiny", REJECTED_FILE, f"reason {number}: more")
    reasons = tally.snapshot().reasons
    assert len(reasons) == MOST_REASONS + 1
    assert reasons[OTHER] == 10
