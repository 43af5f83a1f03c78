"""The demonstration: installs the plugin's zip into a fresh QGIS profile, lets `drive.py` work its
panel in the real QGIS, and tells what came out. `make demo` calls it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.demo.scene import make_scene, write_scene

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "resources" / "models" / "calanddet2-rgb.safetensors"
PROFILE = "demo"
# Longest that QGIS may take, for the built-in scene and for an image of any size [s].
TIMEOUT_S, TIMEOUT_OWN_S = 900, 6 * 3600
# Longest until QGIS is up, for drawing the pictures, and for ending [s].
START_S, PICTURES_S, END_S = 180, 400, 60
SYNTHETIC = "synthetic: a place that does not exist"


def main() -> None:
    """Prepare, run, tell; ends with one sentence where anything failed."""
    options = _parser().parse_args()
    out = options.out.resolve()
    raster = _existing(options.raster, "RASTER")
    checkpoint = _existing(options.checkpoint, "CHECKPOINT") or CHECKPOINT
    _clear(out)
    note = ""
    if not raster:
        raster, note = write_scene(make_scene(), out / "scene")["image"], SYNTHETIC
    _install(options, out)
    job = {
        "raster": str(raster),
        "checkpoint": str(checkpoint),
        "outputs": str(out / "outputs"),
        "panel": str(out / "panel.png"),
        "map": str(out / "map.png"),
        "began": str(out / "began"),
        "report": str(out / "report.json"),
        "tour": str(options.tour.resolve()) if options.tour else "",
        "timeout_s": TIMEOUT_OWN_S if options.raster else TIMEOUT_S,
    }
    report = _run_qgis(options.qgis, job, out)
    run = json.loads((out / "outputs" / "run.json").read_text())
    print(_table(job, run, report, note))


def _clear(out: Path) -> None:
    """Remove what an earlier demonstration left, so that nothing old passes for new."""
    for name in ("profiles", "outputs", "scene"):
        shutil.rmtree(out / name, ignore_errors=True)
    for name in ("panel.png", "map.png", "report.json", "job.json", "began"):
        (out / name).unlink(missing_ok=True)
    out.mkdir(parents=True, exist_ok=True)


def _existing(path: Path | None, name: str) -> Path | None:
    """The absolute path of a file that was given. Ends with a sentence where there is none."""
    if path and not path.exists():
        sys.exit(f"There is no file {path}: give {name}= the path of one.")
    return path.resolve() if path else None


def _install(options: argparse.Namespace, out: Path) -> None:
    """A fresh profile with the plugin from its zip, as a user would have it."""
    script = ROOT / ".ci" / "qgis_profile.py"
    # Not resolved: an environment's interpreter is a link, and is known by where the link is.
    command = [options.qgis_python, script, "install", "--quiet", "--zip", options.zip.resolve()]
    command += ["--profiles", out / "profiles", "--profile", PROFILE, "--worker", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr.strip()}\nThe plugin could not be put into the profile.")


def _run_qgis(qgis: str, job: dict[str, Any], out: Path) -> dict[str, Any]:
    """Run QGIS on the job and return what the driver reports."""
    (out / "job.json").write_text(json.dumps(job, indent=2))
    driver = Path(__file__).with_name("drive.py")
    command = [qgis, "--profiles-path", out, "--profile", PROFILE, "--noversioncheck"]
    command += ["--nologo", "--code", driver]
    environment = os.environ | {"CALANDDET_DEMO": str(out / "job.json")}
    print("Detecting in QGIS; this takes a minute or two.", file=sys.stderr)
    log = out / "qgis.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _await(Path(job["began"]), process, START_S)
            _await(Path(job["report"]), process, job["timeout_s"] + PICTURES_S)
            code = process.wait(END_S)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(process.pid, signal.SIGKILL)
            sys.exit(f"QGIS did not come to an end and was stopped: see {log}.")
    if code:
        print(f"QGIS ended with exit code {code}: see {log}.", file=sys.stderr)
    return _told(Path(job["report"]), log)


def _await(file: Path, process: subprocess.Popen[bytes], limit_s: float) -> None:
    """Wait until a file exists or the process has ended. Raises `subprocess.TimeoutExpired`, also
    where QGIS is held up by a question that nobody sees."""
    until = time.monotonic() + limit_s
    while not file.exists() and process.poll() is None:
        if time.monotonic() > until:
            raise subprocess.TimeoutExpired(process.args, limit_s)
        time.sleep(0.2)


def _told(report: Path, log: Path) -> dict[str, Any]:
    """What the driver reports; ends with its sentence where it failed."""
    if not report.exists():
        sys.exit(f"QGIS ended before the demonstration did: see {log}.")
    told: dict[str, Any] = json.loads(report.read_text())
    if told["error"]:
        sys.exit(told["error"])
    return told


def _table(job: dict[str, Any], run: dict[str, Any], report: dict[str, Any], note: str) -> str:
    """What a person wants to know of the run, a line each."""
    counts, grid = run["counts"], run["tiling"]
    seconds = run["seconds"]["tiles"]
    area = counts["area_m2"]
    lines = {
        "scene": _noted(job["raster"], note),
        "size": f"{grid['width']} x {grid['height']} px",
        "checkpoint": _short(job["checkpoint"]),
        "device": run["device"],
        "tiles": f"{counts['tiles']} in {seconds:.1f} s: {counts['tiles'] / seconds:.1f} tiles/s",
        "polygons": str(counts["polygons"]),
        "area": "unknown without a CRS" if area is None else f"{area / 1e4:.2f} ha",
        "threshold": f"{run['parameters']['threshold']:g}",
        "whole run": f"{report['seconds']:.1f} s from the click to the layers",
        "QGIS": f"{report['qgis']}, never held up longer than {report['stall_ms']:.0f} ms",
        "outputs": _short(job["outputs"]),
        "pictures": f"{_short(job['panel'])}, {_short(job['map'])}",
    }
    return "\n".join(f"  {name:11} {text}" for name, text in lines.items())


def _noted(path: str, note: str) -> str:
    return f"{_short(path)} ({note})" if note else _short(path)


def _short(path: str) -> str:
    """A path as one would type it here."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--qgis", default="qgis", help="QGIS's program")
    parser.add_argument("--qgis-python", default="/usr/bin/python3", help="QGIS's own Python")
    parser.add_argument("--zip", type=Path, required=True, help="the plugin's zip")
    parser.add_argument("--out", type=Path, required=True, help="folder for all that is made")
    parser.add_argument("--tour", type=_path, help="folder for pictures of the other tabs")
    parser.add_argument("--raster", type=_path, help="image instead of the synthetic scene")
    parser.add_argument("--checkpoint", type=_path, help="instead of the built-in one")
    return parser


def _path(text: str) -> Path | None:
    return Path(text) if text else None


if __name__ == "__main__":
    main()
