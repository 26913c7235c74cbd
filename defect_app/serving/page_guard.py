"""Guards what browsers do with the pages: no translation of verdicts, no frame of others, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROOT: Final = b'<html lang="en">'
"""Of the framework's page and of reports; our own pages say themselves that they are not to be translated."""
_MARKED: Final = b'<html lang="en" translate="no" class="notranslate">'
_HEAD: Final = b"<head>"
_FRAMEWORK: Final = b"<title>Streamlit</title>"
_WITH_ADDRESS: Final = (
    b"<head><script>window.__streamlit = {BACKEND_BASE_URL: new URL('.', location.href).href}</script>"
)
"""Says where the server is. The page's framework else asks below the page's own address first, and hears 404 twice."""
_SHORTCUTS: Final = (b"accept-encoding", b"if-none-match", b"if-modified-since")
_INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_POLICY: Final = "; ".join((
    "default-src 'none'",
    "script-src 'self' blob: 'wasm-unsafe-eval' {inline}",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "frame-src 'self' blob:",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'self'",
    "frame-ancestors 'self'",
))  # fmt: skip
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
)


class PageGuard:
    """Middleware that adds headers to every answer, asks browsers not to translate the pages, tells them the server.

    A translation replaces the text nodes that the page's framework holds on to: a new verdict then reaches a node that
    is no longer shown, and the former one stays. The pages draw each photo anew as well; this keeps words as they are.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            # A page comes whole and unpacked, so that it can be marked, and what it may do be worked out.
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] not in _SHORTCUTS]}
        start: Message | None = None

        async def guarded(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *_HEADERS]
                start = {**message, "headers": headers}
                if not _is_page(headers):
                    await send(start)
                    start = None
                return
            if start is not None:
                body = message.get("body", b"")
                marked = body.replace(_ROOT, _MARKED, 1)
                if _FRAMEWORK in body:
                    marked = marked.replace(_HEAD, _WITH_ADDRESS, 1)
                headers = _resized(start["headers"], len(marked) - len(body))
                await send({**start, "headers": [*headers, *_policy(headers, marked)]})
                start, message = None, {**message, "body": marked}
            await send(message)

        await self._app(scope, receive, guarded)


def _policy(headers: list[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the header that says what a page may load and run; none where the page has one of its own."""
    if any(name == b"content-security-policy" for name, _ in headers):
        return []
    digests = [base64.b64encode(hashlib.sha256(script).digest()) for script in _INLINE_SCRIPT.findall(body)]
    inline = b" ".join(b"'sha256-%s'" % digest for digest in digests)
    return [(b"content-security-policy", _POLICY.encode().replace(b"{inline}", inline))]


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    found = dict(headers)
    return found.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in found


def _resized(headers: list[tuple[bytes, bytes]], added: int) -> list[tuple[bytes, bytes]]:
    return [(name, b"%d" % (int(value) + added) if name == b"content-length" else value) for name, value in headers]
