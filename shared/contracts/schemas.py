"""JSON Schemas (2020-12) of the contracts, and what would break those who read or write by a schema released before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from shared.contracts.articles import ClassifiedArticle, DeadLetter, EnrichedArticle, NormalizedArticle, RawArticle

CONTRACTS: dict[str, type[msgspec.Struct]] = {
    "raw": RawArticle,
    "normalized": NormalizedArticle,
    "classified": ClassifiedArticle,
    "enriched": EnrichedArticle,
    "dead": DeadLetter,
}

Schema = dict[str, Any]


def json_schema(name: str) -> Schema:
    """The schema of one contract: `raw`, `normalized`, `classified`, `enriched` or `dead`."""
    (top,), components = msgspec.json.schema_components([CONTRACTS[name]], ref_template="#/$defs/{name}")
    own = top["$ref"].rpartition("/")[2]
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:khabar:{name}:v1",
        **components.pop(own),
    }
    if name == "raw":
        _loosen_for_producers(schema)
    else:
        _require_what_is_always_written([schema, *components.values()])
    if components:
        schema["$defs"] = components
    return schema


def _loosen_for_producers(schema: Schema) -> None:
    """What `decode_raw` does beyond the type: null means absent, and a text or a page is needed."""
    schema["anyOf"] = [
        {"required": ["text"], "properties": {"text": {"type": "string"}}},
        {"required": ["html"], "properties": {"html": {"type": "string"}}},
    ]
    for name, field in schema["properties"].items():
        if name not in schema["required"] and "anyOf" not in field:
            field["type"] = [field["type"], "null"]


def _require_what_is_always_written(schemas: list[Schema]) -> None:
    """A default lets a stage leave a field out of its code, never out of the JSON."""
    for schema in schemas:
        if "properties" in schema:
            schema["required"] = list(schema["properties"])


def breaking_changes(old: Schema, new: Schema, *, written_by_others: bool) -> list[str]:
    """One sentence for each change that a reader (or, of `raw`, a writer) who knows the old schema would trip over."""
    return list(_breaking(old, new, old, new, "", written_by_others))


def _breaking(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str, writes: bool) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    where = at or "the article"
    old_types, new_types = _types(old), _types(new)
    if writes and old_types - new_types:
        yield f"{where}: no longer takes {_listed(old_types - new_types)}"
    if not writes and new_types - old_types:
        yield f"{where}: may now be {_listed(new_types - old_types)}"
    old_values, new_values = set(map(str, old.get("enum", ()))), set(map(str, new.get("enum", ())))
    if writes and old_values - new_values and new_values:
        yield f"{where}: no longer takes the values {_listed(old_values - new_values)}"
    yield from _breaking_fields(old, new, old_root, new_root, at, writes)
    if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
        yield from _breaking(old["items"], new["items"], old_root, new_root, f"{at}[]", writes)
    old_any, new_any = _struct_option(old), _struct_option(new)
    if old_any and new_any:
        yield from _breaking(old_any, new_any, old_root, new_root, at, writes)


def _breaking_fields(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str, writes: bool
) -> Iterator[str]:
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name, field in old_fields.items():
        path = f"{at}.{name}" if at else name
        if name not in new_fields:
            yield f"{path}: was removed"
        else:
            yield from _breaking(field, new_fields[name], old_root, new_root, path, writes)
    old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
    if writes:
        yield from (f"{name}: is now required" for name in sorted(new_required - old_required))
    else:
        yield from (f"{name}: may now be missing" for name in sorted((old_required - new_required) & set(new_fields)))


def _resolved(schema: Schema, root: Schema) -> Schema:
    name = schema.get("$ref", "").rpartition("/")[2]
    return root["$defs"][name] if name else schema


def _struct_option(schema: Schema) -> Schema | None:
    return next((option for option in schema.get("anyOf", ()) if "$ref" in option), None)


def _types(schema: Schema) -> set[str]:
    given = schema.get("type", [])
    types = {given} if isinstance(given, str) else set(given)
    for option in schema.get("anyOf", ()):
        types |= {"object"} if "$ref" in option else _types(option)
    return types


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
