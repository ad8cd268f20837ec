"""Consumes the topic with aiokafka: each event once it is committed, and again only after a crash of your own.

python consume.py 127.0.0.1:9092 articles.enriched my-group
"""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer


async def consume(bootstrap: str, topic: str, group: str) -> None:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        isolation_level="read_committed",  # else you see what was taken back
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        async for record in consumer:
            article = json.loads(record.value)
            handle(article)
            await consumer.commit()  # after the work: what was not finished comes again
    finally:
        await consumer.stop()


def handle(article: dict) -> None:
    # Know it by id and revision, and doing it twice changes nothing.
    print(article["id"], article["revision"]["number"], article["title"], flush=True)


if __name__ == "__main__":
    asyncio.run(consume(*sys.argv[1:4]))
