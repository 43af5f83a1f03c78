"""The card that travels with a network's weights: what it is, what it takes, what it was tried on.

Whatever prepares an image for the network reads it from here; nobody retypes mean and std.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from backend.errors import CheckpointError

FORMAT = 1


@dataclass(frozen=True)
class Scaling:
    """Raw value to the network's input: ((value - low) / (high - low) - mean) / std, by band."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    range: tuple[float, float] = (0.0, 255.0)
    """(low, high) of raw values; (0, 255) for 8-bit imagery."""
    units: tuple[float, ...] = ()
    """What a raw value of 1 stands for, by band: a reflectance, degrees of slope, metres of
    elevation. Empty where raw values are a raster's own."""
    by_tile: tuple[str, ...] = ()
    """Bands that are stretched first, in each tile from its least and greatest value to `range`."""


@dataclass(frozen=True)
class Gsd:
    """Ground sampling distance [m] of the training images; all None where it is unknown."""

    nominal: float | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def range(self) -> tuple[float, float] | None:
        """(smallest, largest) distance [m] that needs no resampling."""
        if self.minimum is None or self.maximum is None:
            return None
        return self.minimum, self.maximum


@dataclass(frozen=True)
class TrainingData:
    """A data set that the weights were trained on, and on what terms it is to be had."""

    name: str
    terms: str


@dataclass(frozen=True)
class Metric:
    """A measured figure: the mean over what (`averaging`), on which `data`."""

    name: str
    value: float
    averaging: str
    data: str


def today() -> str:
    """The date that a new card says it was created on."""
    return datetime.now(UTC).date().isoformat()


@dataclass(frozen=True)
class Parent:
    """The checkpoint that a training went on from: its file's name and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Card:
    """All that is known of a checkpoint but its weights; an impossible one cannot be made.

    Raises `CheckpointError` that names the field and its value.
    """

    name: str
    architecture: str
    config: dict[str, Any]
    """Settings for `backend.models.create`."""
    bands: tuple[str, ...]
    """What each input channel is: red, green, blue, nir, dem, slope, ..."""
    scaling: Scaling
    tile_size: int
    """Side of the square tiles the network was trained for [px]."""
    gsd: Gsd = Gsd()
    classes: tuple[str, ...] = ("landslide",)
    """What each output channel stands for."""
    threshold: float = 0.5
    threshold_source: str = "default"
    """How the threshold was chosen."""
    training: tuple[TrainingData, ...] = ()
    metrics: tuple[Metric, ...] = ()
    licence: str | None = None
    created: str | None = None
    """ISO 8601 date or time."""
    parent: Parent | None = None
    format: int = field(default=FORMAT, kw_only=True)

    def __post_init__(self) -> None:
        _check_names(self)
        _check_scaling(self.scaling, self.bands)
        _check_gsd(self.gsd)
        _require(0 < self.threshold < 1, "threshold", self.threshold, "between 0 and 1")
        _require(self.tile_size >= 1, "tile_size", self.tile_size, "at least 1")

    @property
    def neutral(self) -> tuple[float, ...]:
        """The raw values, by band, that the network takes as "nothing here": the training mean.

        NaN for a band that is stretched by tile, in which it shall not count.
        """
        low, high = self.scaling.range
        means = zip(self.bands, self.scaling.mean, strict=True)
        return tuple(
            math.nan if band in self.scaling.by_tile else low + mean * (high - low)
            for band, mean in means
        )

    def to_json(self) -> str:
        """The text that `from_json` reads."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Parse and check; fields that are unknown are left out.

        Raises `CheckpointError` for anything missing, of the wrong type, impossible or too new.
        """
        data = _parse(text)
        scaling, gsd = _Fields(data).part("scaling"), _Fields(data).part("gsd")
        fields = _Fields(data)
        return cls(
            name=fields.text("name"),
            architecture=fields.text("architecture"),
            config=fields.part("config").data,
            bands=fields.texts("bands"),
            scaling=_scaling(scaling),
            tile_size=fields.integer("tile_size"),
            gsd=Gsd(*(gsd.maybe_number(key) for key in ("nominal", "minimum", "maximum"))),
            classes=fields.texts("classes"),
            threshold=fields.number("threshold"),
            threshold_source=fields.text("threshold_source"),
            training=tuple(
                TrainingData(part.text("name"), part.text("terms"))
                for part in fields.parts("training")
            ),
            metrics=tuple(
                Metric(
                    part.text("name"),
                    part.number("value"),
                    part.text("averaging"),
                    part.text("data"),
                )
                for part in fields.parts("metrics")
            ),
            licence=fields.maybe_text("licence"),
            created=fields.maybe_text("created"),
            parent=_parent(fields),
        )


def _parent(fields: _Fields) -> Parent | None:
    """Cards of networks that began anew, and older ones, name none."""
    if fields.data.get("parent") is None:
        return None
    parent = fields.part("parent")
    return Parent(parent.text("name"), parent.text("sha256"))


def _scaling(fields: _Fields) -> Scaling:
    """Cards that were written before bands had units of their own have no such fields."""
    mean, std, values = fields.numbers("mean"), fields.numbers("std"), fields.pair("range")
    units = fields.numbers("units") if "units" in fields.data else ()
    by_tile = fields.texts("by_tile") if "by_tile" in fields.data else ()
    return Scaling(mean, std, values, units, by_tile)


def _parse(text: str) -> dict[str, Any]:
    """The JSON object of a card whose format this version knows."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise CheckpointError("The card is no JSON.", _REMEDY) from None
    if not isinstance(data, dict):
        raise CheckpointError("The card is no JSON object.", _REMEDY)
    version = _Fields(data).integer("format")
    if version > FORMAT:
        raise CheckpointError(
            f"The card is of format {version}; this version reads formats up to {FORMAT}.",
            "Update the plugin, or get the checkpoint in an older format.",
        )
    _require(version >= 1, "format", version, "at least 1")
    return data


_REMEDY = "Get the file again, or convert the original anew."


def _require(holds: bool, where: str, value: object, what: str) -> None:
    if not holds:
        raise CheckpointError(f"The card's {where} is {value!r}, not {what}.", _REMEDY)


def _check_names(card: Card) -> None:
    for key in ("name", "architecture"):
        _require(bool(getattr(card, key)), key, getattr(card, key), "a name")
    for key in ("bands", "classes"):
        names = getattr(card, key)
        distinct = len(set(names)) == len(names) > 0 and all(names)
        _require(distinct, key, list(names), "one or more different names")


def _check_scaling(scaling: Scaling, bands: tuple[str, ...]) -> None:
    for key in ("mean", "std"):
        values = getattr(scaling, key)
        of_bands = len(values) == len(bands) and all(map(math.isfinite, values))
        _require(of_bands, f"scaling.{key}", list(values), f"{len(bands)} finite numbers")
    _require(min(scaling.std) > 0, "scaling.std", list(scaling.std), "above 0")
    low, high = scaling.range
    ascending = math.isfinite(low) and math.isfinite(high) and low < high
    _require(ascending, "scaling.range", [low, high], "two finite ascending numbers")
    units = scaling.units
    positive = all(0 < unit < math.inf for unit in units) and len(units) in (0, len(bands))
    _require(positive, "scaling.units", list(units), f"{len(bands)} numbers above 0, or none")
    known = set(scaling.by_tile) <= set(bands)
    _require(known, "scaling.by_tile", list(scaling.by_tile), f"bands out of {list(bands)}")


def _check_gsd(gsd: Gsd) -> None:
    given = [gsd.minimum, gsd.nominal, gsd.maximum]
    if given == [None, None, None]:
        return
    numbers = [value for value in given if value is not None and 0 < value < math.inf]
    what = "minimum, nominal and maximum in ascending metres, or all null"
    _require(len(numbers) == 3 and numbers == sorted(numbers), "gsd", given, what)


class _Fields:
    """Typed access to a JSON object; a `CheckpointError` names the field that is not as asked."""

    def __init__(self, data: dict[str, Any], path: str = "") -> None:
        self.data = data
        self._path = path

    def _get(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        if key not in self.data:
            raise CheckpointError(f"The card has no {self._path}{key}.", _REMEDY)
        value = self.data[key]
        # In Python True is an int, in a card it is none.
        fits = isinstance(value, kind) and not isinstance(value, bool)
        _require(fits, self._path + key, value, what)
        return value

    def text(self, key: str) -> str:
        return self._get(key, str, "a text")

    def maybe_text(self, key: str) -> str | None:
        return self._get(key, (str, type(None)), "a text or null")

    def integer(self, key: str) -> int:
        return self._get(key, int, "a whole number")

    def number(self, key: str) -> float:
        return float(self._get(key, (int, float), "a number"))

    def maybe_number(self, key: str) -> float | None:
        value = self._get(key, (int, float, type(None)), "a number or null")
        return None if value is None else float(value)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._get(key, list, "a list of texts")
        _require(all(isinstance(value, str) for value in values), key, values, "a list of texts")
        return tuple(values)

    def numbers(self, key: str) -> tuple[float, ...]:
        values = self._get(key, list, "a list of numbers")
        return tuple(_Fields({key: value}, self._path).number(key) for value in values)

    def pair(self, key: str) -> tuple[float, float]:
        values = self.numbers(key)
        _require(len(values) == 2, self._path + key, list(values), "two numbers")
        return values[0], values[1]

    def part(self, key: str) -> _Fields:
        return _Fields(self._get(key, dict, "an object"), f"{self._path}{key}.")

    def parts(self, key: str) -> list[_Fields]:
        values = self._get(key, list, "a list of objects")
        holder = [_Fields({key: value}, self._path) for value in values]
        return [each.part(key) for each in holder]
