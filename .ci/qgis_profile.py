"""Puts the plugin into a QGIS profile and switches it on; runs in QGIS's own Python.

qgis_profile.py link --worker PYTHON              links to this checkout, to develop on
qgis_profile.py install --worker PYTHON --zip ZIP     as a user would
"""

from __future__ import annotations

import argparse
import shutil
import sys
import zipfile
from pathlib import Path

from qgis.core import Qgis
from qgis.PyQt.QtCore import QSettings, QStandardPaths

sys.path.insert(0, str(Path(__file__).resolve().parent))

import package

# What a start of QGIS would otherwise interrupt a demonstration or a first look with.
QUIET = {
    "qgis/checkVersion": False,
    "qgis/showTips": False,
    "qgis/projOpenAtLaunch": 2,  # neither the welcome page nor the last project
    "app/plugin_installer/checkOnStart": False,
    "core/NewsFeed/httpsfeedqgisorg/disabled": True,
    "locale/overrideFlag": True,
    "locale/userLocale": "en_US",
    "locale/globalLocale": "en_US",
}


def main() -> None:
    """Parse, link or install, and switch the plugin on."""
    options = _parser().parse_args()
    profile = (options.profiles or own_profiles()) / options.profile
    if options.how == "link":
        link(profile)
    else:
        install(profile, options.zip)
    configure(profile, options.worker, options.quiet)
    print(f"{package.PLUGIN} is in {profile}")


def own_profiles() -> Path:
    """The folder in which the QGIS of this Python keeps the user's profiles."""
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(data) / "QGIS" / f"QGIS{qgis_major()}" / "profiles"


def qgis_major() -> int:
    """3 or 4; QGIS names its folders and files after it."""
    return int(Qgis.versionInt()) // 10000


def link(profile: Path) -> None:
    """A real folder of links, so that `backend` lies beside the plugin's modules as it will."""
    folder = _empty_folder(profile)
    for name, source in package.entries().items():
        (folder / name).symlink_to(source, target_is_directory=source.is_dir())


def install(profile: Path, archive: Path) -> None:
    """Unpack the zip as QGIS's plugin manager does."""
    folder = _empty_folder(profile)
    with zipfile.ZipFile(archive) as source:
        source.extractall(folder.parent)


def configure(profile: Path, worker: Path, quiet: bool) -> None:
    """Switch the plugin on and name the worker's interpreter in the profile's settings."""
    path = profile / "QGIS" / f"QGIS{qgis_major()}.ini"
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = QSettings(str(path), QSettings.Format.IniFormat)
    settings.setValue(f"PythonPlugins/{package.PLUGIN}", True)
    settings.setValue(f"plugins/{package.PLUGIN}/worker_python", str(worker))
    if quiet:
        for key, value in QUIET.items():
            settings.setValue(key, value)
    settings.sync()
    if settings.status() != QSettings.Status.NoError:
        sys.exit(f"{path} cannot be written: close QGIS, or choose another profile.")


def _empty_folder(profile: Path) -> Path:
    folder = profile / "python" / "plugins" / package.PLUGIN
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Put the plugin into a QGIS profile.")
    parser.add_argument("how", choices=("link", "install"))
    parser.add_argument("--profiles", type=_path, help="folder of profiles, QGIS's own by default")
    parser.add_argument("--profile", default="default", help="name of the profile")
    parser.add_argument("--worker", type=Path, required=True, help="the worker's interpreter")
    parser.add_argument("--zip", type=Path, help="what to install")
    parser.add_argument("--quiet", action="store_true", help="English, no news, no first steps")
    return parser


def _path(text: str) -> Path | None:
    return Path(text) if text else None


if __name__ == "__main__":
    main()
