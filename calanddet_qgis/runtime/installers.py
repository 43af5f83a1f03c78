"""Two ways to make an environment and to fill it: an interpreter's own pip, and uv."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from .folders import environment_python
from .mirrors import uv_sources
from .program import module_command

# Wheels only: a build from source would need compilers and GDAL's headers. Nothing is asked.
PIP = ("install", "--no-input", "--progress-bar", "off", "--disable-pip-version-check",
       "--only-binary", ":all:", "--no-warn-script-location")  # fmt: skip
UV_PIP = ("pip", "install", "--no-progress", "--only-binary", ":all:")
# What uv fetches: the first that every package is surely built for.
UV_PYTHON = "3.12"


@dataclass(frozen=True)
class Source:
    """Where packages come from: `folder`, or else the indexes that are configured and `index`."""

    folder: Path | None = None
    index: str = ""


@dataclass(frozen=True)
class Pip:
    """An interpreter that makes environments which have pip."""

    python: str

    def create(self, environment: Path) -> list[str]:
        """The command that makes the environment."""
        return module_command(self.python, "venv", str(environment))

    def install(
        self, environment: Path, what: Sequence[str], source: Source, again: bool
    ) -> list[str]:
        """The command that installs; `again` replaces what is there."""
        options = ["--force-reinstall"] if again else []
        if source.folder:
            options += ["--no-index", "--find-links", str(source.folder)]
        elif source.index:
            options += ["--extra-index-url", source.index]
        return module_command(environment_python(environment), "pip", *PIP, *options, *what)

    def variables(self, root: Path) -> dict[str, str]:
        """What pip needs to know: downloads wait where the environment is made."""
        folder = str(root / "tmp")
        return {"TMPDIR": folder, "TEMP": folder, "TMP": folder}

    def downloads(self, root: Path) -> Path:
        """The folder that grows as files arrive."""
        return root / "tmp"


@dataclass(frozen=True)
class Uv:
    """uv, with an interpreter of this computer, or with none: then it fetches one."""

    program: str
    python: str = ""

    def create(self, environment: Path) -> list[str]:
        """The command that makes the environment."""
        wanted = ["--python", self.python] if self.python else ["--managed-python", "--python"]
        wanted += [] if self.python else [UV_PYTHON]
        return [self.program, "venv", "--no-progress", "--no-project", *wanted, str(environment)]

    def install(
        self, environment: Path, what: Sequence[str], source: Source, again: bool
    ) -> list[str]:
        """The command that installs; `again` replaces what is there."""
        options = ["--reinstall"] if again else []
        if source.folder:
            options += ["--offline", "--no-index", "--find-links", str(source.folder)]
        elif source.index:
            options += ["--index", source.index]
        python = ["--python", str(environment_python(environment))]
        return [self.program, *UV_PIP, *python, *options, *what]

    def variables(self, root: Path) -> dict[str, str]:
        """What uv needs to know: all it keeps lies beside the environment."""
        folders = {"UV_CACHE_DIR": root / "cache", "UV_PYTHON_INSTALL_DIR": root / "python"}
        return {**uv_sources(os.environ), **{name: str(path) for name, path in folders.items()}}

    def downloads(self, root: Path) -> Path:
        """The folder that grows as files arrive."""
        return root / "cache"


Installer = Union[Pip, Uv]
