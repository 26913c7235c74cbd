"""What a monitor watches, in the text format of Prometheus: photos, verdicts, refusals, the queue, seconds a photo."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from defect_app.hosting.model_host import ModelHost
from defect_app.inspection.tally import BOUNDS_S, TALLY
from defect_app.people.roles import Permission
from defect_app.serving.api.context import Context, allowed_to

routes = APIRouter()


class JudgingCollector(Collector):
    """Hands Prometheus' client what this process has counted.

    Parameters
    ----------
    host : ModelHost
        Whose queue and models are told.
    """

    def __init__(self, host: ModelHost) -> None:
        self._host = host

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics as they are now."""
        counted = TALLY.snapshot()
        files = CounterMetricFamily("defect_lens_files", "Files judged or refused", labels=["model", "verdict"])
        for (model, verdict), count in sorted(counted.verdicts.items()):
            files.add_metric([model, verdict], count)
        yield files
        refused = CounterMetricFamily("defect_lens_refused_files", "Files refused, by reason", labels=["reason"])
        for reason, count in sorted(counted.reasons.items()):
            refused.add_metric([reason], count)
        yield refused
        seconds = HistogramMetricFamily(
            "defect_lens_photo_seconds", "From a photo's bytes to its verdict", labels=["model"]
        )
        for model, durations in sorted(counted.durations.items()):
            seconds.add_metric([model], _cumulated(durations.counts), durations.total_s)
        yield seconds
        yield GaugeMetricFamily("defect_lens_waiting_photos", "Photos not judged yet", self._host.waiting_photos)
        catalog = self._host.catalog()
        models = GaugeMetricFamily("defect_lens_models", "Models in the folder", labels=["state"])
        models.add_metric(["usable"], len(catalog.usable))
        models.add_metric(["disabled"], len(catalog.disabled))
        yield models


@routes.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Metrics in Prometheus' text format"}},
    dependencies=[allowed_to(Permission.LOOK)],
)
def metrics(context: Context) -> Response:
    """Tell what this process has judged since it began."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(JudgingCollector(context.host))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _cumulated(counts: list[int]) -> list[tuple[str, float]]:
    """Return the classes as Prometheus has them: each with all that is below its upper end."""
    below, classes = 0, []
    for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], counts, strict=True):
        below += count
        classes.append((bound, float(below)))
    return classes
