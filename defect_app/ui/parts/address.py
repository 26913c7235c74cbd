"""Choices that a page's address holds: a link shows the same, a reload starts there, Back undoes the last choice.

Streamlit binds widgets to the address too, but writes the options' titles there; these are names that stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from defect_app.ui.session import Address, Key, KeyOf

SEPARATOR = ","


def begin_address(page: str) -> None:
    """Start a visit: what another page wrote into the address is no choice made here. Call it before any choice."""
    if st.session_state.get(Key.SHARED_ADDRESS_PAGE) != page:
        st.session_state[Key.SHARED_ADDRESS_PAGE] = page
        st.session_state[Key.SHARED_ADDRESS_WRITTEN] = {}


def choice_from_address(name: Address, options: Sequence[str], default: str) -> tuple[str, str]:
    """Set a widget's state to what the address asks for, before the widget is drawn.

    Parameters
    ----------
    name : Address
        The parameter.
    options : sequence of str
        What may be chosen.
    default : str
        One of them; it is not written into the address.

    Returns
    -------
    key : str
        For the widget; draw it without a default.
    unknown : str
        What the address asks for and there is not; empty where there is no such thing.
    """
    asked = st.query_params.get(name)
    chosen, unknown = _choice(name, [] if asked is None else [asked], options, [default])
    key = KeyOf.SHARED_ADDRESS(name)
    if chosen is not None:
        st.session_state[key] = chosen[0]
    return key, unknown


def choices_from_address(name: Address, options: Sequence[str], default: list[str]) -> tuple[str, str]:
    """Do the same for a widget of several choices."""
    asked = st.query_params.get(name)
    chosen, unknown = _choice(name, asked.split(SEPARATOR) if asked else [], options, default)
    key = KeyOf.SHARED_ADDRESS(name)
    if chosen is not None:
        st.session_state[key] = chosen
    return key, unknown


def choice_to_address(name: Address, chosen: str | Sequence[str], default: str | Sequence[str]) -> None:
    """Write what was chosen into the address, or nothing where it is the default."""
    text, plain = (value if isinstance(value, str) else SEPARATOR.join(value) for value in (chosen, default))
    if text == plain:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != text:
        st.query_params[name] = text
    _written()[name] = st.query_params.get(name)


def _choice(
    name: Address, asked: list[str], options: Sequence[str], default: list[str]
) -> tuple[list[str] | None, str]:
    """Return what the widget's state is to become, None where it stays; and what was asked for in vain."""
    state = st.session_state.get(KeyOf.SHARED_ADDRESS(name))
    held = [state] if isinstance(state, str) else state
    in_address = SEPARATOR.join(asked) or None
    # Where a visit begins, an address that says nothing leaves what was chosen on the visit before.
    begins = name not in _written() and (held is None or in_address is not None)
    if begins or (name in _written() and _written()[name] != in_address):
        known = [value for value in asked if value in options]
        return known or default, SEPARATOR.join(value for value in asked if value not in options)
    if not held or any(value not in options for value in held):
        return [value for value in held or [] if value in options] or default, ""
    return None, ""


def _written() -> dict[str, str | None]:
    written: dict[str, str | None] = st.session_state.setdefault(Key.SHARED_ADDRESS_WRITTEN, {})
    return written
