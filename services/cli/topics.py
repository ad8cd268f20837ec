"""`khabar topics create|check|show`."""

from __future__ import annotations

import asyncio

import typer
from rich.table import Table

from services.cli.tables import print_table
from shared.settings import load_settings
from shared.stream.topic_admin import TopicsError, TopicState, create_topics, faults, topic_states
from shared.topics import AGENTS, TOPICS, Topic


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    topics = typer.Typer(no_args_is_help=True, help="Create, check and show the Kafka topics.")

    @topics.command()
    def create() -> None:
        """Create the topics that are missing; those that are there stay as they are."""
        settings = load_settings()
        created = asyncio.run(create_topics(settings))
        typer.echo(f"created: {', '.join(created)}" if created else "all topics are there already")
        _check(asyncio.run(topic_states(settings)))

    @topics.command()
    def check() -> None:
        """Say whether the topics are as they must be; exit status 2 where they are not."""
        states = asyncio.run(topic_states(load_settings()))
        _check(states)
        typer.echo(f"all {len(states)} topics are there, with {states[0].partitions} partitions each")

    @topics.command()
    def show() -> None:
        """Print the topic table, with what the broker has."""
        settings = load_settings()
        counts = {state.name: state.partitions for state in asyncio.run(topic_states(settings))}
        table = Table("topic", "partitions", "written by", "read by", "key", "largest record", box=None)
        for topic in TOPICS:
            name = settings.topic(topic.name)
            count = counts.get(name, 0)
            size = f"{topic.max_record_bytes >> 20} MiB"
            table.add_row(name, str(count or "missing"), _writers(topic), _readers(topic), topic.key, size)
        print_table(table)

    app.add_typer(topics, name="topics")


def _check(states: list[TopicState]) -> None:
    if wrong := faults(states):
        raise TopicsError("; ".join(wrong))


def _writers(topic: Topic) -> str:
    writers = [stage.name for stage in AGENTS if stage.writes is topic]
    return ", ".join(writers) or ("producers" if any(stage.reads is topic for stage in AGENTS) else "every agent")


def _readers(topic: Topic) -> str:
    return ", ".join(stage.name for stage in AGENTS if stage.reads is topic) or "operators"
