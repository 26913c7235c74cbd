"""The filters of stored inspections; the address holds them, so that a link shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import streamlit as st

from defect_app.inspections import InspectionFilter, Source
from defect_app.ui.parts.verdicts import LOOKS
from defect_app.ui.session import Address

ANY = "all"


def choose_filter(model_ids: Sequence[str]) -> InspectionFilter:
    """Draw the filters and return what they say.

    Parameters
    ----------
    model_ids : sequence of str
        The models that are here; the address may name another, whose inspections are kept all the same.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Search", key=Address.SEARCH, bind="query-params", width=230, icon=":material/search:",
            placeholder="File, part, person …", help="Words in the file's name, part, person, batch or class",
        )  # fmt: skip
        verdict = _choose("Verdict", Address.VERDICT, [str(v) for v in LOOKS], 150)
        model = _choose("Model", Address.JUDGED_BY, model_ids, 220)
        since = _day("From", Address.SINCE)
        until = _day("To", Address.UNTIL)
        with st.popover("More", icon=":material/filter_list:", help="Door, person, part, batch"):
            source = _choose("Came in by", Address.DOOR, [str(s) for s in Source], 220)
            who = st.text_input("Judged for", key=Address.WHO, bind="query-params", placeholder="A person's name")
            part = st.text_input("Part", key=Address.SERIAL, bind="query-params", placeholder="Serial number or code")
            batch = st.text_input("Batch", key=Address.OF_BATCH, bind="query-params", placeholder="A batch's name")
    return InspectionFilter(
        since=_begin_of(since),
        until=_begin_of(until + timedelta(days=1)) if until else None,
        model=model,
        verdict=verdict,
        source=source,
        who=_plain(who),
        part=_plain(part),
        batch=_plain(batch),
        text=_plain(text),
    )


def _choose(label: str, name: Address, options: Sequence[str], width: int) -> str:
    asked = st.query_params.get(name)
    known = [ANY, *options]
    if asked and asked not in known:
        known.append(asked)
    chosen = st.selectbox(label, known, key=name, bind="query-params", width=width)
    return "" if chosen in (None, ANY) else str(chosen)


def _day(label: str, name: Address) -> date | None:
    chosen = st.date_input(label, value=None, key=name, bind="query-params", format="YYYY-MM-DD", width=140)
    return chosen if isinstance(chosen, date) else None


def _begin_of(day: date | None) -> datetime | None:
    """Return the beginning of a day where this machine is."""
    return None if day is None else datetime.combine(day, time.min).astimezone()


def _plain(text: str | None) -> str:
    return (text or "").strip()
