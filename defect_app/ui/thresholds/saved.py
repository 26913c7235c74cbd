"""Saved operating points side by side, their history with the way back, and their export and import."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from defect_app.decision import InspectionThresholds, OperatingPoint, Thresholds, default_point, threshold_text
from defect_app.errors import DefectLensError
from defect_app.evaluation.line import line_figures
from defect_app.evaluation.thresholds import verdict_counts
from defect_app.people.roles import Permission
from defect_app.points import PointAction, PointEvent, SavedPoint, applicable, open_proposals
from defect_app.points.saved_point import with_active
from defect_app.ui.parts.errors import draw_error, draw_problem
from defect_app.ui.parts.line_amounts import LineSetting
from defect_app.ui.parts.model_evaluation import EvaluatedModel
from defect_app.ui.parts.text import as_text
from defect_app.ui.records import shared_records
from defect_app.ui.session import Key, KeyOf
from defect_app.ui.thresholds.lines import move_lines, unsaved_point
from defect_app.ui.thresholds.saving import leave_toast, proposed
from defect_app.ui.thresholds.sheet import draw_sheet
from defect_app.ui.visitors import NOT_ALLOWED, ask_who, may, visitor_name

MOST_IMPORT_MB = 2


def draw_saved(model: EvaluatedModel, lines: Thresholds, setting: LineSetting | None) -> None:
    """Draw the saved points with what each does to the shown photos, their history, and export and import."""
    try:
        records = shared_records()
        points = with_active(records.points(model.spec.id), records.active_point(model.spec.id))
        history = records.history(model.spec.id)
    except DefectLensError as error:
        draw_error(error, icon=":material/database_off:")
        return
    st.markdown(f"**Side by side**, on {as_text(model.selected.words)}")
    # A chosen row is remembered by its place: after any change the tables start without a choice.
    change = history[0].id if history else 0
    chosen = _draw_points(model, lines, setting, points, change)
    if not points:
        st.caption("No point is saved for this model yet: move the threshold, then press Save.")
    for event in open_proposals(history):
        st.info(as_text(_said_of_proposal(event)), icon=":material/group:")
    _draw_actions(model, chosen)
    draw_sheet(model, chosen)
    if history:
        st.markdown("**History.** Nothing is ever overwritten; choose a row to go back to that version.")
        _draw_history(model, history)
    _draw_exchange(model, bool(points))


def _said_of_proposal(event: PointEvent) -> str:
    of_saved = f"{event.saved.name}, version {event.saved.version}," if event.saved else ""
    which = "The model's default point" if event.action is PointAction.PROPOSED_DEFAULT else of_saved
    return f"{which} was proposed by {event.who} on {event.created:%Y-%m-%d %H:%M} UTC: a second person decides."


def _draw_points(
    model: EvaluatedModel, lines: Thresholds, setting: LineSetting | None, points: Sequence[SavedPoint], change: int
) -> SavedPoint | None:
    listed: list[tuple[str, OperatingPoint, SavedPoint | None]] = [
        ("on this page now", unsaved_point(model, lines), None)
    ]
    if model.in_use.saved is None:
        listed.append(("default (in use)", model.in_use.point, None))
    for saved in points:
        newer = any(other.name == saved.name and other.version > saved.version for other in points)
        name = f"{saved.name}, version {saved.version}" if newer else saved.name
        listed.append((f"{name} (active)" if saved.active else name, saved.point, saved))
    rows = [_row(model, setting, *one) for one in listed]
    state = st.dataframe(
        pd.DataFrame(rows).fillna(""), hide_index=True, on_select="rerun", selection_mode="single-row",
        key=KeyOf.THRESHOLDS_SAVED_POINTS(change),
        alt="One row for each operating point: its thresholds and what it does to the shown photos",
    )  # fmt: skip
    selected = state.selection.rows
    return listed[selected[0]][2] if selected and selected[0] < len(listed) else None


def _row(
    model: EvaluatedModel, setting: LineSetting | None, title: str, point: OperatingPoint, saved: SavedPoint | None
) -> dict[str, object]:
    row: dict[str, object] = {"point": title}
    thresholds = point.thresholds
    if isinstance(thresholds, InspectionThresholds):
        counts = verdict_counts(model.results.scores, thresholds)
        row |= {
            "review from": threshold_text(thresholds.review_at),
            "reject from": threshold_text(thresholds.reject_at),
        }
        row |= {"escapes": counts.escapes.count, "false rejects": counts.false_rejects.count}
        row["to review"] = counts.review_load.count
        if setting is not None:
            cost = line_figures(counts, setting.defect_rate, setting.costs).cost
            row["cost per 1,000 parts"] = cost.words if cost else ""
    else:
        row["accept from"] = threshold_text(thresholds.accept_at)
    row["chosen by"] = point.chosen.rule
    if saved is not None:
        fits = applicable(saved, model.model_sha256)
        row |= {"version": str(saved.version), "who": saved.who, "when": f"{saved.created:%Y-%m-%d %H:%M} UTC"}
        row |= {"note": saved.note, "model": "this one" if fits else "another version: not applied"}
    return row


def _draw_actions(model: EvaluatedModel, chosen: SavedPoint | None) -> None:
    if not may(Permission.POINTS):
        st.caption(f":material/lock: {NOT_ALLOWED}")
        return
    active = chosen is not None and chosen.active
    fits = chosen is not None and applicable(chosen, model.model_sha256)
    # A field of its own: that of the save dialog may be open over this page.
    st.session_state.setdefault(Key.THRESHOLDS_SAVED_WHO, st.session_state.get(Key.THRESHOLDS_WHO, ""))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        ask_who(Key.THRESHOLDS_SAVED_WHO, placeholder="Your name, for the history", width=240)
        st.button(
            "Go there", icon=":material/swipe_right_alt:", disabled=chosen is None,
            on_click=_go_to, args=(model, chosen), key=Key.THRESHOLDS_SAVED_MOVE,
        )  # fmt: skip
        if st.button(
            "Make active", icon=":material/check_circle:", key=Key.THRESHOLDS_SAVED_ACTIVATE,
            disabled=chosen is None or active or not fits,
            help="Inspect, the command line and the API apply it from now on.",
        ) and chosen is not None:  # fmt: skip
            _activate(model, chosen, f"{chosen.name} is in use.")
        if model.in_use.saved is not None and st.button(
            "Back to the default", icon=":material/settings_backup_restore:", key=Key.THRESHOLDS_SAVED_DEFAULT
        ):
            _deactivate(model)
        if chosen is None:
            st.caption("Choose a saved point by the box at the start of its row.")
        elif not fits:
            reason = "Saved for another version of this model, or by an earlier version of the app: it is not applied."
            st.caption(f":orange[:material/warning:] {reason}")


def _draw_history(model: EvaluatedModel, history: Sequence[PointEvent]) -> None:
    rows = [
        {
            "when": f"{e.created:%Y-%m-%d %H:%M:%S} UTC",
            "who": e.who or "not said",
            "did": e.action.value,
            "point": f"{e.saved.name}, version {e.saved.version}" if e.saved else "",
            "thresholds": e.saved.point.thresholds.in_words if e.saved else "",
            "note": e.saved.note if e.saved else "",
        }
        for e in history
    ]
    state = st.dataframe(
        pd.DataFrame(rows), hide_index=True, on_select="rerun", selection_mode="single-row",
        key=KeyOf.THRESHOLDS_SAVED_HISTORY(history[0].id),
        alt="Who changed which operating point, and when, newest first",
    )  # fmt: skip
    selected = state.selection.rows
    event = history[selected[0]] if selected and selected[0] < len(history) else None
    saved = event.saved if event else None
    if saved is not None:
        can = applicable(saved, model.model_sha256) and not saved.active
        label = f"Make version {saved.version} of {as_text(saved.name)} active"
        if st.button(label, icon=":material/history:", disabled=not can, key=Key.THRESHOLDS_SAVED_ROLL_BACK):
            done = f"{saved.name}, version {saved.version}, is in use."
            _activate(model, saved, done, version=saved.version)


def _draw_exchange(model: EvaluatedModel, any_point: bool) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        every = st.session_state.get(Key.THRESHOLDS_SAVED_EVERY, False)
        st.download_button(
            "Export as JSON",
            lambda: shared_records().export_points(model.spec.id, every_version=every),
            f"points-{model.spec.id}{'-history' if every else ''}.json",
            "application/json", icon=":material/download:", disabled=not any_point,
            on_click="ignore", key=Key.THRESHOLDS_SAVED_EXPORT,
        )  # fmt: skip
        st.checkbox(
            "Every version", key=Key.THRESHOLDS_SAVED_EVERY, disabled=not any_point,
            help="The whole history; else the latest version of each point, and the active one.",
        )  # fmt: skip
        with st.popover("Import", icon=":material/upload:"):
            file = st.file_uploader(
                "A file of exported points", ["json"], max_upload_size=MOST_IMPORT_MB, key=Key.THRESHOLDS_SAVED_FILE
            )
            if st.button("Import", disabled=file is None, key=Key.THRESHOLDS_SAVED_IMPORT) and file is not None:
                _import(model, file.getvalue())


def _import(model: EvaluatedModel, data: bytes) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        draw_problem("This is no text: choose a file that was made by Export.")
        return

    def change() -> str:
        imported = shared_records().import_points(text, _who(), model_id=model.spec.id)
        if not imported:
            return "All of these points are here already."
        return f"{len(imported):,} {'point' if len(imported) == 1 else 'points'} imported; none is active by that."

    _change(change)


def _activate(model: EvaluatedModel, saved: SavedPoint, done: str, version: int | None = None) -> None:
    def change() -> str:
        default = default_point(model.spec)
        # The version that stood on the screen: a newer one may have been saved meanwhile.
        wanted = saved.version if version is None else version
        now = shared_records().activate(model.spec.id, saved.name, who=_who(), version=wanted, default=default)
        return done if now.active else proposed(now.name)

    _change(change)


def _deactivate(model: EvaluatedModel) -> None:
    def change() -> str:
        is_done = shared_records().deactivate(model.spec.id, who=_who(), default=default_point(model.spec))
        return "The model's default point is in use." if is_done else proposed("The model's default point")

    _change(change)


def _change(change: Callable[[], str]) -> None:
    if not may(Permission.POINTS):
        draw_problem(NOT_ALLOWED)
        return
    try:
        said = change()
    except DefectLensError as error:
        draw_error(error)
        return
    leave_toast(said)
    st.rerun()


def _go_to(model: EvaluatedModel, saved: SavedPoint) -> None:
    move_lines(model, saved.point.thresholds, saved.point.chosen)


def _who() -> str:
    return visitor_name() or str(st.session_state.get(Key.THRESHOLDS_SAVED_WHO) or "")
