"""How a process of the project begins, whichever door it opens: settings checked, events logged."""

from __future__ import annotations

from defect_app.logs import configure_logs, logger
from defect_app.settings import LogLevel, Settings, settings, unknown_variables

WRONG_USAGE = 2
"""Exit status of a process that a wrong setting or argument kept from starting."""

_log = logger(__name__)


def begin_process(default_level: LogLevel) -> Settings:
    """Check the settings, and log from now on; return the settings.

    Parameters
    ----------
    default_level : str
        The least important events that are written where the setting names none.

    Raises
    ------
    InvalidSetting
        If a setting is wrong: before anything is opened or loaded.
    """
    given = settings()
    configure_logs(given.log_form, given.log_level or default_level)
    for variable in unknown_variables():
        _log.warning("setting_unknown", variable=variable)
    return given
