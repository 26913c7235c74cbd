"""Saved operating points side by side, their history with the way back, and their export and import."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from defect_app.decision import OperatingPoint
from defect_app.errors import DefectLensError
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.thresholds import Thresholds, verdict_counts
from defect_app.records import PointEvent, SavedPoint, applicable
from defect_app.ui.records import shared_records
from defect_app.ui.text import as_text
from defect_app.ui.thresholds.line_setting import LineSetting
from defect_app.ui.thresholds.lines import LineOrigin, move_lines, unsaved_point
from defect_app.ui.thresholds.saving import WHO
from defect_app.ui.thresholds.shown import Shown, thresholds_of

MOST_IMPORT_MB = 2
_TOAST, _WHO_HERE = "thresholds_toast", "saved_who"


def draw_saved(shown: Shown, lines: Thresholds, setting: LineSetting | None) -> None:
    """Draw the saved points with what each does to the shown photos, their history, and export and import."""
    try:
        records = shared_records()
        points, history = records.points(shown.spec.id), records.history(shown.spec.id)
    except DefectLensError as error:
        st.error(f"{as_text(str(error))} {as_text(error.remedy)}", icon=":material/database_off:")
        return
    st.markdown(f"**Side by side**, on {as_text(shown.selected.words)}")
    # A chosen row is remembered by its place: after any change the tables start without a choice.
    change = history[0].id if history else 0
    chosen = _draw_points(shown, lines, setting, points, change)
    if not points:
        st.caption("No point is saved for this model yet: move the threshold, then press Save.")
    _draw_actions(shown, chosen)
    if history:
        st.markdown("**History.** Nothing is ever overwritten; choose a row to go back to that version.")
        _draw_history(shown, history)
    _draw_exchange(shown, bool(points))


def _draw_points(
    shown: Shown, lines: Thresholds, setting: LineSetting | None, points: Sequence[SavedPoint], change: int
) -> SavedPoint | None:
    listed: list[tuple[str, OperatingPoint, SavedPoint | None]] = [
        ("on this page now", unsaved_point(shown, lines), None)
    ]
    if shown.in_use.saved is None:
        listed.append(("default (in use)", shown.in_use.point, None))
    listed += [(f"{s.name} (active)" if s.active else s.name, s.point, s) for s in points]
    rows = [_row(shown, setting, *one) for one in listed]
    state = st.dataframe(
        pd.DataFrame(rows).fillna(""), hide_index=True, on_select="rerun", selection_mode="single-row",
        key=f"saved_points_{change}",
        alt="One row for each operating point: its thresholds and what it does to the shown photos",
    )  # fmt: skip
    selected = state.selection.rows
    return listed[selected[0]][2] if selected and selected[0] < len(listed) else None


def _row(
    shown: Shown, setting: LineSetting | None, title: str, point: OperatingPoint, saved: SavedPoint | None
) -> dict[str, object]:
    row: dict[str, object] = {"point": title}
    if point.reject_at is not None and point.review_at is not None:
        counts = verdict_counts(shown.scores, Thresholds(point.review_at, point.reject_at))
        row |= {"review from": f"{point.review_at:.4g}", "reject from": f"{point.reject_at:.4g}"}
        row |= {"escapes": counts.escapes.count, "false rejects": counts.false_rejects.count}
        row["to review"] = counts.review_load.count
        if setting is not None:
            cost = line_figures(counts, setting.defect_rate, setting.costs).cost
            row["cost per 1,000 parts"] = cost.words if cost else ""
    else:
        row["accept from"] = f"{point.accept_at:.4g}"
    row["chosen by"] = point.rule
    if saved is not None:
        fits = applicable(saved, shown.model_sha256)
        row |= {"version": str(saved.version), "who": saved.who, "when": f"{saved.created:%Y-%m-%d %H:%M} UTC"}
        row |= {"note": saved.note, "model": "this one" if fits else "another version: not applied"}
    return row


def _draw_actions(shown: Shown, chosen: SavedPoint | None) -> None:
    active = chosen is not None and chosen.active
    fits = chosen is not None and applicable(chosen, shown.model_sha256)
    # A field of its own: that of the save dialog may be open over this page.
    st.session_state.setdefault(_WHO_HERE, st.session_state.get(WHO, ""))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.text_input("Who", key=_WHO_HERE, max_chars=80, placeholder="Your name, for the history", width=240)
        st.button(
            "Go there", icon=":material/swipe_right_alt:", disabled=chosen is None,
            on_click=_go_to, args=(shown, chosen), key="saved_move",
        )  # fmt: skip
        if st.button(
            "Make active", icon=":material/check_circle:", key="saved_activate",
            disabled=chosen is None or active or not fits,
            help="Inspect, the command line and the API apply it from now on.",
        ) and chosen is not None:  # fmt: skip
            _do(lambda: shared_records().activate(shown.spec.id, chosen.name, who=_who()), f"{chosen.name} is in use.")
        if shown.in_use.saved is not None and st.button(
            "Back to the default", icon=":material/settings_backup_restore:", key="saved_default"
        ):
            _do(lambda: shared_records().deactivate(shown.spec.id, who=_who()), "The model's default point is in use.")
        if chosen is None:
            st.caption("Choose a saved point by the box at the start of its row.")
        elif not fits:
            st.caption(":orange[:material/warning:] It was saved for another version of this model: it is not applied.")


def _draw_history(shown: Shown, history: Sequence[PointEvent]) -> None:
    rows = [
        {
            "when": f"{e.created:%Y-%m-%d %H:%M:%S} UTC",
            "who": e.who or "not said",
            "did": e.action.value,
            "point": f"{e.saved.name}, version {e.saved.version}" if e.saved else "",
            "thresholds": e.saved.point.thresholds_in_words if e.saved else "",
            "note": e.saved.note if e.saved else "",
        }
        for e in history
    ]
    state = st.dataframe(
        pd.DataFrame(rows), hide_index=True, on_select="rerun", selection_mode="single-row",
        key=f"saved_history_{history[0].id}",
        alt="Who changed which operating point, and when, newest first",
    )  # fmt: skip
    selected = state.selection.rows
    event = history[selected[0]] if selected and selected[0] < len(history) else None
    saved = event.saved if event else None
    if saved is not None:
        can = applicable(saved, shown.model_sha256) and not saved.active
        label = f"Make version {saved.version} of {as_text(saved.name)} active"
        if st.button(label, icon=":material/history:", disabled=not can, key="saved_roll_back"):
            said = f"{saved.name}, version {saved.version}, is in use."
            _do(lambda: shared_records().activate(shown.spec.id, saved.name, who=_who(), version=saved.version), said)


def _draw_exchange(shown: Shown, any_point: bool) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.download_button(
            "Export as JSON", lambda: shared_records().export_points(shown.spec.id), f"points-{shown.spec.id}.json",
            "application/json", icon=":material/download:", disabled=not any_point,
            on_click="ignore", key="saved_export",
        )  # fmt: skip
        with st.popover("Import", icon=":material/upload:"):
            file = st.file_uploader(
                "A file of exported points", ["json"], max_upload_size=MOST_IMPORT_MB, key="saved_file"
            )
            if st.button("Import", disabled=file is None, key="saved_import") and file is not None:
                _import(shown, file.getvalue())


def _import(shown: Shown, data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        st.error("This is no text: choose a file that was made by Export.", icon=":material/block:")
        return
    _do(
        lambda: shared_records().import_points(text, _who(), model_id=shown.spec.id),
        "Imported; none is active by that.",
    )


def _do(change: Callable[[], object], said: str) -> None:
    try:
        change()
    except DefectLensError as error:
        st.error(f"{as_text(str(error))} {as_text(error.remedy)}", icon=":material/block:")
        return
    st.session_state[_TOAST] = as_text(said)
    st.rerun()


def _go_to(shown: Shown, saved: SavedPoint) -> None:
    point, lines = saved.point, thresholds_of(saved.point)
    move_lines(shown, lines, LineOrigin(lines, point.rule, point.split, point.n))


def _who() -> str:
    return str(st.session_state.get(_WHO_HERE) or "")
