"""The queue on the page: what waits, the photo to be answered, and how an audit is drawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from defect_app.decision import Verdict
from defect_app.errors import DefectLensError
from defect_app.evaluation.guarantees import best_promise
from defect_app.evaluation.intervals import percent
from defect_app.reviews.audits import MOST_DRAWN, draw_audit
from defect_app.reviews.queue import MOST_COUNTED, Queue, QueueCounts, next_parts, queue_counts
from defect_app.reviews.seeded import seeded_found, with_seeded
from defect_app.scenes import PRODUCTS
from defect_app.settings import settings
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.text import as_text
from defect_app.ui.review.looking import draw_looking, passed_over
from defect_app.ui.review.setting import ReviewSetting
from defect_app.ui.session import Key

AHEAD = 6
_DONE = {
    Queue.ALL: "Nothing waits for you: no part is doubtful, and the audit is done. Draw another sample below.",
    Queue.DOUBTFUL: "No doubtful part waits.",
    Queue.AUDIT: "Nothing of an audit waits for you. Draw a random sample below.",
    Queue.SECOND_LOOK: "There is no part that somebody else has answered and you have not.",
}


def draw_queue(setting: ReviewSetting) -> None:
    """Draw what waits, the photo to be answered, and the drawing of an audit."""
    store, who, model = setting.store, setting.who, setting.entry.id
    counts = queue_counts(store, model, who, setting.audit)
    nameless = "" if who else " · :orange[:material/person:] type your name above, to tell your answers from others'"
    st.caption(_waiting(setting, counts) + nameless)
    parts = next_parts(store, model, who, setting.queue, audit=setting.audit, count=AHEAD, passed_over=passed_over())
    share = settings().review_seeded_share
    if share and setting.blind and setting.spec.product in PRODUCTS:
        # Only where no verdict is shown: a rendered part has none.
        answered = len(store.last_of(who, MOST_DRAWN))
        parts = with_seeded(parts, setting.spec.product, who, answered, share)[:AHEAD]
    draw_looking(
        store, parts, who=who, queue=f"{model} {setting.queue}", blind=setting.blind, reveal=True,
        empty=_DONE[setting.queue],
    )  # fmt: skip
    if passed_over() and st.button(
        f"Bring back the {len(passed_over())} left for later",
        icon=":material/undo:",
        type="tertiary",
        key=Key.REVIEW_BACK,
    ):
        passed_over().clear()
        st.rerun()
    _draw_seeded(setting)
    with st.expander("Draw a random sample for an audit", icon=":material/casino:", expanded=setting.audit is None):
        _draw_sampling(setting)


def _waiting(setting: ReviewSetting, counts: QueueCounts) -> str:
    words = [f"{_number(counts.doubtful)} doubtful wait"]
    if setting.audit is not None:
        drawn = sum(len(sample.inspections) for sample in setting.audit.samples)
        words.append(f"audit: **{drawn - counts.audit:,}** of {drawn:,} answered by you")
    words.append(f"{_number(counts.second_look)} for a second look")
    return " · ".join(words)


def _number(counted: int) -> str:
    return f"**{counted:,}**" if counted <= MOST_COUNTED else f"more than **{MOST_COUNTED:,}**"


def _draw_seeded(setting: ReviewSetting) -> None:
    answers = setting.store.of_scenes(setting.who)
    if answers:
        found = seeded_found(answers)
        st.caption(
            f":material/science: Known defects laid among the parts: you found {found.count} of {found.n} "
            f"({as_text(found.words)}). They count nowhere."
        )


def _draw_sampling(setting: ReviewSetting) -> None:
    st.markdown(
        "What was drawn at random and looked at says what is so of **all** parts. Parts that were looked at because "
        "they were doubtful do not."
    )
    if settings().keep_photos != "all":
        st.caption(
            ":orange[:material/photo_size_select_small:] As the settings are, only small pictures of passed parts are "
            "kept. With DEFECT_APP_KEEP_PHOTOS=all an audit shows them as they came."
        )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        fields = {
            Verdict.PASS: ("Passed parts", Key.REVIEW_DRAW_PASSED, 300),
            Verdict.REVIEW: ("Parts in review", Key.REVIEW_DRAW_REVIEWED, 100),
            Verdict.REJECT: ("Rejected parts", Key.REVIEW_DRAW_REJECTED, 100),
        }
        sizes = {
            verdict: int(st.number_input(label, 0, MOST_DRAWN, value, step=10, key=key, width=150))
            for verdict, (label, key, value) in fields.items()
        }
        days = st.number_input(
            "Of the last … days", 1, 3650, 30, key=Key.REVIEW_DRAW_DAYS, width=150, help="When the parts were judged."
        )
        pressed = st.button("Draw", icon=":material/casino:", key=Key.REVIEW_DRAW, type="primary")
    passed = sizes[Verdict.PASS]
    if passed:
        promise = percent(best_promise(passed, 0.95))
        st.caption(f"No defect among {passed:,} passed parts would say: at most {promise} % of those passed (95 %).")
    if pressed:
        try:
            since = datetime.now(UTC) - timedelta(days=int(days))
            draw_audit(setting.store.database, setting.entry.id, sizes, who=setting.who, since=since)
        except DefectLensError as error:
            draw_error(error)
            return
        st.rerun()
