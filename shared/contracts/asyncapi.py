"""The AsyncAPI 3 document, made from the topic table and the contracts.

See: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from __future__ import annotations

from typing import Any

from shared import __version__
from shared.contracts.schemas import CONTRACTS, json_schema
from shared.topics import AGENTS, TOPICS, Topic

Document = dict[str, Any]

_HEADERS: Document = {
    "type": "object",
    "description": "CloudEvents 1.0 in Kafka's binary mode, and the W3C trace where the producer sent one.",
    "properties": {
        name: {"type": "string", "description": description}
        for name, description in {
            "content-type": "application/json",
            "ce_specversion": "1.0",
            "ce_id": "article id, a point, revision hash",
            "ce_source": "khabar/ and the stage; for raw articles whatever the producer sets",
            "ce_type": "the contract and its version",
            "ce_time": "RFC 3339: when this event was made",
            "ce_receivedtime": "epoch milliseconds at which Kafka got the raw article",
            "khabar_input": "topic/partition/offset of the record that this one was made from",
            "traceparent": "carried through from the producer",
        }.items()
    },
}


def asyncapi_document() -> Document:
    """Channels are topics, operations are what the agents do with them."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Khabar",
            "version": __version__,
            "description": "News articles from raw to enriched. Every reader should read committed records only.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {"messageTraits": {"cloudEvent": {"headers": _HEADERS}}},
    }


def _channel(topic: Topic) -> Document:
    contract = next(name for name, struct in CONTRACTS.items() if struct is topic.contract)
    return {
        "address": topic.name,
        "messages": {
            contract: {
                "name": topic.event_type,
                "contentType": "application/json",
                "payload": json_schema(contract),
                "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
            }
        },
        "bindings": {
            "kafka": {"topic": topic.name, "topicConfiguration": {"max.message.bytes": topic.max_record_bytes}}
        },
        "description": f"Keyed by {topic.key}; at most {topic.max_record_bytes:,} bytes a record.",
    }


def _operations() -> Document:
    operations: Document = {}
    for stage in AGENTS:
        for topic, action in ((stage.reads, "receive"), (stage.writes, "send")):
            if topic is not None:
                operations[f"{stage.name}.{action}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{topic.name}"},
                    "summary": stage.does,
                }
    return operations
