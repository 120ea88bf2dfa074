"""The OpenAPI description, made from the table of routes that answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from smartlic_lab.authority.api.routes import ErrorAnswer, Route

VERSION: Final = "3.1.0"
_REFERENCE: Final = "#/components/schemas/{model}"
_ERRORS: Final = {
    400: "the request is not what is described here",
    401: "no access token, or one that is over",
    403: "the role does not give this right, or there is no such account",
    404: "there is no such thing",
    409: "the state of things does not allow it",
    429: "too many requests: wait as long as Retry-After says",
    500: "a fault was asked for",
    503: "a fault was asked for",
}


def describe(routes: Iterable[Route], *, title: str, version: str) -> dict[str, Any]:
    """The description of *routes*."""
    listed = list(routes)
    schemas, components = _schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": VERSION,
        "info": {
            "title": title,
            "version": version,
            "description": "The APIs of Cisco Smart Software Manager, as the lab of nornir-smartlic emulates them.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(routes: list[Route]) -> tuple[Mapping[Any, Any], dict[str, Any]]:
    wanted: set[tuple[type[BaseModel], JsonSchemaMode]] = {(ErrorAnswer, "serialization")}
    for route in routes:
        wanted.add((route.answer, "serialization"))
        wanted.update((model, "validation") for model in (route.body, route.query) if model is not None)
    ordered = sorted(wanted, key=lambda pair: (pair[0].__module__, pair[0].__name__, pair[1]))
    mapping, definitions = models_json_schema(ordered, by_alias=True, ref_template=_REFERENCE)
    return mapping, definitions.get("$defs", {})


def _operation(route: Route, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "security": [{"bearer": []}] if route.signed_in else [],
        "parameters": [*_path_parameters(route), *_header_parameters(route), *_query_parameters(route)],
        "responses": _responses(route, schemas),
    }
    if route.binary:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": {}}}}
    elif route.body is not None:
        content = {"application/json": {"schema": schemas[route.body, "validation"]}}
        if route.form:
            content["application/x-www-form-urlencoded"] = {"schema": schemas[route.body, "validation"]}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
            if name == "number"
            else {"type": "string", "minLength": 1},
        }
        for name in names
    ]


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "header",
            "required": name.endswith("-ID"),
            "description": description,
            "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"} if name.endswith("-ID") else {"type": "string"},
        }
        for name, description in route.headers.items()
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema(by_alias=True)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _without_null(value),
        }
        for name, value in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter that may be absent is not one that may be null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default", "title")}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**schema}


def _responses(route: Route, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    if route.file:
        content: dict[str, Any] = {"application/octet-stream": {"schema": {}}}
    else:
        content = {"application/json": {"schema": schemas[route.answer, "serialization"]}}
    responses: dict[str, Any] = {"200": {"description": "done", "content": content}}
    error = {"application/json": {"schema": schemas[ErrorAnswer, "serialization"]}}
    for status in sorted(possible_errors(route)):
        responses[str(status)] = {"description": _ERRORS[status], "content": error}
    responses["429"]["headers"] = {
        "Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}
    }
    return responses


def possible_errors(route: Route) -> set[int]:
    """The errors that *route* may answer with: of its shape, its own, and those of faults."""
    errors = {429, 500, 503, *route.statuses}
    if route.body is not None or route.query is not None or route.headers or route.binary:
        errors.add(400)
    if route.signed_in:
        errors |= {401, 403}
    if route.signed_in and ("{" in route.path or route.body is not None or route.query is not None):
        errors.add(404)
    return errors
