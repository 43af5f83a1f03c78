"""Where the plugin's own files are: beside its modules, or one level up in a checkout."""

from __future__ import annotations

from pathlib import Path

# Not resolved: a linked plugin folder has its own links to `backend` and `resources`.
PACKAGE = Path(__file__).absolute().parent


def home() -> Path:
    """The folder that holds `backend` and `resources`."""
    return PACKAGE if (PACKAGE / "backend").is_dir() else PACKAGE.parent


def icon(name: str) -> str:
    """Path of an icon by its name without `.svg`."""
    return str(home() / "resources" / "icons" / f"{name}.svg")


def bundled_checkpoint() -> str:
    """Path of the checkpoint that comes with the plugin; empty where there is none."""
    found = sorted((home() / "resources" / "models").glob("*.safetensors"))
    return str(found[0]) if found else ""


def runtime_resources() -> Path:
    """The folder of what a runtime is made of: the lock, and the test that it has to pass."""
    return home() / "resources" / "runtime"


def translations() -> Path:
    """The folder of the compiled catalogues, one a language."""
    return home() / "resources" / "i18n"


def style(name: str) -> Path:
    """Path of a layer style by its name without `.qml`."""
    return home() / "resources" / "styles" / f"{name}.qml"


def guide() -> str:
    """Path of the first page of the guide."""
    return str(home() / "docs" / "guide.md")
