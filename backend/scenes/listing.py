"""The rasters behind names: files, folders, patterns and tile indices."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from backend.errors import RasterError
from backend.raster.sentinel2 import is_product

# Of the files in a folder, those that are taken for images.
IMAGES = (".tif", ".tiff", ".vrt", ".img", ".jp2", ".png", ".jpg", ".jpeg", ".ecw", ".sid", ".bil")
# Vector files that may be an index of tiles, and the field with the tiles' paths as gdaltindex
# writes it.
INDICES = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".gml", ".parquet")
LOCATION = "location"
WILD = set("*?[")


@dataclass(frozen=True)
class Listing:
    """Paths of rasters in order, each once, and sentences about what was left out."""

    paths: tuple[str, ...]
    notes: tuple[str, ...] = ()


def is_many(names: Sequence[str]) -> bool:
    """Whether the names stand for more than one raster, or may do so."""
    return len(names) != 1 or _kind(names[0]) != "raster"


def find(names: Sequence[str]) -> Listing:
    """All rasters behind the names. Raises `RasterError` where a name stands for none."""
    paths: dict[Path | str, str] = {}
    notes = []
    for name in names:
        for path in _behind(name):
            known = paths.setdefault(_identity(path), path)
            if known is not path:
                notes.append(f"{path} is named twice; it is taken once.")
    return Listing(tuple(paths.values()), tuple(notes))


def _kind(name: str) -> str:
    """raster, folder, pattern or index. A virtual raster, or a folder of bands, is one raster."""
    path = Path(name)
    if path.is_dir():
        return "raster" if is_product(path) else "folder"
    if WILD & set(name) and not path.exists() and not name.startswith("/vsi"):
        return "pattern"
    is_index = path.suffix.lower() in INDICES and path.is_file() and _index_field(path) is not None
    return "index" if is_index else "raster"


def _behind(name: str) -> Iterator[str]:
    found = {"folder": _in_folder, "pattern": _matches, "index": _indexed}
    kind = _kind(name)
    yield from found[kind](name) if kind in found else [name]


def _in_folder(name: str) -> list[str]:
    """The images in a folder, and the products that are folders themselves, by name."""
    inside = sorted(Path(name).iterdir())
    found = [str(path) for path in inside if _is_image(path) or is_product(path)]
    if not found:
        raise RasterError(
            f"The folder {name} holds no raster: none of its {len(inside)} entries ends in"
            f" {', '.join(IMAGES[:4])} or the like.",
            "Choose another folder, or name the files.",
        )
    return found


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGES and path.is_file() and not path.name.startswith(".")


def _matches(name: str) -> list[str]:
    found = sorted(glob.glob(name, recursive=True))
    taken = [path for path in found if _kind(path) == "raster" and not _is_bystander(path)]
    if not taken:
        raise RasterError(
            f"No raster matches {name}.", "Check the pattern, or name a folder or files."
        )
    return taken


def _is_bystander(path: str) -> bool:
    """Whether a file only goes with a raster, or is no file of pixels."""
    return path.endswith((".aux.xml", ".ovr", ".msk")) or (
        Path(path).is_file() and Path(path).suffix.lower() not in IMAGES
    )


def _index_field(path: Path) -> str | None:
    """The name of the field with the paths, as it is written in the file."""
    with suppress(DataSourceError, DataLayerError):
        fields = pyogrio.read_info(path)["fields"]
        return next((str(field) for field in fields if field.lower() == LOCATION), None)
    return None


def _indexed(name: str) -> list[str]:
    """The tiles of an index, those that are missing included: their failure is their own."""
    path = Path(name)
    field = _index_field(path)
    _, _, _, columns = pyogrio.raw.read(path, columns=[field], read_geometry=False)
    tiles = [str(tile) for tile in columns[0] if tile]
    if not tiles:
        raise RasterError(
            f"The tile index {name} names no raster in its field {field}.", "Choose another index."
        )
    return [_located(tile, path.parent) for tile in tiles]


def _located(tile: str, folder: Path) -> str:
    """A tile beside its index, or else as the index has it, from the working directory."""
    beside = folder / tile
    return str(beside) if beside.exists() or not Path(tile).exists() else tile


def _identity(path: str) -> Path | str:
    """What two names of one file have in common."""
    return Path(path).resolve() if Path(path).exists() else path
