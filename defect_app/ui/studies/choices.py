"""Which study the page shows, and what of it is there."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from defect_app.studies import Outcome, Study, StudyResult, load_study, outcome_of, read_result, study_names
from defect_app.studies.results import STUDIES_FOLDER
from defect_app.ui.parts.text import as_text
from defect_app.ui.parts.unread_address import draw_unread_choice
from defect_app.ui.session import Address

_NOT_RUN = " (not run yet)"


@dataclass(frozen=True)
class ShownStudy:
    """A study with its result and what that says."""

    study: Study
    result: StudyResult
    outcome: Outcome


def choose_study() -> str:
    """Draw the choice of studies, those with a result first, and return the name of the chosen one."""
    names = sorted(study_names(), key=lambda name: (not _is_run(name), name))
    asked = None if Address.STUDY in st.session_state else st.query_params.get(Address.STUDY)
    chosen = str(
        st.selectbox(
            "Study",
            names,
            format_func=lambda name: load_study(name).title + ("" if _is_run(name) else _NOT_RUN),
            key=Address.STUDY,
            bind="query-params",
        )
    )
    draw_unread_choice(Address.STUDY, asked, chosen)
    return chosen


def shown_study(name: str) -> ShownStudy | None:
    """Return a study with its result; None where it has not been run, which is said with the command that does it.

    Raises
    ------
    DefectLensError
        If its result cannot be read.
    """
    study, result = load_study(name), read_result(name, STUDIES_FOLDER)
    st.markdown(f"**{as_text(study.question)}**")
    if study.said:
        st.caption(f":material/straighten: {as_text(study.said)}")
    if result is None:
        st.info(
            "This study has not been run on this project's machines: there are no figures to show. Run it with",
            icon=":material/hourglass_empty:",
        )
        st.code(f"python -m defect_app study {study.name}", language="bash")
        st.markdown(f"It compares {len(study.variants)} variants:")
        st.markdown("\n".join(f"- {as_text(variant.name)}" for variant in study.variants))
        return None
    return ShownStudy(study, result, outcome_of(result))


def _is_run(name: str) -> bool:
    return (STUDIES_FOLDER / f"{name}.parquet").is_file()
