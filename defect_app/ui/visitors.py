"""Who looks at a page, and what they may do; where nobody signs in, everybody may do everything."""

from __future__ import annotations

from typing import Any

import streamlit as st

from defect_app.hosting import visitors
from defect_app.people.roles import Permission

COOKIE = "defect_lens_session"
"""As `people.sign_in` names it, which is imported only where people sign in."""
NOT_ALLOWED = "Your role does not allow this. Ask an admin for another."


def visitor_name() -> str:
    """Return the name under which the visitor signed in; empty where nobody signs in."""
    return _visitor()[0]


def visitor_role() -> str:
    """Return the visitor's role; empty where nobody signs in."""
    return _visitor()[1]


def may(permission: Permission) -> bool:
    """Return whether the visitor may do something. Asked where it is drawn, and again where it is done."""
    from defect_app.people.roles import Role

    if not visitors.is_on():
        return True
    role = visitor_role()
    return bool(role) and permission in Role.called(role).permissions


def require(permission: Permission) -> None:
    """End the page in words where the visitor may not use it."""
    if not may(permission):
        st.info(NOT_ALLOWED, icon=":material/lock:")
        st.stop()


def ask_who(key: str, **options: Any) -> str:
    """Draw the field for a name, and return what it holds: of who signed in, their own, which cannot be changed.

    Parameters
    ----------
    key : str
        The session key of the field.
    **options
        Of `streamlit.text_input`.
    """
    name = visitor_name()
    if name:
        st.text_input("Who", name, disabled=True, **{k: v for k, v in options.items() if k in ("width", "help")})
        return name
    return str(st.text_input("Who", key=key, max_chars=80, **options) or "")


def _visitor() -> tuple[str, str]:
    door = visitors.sign_in()
    token = st.context.cookies.get(COOKIE) if door is not None else None
    identity = door.of_token(token) if door is not None and token else None
    return (identity.name, identity.role.value) if identity is not None else ("", "")
