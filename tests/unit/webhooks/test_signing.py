"""Secrets and signatures of Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from services.webhooks.signing import BadSecretError, key_of, new_secret, signature, signed_headers

# The specification's own libraries are tested with this one.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_example_is_signed_as_published() -> None:
    assert signature(SECRET, MESSAGE, TIMESTAMP, BODY) == SIGNATURE


def test_each_secret_in_use_signs() -> None:
    other = new_secret()
    headers = signed_headers([other, SECRET], MESSAGE, TIMESTAMP, BODY)
    assert headers["webhook-id"] == MESSAGE
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"].split(" ") == [signature(other, MESSAGE, TIMESTAMP, BODY), SIGNATURE]


def test_receivers_can_check_it_as_the_documents_say() -> None:
    document = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
    [code] = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    told: dict[str, Any] = {}
    exec(code, told)
    headers = signed_headers([new_secret(), SECRET], MESSAGE, TIMESTAMP, BODY)
    assert told["is_khabars"](SECRET, headers, BODY)
    assert not told["is_khabars"](SECRET, headers, BODY + b" ")
    assert not told["is_khabars"](new_secret(), headers, BODY)


@pytest.mark.parametrize(
    "changed",
    [(SECRET, "msg_other", TIMESTAMP, BODY), (SECRET, MESSAGE, TIMESTAMP + 1, BODY), (SECRET, MESSAGE, TIMESTAMP, b"")],
)
def test_all_that_is_signed_changes_the_signature(changed: tuple[str, str, int, bytes]) -> None:
    assert signature(*changed) != SIGNATURE


def test_new_secrets_are_usable_and_differ() -> None:
    assert new_secret() != new_secret()
    assert len(key_of(new_secret())) == 32


@pytest.mark.parametrize("size", [24, 64])
def test_the_sizes_of_the_specification_are_taken(size: int) -> None:
    assert len(key_of("whsec_" + base64.b64encode(bytes(size)).decode())) == size


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        base64.b64encode(bytes(32)).decode(),
        "whsec_nicht-base64",
        "whsec_سر",
    ],
)
def test_what_is_no_secret_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(BadSecretError) as refused:
        key_of(secret)
    assert secret.removeprefix("whsec_") not in str(refused.value)
