"""Where pip is set up to look for packages, told to uv, which does not read pip's settings."""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

# pip's option, its variable, and uv's variable for the same.
OPTIONS = (
    ("index-url", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
    ("extra-index-url", "PIP_EXTRA_INDEX_URL", "UV_INDEX"),
    ("find-links", "PIP_FIND_LINKS", "UV_FIND_LINKS"),
)


def uv_sources(environment: Mapping[str, str]) -> dict[str, str]:
    """uv's variables for what pip's variables and files say; uv's own come first."""
    settings = pip_settings(environment)
    variables = {}
    for option, name, uv_name in OPTIONS:
        value = environment.get(name) or settings.get(option, "")
        if value and not environment.get(uv_name):
            separator = "," if uv_name == "UV_FIND_LINKS" else " "
            variables[uv_name] = separator.join(value.split())
    if "UV_INDEX" in variables:
        # As pip does: all indexes are equal. What is taken is fixed by its hash.
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return variables


def pip_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What pip's files say of indexes, the user's before the system's."""
    settings: dict[str, str] = {}
    for path in _files(environment):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update(parser.items(section))
    return settings


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    """pip's files, the weightiest last."""
    home = Path.home()
    yield Path("/etc/pip.conf")
    for name in ("PROGRAMDATA", "APPDATA"):
        if environment.get(name):
            yield Path(environment[name]) / "pip" / "pip.ini"
    yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield home / ".pip" / "pip.conf"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    named = environment.get("PIP_CONFIG_FILE")
    if named and named != os.devnull:
        yield Path(named)
