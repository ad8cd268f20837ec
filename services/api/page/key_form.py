"""The page that asks for a key, where reading needs one."""

from __future__ import annotations

from services.api.page.interface import Interface
from services.api.page.rendering import render
from services.api.page.views import Link


def key_form(interface: Interface, *, onward: str = "/", wrong: bool = False, known: bool = False) -> str:
    """The form; `onward` is where to go with a good key, `known` whether this browser has shown one already."""
    return render(
        "key.html",
        interface,
        title=interface.word("key_title"),
        onward=onward,
        wrong=wrong,
        known=known,
        home="/",
        other=Link(interface.word("other_language"), f"/access?ui={interface.other}"),
    )
