"""The ground of the synthetic scene: a river valley between steep slopes, and fresh landslides.

Arrays are (rows, columns) float32; distances and heights are in metres, x to the right and y down
from the upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage
from scipy.spatial import KDTree

Array = NDArray[np.float32]

PIXEL = 0.5  # ground sampling distance of the orthophoto [m]
DEM_PIXEL = 2.0  # that of the elevation model [m]
COARSE = round(DEM_PIXEL / PIXEL)
FLOOR = 75.0  # half the width of the valley's floor [m]
BASE = 640.0  # height of the valley's floor above the sea [m]

# How the slopes are worn: cells of so many coarse pixels, steps, rise a step [m], strength of
# the streams, and the steepest slope that stands [m/m].
EROSION = 4
STEPS = 60
UPLIFT = 2.6
CUTTING = 0.42
STEEPEST = 0.66


@dataclass(frozen=True)
class Valley:
    """Ground before the landslides, at `PIXEL`.

    `axis` is the distance from the valley's axis, `river` from the river's centre line, both [m].
    """

    height: Array
    axis: Array
    river: Array


@dataclass(frozen=True)
class Slide:
    """One landslide's way downhill: `path` (n, 2) as x, y [m], one point a metre, and half its
    width [m] at each point."""

    path: Array
    half_width: Array

    @property
    def length(self) -> int:
        """Length of the way [m]."""
        return len(self.path)


@dataclass(frozen=True)
class Slides:
    """Landslides on the pixel grid; all but `label` are only meant where `label` > 0.

    `label` numbers them from 1; `along` runs from 0 at the crown to 1 at the toe; `travel` is the
    same in metres; `across` is the signed distance from the path [m]; `rim` runs from 0 on the
    path to 1 at the outline.
    """

    label: NDArray[np.uint8]
    along: Array
    travel: Array
    across: Array
    rim: Array


def fractal(size: int, rng: np.random.Generator, slope: float, longest: float = 1.0) -> Array:
    """(size, size) noise of mean 0 and deviation 1 whose amplitude falls with frequency^`slope`;
    `longest` is its largest wave as a part of the side."""
    spectrum = fft.rfft2(rng.standard_normal((size, size), dtype=np.float32), workers=2)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]) * size
    frequency = np.maximum(frequency, 1.0 / longest)
    spectrum *= (frequency**-slope).astype(np.float32)
    spectrum[0, 0] = 0
    noise = fft.irfft2(spectrum, (size, size), workers=2)
    return (noise / noise.std()).astype(np.float32)


def ramp(values: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, smooth between."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return (part * part * (3 - 2 * part)).astype(np.float32)


def enlarge(coarse: Array, order: int) -> Array:
    """A field of the elevation model's grid on the orthophoto's, by splines of `order`."""
    return ndimage.zoom(coarse, COARSE, order=order, mode="nearest", grid_mode=True)


def steepness(height: Array, pixel: float) -> tuple[Array, Array]:
    """Rise to the right and rise downwards of the image, both in metres a metre."""
    down, right = np.gradient(height, pixel)
    return right, down


def make_valley(size: int, rng: np.random.Generator) -> Valley:
    """A valley across a square of `size` pixels, its slopes cut by streams."""
    coarse = size // COARSE
    axis = _distance_to(coarse, _axis_line(coarse, rng, bends=0.0)) * DEM_PIXEL
    river = _distance_to(coarse, _axis_line(coarse, rng, bends=26.0)) * DEM_PIXEL
    pad = coarse // 8
    worn = _wear_down(np.pad(axis, pad, mode="reflect")[::EROSION, ::EROSION], rng)
    rows, columns = (np.mgrid[:coarse, :coarse] + pad) / EROSION
    bend_down, bend_right = (
        2.4 * fractal(coarse, rng, 1.9, 0.3),
        2.4 * fractal(coarse, rng, 1.9, 0.3),
    )
    bend = ramp(axis, FLOOR, FLOOR + 90)
    worn = ndimage.map_coordinates(worn, [rows + bend * bend_down, columns + bend * bend_right])
    foot, slope = ndimage.gaussian_filter(worn, 7), ndimage.gaussian_filter(worn, 2)
    height = BASE + foot + (slope - foot) * ramp(axis, FLOOR, FLOOR + 60)
    height += 0.02 * np.minimum(axis, FLOOR)
    height += fractal(coarse, rng, 1.8, 0.12) * (0.1 + 1.1 * ramp(axis, FLOOR, FLOOR + 60))
    height -= 2.5 * (1 - ramp(river, 4, 14))
    return Valley(enlarge(height.astype(np.float32), 3), enlarge(axis, 1), enlarge(river, 1))


def make_slides(valley: Valley, count: int, rng: np.random.Generator) -> list[Slide]:
    """Up to `count` landslides that start on steep ground, apart from each other, and run
    downhill."""
    smooth = ndimage.gaussian_filter(valley.height[::COARSE, ::COARSE], 3)
    right, down = steepness(smooth, DEM_PIXEL)
    steep = np.hypot(right, down)
    free = (steep > 0.45) & (valley.axis[::COARSE, ::COARSE] > FLOOR + 60)
    margin = round(60 / DEM_PIXEL)
    free[:margin] = free[-margin:] = free[:, :margin] = free[:, -margin:] = False
    slides: list[Slide] = []
    while len(slides) < count and free.any():
        rows, columns = np.nonzero(free)
        chosen = rng.choice(len(rows), p=steep[free] ** 3 / (steep[free] ** 3).sum())
        start = np.array([columns[chosen], rows[chosen]]) * DEM_PIXEL
        slide = _run_down(start, right, down, rng)
        free &= _distance_to(len(free), slide.path / DEM_PIXEL) * DEM_PIXEL > 85
        if slide.length > 45:
            slides.append(slide)
    return slides


def draw_slides(slides: list[Slide], size: int, rng: np.random.Generator) -> Slides:
    """The landslides on a grid of `size` x `size` pixels, with irregular outlines."""
    label = np.zeros((size, size), np.uint8)
    along, travel, across, rim = (np.zeros((size, size), np.float32) for _ in range(4))
    ragged = 1 + 0.16 * fractal(size, rng, 1.4, 0.03)
    for number, slide in enumerate(slides, 1):
        window = _window(slide, size)
        nearest, distance, side = _beside(slide, window)
        part = distance / np.maximum(slide.half_width[nearest] * ragged[window], 0.1)
        inside = largest_part((part < 1) & (label[window] == 0))
        label[window][inside] = number
        travel[window][inside] = nearest[inside]
        along[window][inside] = nearest[inside] / slide.length
        across[window][inside] = (distance * side)[inside]
        rim[window][inside] = part[inside]
    return Slides(label, along, travel, across, rim)


def carve(height: Array, slides: Slides) -> Array:
    """The ground after the landslides: dug out under the crown, filled up at the toe [m]."""
    bowl = np.where(slides.label > 0, 1 - slides.rim**2, 0)
    dug = 4.5 * np.sin(np.pi * np.clip(slides.along / 0.45 + 0.12, 0, 1)) * ramp(bowl, 0, 0.7)
    gully = 1.2 * ramp(bowl, 0.3, 1.0)
    filled = 2.2 * ramp(slides.along, 0.75, 0.9) * ramp(bowl, 0, 0.8)
    return (height + np.where(slides.label > 0, filled - dug - gully, 0)).astype(np.float32)


def _axis_line(coarse: int, rng: np.random.Generator, bends: float) -> Array:
    """The valley's axis from left to right as (n, 2) x, y in coarse pixels; `bends` [m] is how
    far a meandering river leaves it."""
    x = np.arange(-0.1 * coarse, 1.1 * coarse, 0.25)
    turn = x / coarse * 2 * np.pi
    y = coarse * (0.60 + 0.10 * np.sin(0.9 * turn + 2.4) + 0.02 * np.sin(2.3 * turn))
    wave = np.cumsum(0.25 / coarse * (34 + 7 * np.sin(1.7 * turn)))
    y += bends / DEM_PIXEL * np.sin(wave) * (0.8 + 0.2 * np.sin(0.31 * wave + rng.uniform(0, 6)))
    return np.stack([x, y], axis=1).astype(np.float32)


def _distance_to(coarse: int, line: Array) -> Array:
    """Distance to a line of (n, 2) x, y points, all in coarse pixels."""
    pad = coarse // 8
    away = np.ones((coarse + 2 * pad, coarse + 2 * pad), bool)
    columns, rows = (np.rint(line + pad).astype(int)).T
    known = (columns >= 0) & (columns < len(away)) & (rows >= 0) & (rows < len(away))
    away[rows[known], columns[known]] = False
    distance = ndimage.distance_transform_edt(away)[pad:-pad, pad:-pad]
    return distance.astype(np.float32)


def _wear_down(axis: Array, rng: np.random.Generator) -> Array:
    """Height over the valley's floor [m] on a grid of `EROSION` coarse pixels: uplift against
    streams that cut in with the root of their catchment (stream power law, solved downstream
    first as in Braun and Willett 2013), and slopes that slide where they are too steep."""
    spacing = DEM_PIXEL * EROSION
    floor = axis < FLOOR
    noise = fractal(len(axis), rng, 1.4)
    height = np.where(floor, 0, 0.25 * (axis - FLOOR) + 6 * (noise - noise.min()))
    steepest = STEEPEST + 0.12 * fractal(len(axis), rng, 1.0, 0.2)
    for _ in range(STEPS):
        receiver, run = _steepest(height, spacing)
        order = np.argsort(height, axis=None)
        area = _catchments(receiver, order)
        factor = (CUTTING * np.sqrt(area) / run).ravel().tolist()
        height = np.where(floor, 0, height + UPLIFT)
        height = _cut(height, receiver, order, factor, (steepest * run).ravel().tolist())
    return height.astype(np.float32)


def _steepest(height: Array, spacing: float) -> tuple[NDArray[np.intp], Array]:
    """For each cell: flat index of its lowest neighbour by slope (itself in a pit), and the
    distance to it [m]."""
    rows, columns = height.shape
    padded = np.pad(height, 1, constant_values=np.inf)
    own = np.arange(height.size).reshape(height.shape)
    best = np.zeros_like(height)
    receiver, run = own.copy(), np.full_like(height, spacing)
    for row, column in ((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c):
        length = spacing * float(np.hypot(row, column))
        other = padded[1 + row : 1 + row + rows, 1 + column : 1 + column + columns]
        slope = (height - other) / length
        steeper = slope > best
        best = np.where(steeper, slope, best)
        receiver = np.where(steeper, own + row * columns + column, receiver)
        run = np.where(steeper, length, run)
    return receiver, run


def _catchments(receiver: NDArray[np.intp], order: NDArray[np.intp]) -> Array:
    """Number of cells that drain through each cell; `order` is from low to high."""
    area, to = [1.0] * receiver.size, receiver.ravel().tolist()
    for cell in reversed(order.tolist()):
        if to[cell] != cell:
            area[to[cell]] += area[cell]
    return np.array(area).reshape(receiver.shape)


def _cut(
    height: Array,
    receiver: NDArray[np.intp],
    order: NDArray[np.intp],
    factor: list[float],
    most: list[float],
) -> Array:
    """One implicit step: every cell towards its receiver, at `most` that much above it [m]."""
    level, to = height.ravel().tolist(), receiver.ravel().tolist()
    for cell in order.tolist():
        low = level[to[cell]]
        if level[cell] > low:
            cut = (level[cell] + factor[cell] * low) / (1 + factor[cell])
            level[cell] = min(cut, low + most[cell])
    return np.array(level).reshape(height.shape)


def _run_down(start: Array, right: Array, down: Array, rng: np.random.Generator) -> Slide:
    """Follow the fall line from `start` (x, y) [m], with some inertia, until it runs flat or the
    material is spent."""
    width = float(np.clip(rng.lognormal(np.log(14), 0.4), 7, 28))
    most = int(np.clip(rng.lognormal(np.log(10 * width), 0.3), 60, 320))
    point, heading, path = start.astype(float), np.zeros(2), []
    while len(path) < most:
        column, row = np.rint(point / DEM_PIXEL).astype(int)
        if not (0 <= row < len(right) and 0 <= column < len(right)):
            break
        fall = -np.array([right[row, column], down[row, column]])
        if np.hypot(*fall) < 0.12 and len(path) > 20:
            break
        heading = 0.85 * heading + 0.15 * fall / max(np.hypot(*fall), 1e-6)
        heading /= max(np.hypot(*heading), 1e-6)
        path.append(point)
        point = point + heading
    smooth = ndimage.gaussian_filter1d(np.array(path), 5, axis=0, mode="nearest")
    return Slide(smooth.astype(np.float32), _half_widths(len(path), width, rng))


def _half_widths(length: int, width: float, rng: np.random.Generator) -> Array:
    """Round at the crown, wide at the source, narrow on the way, wide again at the toe [m]."""
    along = np.arange(length) / length
    knots = [0, 0.06, 0.2, 0.42, 0.7, 0.86, 0.96, 1]
    track, lobe = rng.uniform(0.38, 0.62), rng.uniform(0.7, 1.15)
    shape = [0.45, 0.85, 1.0, 0.75, track, 0.9 * lobe, 0.75 * lobe, 0.35 * lobe]
    return (width * np.interp(along, knots, shape)).astype(np.float32)


def _window(slide: Slide, size: int) -> tuple[slice, slice]:
    """Rows and columns around a landslide."""
    reach = 2.0 * slide.half_width.max()
    low = np.maximum((slide.path.min(axis=0) - reach) / PIXEL, 0).astype(int)
    high = np.minimum((slide.path.max(axis=0) + reach) / PIXEL, size).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _beside(slide: Slide, window: tuple[slice, slice]) -> tuple[NDArray[np.intp], Array, Array]:
    """For each pixel of the window: nearest point of the path, distance to it [m], which side."""
    rows, columns = np.mgrid[window]
    positions = np.stack([columns, rows], axis=-1).reshape(-1, 2) * PIXEL
    distance, nearest = KDTree(slide.path).query(positions, workers=2)
    heading = np.gradient(ndimage.gaussian_filter1d(slide.path, 3, axis=0), axis=0)[nearest]
    offset = positions - slide.path[nearest]
    side = np.sign(heading[:, 0] * offset[:, 1] - heading[:, 1] * offset[:, 0])
    shape = rows.shape
    return nearest.reshape(shape), distance.reshape(shape), side.reshape(shape)


def largest_part(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest connected part of a mask."""
    parts, _ = ndimage.label(inside)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return parts == sizes.argmax()
