"""The card of a study: ``NAME.md`` beside its result, written from the rows."""

from __future__ import annotations

from pathlib import Path

from defect_app.evaluation.intervals import Proportion
from defect_app.studies.outcome import Outcome, outcome_of
from defect_app.studies.plan import Study
from defect_app.studies.results import StudyResult


def write_card(folder: Path, study: Study, result: StudyResult) -> Path:
    """Write the card and return its path."""
    path = folder / f"{study.name}.md"
    path.write_text(card_text(study, result), encoding="utf-8")
    return path


def card_text(study: Study, result: StudyResult) -> str:
    """Return a study's card as Markdown."""
    outcome, origin = outcome_of(result), result.origin
    lines = [f"# {study.title}", "", study.question, "", outcome.sentence, ""]
    lines += [study.said, ""] if study.said else []
    lines += [*_figures(outcome), ""]
    if outcome.tests:
        lines += [*_tests(study, outcome), ""]
    how = {
        "frozen": f"heads trained on frozen features from the recipe `{study.recipe}`",
        "trained": f"the recipe `{study.recipe}`, trained anew for each",
        "stored": "the stored evaluations of the models; nothing was trained",
    }[study.kind]
    lines += ["## How it was made", "", f"- {how[0].upper()}{how[1:]}."]
    if study.kind != "stored":
        seeds = ", ".join(map(str, origin.seeds))
        lines.append(
            f"- {origin.folds} folds, near-copies kept together; seeds: {seeds}; {len(origin.runs)} trainings."
        )
    for label, share in study.thinned.items():
        lines.append(f"- Of the training pictures of `{label}` only {100 * share:g} % were used, to make them rare.")
    versions = ", ".join(f"{name} {number}" for name, number in origin.versions.items())
    lines += [f"- Run at {origin.created} with {versions}.", f"- Again: `python -m defect_app study {study.name}`", ""]
    return "\n".join(lines)


def _figures(outcome: Outcome) -> list[str]:
    headings = ["variant", "changed", "accuracy", "mean F1", "mean confidence", "MB", "CPU ms a photo"]
    if outcome.inspection:
        headings[3:3] = ["defective parts found", "good parts kept"]
    rows = [headings, ["---"] * len(headings)]
    for f in outcome.figures:
        cells = [f.facts.name, f.facts.what, _share(f.accuracy), f"{f.macro_f1:.3f}", f"{f.confidence:.3f}"]
        cells += [f"{f.facts.megabytes:.1f}", f"{f.facts.cpu_ms_per_photo:.1f}"]
        if outcome.inspection:
            cells[3:3] = [_share(f.defects_found), _share(f.good_kept)]
        rows.append(cells)
    return [f"| {' | '.join(cells)} |" for cells in rows]


def _tests(study: Study, outcome: Outcome) -> list[str]:
    first = study.variants[0].name
    lines = [
        f"Against *{first}*, on the same photos: McNemar's exact test, corrected by Holm's method for "
        f"{len(outcome.tests)} tests.",
        "",
        f"| variant | on | only {first} right | only the variant right | p | corrected | |",
        "|---|---|---|---|---|---|---|",
    ]
    for test in outcome.tests:
        c = test.comparison
        lines.append(
            f"| {test.variant} | {test.figure} | {c.only_first} | {c.only_second} | {c.p_value:.3g} "
            f"| {test.p_corrected:.3g} | {test.words} |"
        )
    return lines


def _share(share: Proportion) -> str:
    return f"{share.rate:.3f} ({share.low:.3f} to {share.high:.3f}; {share.count:,} of {share.n:,})"
