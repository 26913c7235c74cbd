"""What people write (TOML, JSON) into frozen dataclasses by pydantic, and what is wrong with it in one plain sentence.

The fields are defined once, by the dataclasses: their types and limits are what is checked, and what is told.
"""

from __future__ import annotations

import dataclasses
import reprlib
import types
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import annotated_types
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from defect_app.errors import InvalidDocument

T = TypeVar("T")
_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
_UNKNOWN = "unexpected_keyword_argument"
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def validated(kind: type[T], document: object, within: str = "") -> T:
    """Return a document as the dataclass that it must be.

    Parameters
    ----------
    kind : type
        A frozen dataclass, possibly of others. Numbers and yes or no are annotated with pydantic's strict types, so
        that true is no number and 1.0 no whole one.
    document : object
        As a TOML or JSON parser gave it.
    within : str
        Which entry of a larger document it is, for the message.

    Raises
    ------
    InvalidDocument
        If an entry is unknown, missing, of a wrong kind or out of its range, or entries contradict each other. The
        message names the entry, what is expected and what was found.
    """
    try:
        return _adapter(kind).validate_python(document)
    except ValidationError as error:
        found = error.errors(include_url=False)
    # A misspelt entry is both missing and unknown: its writer knows it by the name that they wrote.
    unknown = [e for e in found if e["type"] == _UNKNOWN]
    problem = (unknown or found)[0]
    location = problem["loc"]
    entry = _dotted((within, *location) if within else location)
    if unknown:
        known = _entries(_hint_at(kind, location[:-1]))
        raise InvalidDocument(f"unknown entry {_short(entry)}", f"Entries here: {', '.join(known)}.")
    if problem["type"] == "missing":
        raise InvalidDocument(f"the entry {entry!r} is missing")
    if problem["type"] == "value_error":
        said = str(problem["ctx"]["error"])
        raise InvalidDocument(f"{entry}: {said}" if entry else said)
    expected = expectation(_hint_at(kind, location))
    raise InvalidDocument(f"{entry or 'it'} must be {expected}, got {_short(problem['input'])}")


def expectation(hint: Any) -> str:
    """Say in words what a type accepts, limits included, to complete "must be …"."""
    plain, marks = _unwrapped(hint)
    described = next((m.description for m in marks if m.description), None)
    if described:
        return described
    if get_origin(plain) is Literal:
        return f"one of {', '.join(map(str, get_args(plain)))}"
    limits = [limit for mark in marks for limit in mark.metadata]
    return ("a list" if get_origin(plain) is tuple else _KINDS.get(plain, "a table")) + _limited(limits)


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    # What builds a validator takes milliseconds, and a catalog asks once a folder.
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _limited(limits: list[Any]) -> str:
    found = {type(limit): limit for limit in limits}
    least, most = found.get(annotated_types.Ge), found.get(annotated_types.Le)
    above, shortest = found.get(annotated_types.Gt), found.get(annotated_types.MinLen)
    if least and most:
        return f" from {least.ge} to {most.le}"
    if least:
        return f" of {least.ge} or more"
    if above:
        return f" above {above.gt}"
    return f" of {shortest.min_length} or more" if shortest else ""


def _hint_at(kind: Any, location: tuple[int | str, ...]) -> Any:
    """Return the type of an entry, with its limits."""
    hint = kind
    for step in location:
        plain = _unwrapped(hint)[0]
        # What lists and tables of free names hold is their last argument.
        held = [h for h in get_args(plain) if h is not Ellipsis]
        hint = held[-1] if held else _entries(plain)[str(step)]
    return hint


def _unwrapped(hint: Any) -> tuple[Any, list[FieldInfo]]:
    """Return a type without what is annotated, and without the None of an entry that may be left out; and the marks."""
    if get_origin(hint) is Annotated:
        plain, marks = _unwrapped(get_args(hint)[0])
        return plain, [*(m for m in get_args(hint)[1:] if isinstance(m, FieldInfo)), *marks]
    if get_origin(hint) in (Union, types.UnionType):
        return _unwrapped(next(h for h in get_args(hint) if h is not type(None)))
    return hint, []


def _entries(kind: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields by the names that they bear in a document."""
    plain = _unwrapped(kind)[0]
    hints = get_type_hints(plain, include_extras=True)
    return {_written_name(f.name, hints[f.name]): hints[f.name] for f in dataclasses.fields(plain)}


def _written_name(name: str, hint: Any) -> str:
    return next((m.alias for m in _unwrapped(hint)[1] if m.alias), name)


def _dotted(location: tuple[int | str, ...]) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in location]
    return "".join(steps).removeprefix(".")


def _short(value: object) -> str:
    """Show what was found: deep, long and huge things cut short."""
    if value is None:
        return "nothing"
    shown = reprlib.Repr()
    shown.maxlevel, shown.maxstring, shown.maxlong, shown.maxother = 2, 60, 40, 60
    return shown.repr(value)
