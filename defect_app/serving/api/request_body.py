"""The body of a request as it arrives: in pieces, with a limit to silence, and with the news that all is there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from defect_app.serving.api.problems import RefusedRequest

MOST_SILENCE_S: Final = 30.0
"""A request that sends nothing for so long is given up."""
LEAST_BYTES_PER_S: Final = 1000.0
"""One that sends a little now and then, too: it may be waited for by so much longer for what it sends."""
MOST_PASSED_OVER_BYTES: Final = 100_000_000
MOST_PASSED_OVER_S: Final = 10.0
"""How much of a refused request, and for how long, is still read."""


class RequestBody:
    """What a client sends, read when it is asked for.

    Parameters
    ----------
    request : Request
        Nobody else may read its body.

    Attributes
    ----------
    arrived : asyncio.Event
        Set once the last piece is here.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._left_s = MOST_SILENCE_S
        self.arrived = asyncio.Event()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the pieces that are still to come.

        Raises
        ------
        RefusedRequest
            If nothing, or hardly anything, arrives for too long; while we do not read, no time runs.
        ClientDisconnect
            If the client goes away.
        """
        while not self.arrived.is_set():
            asked_s = time.monotonic()
            try:
                message = await asyncio.wait_for(self._request.receive(), min(MOST_SILENCE_S, self._left_s))
            except TimeoutError:
                said = f"Nothing, or hardly anything, arrived for {MOST_SILENCE_S:g} seconds."
                raise RefusedRequest(408, said, "Send it again.") from None
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            if not message.get("more_body", False):
                self.arrived.set()
            chunk = message.get("body", b"")
            self._left_s += len(chunk) / LEAST_BYTES_PER_S - (time.monotonic() - asked_s)
            yield chunk

    async def until_gone(self) -> None:
        """Wait until the client goes away; while its body still arrives, whoever reads that notices."""
        await self.arrived.wait()
        while (await self._request.receive())["type"] != "http.disconnect":
            pass

    async def pass_over(self) -> None:
        """Read on without keeping it, within bounds: a client hears an answer only when it has sent everything."""
        passed_over = 0
        with suppress(ClientDisconnect, RefusedRequest, TimeoutError):
            async with asyncio.timeout(MOST_PASSED_OVER_S):
                async for chunk in self.chunks():
                    passed_over += len(chunk)
                    if passed_over > MOST_PASSED_OVER_BYTES:
                        return
