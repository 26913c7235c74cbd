"""The inspector's exam: rendered parts whose truth is known, answered before the model's answer is shown."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import cv2
import numpy as np
import streamlit as st

from defect_app.catalog import Catalog, CatalogEntry, ModelSpec, ModelVersion, products_of
from defect_app.decision import Thresholds, Verdict
from defect_app.errors import DefectLensError
from defect_app.evaluation.exam import ExamAnswer, exam_result, hits_defect
from defect_app.inspection import Inspected
from defect_app.inspection.overlay import inspected_overlay
from defect_app.intake import encode_jpeg
from defect_app.points import PointInUse
from defect_app.reports.exam_sheet import exam_sheet, exam_table
from defect_app.scenes import PRODUCTS, Scene, render
from defect_app.scenes.files import scene_jpeg
from defect_app.scenes.seeds import MOST_EXAMS, PARTS_IN_EXAM, exam_seed
from defect_app.ui.lessons.marking import Mark, draw_marking
from defect_app.ui.lessons.walking import close_lesson
from defect_app.ui.parts.errors import draw_error
from defect_app.ui.parts.text import as_code, as_text
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.records import applied_point
from defect_app.ui.resources import inspector
from defect_app.ui.session import Address, Key, KeyOf
from defect_app.ui.visitors import ask_who

SIDE = 640


@dataclass(frozen=True)
class Exam:
    """An exam: the model of its product, and which parts."""

    entry: CatalogEntry
    spec: ModelSpec
    product: str
    number: int

    @property
    def key(self) -> str:
        """Session key of its answers; another version of the model begins anew."""
        return f"{self.entry.version} {self.product} {self.number}"


def exam_products(models: Catalog) -> list[CatalogEntry]:
    """Return the recommended models whose products can be rendered."""
    recommended = [product.recommended for product in products_of(models)]
    return [e for e in recommended if e.usable and e.spec is not None and e.spec.product in PRODUCTS]


def draw_exam_door(models: Catalog) -> None:
    """Draw the way into an exam."""
    entries = exam_products(models)
    if not entries:
        return
    st.header("Inspector's exam", anchor=False)
    st.caption(
        f"{PARTS_IN_EXAM} rendered parts: good or defective, and where? You answer before the model does. At the end "
        "stand your accuracy, your agreement with the model and with the truth, and a sheet to print."
    )
    with st.container(horizontal=True, gap="small"):
        for entry in entries:
            assert entry.spec is not None, "asked above"
            st.button(
                as_text(entry.title), icon=":material/quiz:", key=KeyOf.LESSONS_BEGIN("exam", entry.id), on_click=_open,
                args=(entry.spec.product,),
            )  # fmt: skip


def asked_exam(models: Catalog) -> Exam | None:
    """Return the exam that the address names; None where it names none. What it asks for in vain is said."""
    product = st.query_params.get(Address.EXAM)
    if not product:
        return None
    entry = next((e for e in exam_products(models) if e.spec is not None and e.spec.product == product), None)
    if entry is None or entry.spec is None:
        st.warning(
            f"The address asks for an exam of {as_code(product)}, which is not here.", icon=":material/link_off:"
        )
        return None
    asked = st.query_params.get(Address.EXAM_SEED, "0")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    return Exam(entry, entry.spec, product, number % MOST_EXAMS)


def draw_exam(exam: Exam) -> None:
    """Draw the part to be answered, what was answered last, or the result."""
    answers = _answers(exam)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Lessons", icon=":material/list:", type="tertiary", on_click=close_lesson)
        st.caption(f"Inspector's exam: {as_text(exam.entry.title)}", width="content")
    st.progress(len(answers) / PARTS_IN_EXAM)
    try:
        if st.session_state.get(Key.LESSONS_EXAM_PLACE) == exam.key and answers:
            _draw_revealed(exam, answers)
        elif len(answers) < PARTS_IN_EXAM:
            _draw_part(exam, answers)
        else:
            _draw_result(exam, answers)
    except DefectLensError as error:
        draw_error(error)


def _open(product: str) -> None:
    st.query_params[Address.EXAM] = product
    st.query_params[Address.EXAM_SEED] = str(secrets.randbelow(MOST_EXAMS))


def _answers(exam: Exam) -> list[ExamAnswer]:
    exams: dict[str, list[ExamAnswer]] = st.session_state.setdefault(Key.LESSONS_EXAMS, {})
    return exams.setdefault(exam.key, [])


def _draw_part(exam: Exam, answers: list[ExamAnswer]) -> None:
    place = len(answers)
    scene = _scene(exam.product, exam_seed(exam.number, place))
    st.header(f"Part {place + 1} of {PARTS_IN_EXAM}: good or defective?", anchor=False)
    st.caption("If you see a defect, click on it first.")
    part = f"{exam.product}-{exam.number}-{place + 1}"
    mark = draw_marking(encode_jpeg(scene.photo, longest_side=SIDE), part, key=KeyOf.LESSONS_GUESS("mark"))
    with st.container(horizontal=True, gap="small"):
        for said, label, icon, key in (
            (False, "Good", ":material/check_circle:", "g"),
            (True, "Defective", ":material/cancel:", "d"),
        ):
            st.button(
                label, icon=icon, key=KeyOf.LESSONS_GUESS(label), on_click=_take, args=(exam, place, said, mark),
                shortcut=key, width=160,
            )  # fmt: skip


def _take(exam: Exam, place: int, said: bool, mark: Mark | None) -> None:
    answers = _answers(exam)
    if len(answers) != place:
        return  # the button was pressed twice
    scene = _scene(exam.product, exam_seed(exam.number, place))
    judged, _ = _judged(exam, place)
    role = next((c.role for c in exam.spec.classes if c.name == scene.label), None)
    bad = role == "defect" if role is not None else bool(scene.mask.any())
    verdict = judged.judgement.verdict
    hit = hits_defect(scene.mask, mark.x, mark.y) if mark is not None and scene.mask.any() else None
    score = judged.judgement.p_defect
    answers.append(
        ExamAnswer(
            f"{place + 1}", scene.what, bad, said, verdict is not Verdict.PASS, verdict.value,
            float("nan") if score is None else score, hit,
        )
    )  # fmt: skip
    st.session_state[Key.LESSONS_EXAM_PLACE] = exam.key


def _go_on() -> None:
    st.session_state.pop(Key.LESSONS_EXAM_PLACE, None)


def _draw_revealed(exam: Exam, answers: Sequence[ExamAnswer]) -> None:
    answer, place = answers[-1], len(answers) - 1
    scene = _scene(exam.product, exam_seed(exam.number, place))
    right = answer.person == answer.is_defective
    truth = "defective" if answer.is_defective else "good"
    st.header(f"{'Right' if right else 'No'}: the part is {truth}", anchor=False)
    said = f"There is to see: {scene.what}."
    if answer.hit is not None:
        said += " Your mark is on it." if answer.hit else " Your mark is elsewhere."
    st.markdown(as_text(said))
    look = LOOKS[answer.verdict]
    judged, _ = _judged(exam, place)
    st.markdown(f"The model: {look.markdown}, score for a defect {answer.score:.3f}")
    left, right_side = st.columns(2, gap="small")
    left.image(encode_jpeg(_outlined(scene), longest_side=SIDE), width="stretch", alt="The part, its defect outlined")
    heated = inspected_overlay(judged.photo.pixels, judged)
    right_side.image(encode_jpeg(heated, longest_side=SIDE), width="stretch", alt="Where the model sees evidence")
    st.button(
        "Next part" if len(answers) < PARTS_IN_EXAM else "Result", icon=":material/chevron_right:", type="primary",
        key=Key.LESSONS_NEXT, on_click=_go_on, shortcut="Right",
    )  # fmt: skip


def _draw_result(exam: Exam, answers: Sequence[ExamAnswer]) -> None:
    result = exam_result(answers)
    st.header(f"You are right on {result.person_right.count} of {result.person_right.n}", anchor=False)
    st.markdown(
        as_text(
            f"You and the model agree on {result.person_and_model_agreement.count} of {len(answers)}; Cohen's kappa, "
            f"95 % interval: {result.person_and_model.words}. With so few parts the intervals are wide."
        )
    )
    st.table(exam_table(result).rename(columns=as_text).map(as_text))
    if result.places.n:
        st.markdown(
            as_text(f"Marks on the defect: {result.places.count} of {result.places.n} ({result.places.words}).")
        )
    _, point = _judged(exam, 0)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        who = ask_who(Key.LESSONS_EXAM_WHO, placeholder="Name on the sheet", width=240)
        when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        title = f"Inspector's exam: {exam.entry.title}"
        model = f"{exam.entry.title}, {point.sentence}"
        address = f"lessons?exam={exam.product}&exam_seed={exam.number}"
        st.download_button(
            "Sheet to print", lambda: exam_sheet(title, who, when, model, address, answers),
            f"exam-{exam.product}-{exam.number}.html", "text/html", icon=":material/print:", on_click="ignore",
            key=Key.LESSONS_EXAM_SHEET,
        )  # fmt: skip
        st.button("Other parts", icon=":material/replay:", on_click=_open, args=(exam.product,))


def _judged(exam: Exam, place: int) -> tuple[Inspected, PointInUse]:
    in_use = applied_point(inspector(exam.entry))
    seed = exam_seed(exam.number, place)
    found = _inspected(exam.entry, in_use, exam.entry.version, in_use.point.thresholds, exam.product, seed)
    return found, in_use


@st.cache_resource(max_entries=16, show_spinner=False)
def _scene(product: str, seed: int) -> Scene:
    return render(product, seed)


@st.cache_resource(max_entries=16, show_spinner=False)
def _inspected(
    _entry: CatalogEntry,
    _in_use: PointInUse,
    version: ModelVersion,
    thresholds: Thresholds,
    product: str,
    seed: int,
) -> Inspected:
    found = inspector(_entry).inspect_bytes(scene_jpeg(_scene(product, seed)), "part.jpg", _in_use.point)
    assert isinstance(found, Inspected), "rendered parts are photos"
    return found


def _outlined(scene: Scene) -> np.ndarray:
    drawn = scene.photo.copy()
    edges, _ = cv2.findContours(scene.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(1, round(max(drawn.shape[:2]) / 300))
    for thickness, grey in ((3 * line, 0), (line, 255)):
        cv2.drawContours(drawn, edges, -1, (grey,) * 3, thickness, cv2.LINE_AA)
    return drawn
