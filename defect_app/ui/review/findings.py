"""What the reviews say of the line: escapes and false rejects from the audit, beside what the evaluation promised."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import streamlit as st

from defect_app.decision import INSPECTION_VERDICTS, InspectionThresholds
from defect_app.evaluation.added_pictures import LINE_SPLIT
from defect_app.evaluation.audits import LineAudit
from defect_app.evaluation.intervals import Proportion
from defect_app.evaluation.selection import Selection, available
from defect_app.reviews import Answer
from defect_app.reviews.audits import Audit, line_audit
from defect_app.reviews.queue import stored_inspections
from defect_app.reviews.settled import reviewed_parts
from defect_app.ui.parts.model_evaluation import evaluation_results, model_point_in_use
from defect_app.ui.parts.tables import draw_table
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.to_teach import draw_to_teach
from defect_app.ui.review.setting import ReviewSetting

METHOD = (
    "Bounds are exact for the number of parts drawn and for the number there are (hypergeometric; Wright 1991). Rates "
    "over passed, reviewed and rejected parts weigh each by its number; their interval holds with at least 95 % "
    "(Bonferroni over the three). Parts that nobody could decide count as good for the lower and as defective for the "
    "upper bound. Escapes are shares of all defective parts, as in the evaluation."
)


def draw_findings(setting: ReviewSetting) -> None:
    """Draw what the audit says, beside the evaluation, and how corrected verdicts fell out."""
    if setting.audit is None:
        st.info(
            "Draw a random sample under *Look at parts* and look through it: then this says how many defects escape.",
            icon=":material/casino:",
        )
    else:
        line = line_audit(setting.store, setting.audit)
        st.markdown(f"**{as_text(line.escapes_sentence)}**")
        st.markdown(f"**{as_text(line.false_rejects_sentence)}**")
        st.caption(as_text(_drawn(setting.audit)))
        _draw_beside(setting, line)
        _draw_strata(line)
        st.caption(as_text(METHOD))
    st.header("Every reviewed part", anchor=False)
    _draw_corrected(setting)
    draw_to_teach(setting.store, setting.entry)


def _drawn(audit: Audit) -> str:
    since = f" since {audit.since:%d %b %Y}" if audit.since else ""
    by = f" by {audit.who}" if audit.who else ""
    drawn = ", ".join(f"{len(s.inspections):,} of {s.population:,} {s.verdict.value}" for s in audit.samples)
    return f"Drawn{by} on {audit.until:%d %b %Y, %H:%M} UTC from the parts judged{since}: {drawn}."


def _draw_beside(setting: ReviewSetting, line: LineAudit) -> None:
    promised = _promised(setting)
    rows = [
        ("Escapes, of all defective parts", line.escape_rate.words, promised[0].words if promised else "no evaluation"),
        (
            "False rejects, of all good parts",
            line.false_reject_rate.words,
            promised[1].words if promised else "no evaluation",
        ),
    ]
    table = pd.DataFrame(rows, columns=["Rate", "The line, by the audit", "The evaluation, at the point in use"])
    draw_table(table, "line-beside-evaluation", "Rates of the line beside those of the evaluation")


def _promised(setting: ReviewSetting) -> tuple[Proportion, Proportion] | None:
    """Return escapes and false rejects of the evaluation's test pictures at the point in use."""
    thresholds = model_point_in_use(setting.entry).point.thresholds
    whole = evaluation_results(setting.entry)
    if not whole.evaluation.usable or not isinstance(thresholds, InspectionThresholds):
        return None
    parts = [part for part in available(whole.evaluation) if part.split != LINE_SPLIT]
    counts = whole.part(parts[0] if parts else Selection()).at(thresholds).verdict_counts
    return (counts.escapes, counts.false_rejects) if counts is not None else None


def _draw_strata(line: LineAudit) -> None:
    strata = zip(INSPECTION_VERDICTS, (line.passed, line.reviewed, line.rejected), strict=True)
    table = pd.DataFrame(
        [(v.value, s.population, s.looked_at, s.defective, s.good, s.undecided, s.share_defective().words)
         for v, s in strata],
        columns=["Verdict", "Parts", "Looked at", "Defective", "Good", "Undecided", "Defective among all of them"],
    )  # fmt: skip
    draw_table(table, "audit-strata", "What was found among the parts of each verdict")


def _draw_corrected(setting: ReviewSetting) -> None:
    parts = [p for p in reviewed_parts(setting.store.of_model(setting.entry.id)) if p.settled and p.settled.decides]
    if not parts:
        st.caption("No part was decided by a person yet.")
        return
    inspections = stored_inspections(setting.store.database, [part.inspection for part in parts])
    verdicts = [v.value for v in INSPECTION_VERDICTS]
    counts = Counter(
        (part.settled, inspections[part.inspection].record.verdict) for part in parts if part.inspection in inspections
    )
    table = pd.DataFrame(
        [
            [actual.value, *(counts[actual, verdict] for verdict in verdicts)]
            for actual in (Answer.GOOD, Answer.DEFECTIVE)
        ],
        columns=["Actual, by persons", *verdicts],
    )
    draw_table(table, "reviewed-parts", "Rows what persons say, columns what the model said")
    first = min(inspections[p.inspection].judged_at for p in parts if p.inspection in inspections)
    corrected = counts[Answer.DEFECTIVE, "PASS"] + counts[Answer.GOOD, "REJECT"]
    st.caption(
        f"The line since {first:%d %b %Y}: {len(parts):,} parts decided by persons, {corrected:,} of them against the "
        "model's PASS or REJECT. Most were looked at because they were doubtful: their shares are no rates of the line."
    )
