"""Datasets as published: which files they are made of; nothing is cut or converted on disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from backend.errors import DatasetError
from backend.published import LANDSLIDE4SENSE_BANDS
from backend.training.datasets import RGB, Dataset
from backend.training.image_files import H5_SUFFIX, Pair, samples_of

IMAGE_SUFFIXES = frozenset((".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"))
# Suffixes that a mask may have where it has not its image's; JPEG would blur its values.
MASK_SUFFIXES = (".png", ".tif", ".tiff")

# A tile of the CAS dataset: the site, metres a pixel, the sensor (also written UVA), a number.
CAS_NAME = re.compile(
    r"\A(?P<site>.*?)[_ -]*(?:(?P<gsd>\d+(?:\.\d+)?)m)?[_ -]*(?P<sensor>sat|uav|uva)?[_ -]*\d*\Z",
    re.IGNORECASE | re.DOTALL,
)

KNOWN_LAYOUTS = (
    "Give a list file (train.txt, an image a line, masks under `mask` where images lie under"
    " `image`), a folder with landslide/image, landslide/mask and non-landslide/image (Bijie), one"
    " with img and mask or label (CAS), one with img/image_N.h5 and mask/mask_N.h5"
    " (Landslide4Sense), or RASTER::POLYGONS."
)


@dataclass(frozen=True)
class Layout:
    """A published layout: where it is recognised, and what is read from it."""

    fits: Callable[[Path], bool]
    pairs: Callable[[Path], Sequence[Pair]]
    bands: tuple[str, ...] = RGB
    gsd: Callable[[Sequence[Pair]], float | None] = lambda pairs: None
    with_dem: Callable[[Pair], Pair] | None = None
    """Adds a picture's elevations, in a layout that has them."""


def open_layout(path: Path, roles: tuple[str, ...] = RGB) -> Dataset:
    """The dataset at a path in one of the published layouts, every image and mask checked.

    Its bands are the layout's own, with elevation where `roles` ask for just that and it has them.
    Raises `DatasetError` where the layout is unknown, or for the first file that cannot be used.
    """
    path = path.absolute()
    if not path.exists():
        raise DatasetError(f"There is no dataset {path}.", "Check the path.")
    layout = next((layout for layout in LAYOUTS if layout.fits(path)), None)
    if layout is None:
        raise _unknown(path)
    pairs = layout.pairs(path)
    if not pairs:
        raise DatasetError(f"{path} names no image.", "Choose data with images and their masks.")
    bands = layout.bands
    if layout.with_dem and roles == (*bands, "dem"):
        pairs, bands = [layout.with_dem(pair) for pair in pairs], roles
    return Dataset(_name(path), bands, samples_of(pairs, bands), layout.gsd(pairs))


def _name(path: Path) -> str:
    """What a dataset is called: its folder, or bijie/val for bijie/val/val.txt."""
    if path.is_dir():
        return path.name
    folder = path.parent
    return f"{folder.parent.name if folder.name == path.stem else folder.name}/{path.stem}"


def _unknown(path: Path) -> DatasetError:
    folders = (path, path / "img") if path.is_dir() else ()
    count = sum(len(_files(folder, {H5_SUFFIX})) for folder in folders)
    if count:
        return DatasetError(
            f"{path} holds {count} Landslide4Sense images but no masks, so nothing can be learned"
            " from them.",
            "Put the images into a folder `img` and their masks, mask_N.h5, into `mask` beside it.",
        )
    return DatasetError(f"{path} is a dataset of no known layout.", KNOWN_LAYOUTS)


def _files(folder: Path, suffixes: frozenset[str] | set[str]) -> list[Path]:
    """Files of a folder with these suffixes, in the order of their names; none without it."""
    if not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in files if path.suffix.lower() in suffixes and path.is_file())


def _pairs(
    root: Path, images: Sequence[Path], masks: Path, group: Callable[[Path], str]
) -> list[Pair]:
    """Each image with the mask of its name; the suffix may be another."""
    by_stem = {path.stem: path for path in _files(masks, IMAGE_SUFFIXES)}
    return [
        Pair(
            path.relative_to(root).as_posix(),
            group(path),
            path,
            _existing(path, [masks / path.name, by_stem.get(path.stem, masks / path.name)]),
        )
        for path in images
    ]


def _existing(image: Path, candidates: Sequence[Path]) -> Path:
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise DatasetError(
        f"The image {image} has no mask {candidates[0]}.",
        "Put the mask there, or take the image out of the dataset.",
    )


# CALandDet's list file.


def _is_list(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".txt"


def _listed(path: Path) -> list[Pair]:
    """The images that a list file names, one a line, relative to the file; each its own group."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"The list file {path} cannot be read as text.", "Save it as plain text in UTF-8."
        ) from error
    stripped = (line.strip().replace("\\", "/") for line in lines)
    return [_listed_pair(path, line) for line in dict.fromkeys(stripped) if line]


def _listed_pair(listing: Path, line: str) -> Pair:
    image = listing.parent / line
    if not image.is_file():
        raise DatasetError(
            f"The image {image} is not there, though {listing.name} lists it.",
            "Put it there, or take it off the list.",
        )
    places = list(_mask_lines(line))
    if not places:
        raise DatasetError(
            f"Nothing in {line} can be replaced to find its mask.",
            "Let the images lie in a folder `image` and the masks in a folder `mask`.",
        )
    suffixes = (PurePosixPath(line).suffix, *MASK_SUFFIXES)
    candidates = [
        listing.parent / PurePosixPath(place).with_suffix(suffix)
        for place in places
        for suffix in suffixes
    ]
    return Pair(line, str(image), image, _existing(image, candidates))


def _mask_lines(line: str) -> Iterator[str]:
    """What the list would say of the mask: first as published, every `image` being `mask`.

    Further on, where a name or a folder higher up holds the word as well, only the folders are
    replaced, or only the last of them. What stands above the list file is never replaced.
    """
    *folders, name = PurePosixPath(line).parts
    last = max((i for i, folder in enumerate(folders) if "image" in folder), default=None)
    everywhere = [_to_mask(folder) for folder in folders]
    ways = [everywhere]
    if last is not None:
        ways.append([*folders[:last], _to_mask(folders[last]), *folders[last + 1 :]])
    places = (
        PurePosixPath(*way, as_named).as_posix()
        for way in ways
        for as_named in (_to_mask(name), name)
    )
    return (place for place in dict.fromkeys(places) if place != PurePosixPath(line).as_posix())


def _to_mask(name: str) -> str:
    return name.replace("image", "mask")


# The Bijie landslide dataset (Ji et al. 2020, 10.1007/s10346-020-01353-2): RGB of 0.8 m, each
# image of a place of its own. `dem` holds a grey picture of each one's relief.


def _is_bijie(path: Path) -> bool:
    return (path / "landslide" / "image").is_dir()


def _bijie(root: Path) -> list[Pair]:
    """Landslides with their masks, and images without a landslide, which have no mask."""
    landslide = _files(root / "landslide" / "image", IMAGE_SUFFIXES)
    other = _files(root / "non-landslide" / "image", IMAGE_SUFFIXES)
    return _pairs(root, landslide, root / "landslide" / "mask", str) + [
        Pair(path.relative_to(root).as_posix(), str(path), path, None) for path in other
    ]


def _bijie_with_dem(pair: Pair) -> Pair:
    folder = pair.image.parent.parent / "dem"
    named = {path.stem: path for path in _files(folder, IMAGE_SUFFIXES)}
    dem = named.get(pair.image.stem)
    if dem is None:
        raise DatasetError(
            f"The image {pair.image} has no elevations {folder / pair.image.name}.",
            "Put them there, or train on red, green and blue alone.",
        )
    return replace(pair, dem=dem)


# The CAS landslide dataset (Xu et al. 2024, 10.1038/s41597-023-02847-z): a folder for each site
# and sensor; `mask` holds 0 and 1, `label` the same for viewing.


def _is_cas(path: Path) -> bool:
    return (path / "img").is_dir() and any((path / name).is_dir() for name in ("mask", "label"))


def _cas(root: Path) -> list[Pair]:
    masks = next(root / name for name in ("mask", "label") if (root / name).is_dir())
    images = _files(root / "img", IMAGE_SUFFIXES)
    return _pairs(root, images, masks, lambda path: _cas_site(root, path))


def _cas_site(root: Path, path: Path) -> str:
    """The site: its tiles were cut from one scene and may overlap.

    A name as published tells the site wherever the folder lies, so that its tiles of another sensor
    are known as the same place; any other name only tells it within its folder.
    """
    name = _cas_name(path)
    site = name["site"].lower()
    if site and (name["gsd"] or name["sensor"]):
        return f"CAS site {site}"
    return f"{root}/{site}"


def _cas_gsd(pairs: Sequence[Pair]) -> float | None:
    """Ground sampling distance [m] where every name tells the same."""
    told = {_cas_name(pair.image)["gsd"] for pair in pairs}
    gsd = told.pop()
    return float(gsd) if gsd and not told else None


def _cas_name(path: Path) -> re.Match[str]:
    return next(CAS_NAME.finditer(path.stem))


# Landslide4Sense: patches of 128 x 128 px at 10 m, channels last. They do not overlap, and their
# names tell no place, so each is its own group.


def _is_landslide4sense(path: Path) -> bool:
    return bool(_files(path / "img", {H5_SUFFIX})) and (path / "mask").is_dir()


def _landslide4sense(root: Path) -> list[Pair]:
    return [
        Pair(path.stem, str(path), path, _existing(path, [root / "mask" / _to_mask(path.name)]))
        for path in _files(root / "img", {H5_SUFFIX})
    ]


LAYOUTS = (
    Layout(_is_list, _listed),
    Layout(_is_bijie, _bijie, gsd=lambda pairs: 0.8, with_dem=_bijie_with_dem),
    Layout(_is_landslide4sense, _landslide4sense, LANDSLIDE4SENSE_BANDS, lambda pairs: 10.0),
    Layout(_is_cas, _cas, gsd=_cas_gsd),
)
