"""OpenVINO as it is installed; everything that is asked of it goes through `Library`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from backend.errors import DeviceError

REMEDY = "Repair the Python environment of the worker, or go on with PyTorch."


@dataclass(frozen=True)
class Library:
    """The package and its core; `load` finds both."""

    module: Any
    core: Any

    @classmethod
    def load(cls) -> Library:
        """Import it; raises `DeviceError` where it is missing or broken."""
        # Wherever this package can be imported, OpenVINO reports its use to its makers.
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
        try:
            module: Any = import_module("openvino")
            return cls(module, _core(module))
        except (ImportError, OSError, RuntimeError) as error:
            reason = in_short(error)
            raise DeviceError(f"OpenVINO cannot be used ({reason}).", REMEDY) from error

    @property
    def version(self) -> str:
        """In full, as the build has it."""
        return str(self.module.__version__)

    @property
    def name(self) -> str:
        """With the version."""
        return f"OpenVINO {self.version.partition('-')[0]}"

    @cached_property
    def processor(self) -> str:
        """Name and abilities of the processor that code is compiled for."""
        name = self.core.get_property("CPU", "FULL_DEVICE_NAME")
        return f"{name} {','.join(self._abilities)}"

    @property
    def computes_bf16(self) -> bool:
        """Whether parts in bf16 are computed so; the library turns them into float32 elsewhere."""
        return "BF16" in self._abilities

    @cached_property
    def _abilities(self) -> list[str]:
        return sorted(self.core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What tracing, converting and compiling raise."""
        of = self.module.frontend
        return (
            RuntimeError, ValueError, TypeError, LookupError, AttributeError, OSError,
            of.GeneralFailure, of.InitializationFailure, of.NotImplementedFailure,
            of.OpConversionFailure, of.OpValidationFailure,
        )  # fmt: skip


@cache
def _core(module: Any) -> Any:
    """The only core of this process, kept to its end.

    Each core gives the thread that makes it a stack for signals and takes it away when it goes.
    Of several, the last to go brings back one that is gone, and the next signal, be it a cancel
    or the end of a child, kills the process without a word (OpenVINO 2026.4, Linux).
    """
    return module.Core()


def in_short(error: Exception) -> str:
    """What an error says, in one line that can stand within a sentence."""
    _, _, summary = str(error).rpartition("Summary:")
    lines = [line.strip("- .") for line in summary.splitlines()]
    # Where in its sources OpenVINO noticed it comes before what it noticed.
    telling = [line for line in lines if line and not line.startswith(("Check ", "Exception "))]
    return telling[0] if telling else type(error).__name__
