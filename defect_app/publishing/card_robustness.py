"""A card's section on disturbed photos, from ``robustness.parquet``."""

from __future__ import annotations

from pathlib import Path

from defect_app.catalog import weights_sha256
from defect_app.evaluation.robustness import by_disturbance, disturbed_figures, read_robustness, robustness_sentence


def robustness_lines(folder: Path) -> list[str]:
    """Return the section as Markdown lines; nothing where it was not measured on this very model."""
    stored = read_robustness(folder)
    if stored is None or stored.origin.model_sha256 != weights_sha256(folder):
        return []
    figures = disturbed_figures(stored)
    plain = figures[0]
    lines = [
        "## Disturbed photos",
        "",
        robustness_sentence(figures),
        f"{plain.right.n} test photos, {plain.false_pass.n} of them defective (seed {stored.origin.seed}), at five "
        "strengths, 1 to 5, judged whole at the default point: too few for small shares. "
        f"`python -m defect_app evaluate {folder.name} --robustness` measures this.",
        "",
        f"Undisturbed: {plain.right.count} of {plain.right.n} right, {plain.false_pass.count} of "
        f"{plain.false_pass.n} defective parts pass, {plain.to_review.count} of {plain.to_review.n} to review.",
        "",
        "| disturbance | amounts | right | defective parts that pass | to review |",
        "|---|---|---|---|---|",
    ]
    for name, course in by_disturbance(figures).items():
        steps = course[1:]
        amounts = ", ".join(f"{amount:g}" for amount in stored.origin.amounts[name])
        counts = (
            ", ".join(str(getattr(step, key).count) for step in steps) for key in ("right", "false_pass", "to_review")
        )
        lines.append(f"| {name} ({stored.origin.units.get(name, '')}) | {amounts} | {' | '.join(counts)} |")
    return [*lines, ""]
