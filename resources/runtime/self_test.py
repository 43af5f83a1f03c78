"""Proves that an environment can work: `PYTHON self_test.py FOLDER`, run where `backend` lies.

Every module of the worker is imported, a small image is searched with random weights on the best
device there is, by the very function that a run calls, and what a GPU computes is compared with
the processor. It speaks the worker's protocol and ends with a result that says what computes, or
why nothing does.
"""

from __future__ import annotations

import os
import sys

sys.path.insert(0, os.getcwd())

import importlib
import pkgutil
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import backend
from backend import protocol
from backend.errors import CalandDetError
from backend.events import Event, OnEvent, Result

SIDE = 256  # [px]
# The published network at a quarter of its width.
WIDTH = 24
# How far the probabilities of a GPU may be from the processor's: it rounds differently.
TOLERANCE = 0.02


class EnvironmentFault(CalandDetError):
    """A package is missing, does not load or computes wrongly."""

    kind = "runtime"


def main() -> None:
    """Run the test as a worker's job."""
    folder = Path(sys.argv[1])
    protocol.leave(protocol.run(lambda on_event: check(folder, on_event), as_json=True))


def check(folder: Path, on_event: OnEvent) -> None:
    """Search a generated image in `folder`.

    Raises `EnvironmentFault` that names the package or the device.
    """
    _import_all()
    from backend.detect import DetectRequest, detect
    from backend.engines.devices import choose_device, list_devices

    def pass_on(event: Event) -> None:
        if not isinstance(event, Result):
            on_event(event)

    path = _random_checkpoint(folder / "random.safetensors")
    image = _image(folder / "image.tif")
    result = detect(DetectRequest(str(image), path, folder / "results"), pass_on)
    device = choose_device("auto")
    _check_results(result)
    _compare(path, device.name)
    on_event(Result({}, _findings(result, device, list_devices())))


def _import_all() -> None:
    """Load every module of the worker, and with them every package that it needs."""
    modules = pkgutil.walk_packages(backend.__path__, "backend.")
    for name in (module.name for module in modules if not module.name.endswith("__main__")):
        try:
            importlib.import_module(name)
        except (ImportError, OSError) as error:
            raise EnvironmentFault(
                f"This Python cannot load what the worker needs: {error}.",
                "Install what resources/runtime/requirements.txt names, or set up the plugin's "
                "own runtime.",
            ) from error


def _random_checkpoint(path: Path) -> Path:
    import torch

    from backend import models
    from backend.card import Card
    from backend.checkpoint import save
    from backend.published import IMAGENET

    torch.manual_seed(0)
    network = models.create("calanddet", embed_dim=WIDTH)
    bands = ("red", "green", "blue")
    card = Card("random", "calanddet", models.config_of(network), bands, IMAGENET, 224)
    save(path, network, card)
    return path


def _image(path: Path) -> Path:
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    pixels = np.random.default_rng(0).integers(0, 255, (3, SIDE, SIDE), np.uint8)
    shape = {"width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8"}
    place = {"crs": "EPSG:32633", "transform": from_origin(500_000, 4_000_000, 0.5, 0.5)}
    with rasterio.open(path, "w", driver="GTiff", **shape, **place) as target:
        target.write(pixels)
    return path


def _check_results(result: Result) -> None:
    import pyogrio
    import rasterio

    with rasterio.open(result.paths["probability"]) as raster:
        empty = int((raster.read(1) == raster.nodata).sum())
    if empty:
        raise EnvironmentFault(f"{empty} of {SIDE * SIDE} pixels got no probability.")
    pyogrio.read_info(result.paths["polygons"], layer="landslides")


def _compare(checkpoint: Path, device: str) -> None:
    """Hold what the device computes against the processor."""
    import torch

    from backend.checkpoint import load
    from backend.models.outputs import landslide_logit

    loaded = load(checkpoint)
    side = loaded.card.tile_size
    torch.manual_seed(0)
    tile = torch.randn(1, len(loaded.card.bands), side, side)
    answers = []
    for where in ("cpu", device):
        network = loaded.network.to(where).eval()
        with torch.inference_mode():
            answers.append(torch.sigmoid(landslide_logit(network(tile.to(where)))).float().cpu())
    difference = float((answers[0] - answers[1]).abs().max())
    if not difference <= TOLERANCE:
        raise EnvironmentFault(
            f"The device {device} computes probabilities that differ by {difference:.3f} from the "
            "processor's.",
            "Update its driver, or set up the build for the processor.",
        )


def _findings(result: Result, device: Any, devices: list[Any]) -> dict[str, Any]:
    import torch

    names = {each.metadata["Name"]: each.version for each in metadata.distributions()}
    return {
        "device": device.name,
        "description": device.description,
        "devices": {each.name: each.description for each in devices if each.available},
        "absent": {each.name: each.reason for each in devices if not each.available},
        "python": platform.python_version(),
        "torch": torch.__version__,
        "seconds": result.counts["seconds"],
        "packages": dict(sorted(names.items())),
    }


if __name__ == "__main__":
    main()
