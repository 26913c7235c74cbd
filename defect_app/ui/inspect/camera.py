"""The camera: whether a browser gives it to the page, and the guide over its picture that the part should fill."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import streamlit as st

NO_CAMERA = (
    "The browser gives a page the camera over https only, or on the machine that runs the app. Open the app by its "
    "https address, or ask who runs it to put it behind one; photos can be dropped here meanwhile."
)


def may_use_camera(url: str | None) -> bool:
    """Return whether the browser counts a page's address as secure; True where the address is not known."""
    if url is None:
        return True
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def draw_guide(width_by_height: float) -> None:
    """Lay a dashed frame of a shape over the camera's picture; its corners are what the part should reach.

    Parameters
    ----------
    width_by_height : float
        Of the part in the picture.
    """
    st.html(f"<style>{guide_style(width_by_height)}</style>")


def guide_style(width_by_height: float) -> str:
    """Return the style that draws the guide: a picture that keeps its shape, whatever the camera's is."""
    width, height = 100 * max(1.0, width_by_height), 100 * max(1.0, 1 / width_by_height)
    # Dark below light, so that it is seen on every ground.
    drawn = "".join(
        f"<rect x='1' y='1' width='{width - 2:.0f}' height='{height - 2:.0f}' rx='2' fill='none' stroke='{colour}' "
        f"stroke-width='{line}' stroke-dasharray='10 5'/>"
        for colour, line in (("#000", 2), ("#fff", 1))
    )
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0f} {height:.0f}'>{drawn}</svg>"
    return (
        '[data-testid="stCameraInputWebcamComponent"] { position: relative; }\n'
        # Within the middle that every camera fills, be its picture 4:3 or wider.
        '[data-testid="stCameraInputWebcamComponent"]::after { content: ""; position: absolute; inset: 6% 0; '
        "margin: auto; aspect-ratio: 1.2; max-width: 92%; pointer-events: none; "
        f'background: center / contain no-repeat url("data:image/svg+xml,{quote(picture)}"); }}'
    )
