"""The committed documents are those of the code, and nothing that was released is broken."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import orjson
import pytest

from services.cli.show import SchemaName
from shared.contracts import decode_raw
from shared.contracts.__main__ import documents
from shared.contracts.schemas import CONTRACTS, breaking_changes, json_schema
from shared.outcomes import PoisonError
from shared.topics import TOPICS

DOCUMENTS = Path(__file__).parents[3] / "docs" / "contracts"


@pytest.mark.parametrize("name", documents())
def test_committed_documents_are_current(name: str) -> None:
    committed = (DOCUMENTS / name).read_bytes()

    assert committed == documents()[name], "the contracts changed: run `make schemas`"


@pytest.mark.parametrize("name", CONTRACTS)
def test_nothing_that_was_released_is_broken(name: str) -> None:
    released = orjson.loads((DOCUMENTS / "released" / f"{name}.schema.json").read_bytes())

    assert breaking_changes(released, json_schema(name), written_by_others=name == "raw") == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_schemas_are_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(name))


def test_commands_offer_every_document() -> None:
    assert [name.value for name in SchemaName] == [*CONTRACTS, "asyncapi"]


def test_every_topic_has_a_contract_of_its_own() -> None:
    assert {topic.contract for topic in TOPICS} == set(CONTRACTS.values())
    for topic in TOPICS:
        names = [field.name for field in msgspec.structs.fields(topic.contract)]
        if "schema" in names:
            default = next(f.default for f in msgspec.structs.fields(topic.contract) if f.name == "schema")
            assert default == topic.event_type


@pytest.mark.parametrize(
    "value",
    [
        {"source": "a", "text": "b"},
        {"source": "a", "html": "<p>b</p>", "tags": None, "unknown": [1]},
        {"source": "a", "text": "b", "metadata": {"c": "d"}, "tags": ["e"]},
        {"source": "a"},
        {"text": "b"},
        {"source": "a", "text": None},
        {"source": "a", "text": 1},
        {"source": "a", "text": "b", "tags": [1]},
        {"source": "", "text": "b"},
    ],
)
def test_the_schema_of_raw_articles_takes_what_the_code_takes(value: dict[str, Any]) -> None:
    valid = jsonschema.Draft202012Validator(json_schema("raw")).is_valid(value)
    try:
        decode_raw(orjson.dumps(value))
    except PoisonError:
        assert not valid
    else:
        assert valid


def _changed(name: str, change: str) -> dict[str, Any]:
    schema = copy.deepcopy(json_schema(name))
    match change:
        case "field removed":
            del schema["properties"]["title"]
            schema["required"] = [field for field in schema.get("required", []) if field != "title"]
        case "type changed":
            schema["properties"]["title"] = {"type": ["integer", "string", "null"]}
        case "no longer always there":
            schema["required"].remove("title")
        case "newly required":
            schema["required"].append("url")
        case "type no longer taken":
            schema["properties"]["tags"] = {"type": "null"}
        case "nested field removed":
            del schema["$defs"]["Language"]["properties"]["code"]
    return schema


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("enriched", "field removed"),
        ("enriched", "type changed"),
        ("enriched", "no longer always there"),
        ("enriched", "nested field removed"),
        ("raw", "newly required"),
        ("raw", "type no longer taken"),
        ("raw", "field removed"),
    ],
)
def test_a_breaking_change_is_found(name: str, change: str) -> None:
    found = breaking_changes(json_schema(name), _changed(name, change), written_by_others=name == "raw")

    assert len(found) == 1, found


def test_a_new_field_breaks_nothing() -> None:
    schema = copy.deepcopy(json_schema("enriched"))
    schema["properties"]["new"] = {"type": "string"}
    schema["required"].append("new")

    assert breaking_changes(json_schema("enriched"), schema, written_by_others=False) == []
