"""How long a run on a cluster waits for what, and how large its blocks are."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields

from backend.cluster.blocks import MOST_ACROSS, SIDE
from backend.errors import CalandDetError

# A JSON object of other values than these, for trials.
VARIABLE = "CALANDDET_CLUSTER"


@dataclass(frozen=True)
class Settings:
    """Sides in pixels, times in seconds."""

    side: int = SIDE
    across: int = MOST_ACROSS
    connect_s: float = 10.0
    wait_s: float = 60.0
    """For a worker, where there is none that can go on."""
    ready_s: float = 600.0
    """For a worker to load the engine: a GPU's takes minutes where it has to try precisions."""
    silence_s: float = 120.0
    """A worker that computes and says nothing for so long hangs; its block goes to another."""
    attempts: int = 4
    """A block that was lost so often ends the run."""

    @classmethod
    def from_environment(cls) -> Settings:
        """The defaults, or what `VARIABLE` says instead. Raises `CalandDetError` for nonsense."""
        text = os.environ.get(VARIABLE, "{}")
        try:
            given = json.loads(text)
            if not isinstance(given, dict):
                raise ValueError
            unknown = set(given) - {field.name for field in fields(cls)}
            if unknown or not all(value > 0 for value in given.values()):
                raise ValueError
        except (ValueError, TypeError) as error:
            raise CalandDetError(
                f"{VARIABLE} is {text!r}, which is no object of known names and positive numbers.",
                "Unset it.",
            ) from error
        return cls(**given)
