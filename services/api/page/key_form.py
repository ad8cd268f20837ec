"""The page that asks for a key, where reading needs one."""

from __future__ import annotations

import re

from services.api.page.interface import Interface
from services.api.page.rendering import render
from services.api.page.views import other_language

# An address of this site: a second slash, or what browsers take for one, would begin the name of another.
_OURS = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")


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
        other=other_language("/access" if known else onward, interface),
    )


def on_this_site(address: str) -> str:
    """The address where it is one of this site's, else the wire's."""
    return address if _OURS.fullmatch(address) else "/"
