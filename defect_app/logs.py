"""What happens, as events: one a line, JSON where nobody watches, readable on a terminal, repeats counted."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger
    from structlog.typing import EventDict, Processor

    from defect_app.settings import LogForm, LogLevel

MOST_REPEATS = 5
"""How often an identical event is written within `REPEATS_WINDOW_S`; further ones are counted only."""
REPEATS_WINDOW_S = 60.0
_MOST_KINDS = 1000
_LIBRARIES = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "alembic", "asyncio", "py.warnings")


def logger(name: str) -> BoundLogger:
    """Return the logger of a module: ``_log = logger(__name__)``, then ``_log.warning("model_failed", model=id)``.

    Events are named in the past tense and carry facts as keywords; no photo's name, no secret.
    """
    return cast("BoundLogger", _LoggerOfModule(name))


def configure_logs(form: LogForm, level: LogLevel) -> None:
    """Write the events of this process, and those of the libraries, to standard error; for a door to call, once.

    Parameters
    ----------
    form : str
        ``json``, ``text``, or ``auto``: text where standard error is a terminal.
    level : str
        The least important events that are written.
    """
    root = logging.getLogger()
    for former in [h for h in root.handlers if isinstance(h, _EventHandler)]:
        root.removeHandler(former)
    handler = _EventHandler(form)
    handler.setLevel(level.upper())  # a library's own logger may let more pass
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for name in _LIBRARIES:
        hand_over(logging.getLogger(name))


def hand_over(library: logging.Logger) -> None:
    """Let a library's logger write through ours instead of its own handlers."""
    library.handlers.clear()
    library.propagate = True


class RepeatsFilter(logging.Filter):
    """Lets an identical event pass a few times a minute; the next that passes says how many did not.

    Identical are events of one logger with one name and, where there is one, one kind of exception, whatever else
    they carry. A failure that comes again a thousand times a second then leaves a few lines, not a full disk.

    Parameters
    ----------
    clock : callable
        Returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the event is written."""
        now = self._clock()
        with self._lock:
            if len(self._seen) >= _MOST_KINDS:
                self._seen.clear()
            key = (record.name, *_kind(record))
            since, count = self._seen.get(key, (now, 0))
            if now - since < REPEATS_WINDOW_S:
                self._seen[key] = (since, count + 1)
                return count < MOST_REPEATS
            self._seen[key] = (now, 1)
        if count > MOST_REPEATS:
            record.left_out = count - MOST_REPEATS
        return True


def _kind(record: logging.LogRecord) -> tuple[str, str]:
    """Return an event's name and the type of the exception that it carries, "" for none."""
    event: object = record.msg.get("event") if isinstance(record.msg, dict) else record.msg
    carried: object = record.msg.get("exc_info") if isinstance(record.msg, dict) else record.exc_info
    if carried is True:
        carried = sys.exc_info()
    exception = carried[0].__name__ if isinstance(carried, tuple) and carried[0] is not None else ""
    return str(event).partition("\n")[0][:200], exception


class _EventHandler(logging.Handler):
    """Writes to whatever standard error is at the moment; what formats is made for the first event."""

    def __init__(self, form: LogForm) -> None:
        super().__init__()
        self._form = form
        self.addFilter(RepeatsFilter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self.formatter is None:
                is_text = self._form == "text" or (self._form == "auto" and sys.stderr.isatty())
                self.setFormatter(_text_formatter() if is_text else _json_formatter())
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:
            self.handleError(record)


def _json_formatter() -> logging.Formatter:
    import structlog

    # Without the values of local variables: they may be anything, a password too.
    traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return _formatter(structlog.processors.ExceptionRenderer(traceback), structlog.processors.JSONRenderer())


def _text_formatter() -> logging.Formatter:
    import structlog

    return _formatter(
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )


def _formatter(*last: Processor) -> logging.Formatter:
    import structlog

    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _in_reading_order,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *last,
        ]
    )


def _in_reading_order(_: object, __: str, event: EventDict) -> EventDict:
    left_out = getattr(event["_record"], "left_out", 0)
    first = {name: event[name] for name in ("timestamp", "level", "logger", "event")}
    return {**first, **event, **({"identical_events_left_out": left_out} if left_out else {})}


class _LoggerOfModule:
    """Stands for a module's logger until its first event: structlog and what it imports take a tenth of a second."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        import structlog

        if not structlog.is_configured():
            structlog.configure(
                processors=[
                    structlog.stdlib.filter_by_level,
                    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
                ],
                logger_factory=structlog.stdlib.LoggerFactory(),
                wrapper_class=structlog.stdlib.BoundLogger,
                cache_logger_on_first_use=True,
            )
        return getattr(structlog.stdlib.get_logger(self._name), method)
