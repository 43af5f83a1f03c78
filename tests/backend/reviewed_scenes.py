"""Factories of reviewed scenes: red squares that slid, white ones that only look like it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from affine import Affine
from numpy.typing import NDArray

from backend.checkpoint import Checkpoint
from backend.training.job import train
from backend.training.plan import TrainRequest
from tests.backend.rasters import UTM, UTM_TRANSFORM, write_raster

SIDE, SQUARE, STEP = 192, 16, 32
RED, WHITE = (210, 90, 60), (230, 230, 225)


def corners() -> list[tuple[int, int, bool]]:
    """Left, top [px] and whether it slid, of all squares: red and white ones take turns."""
    places = range(8, SIDE, STEP)
    return [
        (left, top, (row + column) % 2 == 0)
        for row, top in enumerate(places)
        for column, left in enumerate(places)
    ]


def write_scene(path: Path, place: Affine = UTM_TRANSFORM, seed: int = 5) -> Path:
    """Grey, noisy ground of 0.5 m a pixel with the squares."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(60, 110, (3, SIDE, SIDE)).astype(np.uint8)
    for left, top, slid in corners():
        colour = np.array(RED if slid else WHITE, np.uint8)[:, None, None]
        picture[:, top : top + SQUARE, left : left + SQUARE] = colour
    return write_raster(path, picture, transform=place)


def outlines(place: Affine = UTM_TRANSFORM) -> NDArray[np.object_]:
    """The squares on the map."""
    frames = [
        (*(place @ (left, top + SQUARE)), *(place @ (left + SQUARE, top)))
        for left, top, _ in corners()
    ]
    return np.array([shapely.box(*frame) for frame in frames])


def write_layer(
    path: Path, shapes: NDArray[np.object_], status: list[str] | None, crs: str = UTM
) -> Path:
    """A layer of polygons with what was decided on each; without, none has the field."""
    moved = shapes
    if crs != UTM:
        move = pyproj.Transformer.from_crs(UTM, crs, always_xy=True).transform
        moved = shapely.transform(shapes, lambda at: np.column_stack(move(at[:, 0], at[:, 1])))
    fields = {} if status is None else {"status": np.array(status, object)}
    pyogrio.raw.write(
        path, shapely.to_wkb(moved), list(fields.values()), list(fields), layer="landslides",
        driver="GPKG", crs=crs, geometry_type="Polygon",
    )  # fmt: skip
    return path


def write_review(path: Path, undecided: tuple[int, ...] = (), crs: str = UTM) -> Path:
    """Red squares accepted, white ones rejected, but for some that nobody looked at."""
    status = ["accepted" if slid else "rejected" for *_, slid in corners()]
    for index in undecided:
        status[index] = "predicted"
    return write_layer(path, outlines(), status, crs)


def train_parent(folder: Path) -> Path:
    """A checkpoint that takes both kinds of squares for landslides."""
    away = UTM_TRANSFORM @ Affine.translation(10 * SIDE, 0)
    train_data, validation = (
        f"{write_scene(folder / f'{name}.tif', place, seed)}::"
        f"{write_layer(folder / f'{name}.gpkg', outlines(place=place), None)}"
        for seed, (name, place) in enumerate({"here": UTM_TRANSFORM, "away": away}.items())
    )
    request = TrainRequest(
        data=(train_data,),
        validation=(validation,),
        out=folder / "parent.safetensors",
        architecture="unet",
        config={"encoder": "resnet18", "channels": (16, 16, 16, 16, 16)},
        epochs=50,
        batch_size=2,
        learning_rate=0.3,
        loss="even",
        ema=0.8,
        validations=1,
        tile_size=64,
        device="cpu",
        precision="fp32",
    )
    train(request, lambda event: None)
    return request.out


def named(checkpoint: Checkpoint) -> dict[str, float]:
    """The figures of a card by name, the first of each."""
    return {metric.name: metric.value for metric in reversed(checkpoint.card.metrics)}
