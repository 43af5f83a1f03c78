"""What travels through the scheduler: bytes, so that it needs none of our modules."""

from __future__ import annotations

import pickle  # nosec B403 # Dask itself pickles all that it sends
from collections.abc import Callable
from types import ModuleType
from typing import Any


class Call:
    """A function and its arguments: whoever unpickles it gets what the function gives."""

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self._call


def packed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    """A call that `unpack` does."""
    return pickle.dumps(Call(function, arguments))


# The scheduler knows it, too.
unpack = pickle.loads


class ByValue:
    """A function of a `module` that travels with its source, to those that may not have it."""

    def __init__(self, function: Callable[..., Any], module: ModuleType) -> None:
        import cloudpickle

        self._function = function
        cloudpickle.register_pickle_by_value(module)
        try:
            self._packed = cloudpickle.dumps(function)
        finally:
            cloudpickle.unregister_pickle_by_value(module)

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives."""
        return self._function(*arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        import cloudpickle

        return cloudpickle.loads, (self._packed,)
