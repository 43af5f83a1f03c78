"""Does a scheduler answer, and which of its workers could take part in a run?"""

from __future__ import annotations

from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path

import backend
from backend.cluster import probe
from backend.cluster.connect import Place, connected
from backend.cluster.settings import Settings
from backend.cluster.travel import ByValue, packed, unpack
from backend.errors import ClusterError
from backend.events import Log, OnEvent, Result

# Packages whose versions results depend on, and that are therefore the same on all workers.
SAME = ("torch", "rasterio", "numpy", "openvino")
# Workers are given so long to say what they are [s].
PATIENCE_S = 20.0


def same_here() -> dict[str, object]:
    """What a worker must have in common with this process, as `probe.answer` takes it."""
    return {
        "backend": probe.source_hash(Path(backend.__file__).parent),
        "versions": {name: probe.version_of(name) for name in SAME},
        "checkpoints": {},
        "probes": [],
        "word": "",
        "files": [],
    }


def check(scheduler: str, on_event: OnEvent) -> Result:
    """Ask all workers of a scheduler; `counts` has how many `workers` can take part and `gpus`.

    Raises `ClusterError` where the scheduler does not answer, or all workers are refused.
    """
    place = Place.parse(scheduler)
    with connected(place, Settings.from_environment()) as client:
        if place.workers:
            client.wait_for_workers(place.workers, timeout=PATIENCE_S)
        known = client.scheduler_info(n_workers=-1)["workers"]
        asked = {
            address: client.submit(
                unpack,
                packed(ByValue(probe.answer, probe), (same_here(),)),
                workers=[address],
                allow_other_workers=False,
                pure=False,
            )
            for address in known
        }
        refusals = {}
        for address, future in asked.items():
            refusals[address] = "it is busy, or does not answer"
            with suppress(TimeoutError, CancelledError, OSError):
                refusals[address] = future.result(timeout=PATIENCE_S)["refusal"]
        for address, refusal in refusals.items():
            if refusal:
                on_event(Log("warning", f"The worker {address} takes no part: {refusal}."))
    able = [address for address, refusal in refusals.items() if not refusal]
    if refusals and not able:
        address, refusal = next(iter(refusals.items()))
        raise ClusterError(
            f"No worker of the scheduler {scheduler} can take part; {address}: {refusal}.",
            "Give all workers the backend of this computer.",
        )
    gpus = sum((known[address].get("resources") or {}).get("GPU", 0) for address in able)
    result = Result({}, {"workers": len(able), "gpus": int(gpus)})
    on_event(result)
    return result
