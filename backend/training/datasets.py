"""Datasets as published, each read into `Sample`s; nothing is cut or converted on disk."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from backend.errors import DatasetError

# Masks are drawn with 1 or with 255 for landslide; anything else is no mask.
MASK_VALUES = frozenset((0, 1, 255))


@dataclass(frozen=True)
class Sample:
    """One image (C, H, W) uint8 with its mask (H, W), True where there is a landslide."""

    name: str
    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]

    @property
    def has_landslide(self) -> bool:
        """Whether any pixel is landslide."""
        return bool(self.mask.any())


def read_list_file(path: Path) -> list[Sample]:
    """The images that CALandDet's list file names, one path a line, relative to the file.

    A mask lies where the image lies, with `image` replaced by `mask` in its path; its suffix may
    be another. Raises `DatasetError` where one is missing or does not fit its image.
    """
    if not path.is_file():
        raise DatasetError(f"There is no list file {path}.", "Check the path.")
    lines = [line.strip() for line in path.read_text().splitlines()]
    samples = [_read_pair(path.parent, line) for line in lines if line]
    if not samples:
        raise DatasetError(f"{path} names no image.", "List one image a line.")
    return samples


def _read_pair(folder: Path, line: str) -> Sample:
    image_path = folder / line
    mask_path = _mask_beside(folder, line)
    image = read_image(image_path)[:3]
    mask = read_image(mask_path)[0]
    if image.shape[1:] != mask.shape:
        raise DatasetError(
            f"{image_path} has {image.shape[2]} x {image.shape[1]} px, its mask {mask_path}"
            f" {mask.shape[1]} x {mask.shape[0]}.",
            "Image and mask have to be of one size.",
        )
    strange = set(np.unique(mask).tolist()) - MASK_VALUES
    if strange:
        raise DatasetError(
            f"The mask {mask_path} holds the value {min(strange)}.",
            "A mask holds 0, and 1 or 255 for landslide.",
        )
    return Sample(line, image, mask > 0)


def _mask_beside(folder: Path, line: str) -> Path:
    exact = folder / line.replace("image", "mask")
    for candidate in (exact, exact.with_suffix(".png"), exact.with_suffix(".tif")):
        if candidate.exists():
            return candidate
    raise DatasetError(
        f"The image {folder / line} has no mask {exact}.",
        "Put the mask there, or take the image off the list.",
    )


def read_image(path: Path) -> NDArray[Any]:
    """All bands (C, H, W) of an image; raises `DatasetError` where it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as data:
                return data.read()
    except RasterioError as error:
        raise DatasetError(f"{path} cannot be read as an image.", "Check the file.") from error
