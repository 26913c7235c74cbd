"""What the sheet of a saved operating point says: who, when, on which data, which figures, and what was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from defect_app.catalog import ModelSpec
from defect_app.decision import BY_HAND, InspectionThresholds
from defect_app.evaluation.line import LineFigures, line_figures
from defect_app.evaluation.results import EvaluationResults
from defect_app.evaluation.selection import SelectedPictures, Selection, available
from defect_app.points import PointAction, PointEvent, SavedPoint, applicable
from defect_app.points.saved_point import ABOUT_ACTIVITY
from defect_app.reports.decision.alternatives import alternatives, figures_in_words, headings_of, weighed

REPORTING_SPLITS = ("test", "cv", "validation")
"""Where a decision is reported: photos that it was not chosen on come first."""
_TIME = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True)
class SheetTable:
    """A table of plain texts; the widths are shares of a printed page."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True)
class SheetSection:
    """A part of the sheet: its heading, sentences, and a table where there is one."""

    title: str
    sentences: tuple[str, ...]
    table: SheetTable | None = None


@dataclass(frozen=True)
class DecisionSheet:
    """The sheet: a heading, what to read first, and its parts in order."""

    title: str
    sentences: tuple[str, ...]
    sections: tuple[SheetSection, ...]


def decision_sheet(
    spec: ModelSpec,
    results: EvaluationResults,
    saved: SavedPoint,
    history: Sequence[PointEvent],
    others: Sequence[SavedPoint],
    made: datetime,
) -> DecisionSheet:
    """Gather the sheet of a saved point.

    Parameters
    ----------
    spec : ModelSpec
        The model as it is now.
    results : EvaluationResults
        Its evaluation, usable or not.
    saved : SavedPoint
        The decision.
    history : sequence of PointEvent
        Every change of the model's points, newest first.
    others : sequence of SavedPoint
        The model's saved points.
    made : datetime
        When the sheet is made, with its time zone.
    """
    sections = [_decision(spec, saved, history)]
    sentences = [saved.point.sentence, f"Sheet made on {made:{_TIME}}."]
    if not applicable(saved, spec.identity):
        sentences.append(
            "The point was saved for another version of this model: it is not applied, and has no figures here."
        )
    elif not results.evaluation.usable:
        sentences.append(f"There are no figures: {results.evaluation.problem}")
    else:
        sections += _measured(spec, results, saved, others, _in_force_before(saved, history))
    return DecisionSheet(f"{spec.title}: {saved.name}, version {saved.version}", tuple(sentences), tuple(sections))


def _decision(spec: ModelSpec, saved: SavedPoint, history: Sequence[PointEvent]) -> SheetSection:
    point = saved.point
    rows = [
        ("Saved by", saved.who or "not said"),
        ("Saved on", f"{saved.created:{_TIME}}"),
        ("State", _state(saved, history)),
        ("Thresholds", point.thresholds.in_words),
        ("Chosen by", point.chosen.rule or "not said"),
        ("Chosen on", f"{point.chosen.n:,} photos ({point.chosen.split})" if point.chosen.n else "no photos"),
        ("Why, in the person's words", " ".join(saved.note.split()) or "nothing was written down"),
        ("Model", f"{spec.id}, {point.model_sha256 or 'not known'}"),
        ("Evaluation", point.evaluation_sha256 or "not known"),
    ]
    return SheetSection("Who decided what", (), SheetTable(("Fact", "As recorded"), tuple(rows), (3, 9)))


def _state(saved: SavedPoint, history: Sequence[PointEvent]) -> str:
    own = [event for event in history if event.saved is not None and event.saved.id == saved.id]
    changes = [event for event in own if event.action in (*ABOUT_ACTIVITY, PointAction.PROPOSED)]
    if not changes:
        return "saved, never in force"
    last = changes[0]
    by = f" by {last.who}" if last.who else ""
    when = f"{last.created:{_TIME}}{by}"
    if saved.active:
        return f"in force since {when}"
    if last.action is PointAction.PROPOSED:
        return f"proposed on {when}: a second person decides"
    return f"not in force; it was {last.action.value.removesuffix(' to')} on {when}"


def _in_force_before(saved: SavedPoint, history: Sequence[PointEvent]) -> SavedPoint | None:
    """Return the point in force just before this one came into force, or was saved; None for the model's own."""
    about = [event for event in history if event.action in ABOUT_ACTIVITY]
    came = [i for i, event in enumerate(about) if event.saved is not None and event.saved.id == saved.id
            and event.action is not PointAction.DEACTIVATED]  # fmt: skip
    earlier = about[came[-1] + 1 :] if came else [event for event in about if event.created <= saved.created]
    if not earlier or earlier[0].action is PointAction.DEACTIVATED:
        return None
    return earlier[0].saved


def _measured(
    spec: ModelSpec,
    results: EvaluationResults,
    saved: SavedPoint,
    others: Sequence[SavedPoint],
    before: SavedPoint | None,
) -> list[SheetSection]:
    splits = list(dict.fromkeys(s.split for s in available(results.evaluation) if s.run == 0))
    parts = {split: results.part(Selection(split)).selected for split in splits}
    parts = {split: part for split, part in parts.items() if part.n}
    chosen_on = saved.point.chosen.split
    order = [split for split in REPORTING_SPLITS if split in parts]
    reported = next((split for split in order if split != chosen_on), order[0] if order else "")
    sections = [_figures(results, saved, parts)]
    if not reported:
        return sections
    on = parts[reported]
    if isinstance(saved.point.thresholds, InspectionThresholds):
        sections.append(_on_the_line(results, saved, on))
    sections.append(_not_taken(spec, results, saved, on, others, before))
    return sections


def _figures(results: EvaluationResults, saved: SavedPoint, parts: dict[str, SelectedPictures]) -> SheetSection:
    thresholds, chosen_on = saved.point.thresholds, saved.point.chosen.split
    rows = []
    for split, part in parts.items():
        chosen = " (chosen on these)" if split == chosen_on else ""
        kinds = f"{int(part.is_good.sum()):,} good, {int(part.is_defective.sum()):,} defective: "
        photos = (kinds if part.inspection else "") + f"{part.words}{chosen}"
        rows.append((photos, *figures_in_words(part, thresholds)))
    sentences = ["Counts with their 95 % intervals, from the model's stored answers."]
    origin = results.evaluation.origin
    if origin is not None:
        sentences.append(f"Data set {origin.dataset}; evaluated on {origin.created[:10]}.")
    if saved.point.evaluation_sha256 not in ("", results.evaluation.sha256):
        sentences.append("The evaluation was run again since the point was saved: these are its present figures.")
    if chosen_on == "test" and saved.point.chosen.rule == BY_HAND:
        sentences.append(
            "The lines were set by hand on test photos: figures on those look better than they will on others."
        )
    notices = dict.fromkeys(notice for part in parts.values() for notice in part.notices)
    headings = ("Photos", *headings_of(thresholds))
    widths = (4, *(3 for _ in headings[1:]))
    return SheetSection("What it does", (*sentences, *notices), SheetTable(headings, tuple(rows), widths))


def _on_the_line(results: EvaluationResults, saved: SavedPoint, on: SelectedPictures) -> SheetSection:
    if saved.defect_rate is None:
        return SheetSection("On the line", ("No defect rate and no amounts were kept with this point.",))
    counts = results.part(on.selection).at(saved.point.thresholds).verdict_counts
    assert counts is not None, "a point with lines is of a model that inspects"
    figures = line_figures(counts, saved.defect_rate, saved.costs)
    sentences = [
        f"Per 1,000 parts of which {100 * saved.defect_rate:.3g} % are defective, carried over from {on.words}."
    ]
    if saved.costs is not None:
        amounts = ", ".join(f"{name.replace('_', ' ')} {amount:,.10g}" for name, amount in vars(saved.costs).items())
        sentences.append(f"Amounts: {amounts}.")
    return SheetSection("On the line", tuple(sentences), _line_table(figures))


def _line_table(figures: LineFigures) -> SheetTable:
    rows = [
        ("Defective parts that pass", figures.escapes.words),
        ("Good parts that are rejected", figures.false_rejects.words),
        ("Parts that a person looks at", figures.reviews.words),
        ("Parts that are rejected", figures.rejects.words),
    ]
    if figures.cost is not None:
        rows.append(("Cost", figures.cost.words))
    return SheetTable(("Per 1,000 parts", "Expected (95 % interval)"), tuple(rows), (5, 5))


def _not_taken(
    spec: ModelSpec,
    results: EvaluationResults,
    saved: SavedPoint,
    on: SelectedPictures,
    others: Sequence[SavedPoint],
    before: SavedPoint | None,
) -> SheetSection:
    found = [weighed(on, saved, one) for one in alternatives(spec, results, saved, others, before)]
    if not found:
        return SheetSection("What was not taken", ("There was nothing else to choose from.",))
    rows = tuple(
        (f"{one.alternative.title}. {one.alternative.thresholds.in_words}", *one.counts, one.reason) for one in found
    )
    sentences = [f"What each would have done to the same {on.words}, and what that changes against the decision."]
    if saved.costs is None:
        sentences.append("No amounts were kept with the point, so that nothing is priced.")
    if any(one.is_cheaper for one in found):
        sentences.append(
            "At least one of them costs less on these photos. "
            + ("Why it was not taken stands in the note above." if saved.note else "No reason was written down.")
        )
    headings = ("Not taken", *headings_of(saved.point.thresholds), "Against the decision")
    widths = (4, *(2 for _ in headings[2:]), 4)
    return SheetSection("What was not taken, and why", tuple(sentences), SheetTable(headings, rows, widths))
