"""`khabar train WHAT --data DIR`: makes the classifier's weights anew (with the packages of the `train` extra)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import services.classifier

MODEL = Path(services.classifier.__file__).parent / "model"

DataFolder = Annotated[Path, typer.Option("--data", exists=True, file_okay=False, help="folder with topics/…")]
ModelFolder = Annotated[Path, typer.Option("--out", file_okay=False, help="where the weights go")]


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    train = typer.Typer(no_args_is_help=True, help="Make the classifier's weights anew from labelled data.")

    @train.command()
    def topics(data: DataFolder, out: ModelFolder = MODEL) -> None:
        """Topics: minutes on one core and about 4 GB; the same data give the same weights."""
        from services.classifier.training.topics import train_topics

        train_topics(data, out, report=typer.echo)

    @train.command()
    def countries(data: DataFolder, out: ModelFolder = MODEL) -> None:
        """Countries: which evidence counts how much."""
        from services.classifier.training.countries import train_countries

        train_countries(data, out, report=typer.echo)

    app.add_typer(train, name="train")
