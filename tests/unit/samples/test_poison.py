"""Every line of the sample poison is refused for the reason that its README gives, in words a person understands."""

from __future__ import annotations

import re

import pytest

from shared.contracts import decode_raw
from shared.outcomes import PoisonError, Reason
from tests.unit.samples import catalogue
from tests.unit.samples.catalogue import Refused

REFUSED = catalogue.refused()
AT_DECODING = [row for row in REFUSED if row.reason is not Reason.NO_CONTENT]
BY_THE_NORMALIZER = [row for row in REFUSED if row.reason is Reason.NO_CONTENT]


def test_the_readme_has_a_row_for_every_line() -> None:
    assert [row.line for row in REFUSED] == list(range(1, len(catalogue.poison_lines()) + 1))
    assert len(REFUSED) >= 8
    assert {row.reason for row in REFUSED} == {Reason.INVALID_JSON, Reason.INVALID_ARTICLE, Reason.NO_CONTENT}


@pytest.mark.parametrize("row", AT_DECODING, ids=lambda row: f"line {row.line}")
def test_it_is_refused_at_decoding_with_the_field_named(row: Refused) -> None:
    with pytest.raises(PoisonError) as caught:
        decode_raw(catalogue.poison_lines()[row.line - 1])
    assert caught.value.reason is row.reason
    assert row.names
    assert row.names in caught.value.error


@pytest.mark.parametrize("row", BY_THE_NORMALIZER, ids=lambda row: f"line {row.line}")
def test_what_only_the_normalizer_can_refuse_decodes_and_holds_no_word_to_read(row: Refused) -> None:
    article = decode_raw(catalogue.poison_lines()[row.line - 1])
    shown = re.sub(r"<script>.*?</script>|<[^>]+>", "", article.text or article.html or "")
    assert not any(char.isalnum() for char in shown)
    assert article.title is None
