"""Templates and the files they name, read once at start; markup in what is filled in is always escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from markupsafe import Markup, escape

from services.api.page.interface import Interface

_FOLDER = Path(__file__).parent
_TYPES: Mapping[str, str] = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the page, and a tag that changes with it."""

    content: bytes
    media_type: str
    tag: str


def _static_files() -> Mapping[str, StaticFile]:
    return {
        file.name: StaticFile(
            file.read_bytes(), _TYPES[file.suffix], blake2b(file.read_bytes(), digest_size=6).hexdigest()
        )
        for file in sorted((_FOLDER / "static").iterdir())
    }


STATIC_FILES = _static_files()


def static_address(name: str) -> str:
    """Changes when the file does, so that browsers may keep it."""
    return f"/static/{name}?v={STATIC_FILES[name].tag}"


def isolated(text: str, **values: object) -> Markup:
    """The text with its {names} filled in, each isolated from the direction of what is beside it."""
    parts = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in values.items()}
    return escape(text).format(**parts)


_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(static=static_address, isolated=isolated)


def render(template: str, interface: Interface, **values: Any) -> str:
    """The page."""
    # Not the mapping itself: a word named as one of its methods would be the method.
    words = SimpleNamespace(**interface.words)
    return _TEMPLATES.get_template(template).render(ui=interface, t=words, **values)
