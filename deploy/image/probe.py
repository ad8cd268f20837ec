"""The container's health check: asks the service in the same container one question."""

from __future__ import annotations

import http.client
import os
import sys

TIMEOUT_SECONDS = 4.0  # under the 5 s after which the container engine gives up


def probe(question: str, port: int) -> tuple[bool, str]:
    """Whether `/live` or `/ready` was answered with yes, and what was said."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", f"/{question}")
        answer = connection.getresponse()
        return answer.status == http.HTTPStatus.OK, answer.read().decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as exc:
        return False, f"no answer from 127.0.0.1:{port}/{question}: {exc}"
    finally:
        connection.close()


def main() -> int:
    """0 for yes, 1 for no; the engine shows the text with `docker inspect`."""
    question = sys.argv[1] if len(sys.argv) > 1 else "live"
    healthy, said = probe(question, int(os.environ["KHABAR_HEALTH_PORT"]))
    sys.stdout.write(said + "\n")
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main())
