"""The API's heat maps: asked for with the photos, and sent beside each record."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from defect_app.errors import DefectLensError
from defect_app.explanation.asked_map import AskedMap
from defect_app.explanation.exporting import as_png
from defect_app.inspection import Inspected, Inspector
from defect_app.inspection.batch import JudgedFile
from defect_app.inspection.file_judge import FileInHand
from defect_app.inspection.record import InspectionRecord
from defect_app.intake import at_most
from defect_app.serving.api.verdict_maps import VERDICT, VerdictMapExtractor

MOST_MAPS = 20
"""Photos in one request that asks for maps: each takes up to two seconds, and its answer up to some megabytes."""
LONGEST_SIDE = 960
"""Of the pictures that are sent, in pixels."""

MapForm = Literal["png", "numbers"]


class SentMap(BaseModel):
    """A heat map as it stands beside a record."""

    method: str
    layer: str | None
    class_: str = Field(alias="class", description="A class, or defect for the score of defect")
    score: float = Field(description="What is explained, in logits")
    p: float = Field(description="The model's probability for it")
    strongest: float = Field(description="The evidence at the strongest place; 0 where nothing speaks for it")
    rows: int
    columns: int
    png: str | None = Field(None, description="The photo with the map over it, at most 960 pixels: PNG in Base64")
    numbers: list[list[float]] | None = Field(None, description="The evidence at each place of the layer, unscaled")


@dataclass(frozen=True, kw_only=True)
class AnsweredRecord(InspectionRecord):
    """A record as this door sends it: with a map where one was asked for and the photo was judged, or null."""

    map: SentMap | None = None


@dataclass(frozen=True)
class MapQuestion:
    """What an address asks of maps; see `AskedMap`."""

    method: Annotated[
        str,
        Query(
            alias="map",
            description="A method, for example grad-cam: a heat map beside each record; verdict for the verdict's own",
        ),
    ] = ""
    form: Annotated[MapForm, Query(alias="map_form", description="Send maps as pictures or as numbers")] = "png"
    layer: Annotated[str, Query(alias="map_layer", description="A layer of the network; without it the last one")] = ""
    class_name: Annotated[
        str,
        Query(alias="map_class", description="Whose logit is explained; without it the score of defect, or the answer"),
    ] = ""

    def extractor(self, model: Inspector, stop: threading.Event) -> MapExtractor | VerdictMapExtractor | None:
        """Return what makes the maps, None where none were asked for.

        Raises
        ------
        DefectLensError
            If the model lacks the method, the layer or the class.
        """
        if not self.method:
            return None
        if self.method == VERDICT:
            return VerdictMapExtractor(model, self.form, LONGEST_SIDE)
        return MapExtractor(model, AskedMap.of(model, self.method, self.layer, self.class_name), self.form, stop)


@dataclass(frozen=True)
class MapExtractor:
    """Makes the map of each photo of a request, while its pixels are there.

    Attributes
    ----------
    model : Inspector
        The model.
    asked : AskedMap
        What was asked for.
    form : {"png", "numbers"}
        How it is sent.
    stop : threading.Event
        Set when nobody waits for the answer any more.
    """

    model: Inspector
    asked: AskedMap
    form: MapForm
    stop: threading.Event

    def __call__(self, inspected: Inspected, file: FileInHand, /) -> dict[str, object] | None:
        """Return the map as JSON has it."""
        found = self.asked.of_photo(self.model, inspected, self._look_for_client)
        if self.form == "numbers":
            return found.facts | {"numbers": found.heat.unscaled.tolist()}
        picture = found.drawn_over(self.model, at_most(inspected.photo.pixels, LONGEST_SIDE))
        return found.facts | {"png": base64.b64encode(as_png(picture)).decode("ascii")}

    def record_as_json(self, file: JudgedFile[dict[str, object] | None]) -> str:
        """Return a record with its map, as one line of JSON."""
        return json.dumps(file.record.as_dict() | {"map": file.extract}, ensure_ascii=False)

    def _look_for_client(self, words: str, done: int, total: int) -> None:
        if self.stop.is_set():
            raise DefectLensError("The client went away.")
