"""Whether a worker can do the work: asked of it before it gets any.

This module travels as source, by value, so that it also runs where `backend` is another version or
not there at all. It imports nothing but the standard library on its own.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import socket
import tempfile
from pathlib import Path
from typing import Any


def source_hash(folder: Path) -> str:
    """SHA-256 of all modules of a package, whatever the ends of their lines."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def file_hash(path: str) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def answer(wanted: dict[str, Any]) -> dict[str, Any]:
    """What a worker is and sees: `host`, and in a sentence why it cannot take part, or "".

    `wanted` has the `backend`'s hash, the `versions` by package, the `checkpoints`' hashes by path,
    `probes`, files with a `word` in each, and the `files` that are read.
    """
    host = f"{socket.gethostname()}, process {os.getpid()}"
    return {"host": host, "refusal": _refusal(wanted)}


def _refusal(wanted: dict[str, Any]) -> str:
    spec = importlib.util.find_spec("backend")
    if spec is None or spec.origin is None:
        return "it has no package backend on its Python path"
    found = source_hash(Path(spec.origin).parent)
    if found != wanted["backend"]:
        return (
            f"its backend is another version (SHA-256 {found[:12]} instead of"
            f" {wanted['backend'][:12]})"
        )
    for name, version in wanted["versions"].items():
        here = version_of(name)
        if here != version:
            return f"it has {name} {here or 'not at all'} instead of {version}"
    return _unseen(wanted)


def _can_write(folder: Path) -> bool:
    # As `backend.files`, which the worker may not have.
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _unseen(wanted: dict[str, Any]) -> str:
    """Which path the worker does not see, or sees something else at."""
    for probe in map(Path, wanted["probes"]):
        try:
            if probe.read_text("utf-8") != wanted["word"]:
                return f"it sees another folder at {probe.parent}"
        except OSError:
            return f"it does not see the folder {probe.parent}"
        if not _can_write(probe.parent):
            return f"it may not write into {probe.parent}"
    for path in wanted["files"]:
        if not os.path.exists(path):
            return f"it does not see {path}"
    for path, known in wanted["checkpoints"].items():
        try:
            found = file_hash(path)
        except OSError:
            return f"it does not see the checkpoint {path}"
        if found != known:
            return (
                f"its checkpoint {path} is another one (SHA-256 {found[:12]} instead of"
                f" {known[:12]})"
            )
    return ""


def version_of(name: str) -> str:
    """Of a package, without which build it is; empty where it is not there."""
    from importlib import metadata

    try:
        return metadata.version(name).partition("+")[0]
    except metadata.PackageNotFoundError:
        return ""
