"""Writes the generated documents: `python -m shared.contracts docs/contracts` (`make schemas`)."""

from __future__ import annotations

import sys
from pathlib import Path

import orjson

from shared.contracts.asyncapi import asyncapi_document
from shared.contracts.schemas import CONTRACTS, json_schema


def documents() -> dict[str, bytes]:
    """File name to content, of everything that is generated from the contracts."""
    files = {f"{name}.schema.json": json_schema(name) for name in CONTRACTS}
    files["asyncapi.json"] = asyncapi_document()
    return {name: orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n" for name, document in files.items()}


if __name__ == "__main__":
    for name, content in documents().items():
        (Path(sys.argv[1]) / name).write_bytes(content)
