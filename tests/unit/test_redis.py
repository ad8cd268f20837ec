"""What of Redis is waited for, and what stops the process."""

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError, ResponseError

from shared.outcomes import TransientError
from shared.redis import waiting_on_redis


@pytest.mark.parametrize(
    "error",
    [ConnectionError("refused"), ResponseError("Error running script: OOM command not allowed when used memory > …")],
)
def test_a_redis_that_is_away_or_full_is_waited_for(error: Exception) -> None:
    with pytest.raises(TransientError, match="Redis"), waiting_on_redis():
        raise error


def test_another_answer_of_redis_is_a_defect() -> None:
    with pytest.raises(ResponseError, match="wrong number"), waiting_on_redis():
        raise ResponseError("wrong number of arguments")
