"""One try: a signed POST, never redirected, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

import aiohttp

from services.webhooks.signing import signed_headers
from services.webhooks.targets import BadTargetError, Targets, check_url, public_socket
from shared import __version__
from shared.clock import Clock, system_clock

TRY_SECONDS = 20.0  # the specification: 15 to 30
_OVERLOADED = frozenset({429, 502, 503, 504})
_WHOLE_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a try came to. `gone`: nothing may be sent there any more; `throttle`: the receiver has too much."""

    outcome: Literal["delivered", "failed", "gone"]
    reason: str = ""
    retry_after: float = 0.0
    throttle: bool = False


class Sender:
    """Sends for all subscriptions of a process."""

    def __init__(self, targets: Targets, *, clock: Clock = system_clock, try_seconds: float = TRY_SECONDS) -> None:
        self._targets: Targets = targets
        self._clock, self._try_seconds = clock, try_seconds
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # each subscription has a limit of its own: a slow one must not take another's place
                resolver=aiohttp.ThreadedResolver(),
                socket_factory=public_socket if targets == "public" else None,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=try_seconds),
            headers={"User-Agent": f"Khabar/{__version__}", "Content-Type": "application/json"},
            auto_decompress=False,
            trust_env=False,  # a proxy would connect where it likes
        )

    async def send(self, url: str, secrets: Sequence[str], message: str, body: bytes) -> Answer:
        """Tries once."""
        try:
            check_url(url, self._targets)
            headers = signed_headers(secrets, message, int(self._clock()), body)
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return answer_of(response.status, response.headers.get("Retry-After", ""))
        except BadTargetError as exc:
            return Answer("failed", str(exc))
        except TimeoutError:
            return Answer("failed", f"no answer within {self._try_seconds:g} s")
        except (aiohttp.ClientError, OSError) as exc:
            return Answer("failed", f"{type(exc).__name__}: {exc}")

    async def close(self) -> None:
        """Closes every connection."""
        await self._session.close()


def answer_of(status: int, retry_after: str) -> Answer:
    """What the receiver's status says, with the seconds that it asks to wait."""
    if 200 <= status < 300:
        return Answer("delivered")
    if status == HTTPStatus.GONE:
        return Answer("gone", "the receiver answered 410: it wants no more")
    told = " (redirects are not followed)" if 300 <= status < 400 else ""
    seconds = float(retry_after) if _WHOLE_SECONDS.fullmatch(retry_after) else 0.0
    return Answer("failed", f"the receiver answered {status}{told}", seconds, throttle=status in _OVERLOADED)
