"""Templates and the files they name, read once at start; markup in what is filled in is always escaped."""

from __future__ import annotations

import re
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
_STATIC = _FOLDER / "static"
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


_IMPORT = re.compile(rb'(?<=from "\./)([a-z_]+\.js)(?=";)')


def _static_files() -> Mapping[str, StaticFile]:
    found: dict[str, StaticFile] = {}

    def read(name: str) -> StaticFile:
        if name not in found:
            content = (_STATIC / name).read_bytes()
            # A module is kept for as long as its address stays: it changes with those that it imports.
            content = _IMPORT.sub(lambda other: b"%s?v=%s" % (other[1], read(other[1].decode()).tag.encode()), content)
            tag = blake2b(content, digest_size=6).hexdigest()
            found[name] = StaticFile(content, _TYPES[Path(name).suffix], tag)
        return found[name]

    for file in sorted(_STATIC.iterdir()):
        read(file.name)
    return found


STATIC_FILES = _static_files()


def static_address(name: str) -> str:
    """Changes when the file does, so that browsers may keep it."""
    return f"/static/{name}?v={STATIC_FILES[name].tag}"


def isolated(text: str, **values: object) -> Markup:
    """The text with its {names} filled in, each isolated from the direction of what is beside it.

    Markup isolates what it holds by itself.
    """
    parts = {
        name: value if isinstance(value, Markup) else Markup("<bdi>{}</bdi>").format(value)
        for name, value in values.items()
    }
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
