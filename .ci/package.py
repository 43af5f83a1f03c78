"""Builds the plugin's zip: `package.py ZIP`.

One folder `calanddet_qgis` with the plugin, its backend, its guide and its resources; the same
tree always gives the same bytes.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLUGIN = "calanddet_qgis"
# Of the checkout, into the plugin's folder under the same name.
COMPANIONS = ("metadata.txt", "LICENSE", "backend", "docs", "resources")
# What plugins.qgis.org takes [bytes].
MAX_SIZE = 25_000_000
EPOCH = (1980, 1, 1, 0, 0, 0)


def entries() -> dict[str, Path]:
    """What the installed plugin's folder holds at its top, by name, with where it stands here."""
    plugin = {path.name: path for path in sorted((ROOT / PLUGIN).iterdir())}
    found = {**plugin, **{name: ROOT / name for name in COMPANIONS}}
    return {name: path for name, path in found.items() if _belongs(path)}


def build(archive: Path) -> None:
    """Write the zip. Raises `SystemExit` where it is larger than the plugin repository takes."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_name(archive.name + ".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, source in entries().items():
            for path in _files(source):
                _add(target, Path(PLUGIN, name, path.relative_to(source)).as_posix(), path)
    size = partial.stat().st_size
    if size > MAX_SIZE:
        partial.unlink()
        sys.exit(f"The zip has {size / 1e6:.1f} MB; the plugin repository takes 25 MB.")
    partial.replace(archive)


def _files(source: Path) -> Iterator[Path]:
    """The files of a folder, or the file itself, in a fixed order."""
    if source.is_file():
        yield source
        return
    for path in sorted(source.iterdir()):
        if _belongs(path):
            yield from _files(path)


def _belongs(path: Path) -> bool:
    """Whether a file or folder is shipped: nothing hidden, compiled, or only for translators."""
    return not path.name.startswith((".", "__pycache__")) and path.suffix not in (".pyc", ".ts")


def _add(target: zipfile.ZipFile, name: str, path: Path) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    target.writestr(info, path.read_bytes())


if __name__ == "__main__":
    build(Path(sys.argv[1]))
    print(f"{sys.argv[1]}: {Path(sys.argv[1]).stat().st_size / 1e6:.2f} MB")
