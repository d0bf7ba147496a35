"""Remembering a slow-moving answer in this process for a few seconds, such as the options of a filter."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def for_seconds(seconds: float) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Decorator: the function runs at most once in so many seconds for the same (hashable, positional) arguments."""

    def decorate(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        kept: dict[tuple[object, ...], tuple[float, Answer]] = {}

        @wraps(function)
        def remembered(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            now = time.monotonic()
            found = kept.get(args)
            if found is not None and now - found[0] < seconds and not kwargs:
                return found[1]
            answer = function(*args, **kwargs)
            kept[args] = (now, answer)
            return answer

        return remembered

    return decorate
