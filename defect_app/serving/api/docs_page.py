"""The description of the API for people: one page without scripts, drawn from the one for programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

routes = APIRouter()

_TEMPLATE: Final = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    Path(__file__).with_name("docs_page.html").read_text(encoding="utf-8")
)
_NO_SCRIPTS: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a form: its name, type, whether it is needed, and what it is for."""

    name: str
    kind: str
    is_needed: bool
    about: str


@dataclass(frozen=True)
class Operation:
    """What one method does at one address."""

    method: str
    path: str
    about: str
    parameters: tuple[Field, ...]
    body: str
    answers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Form:
    """A form of what is sent or answered."""

    name: str
    about: str
    fields: tuple[Field, ...]


@routes.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """Draw the page."""
    described = request.app.openapi()
    prefix = request.scope.get("root_path", "")
    page = _TEMPLATE.render(
        title=described["info"]["title"],
        version=described["info"]["version"],
        prefix=prefix,
        operations=operations_of(described),
        forms=forms_of(described),
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _NO_SCRIPTS})


def operations_of(described: dict[str, Any]) -> list[Operation]:
    """Return what an OpenAPI description says of each address and method."""
    return [
        Operation(
            method.upper(),
            path,
            str(operation.get("description") or operation.get("summary", "")),
            tuple(
                Field(p["name"], kind_of(p["schema"]), bool(p.get("required")), _about(p))
                for p in operation.get("parameters", ())
            ),
            _kinds(operation.get("requestBody", {})),
            tuple(
                (status, str(answer.get("description", "")), _kinds(answer))
                for status, answer in operation["responses"].items()
            ),
        )
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]


def forms_of(described: dict[str, Any]) -> list[Form]:
    """Return the forms that an OpenAPI description names."""
    return [
        Form(
            name,
            str(schema.get("description", "")).split("\n\n")[0],
            tuple(
                Field(field, kind_of(of_field), field in schema.get("required", ()), _about(of_field))
                for field, of_field in schema.get("properties", {}).items()
            ),
        )
        for name, schema in sorted(described.get("components", {}).get("schemas", {}).items())
    ]


def kind_of(schema: dict[str, Any]) -> str:
    """Return the kind of a value in words, such as "list of Fault" or "number or null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(kind_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "anything"))


def _about(described: dict[str, Any]) -> str:
    schema = described.get("schema", described)
    said = str(described.get("description", ""))
    examples = described.get("examples") or schema.get("examples") or ()
    return f"{said}{', for example' if said else 'For example'} {examples[0]}" if examples else said


def _kinds(described: dict[str, Any]) -> str:
    return ", ".join(
        f"{media}: {kind_of(content['schema'])}" if content.get("schema") else media
        for media, content in described.get("content", {}).items()
    )
