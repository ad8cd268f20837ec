"""`make train`: rebuilds the weights of topics and countries from a folder of labelled articles."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from services.classifier.labelled import LabelledDataError
from services.classifier.training.countries import train_countries
from services.classifier.training.topics import LABELLED_FILE, train_topics
from services.classifier.weights import MODEL_DIR

DATA_VARIABLE = "KHABAR_DATA"


def main(words: Sequence[str] | None = None) -> int:
    """Trains what was asked for; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m services.classifier.training", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "topics", "countries"), default="all")
    parser.add_argument("--data", type=Path, default=os.environ.get(DATA_VARIABLE), help=f"or {DATA_VARIABLE}")
    parser.add_argument("--output", type=Path, default=MODEL_DIR)
    arguments = parser.parse_args(words)
    if arguments.data is None:
        parser.error(f"name the folder that has {LABELLED_FILE}: --data DIR, or {DATA_VARIABLE}=DIR")
    try:
        if arguments.what in {"all", "topics"}:
            train_topics(Path(arguments.data), arguments.output)
        if arguments.what in {"all", "countries"}:
            train_countries(Path(arguments.data), arguments.output)
    except (LabelledDataError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
