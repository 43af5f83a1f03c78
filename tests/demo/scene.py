"""Makes the synthetic scene: `python -m tests.demo.scene FOLDER`.

A river valley that exists nowhere, an hour after the rain: forest, pasture, fields, a road with
houses, and a dozen fresh landslides. Written are an orthophoto, an elevation model, and the
landslides' true outlines, all of them saying that they are synthetic.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from rasterio.transform import from_origin
from scipy import ndimage

from tests.demo.relief import (
    COARSE,
    DEM_PIXEL,
    FLOOR,
    PIXEL,
    Array,
    Slides,
    Valley,
    carve,
    draw_slides,
    enlarge,
    fractal,
    largest_part,
    make_slides,
    make_valley,
    ramp,
    steepness,
)

SIZE = 2048
SEED = 5
SLIDES = 12
CRS = "EPSG:32760"
CORNER = (574_000.0, 5_742_000.0)  # easting and northing of the upper left corner [m]
DESCRIPTION = "Synthetic scene, generated for tests and demonstrations: no real place or event."

# Where the sun stands [degrees], and the colour of its light and of the sky's.
SUN_AZIMUTH, SUN_HEIGHT = 300.0, 47.0
SUN_LIGHT = np.array([1.00, 0.95, 0.86], np.float32)
SKY_LIGHT = np.array([0.30, 0.34, 0.40], np.float32)

# Colours as the sensor would see them in full light, 0 to 255.
FOREST = (74, 96, 58)
PASTURE = (140, 148, 92)
SCRUB = (116, 124, 78)
WATER = (96, 112, 104)
GRAVEL = (190, 186, 176)
ASPHALT = (142, 142, 144)
TRACK = (196, 180, 150)
EARTH = (204, 172, 132)
DAMP_EARTH = (158, 126, 94)
ROOFS = ((188, 92, 70), (206, 204, 200), (120, 124, 132), (150, 84, 66))
CROPS = (
    (150, 158, 84),
    (104, 134, 66),
    (200, 184, 118),
    (168, 138, 104),
    (122, 146, 82),
    (186, 166, 112),
)


@dataclass(frozen=True)
class Scene:
    """`image` (3, rows, columns) uint8; `dem` float32 [m] at `DEM_PIXEL`; `slides` as they lie."""

    image: NDArray[np.uint8]
    dem: Array
    slides: Slides


@dataclass
class Canvas:
    """What is painted upon: `colour` (rows, columns, 3) float32 in full light, `top` the height
    of whatever stands on the ground [m]."""

    colour: Array
    top: Array

    def paint(self, where: Array, colour: Array | tuple[int, ...], top: float | Array = 0) -> None:
        """Cover with a colour and stand `top` [m] high where `where`, 0 to 1, says so."""
        part = where[..., None]
        self.colour += part * (np.asarray(colour, np.float32) - self.colour)
        self.top += where * (top - self.top)


def make_scene(size: int = SIZE, seed: int = SEED) -> Scene:
    """The scene of `size` x `size` pixels; the same numbers give the same scene."""
    rng = np.random.default_rng(seed)
    valley = make_valley(size, rng)
    slides = draw_slides(make_slides(valley, SLIDES, rng), size, rng)
    ground = carve(valley.height, slides)
    canvas = Canvas(np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32))
    _paint_pasture(canvas, valley, rng)
    _paint_fields(canvas, valley, rng)
    _paint_forest(canvas, valley, rng)
    _paint_river(canvas, valley, rng)
    _paint_roads(canvas, valley, rng)
    _paint_houses(canvas, valley, rng)
    _paint_slides(canvas, slides, rng)
    dem = ground.reshape(size // COARSE, COARSE, size // COARSE, COARSE).mean(axis=(1, 3))
    return Scene(_expose(canvas, ground, rng), dem.astype(np.float32), slides)


def _paint_pasture(canvas: Canvas, valley: Valley, rng: np.random.Generator) -> None:
    """Grass, browner on the heights, with scrub and the terraces that cattle tread."""
    size = len(canvas.top)
    patches, fine = fractal(size, rng, 1.3, 0.1), fractal(size, rng, 0.6, 0.01)
    canvas.paint(np.ones_like(canvas.top), PASTURE)
    canvas.paint(ramp(patches, -0.3, 1.6) * 0.8, SCRUB)
    canvas.paint(ramp(valley.height, 700, 850) * 0.4, (164, 150, 106))
    treads = np.sin(2 * np.pi * (valley.height + 0.6 * patches) / 1.6)
    canvas.colour *= (1 + 0.045 * fine + 0.02 * treads)[..., None]
    bushes = ramp(fractal(size, rng, 0.9, 0.02) + 0.5 * patches, 1.6, 1.9)
    canvas.paint(bushes, (84, 100, 62), 2.0 * bushes)


def _paint_fields(canvas: Canvas, valley: Valley, rng: np.random.Generator) -> None:
    """Long parcels on the valley's floor, ploughed lengthwise or across, hedges between them."""
    size = len(canvas.top)
    rows, columns = np.mgrid[:size, :size].astype(np.float32) * PIXEL
    angle = math.radians(17)
    right = columns * math.cos(angle) + rows * math.sin(angle)
    down = rows * math.cos(angle) - columns * math.sin(angle) + 4 * np.sin(right / 90)
    strip = np.floor(down / 58).astype(int)
    width = rng.uniform(34, 92, strip.max() - strip.min() + 1)[strip - strip.min()]
    parcel = np.floor(right / width).astype(int)
    key = (strip * 7919 + parcel * 104729) % 509
    crop = np.array(CROPS, np.float32)[rng.integers(0, len(CROPS), 509)][key]
    lines = np.where(rng.random(509)[key] < 0.5, right, down)
    spacing = rng.uniform(1.6, 3.4, 509)[key].astype(np.float32)
    contrast = rng.uniform(0.02, 0.12, 509)[key] * (1 + 0.4 * fractal(size, rng, 1.0, 0.02))
    crop *= (1 + contrast * np.sin(2 * np.pi * lines / spacing))[..., None]
    crop *= (1 + 0.05 * fractal(size, rng, 1.0, 0.05))[..., None]
    on_floor = ramp(FLOOR + 16 + 8 * fractal(size, rng, 1.6, 0.08) - valley.axis, 0, 2)
    where = on_floor * ramp(valley.river, 20, 24)
    canvas.paint(where, crop)
    down_edge = np.minimum(down % 58, 58 - down % 58)
    right_edge = np.minimum(right % width, width - right % width)
    edge = np.minimum(down_edge, right_edge) + 0.5 * fractal(size, rng, 0.8, 0.01)
    hedged = rng.random(509)[key] < 0.55
    canvas.paint(where * (1 - ramp(edge, 0.3, 1.6)) * hedged, (78, 98, 58), 2.5)


def _paint_forest(canvas: Canvas, valley: Valley, rng: np.random.Generator) -> None:
    """Crowns, one by one: forest in the gullies and on steep ground, a line along the river."""
    size = len(canvas.top)
    hollow = _hollows(valley.height)
    wild = fractal(size, rng, 1.7, 0.25) + 0.35 * fractal(size, rng, 0.9, 0.03)
    cover = 0.9 * wild + 0.5 * hollow + ramp(valley.axis, FLOOR, FLOOR + 120) * 1.3 - 0.6
    cover = np.where(valley.axis < FLOOR + 14, -1, cover)
    bank = (valley.river > 13) & (valley.river < 24)
    cover = np.where(bank, fractal(size, rng, 1.0, 0.05) - 0.2, cover)
    for spacing, tallest, tone in ((7.5, 10.0, 1.0), (4.5, 6.0, 1.1)):
        dome, shade = _crowns(size, spacing, cover, rng)
        colour = np.array(FOREST, np.float32) * (tone * shade)[..., None]
        colour += ((shade - 1) * 40)[..., None] * np.array([1.0, 0.55, 0.1], np.float32)
        canvas.paint(ramp(dome, 0.02, 0.2), colour, tallest * np.sqrt(np.maximum(dome, 0)))


def _hollows(height: Array) -> Array:
    """Positive in gullies, negative on spurs, about -1 to 1."""
    coarse = height[::COARSE, ::COARSE]
    return enlarge(np.clip((ndimage.gaussian_filter(coarse, 14) - coarse) / 4, -1.5, 1.5), 1)


def _crowns(
    size: int, spacing: float, cover: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Tree crowns on a jittered grid of `spacing` [m] where `cover` > 0 at their stem: height of
    the crown 0 to 1, and a factor for its brightness."""
    cell = spacing / PIXEL
    cells = int(size / cell) + 3
    jitter = rng.uniform(0.1, 0.9, (2, cells, cells)).astype(np.float32)
    stem = (np.stack(np.mgrid[:cells, :cells]) - 1 + jitter) * cell
    there = cover[tuple(np.clip(stem, 0, size - 1).astype(int))] > 0
    radius = cell * rng.uniform(0.5, 0.95, (cells, cells)).astype(np.float32)
    steep = np.where(there, radius**-2, np.inf).astype(np.float32)
    tone = rng.normal(1, 0.13, (cells, cells)).astype(np.float32)
    axis = np.arange(size, dtype=np.float32)
    home = (axis / cell).astype(int) + 1
    dome, shade = np.zeros((size, size), np.float32), np.ones((size, size), np.float32)
    for row, column in ((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1)):
        near = np.ix_(home + row, home + column)
        far = (axis[:, None] - stem[0][near]) ** 2 + (axis - stem[1][near]) ** 2
        crown = 1 - far * steep[near]
        higher = crown > dome
        dome = np.where(higher, crown, dome)
        shade = np.where(higher, tone[near], shade)
    return dome, shade


def _paint_river(canvas: Canvas, valley: Valley, rng: np.random.Generator) -> None:
    """Silt-laden water between gravel bars."""
    size = len(canvas.top)
    edge = 1.8 * fractal(size, rng, 1.5, 0.06)
    pebbles = np.array(GRAVEL, np.float32) * (1 + 0.07 * fractal(size, rng, 0.5, 0.01))[..., None]
    canvas.paint(1 - ramp(valley.river + 2 * edge, 14, 16), pebbles)
    ripples = 1 + 0.03 * fractal(size, rng, 1.0, 0.02)
    canvas.paint(1 - ramp(valley.river + edge, 8, 9), np.array(WATER) * ripples[..., None])


def _paint_roads(canvas: Canvas, valley: Valley, rng: np.random.Generator) -> None:
    """A road along the valley with a marked middle, and a dirt track that climbs gently."""
    size = len(canvas.top)
    columns = np.arange(size, dtype=np.float32) * PIXEL
    beside = np.gradient(valley.axis, axis=0) < 0
    road = np.where(beside, np.abs(valley.axis - FLOOR - 3), 99)
    canvas.paint(1 - ramp(road, 4.2, 5.2), GRAVEL)
    canvas.paint(1 - ramp(road, 3.0, 3.5), ASPHALT)
    canvas.paint((1 - ramp(road, 0.2, 0.45)) * (columns % 12 < 6), (225, 225, 220))
    smooth = enlarge(ndimage.gaussian_filter(valley.height[::COARSE, ::COARSE], 5), 1)
    right, down = steepness(smooth, PIXEL)
    level = 728 + 0.05 * columns
    track = np.abs(smooth - level) / np.maximum(np.hypot(right, down), 0.15)
    worn = 0.85 + 0.15 * ramp(fractal(size, rng, 1.0, 0.02), -1, 1)
    track = np.where(largest_part((track < 2.2) & ~beside), track, 9)
    canvas.paint((1 - ramp(track, 1.4, 2.2)) * worn, TRACK)


def _paint_houses(canvas: Canvas, valley: Valley, rng: np.random.Generator) -> None:
    """Gabled houses with a yard, above the road and scattered among the fields."""
    beside = np.gradient(valley.axis, axis=0) < 0
    by_road = beside & (np.abs(valley.axis - FLOOR + 13) < 3)
    spots = np.argwhere(by_road[64:-64, 64:-64]) + 64
    for row, column in spots[rng.choice(len(spots), 16, replace=False)]:
        length, width, angle = rng.uniform(9, 16), rng.uniform(7, 9), rng.uniform(-0.5, 0.2)
        around = (slice(row - 40, row + 40), slice(column - 40, column + 40))
        down, right = (np.mgrid[-40:40, -40:40] + 0.5) * PIXEL
        u = np.abs(right * np.cos(angle) + down * np.sin(angle))
        v = down * np.cos(angle) - right * np.sin(angle)
        yard = (1 - ramp(np.maximum(u - length, np.abs(v) - width), -2, 2)) * 0.8
        part = Canvas(canvas.colour[around], canvas.top[around])
        part.paint(yard.astype(np.float32), (176, 166, 140))
        inside = ((u < length / 2) & (np.abs(v) < width / 2)).astype(np.float32)
        roof = ROOFS[rng.integers(len(ROOFS))]
        part.paint(inside, roof, (4 + 2.6 * (1 - 2 * np.abs(v) / width)).astype(np.float32))


def _paint_slides(canvas: Canvas, slides: Slides, rng: np.random.Generator) -> None:
    """Bare earth: streaked along the way, dark under the crown, damp and blocky at the toe."""
    size = len(canvas.top)
    noise = fractal(256, rng, 0.9, 0.2)
    streaks = ndimage.map_coordinates(
        noise, [slides.travel * 0.25, slides.across * 3.2 + 17.0 * slides.label], mode="wrap"
    )
    colour = np.array(EARTH) * (1 + 0.075 * streaks + 0.05 * fractal(size, rng, 0.7))[..., None]
    damp = 0.75 * ramp(slides.along + 0.08 * streaks, 0.6, 0.95)
    colour += damp[..., None] * (np.array(DAMP_EARTH) - colour)
    scarp = (1 - ramp(slides.travel + 2 * slides.rim, 1.5, 4.5)) * 0.5
    colour *= 1 - scarp[..., None]
    blocks = ramp(fractal(size, rng, 0.4, 0.005), 1.7, 2.2) * ramp(slides.along, 0.6, 0.9)
    trees = ramp(fractal(size, rng, 0.6, 0.006), 2.0, 2.3) * ramp(slides.rim, 0.55, 0.95)
    bare = np.where(slides.label > 0, 1 - ramp(slides.rim, 0.9, 1.0) * 0.25, 0).astype(np.float32)
    canvas.paint(bare, colour.astype(np.float32))
    canvas.paint(bare * blocks, (176, 168, 156), 1.2)
    canvas.paint(bare * trees, (92, 88, 58), 1.0)


def _expose(canvas: Canvas, ground: Array, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The photograph: sun, sky and cast shadows on the surface, a little blur, haze and grain."""
    surface = ground + canvas.top
    azimuth, height = math.radians(SUN_AZIMUTH), math.radians(SUN_HEIGHT)
    right, down = steepness(surface, PIXEL)
    east, north = math.sin(azimuth) * math.cos(height), math.cos(azimuth) * math.cos(height)
    facing = (-right * east + down * north + math.sin(height)) / np.sqrt(1 + right**2 + down**2)
    sun = np.maximum(facing, 0) / math.sin(height) * (1 - 0.85 * _shadow(surface))
    sky = 1 - 0.25 * ramp(np.hypot(right, down), 0.4, 3)
    light = sun[..., None] ** 0.8 * SUN_LIGHT * 0.78 + sky[..., None] * SKY_LIGHT
    photo = ndimage.gaussian_filter(canvas.colour * light, (0.7, 0.7, 0))
    photo += 0.22 * (photo.mean(axis=2, keepdims=True) - photo)
    photo = 14 + 0.93 * photo + 1.8 * rng.standard_normal(photo.shape, np.float32)
    return np.clip(photo, 0, 255).astype(np.uint8).transpose(2, 0, 1)


def _shadow(surface: Array) -> Array:
    """1 where something towards the sun stands in its way."""
    azimuth = math.radians(SUN_AZIMUTH)
    climb = PIXEL * math.tan(math.radians(SUN_HEIGHT))
    reach, size = 44, len(surface)
    around = np.pad(surface, reach, mode="edge")
    shadow = np.zeros(surface.shape, bool)
    for step in range(2, reach, 2):
        row = reach - round(math.cos(azimuth) * step)
        column = reach + round(math.sin(azimuth) * step)
        shadow |= around[row : row + size, column : column + size] > surface + step * climb
    return ndimage.uniform_filter(shadow.astype(np.float32), 3)


def write_scene(scene: Scene, folder: Path) -> dict[str, Path]:
    """Write the four files into `folder`; their paths by what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("synthetic_valley.tif", "synthetic_valley_dem.tif")
    names += ("synthetic_valley_mask.tif", "synthetic_valley_outlines.gpkg")
    paths = dict(
        zip(("image", "dem", "mask", "outlines"), (folder / n for n in names), strict=True)
    )
    _write_raster(paths["image"], scene.image, PIXEL, photometric="RGB")
    _write_raster(paths["dem"], scene.dem[None], DEM_PIXEL)
    mask = (scene.slides.label > 0).astype(np.uint8)
    _write_raster(paths["mask"], mask[None], PIXEL)
    _write_outlines(paths["outlines"], scene.slides)
    return paths


def _write_raster(path: Path, values: NDArray[Any], pixel: float, **options: str) -> None:
    count, rows, columns = values.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=count,
        dtype=values.dtype,
        crs=CRS,
        transform=from_origin(*CORNER, pixel, pixel),
        tiled=True,
        compress="deflate",
        **options,
    ) as target:
        target.update_tags(TIFFTAG_IMAGEDESCRIPTION=DESCRIPTION)
        target.write(values)


def _write_outlines(path: Path, slides: Slides) -> None:
    """Layer `outlines`: one polygon a landslide, with its number and what it is."""
    transform = from_origin(*CORNER, PIXEL, PIXEL)
    found = sorted(
        (int(value), shapely.geometry.shape(geometry))
        for geometry, value in shapes(slides.label, slides.label > 0, transform=transform)
    )
    path.unlink(missing_ok=True)
    pyogrio.raw.write(
        path,
        shapely.to_wkb([polygon for _, polygon in found]),
        [np.array([number for number, _ in found]), np.array([DESCRIPTION] * len(found), object)],
        ["number", "description"],
        layer="outlines",
        geometry_type="Polygon",
        crs=CRS,
    )


if __name__ == "__main__":
    for what, where in write_scene(make_scene(), Path(sys.argv[1])).items():
        print(f"{what}: {where}")
