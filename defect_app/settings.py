"""Every setting of the project: read from the environment, checked, and said in words; nothing else reads it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from defect_app.errors import InvalidSetting
from defect_app.paths import MODELS, VAR

PREFIX = "DEFECT_APP_"
DATA_VARIABLE = "DEFECT_APP_DATA"
MODELS_VARIABLE = "DEFECT_APP_MODELS"
DATABASE_VARIABLE = "DEFECT_APP_DATABASE_URL"

LogLevel = Literal["debug", "info", "warning", "error"]
LogForm = Literal["auto", "json", "text"]
PhotoPolicy = Literal["none", "thumbnails", "doubtful", "all"]


def _setting(default: Any, *, expected: str, about: str, **bounds: Any) -> Any:
    return Field(default, description=about, json_schema_extra={"expected": expected}, **bounds)


class Settings(BaseSettings):
    """What the environment says, each setting in the variable of its name: ``DEFECT_APP_DATA`` for `data`.

    A variable that is empty counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    data: Path | None = _setting(
        None,
        expected="a folder",
        about="Folder of the data archives, for training and evaluation; without it everything else works.",
    )
    models: Path = _setting(
        MODELS, expected="a folder", about="Folder of the model folders. Default: the project's models/."
    )
    taught_models: Path = _setting(
        VAR / "models",
        expected="a folder",
        about="Folder of the models that were taught on this machine. Default: models/ below DEFECT_APP_VAR.",
    )
    models_signed_by: Path | None = _setting(
        None,
        expected="a file",
        about="Public keys (Ed25519, PEM) of whoever may give this site models: a folder that none of them signed is "
        "out of service. Default: no signature is asked for.",
    )
    # Its reader is defect_app/paths.py, which this module is built on.
    var: Path = _setting(
        VAR,
        expected="a folder",
        about="Folder of what this machine keeps: records, caches, checkpoints. Default: var/ in a checkout, the "
        "user's data folder where the package is installed.",
    )
    database_url: SecretStr | None = _setting(
        None,
        expected="sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
        about="Database of the records. Default: the file var/records.sqlite.",
    )
    last_known: Path | None = _setting(
        None,
        expected="a folder",
        about="Folder for copies of what must survive the database, such as the active operating points. "
        "Default: last-known/ below DEFECT_APP_VAR, and a second copy in .last-known/ in the folder of models.",
    )
    store: bool = _setting(
        True,
        expected="1 or 0",
        about="Whether the Inspect page keeps what it judges in the records. The API and `classify` do where asked to.",
    )
    shrink_uploads: bool = _setting(
        False,
        expected="1 or 0",
        about="Whether the browser makes large JPEG photos that are dropped on Inspect smaller before it sends them, "
        "which slow lines need. Each record says so.",
    )
    photos: Path | None = _setting(
        None,
        expected="a folder",
        about="Folder of the photos of stored inspections. Default: photos/ below DEFECT_APP_VAR.",
    )
    keep_photos: PhotoPolicy = _setting(
        "thumbnails",
        expected="none, thumbnails, doubtful or all",
        about="What is kept of the photos of stored inspections: nothing; a thumbnail of each, and the whole photo "
        "where the verdict is REVIEW or an audit may draw it; the whole photo of all that did not pass; every photo.",
    )
    audit_photos: float = _setting(
        0.1,
        expected="a share from 0 to 1",
        about="Share of the photos, by their content, that are kept whole whatever the verdict. Audits draw them "
        "first: who looks for escapes needs more than a thumbnail, and only a whole photo teaches.",
        ge=0,
        le=1,
        allow_inf_nan=False,
    )
    keep_photos_days: int = _setting(
        365,
        expected="a whole number of days from 1 to 36500",
        about="How long photos are kept; the inspections themselves stay.",
        ge=1,
        le=36_500,
    )
    second_person: bool = _setting(
        False,
        expected="1 or 0",
        about="Whether a point that lets more pass than the one in use is made active by a second person alone.",
    )
    threads: int | None = _setting(
        None,
        expected="a whole number from 1 to 1024",
        about="Cores to judge with. Default: those that the process may use (affinity, container quota).",
        ge=1,
        le=1024,
    )
    model_memory_mb: float | None = _setting(
        None,
        expected="a number of megabytes, at least 1",
        about="Memory that loaded models may hold; the least recently used go first. Default: half of what there is.",
        ge=1,
        allow_inf_nan=False,
    )
    queue_photos: int = _setting(
        2000,
        expected="a whole number from 16 to 100000",
        about="Photos that may wait to be judged, of all pages and requests together; beyond it new work is refused.",
        ge=16,
        le=100_000,
    )
    sign_in: Literal["auto", "on", "off"] = _setting(
        "auto",
        expected="auto, on or off",
        about="Whether people sign in, and programs bring a key. Default: where the app is open to the network.",
    )
    hosts: str = _setting(
        "",
        expected="host names with commas between",
        about="Names by which the app is reached, such as that of a proxy; requests to other names are refused.",
    )
    oidc_issuer: str = _setting(
        "",
        expected="the address of an OpenID Connect service",
        about="The site's sign-in service: with it people sign in there, where sign-in is on.",
    )
    oidc_client_id: str = _setting("", expected="a text", about="How the sign-in service calls this app.")
    oidc_client_secret: SecretStr | None = _setting(
        None, expected="a text", about="What this app proves itself by to the sign-in service."
    )
    oidc_name_claim: str = _setting(
        "email",
        expected="the name of a claim",
        about="What people are called here, of what the sign-in service says of them; nothing that they can choose.",
    )
    oidc_role_claim: str = _setting(
        "groups", expected="the name of a claim", about="Where the sign-in service says which groups somebody is in."
    )
    oidc_roles: str = _setting(
        "",
        expected="GROUP=ROLE with commas between",
        about="Which group has which role. Default: groups that are called as the roles are.",
    )
    review_seeded_share: float = _setting(
        0.0,
        expected="a share from 0 to 0.5",
        about="How many of the photos in a blind review are rendered parts with a known defect, to see whether "
        "reviewers still look; they are told after each answer, and count nowhere.",
        ge=0,
        le=0.5,
        allow_inf_nan=False,
    )
    lessons: Path | None = _setting(
        None,
        expected="a folder",
        about="Folder of lessons of one's own, a TOML file each; the Lessons page shows them after the app's.",
    )
    log_level: LogLevel | None = _setting(
        None,
        expected="debug, info, warning or error",
        about="The least important events that are logged. Default: info for the app, warning for commands.",
    )
    log_form: LogForm = _setting(
        "auto",
        expected="auto, json or text",
        about="How events are written: one JSON object a line, or for people. Default: text on a terminal, else JSON.",
    )


def settings() -> Settings:
    """Return the settings as the environment has them now; an environment that did not change is read once.

    Raises
    ------
    InvalidSetting
        If a value is not what the setting takes; names the variable, what it takes and what it holds.
    """
    return _read(tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith(PREFIX))))


def variable_of(setting: str) -> str:
    """Return the name of the environment variable that holds a setting."""
    return f"{PREFIX}{setting.upper()}"


def judge_with(*, threads: int) -> None:
    """Let this process, and all that it starts, judge with so many cores, whatever the environment said."""
    os.environ[variable_of("threads")] = str(threads)


def unknown_variables() -> tuple[str, ...]:
    """Return the variables of our prefix that are no setting: a misspelt name would else be passed over in silence."""
    known = {variable_of(name) for name in Settings.model_fields}
    return tuple(sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known))


@lru_cache(maxsize=4)
def _read(variables: tuple[tuple[str, str], ...]) -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors(include_input=False))
        # "from None": the library's own words are not ours to vouch for where a value is secret.
        raise InvalidSetting(" ".join(_in_words(name, dict(variables)) for name in wrong)) from None


def _in_words(setting: str, variables: dict[str, str]) -> str:
    field, variable = Settings.model_fields[setting], variable_of(setting)
    described = field.json_schema_extra
    expected = described["expected"] if isinstance(described, dict) else ""
    is_secret = "SecretStr" in str(field.annotation)
    given = "a value that is not shown" if is_secret else repr(variables.get(variable, ""))
    return f"{variable}: expected {expected}, got {given}."
