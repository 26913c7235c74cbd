"""What it changes that browsers shrink photos before they send them, and what it saves: ``make bench`` leaves it out.

Run as ``python -m benchmarks.shrinking MODEL…`` with the data sets and Chromium at hand. Test pictures are enlarged to
what a phone takes, with a sensor's grain, and judged as they are and as Chromium shrinks them.
"""

from __future__ import annotations

import argparse
import base64
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.photos import as_jpeg, enlarged, with_grain
from defect_app.datasets import load_dataset, picture_bytes
from defect_app.inspection import Inspected, Inspector
from defect_app.intake import Photo, read_photo
from defect_app.ui.inspect import listening

SHORTER_SIDE = 3000


@dataclass(frozen=True)
class ShrinkingFigures:
    """Differences over photos that were judged as they are and as they were shrunk.

    Attributes
    ----------
    model : str
        Its id.
    photos : int
        How many.
    side : int
        The shorter side in pixels to which they were shrunk.
    megabytes, megabytes_shrunk : float
        Mean size of a file.
    greatest, usual : float
        Of the differences of the probability of a defect: the greatest, and what 95 % stay below.
    other_verdicts : int
        Photos with another verdict.
    seconds_a_photo : float
        In Chromium.
    """

    model: str
    photos: int
    side: int
    megabytes: float
    megabytes_shrunk: float
    greatest: float
    usual: float
    other_verdicts: int
    seconds_a_photo: float


def measure(page: Page, inspector: Inspector, n: int) -> ShrinkingFigures:
    """Judge `n` test pictures, chosen evenly, both ways."""
    pictures = load_dataset(inspector.spec.dataset, None).of_split("test")
    chosen = [pictures[i] for i in np.linspace(0, len(pictures) - 1, min(n, len(pictures))).astype(int)]
    side = listening.side_of(inspector)
    sizes, differences, seconds, others = [], [], [], 0
    for seed, picture in enumerate(chosen):
        large = _large(picture_bytes(picture), seed)
        small, took = _shrunk(page, large, side)
        one, two = inspector.inspect_bytes(large, "large"), inspector.inspect_bytes(small, "small")
        assert isinstance(one, Inspected)
        assert isinstance(two, Inspected)
        sizes.append((len(large), len(small)))
        seconds.append(took)
        differences.append(abs((one.judgement.p_defect or 0) - (two.judgement.p_defect or 0)))
        others += one.judgement.verdict != two.judgement.verdict
    before, after = np.mean(sizes, axis=0) / 1e6
    return ShrinkingFigures(
        model=inspector.spec.id,
        photos=len(chosen),
        side=side,
        megabytes=float(before),
        megabytes_shrunk=float(after),
        greatest=float(np.max(differences)),
        usual=float(np.quantile(differences, 0.95)),
        other_verdicts=int(others),
        seconds_a_photo=float(np.mean(seconds)),
    )


def _large(data: bytes, seed: int) -> bytes:
    photo = read_photo(data, "picture")
    assert isinstance(photo, Photo)
    height, width = photo.pixels.shape[:2]
    scale = SHORTER_SIDE / min(height, width)
    return as_jpeg(with_grain(enlarged(photo.pixels, (round(width * scale), round(height * scale))), seed), quality=90)


def _shrunk(page: Page, data: bytes, side: int) -> tuple[bytes, float]:
    """Have the page's own script shrink a file; return it and the seconds that it took."""
    script = (Path(listening.__file__).parent / "shrinking.js").read_text(encoding="utf-8")
    text, milliseconds = page.evaluate(
        """async ([script, text, side]) => {
          const bytes = await (await fetch(`data:image/jpeg;base64,${text}`)).arrayBuffer()
          const shrink = new Function(`${script}; return shrunk`)()
          const from = performance.now()
          const file = await shrink(new File([bytes], "a.jpg", { type: "image/jpeg" }), side)
          const took = performance.now() - from
          let binary = ""
          for (const byte of new Uint8Array(await file.arrayBuffer())) binary += String.fromCharCode(byte)
          return [btoa(binary), took]
        }""",
        [script, base64.b64encode(data).decode(), side],
    )
    return base64.b64decode(text), milliseconds / 1000


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures of each model as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("-n", type=int, default=60, help="photos a model (default: 60)")
    asked = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for model_id in asked.models:
            print(json.dumps(asdict(measure(page, Inspector.from_id(model_id), asked.n))), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
