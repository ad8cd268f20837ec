"""`khabar evaluate WHAT FILE`: how good a stage is on labelled data. Each command loads its own stage alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LabelledFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="labelled JSON lines, plain or gzipped")
]


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    evaluate = typer.Typer(no_args_is_help=True, help="Print how good a stage is on labelled data.")

    @evaluate.command()
    def cleaning(file: LabelledFile) -> None:
        """What is not the story, and which media are credited."""
        from services.normalizer.evaluate import evaluate_cleaning

        typer.echo(evaluate_cleaning(file))

    @evaluate.command()
    def topics(file: LabelledFile) -> None:
        """Topics: accuracy, macro-F1, calibration, coverage; by language and topic."""
        from services.classifier.evaluate import evaluate_topics

        typer.echo(evaluate_topics(file))

    @evaluate.command()
    def countries(file: LabelledFile) -> None:
        """Countries: precision, recall and F1, by language."""
        from services.classifier.evaluate import evaluate_countries

        typer.echo(evaluate_countries(file))

    @evaluate.command()
    def pairs(file: LabelledFile) -> None:
        """Duplicate or not, and which of the two contains the other."""
        from services.deduplicator.evaluate import evaluate_pairs

        typer.echo(evaluate_pairs(file).table())

    app.add_typer(evaluate, name="evaluate")
