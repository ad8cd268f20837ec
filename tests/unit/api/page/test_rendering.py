from __future__ import annotations

import re

from markupsafe import Markup

from services.api.page.rendering import STATIC_FILES, isolated, static_address


def test_a_module_names_what_it_imports_by_the_address_that_changes_with_it() -> None:
    """Else a browser would keep an old module beside a new one for a year."""
    named = 0
    for name, file in STATIC_FILES.items():
        for imported, tag in re.findall(r'from "\./(\w+\.js)(\?v=\w+)?"', file.content.decode("utf-8")):
            named += 1
            assert f"/static/{imported}{tag}" == static_address(imported), name
    assert named


def test_what_is_filled_in_is_isolated_and_escaped_unless_it_is_markup_that_isolates_itself() -> None:
    link = Markup('<a href="/" dir="rtl">خبر</a>')
    assert isolated("{link} <{name}>", link=link, name="<b>") == f"{link} &lt;<bdi>&lt;b&gt;</bdi>&gt;"
