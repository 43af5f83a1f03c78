"""Rasters, workers and a whole QGIS, made for one test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
from osgeo import gdal, osr
from qgis.PyQt.QtCore import QSettings

gdal.UseExceptions()
ROOT = Path(__file__).parents[2]
PLUGIN = "calanddet_qgis"
UTM_33_NORTH = 32633


def make_raster(path: Path, width: int = 240, height: int = 300, bands: int = 3) -> Path:
    """A seeded GeoTIFF of smooth noise at 1 m a pixel."""
    random = np.random.default_rng(7)
    coarse = random.integers(0, 255, (bands, height // 20 + 1, width // 20 + 1))
    pixels = np.kron(coarse, np.ones((20, 20)))[:, :height, :width].astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = gdal.GetDriverByName("GTiff").Create(str(path), width, height, bands, gdal.GDT_Byte)
    system = osr.SpatialReference()
    system.ImportFromEPSG(UTM_33_NORTH)
    data.SetProjection(system.ExportToWkt())
    data.SetGeoTransform([500000, 1, 0, 4000000, 0, -1])
    data.WriteArray(pixels)
    data.FlushCache()
    return path


def stand_in(body: str) -> list[str]:
    """The command of a small worker that speaks the protocol with `say`."""
    prelude = (
        "import json, os, signal, sys, threading, time\n"
        "def say(event, **fields):\n"
        "    print(json.dumps({'event': event, **fields}), flush=True)\n"
        "def end_with_stdin(code=3):\n"
        "    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(code))).start()\n"
    )
    return [sys.executable, "-u", "-c", prelude + body]


def stand_in_python(folder: Path, body: str) -> Path:
    """An executable in the place of the worker's Python that ignores what it is asked to do."""
    interpreter, switches, script = stand_in(body)[0], "-u", folder / "stand_in.py"
    script.write_text(stand_in(body)[-1])
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nexec "{interpreter}" {switches} "{script}" "$@"\n')
    program.chmod(0o755)
    return program


class Profile:
    """A fresh QGIS profile with the plugin installed and switched on."""

    def __init__(self, folder: Path, worker: Path) -> None:
        self.folder = folder
        tool = ROOT / ".ci" / "qgis_profile.py"
        options = ["--profiles", folder / "profiles", "--worker", worker, "--quiet"]
        command = [sys.executable, "-W", "ignore", tool, "link", *options]
        subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=60)

    def switch_plugin_off(self) -> None:
        """Leave the plugin installed, but not loaded when QGIS starts."""
        path = self.folder / "profiles" / "default" / "QGIS" / "QGIS3.ini"
        settings = QSettings(str(path), QSettings.Format.IniFormat)
        settings.setValue(f"PythonPlugins/{PLUGIN}", False)
        settings.sync()

    def environment(self) -> dict[str, str]:
        """What QGIS runs with: nothing of the user's."""
        return {**os.environ, "XDG_CONFIG_HOME": str(self.folder), "LANG": "C.UTF-8"}

    def qgis(self, script: str, timeout: float = 120) -> dict:
        """Run a script in a real QGIS; it puts its findings into `report` and calls `leave()`."""
        report, program = self.folder / "report.json", self.folder / "script.py"
        program.write_text(QGIS_SCRIPT.format(report=str(report)) + script)
        command = [
            shutil.which("qgis"), "--profiles-path", self.folder, "--nologo", "--noversioncheck",
            "--code", program,
        ]  # fmt: skip
        done = subprocess.run(
            [str(part) for part in command],
            env=self.environment(), capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip
        assert report.exists(), done.stderr[-3000:]
        return json.loads(report.read_text())

    def qgis_process(self, *arguments: object, timeout: float = 300) -> subprocess.CompletedProcess:
        """Run `qgis_process` without a window."""
        # Debian's wrapper passes it an option that only `qgis` knows.
        program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
        environment = {
            **self.environment(),
            "QGIS_CUSTOM_CONFIG_PATH": str(self.folder),
            "QT_QPA_PLATFORM": "offscreen",
        }
        return subprocess.run(
            [program, *map(str, arguments)],
            env=environment, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip


QGIS_SCRIPT = """
import json, os, sys, threading, traceback
from qgis.PyQt.QtCore import QCoreApplication, QTimer
from qgis.utils import iface
report = {{}}
def leave():
    with open({report!r} + ".part", "w") as file:
        json.dump(report, file)
    os.replace({report!r} + ".part", {report!r})
    QTimer.singleShot(0, QCoreApplication.instance().quit)
def on_error(kind, error, trace):
    report["error"] = "".join(traceback.format_exception(kind, error, trace))
    leave()
sys.excepthook = on_error
"""


def processes_in(path: Path) -> list[str]:
    """The command lines of all running processes that name a file or folder."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        # Of a process that has ended meanwhile there is none.
        with suppress(OSError):
            lines.append(file.read_bytes().decode(errors="replace"))
    return [line for line in lines if str(path) in line]


def make_tiles(folder: Path, zoom: int, column: int, row: int, count: int) -> str:
    """The source of a layer of count x count web map tiles in a folder, the first at column, row.

    Seeded colours, opaque.
    """
    random = np.random.default_rng(3)
    for x in range(column, column + count):
        for y in range(row, row + count):
            colours = np.kron(random.integers(0, 255, (3, 8, 8)), np.ones((32, 32)))
            data = gdal.GetDriverByName("MEM").Create("", 256, 256, 4, gdal.GDT_Byte)
            for band in range(3):
                data.GetRasterBand(band + 1).WriteArray(colours[band].astype(np.uint8))
            data.GetRasterBand(4).Fill(255)
            path = folder / str(zoom) / str(x) / f"{y}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            gdal.GetDriverByName("PNG").CreateCopy(str(path), data)
            path.with_suffix(".png.aux.xml").unlink(missing_ok=True)
    address = f"file://{folder}/%7Bz%7D/%7Bx%7D/%7By%7D.png"
    return f"type=xyz&url={address}&zmin={zoom}&zmax={zoom}"
