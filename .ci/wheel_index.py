"""Wheels as package indexes list them: which fits a platform, and how large it is unpacked."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin
from urllib.request import Request, urlopen

WORK = Path(__file__).resolve().parent.parent / "build" / "lock"
TIMEOUT_S = 30
# The platforms' tags, best first, and the builds of torch that each can have.
PLATFORMS = {
    "linux-x86_64": ([f"manylinux_2_{n}_x86_64" for n in range(28, 4, -1)], "cpu cu126 cu130"),
    "linux-aarch64": ([f"manylinux_2_{n}_aarch64" for n in range(28, 4, -1)], "cpu cu130"),
    "windows-amd64": (["win_amd64"], "cpu cu126 cu130"),
    "macos-arm64": (
        # macOS 11 and later take what was built for both processors from 10.4 on.
        [f"macosx_{n}_0_{a}" for n in range(14, 10, -1) for a in ("arm64", "universal2")]
        + [f"macosx_10_{n}_universal2" for n in range(16, 3, -1)], "cpu",
    ),
}  # fmt: skip
OLD_NAMES = {"2_17": "2014", "2_12": "2010", "2_5": "1"}


@dataclass
class File:
    """A file to download; 0 and empty where its size, hash or address is unknown."""

    name: str
    url: str = ""
    sha256: str = ""
    size: int = 0


class _Links(HTMLParser):
    """The links of one page of an index."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.files = page, []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        href = dict(attributes).get("href")
        if tag == "a" and href:
            url, _, fragment = urljoin(self.page, href).partition("#")
            sha256 = fragment[7:] if fragment.startswith("sha256=") else ""
            self.files.append(File(unquote(url.rpartition("/")[2]), url, sha256))


_pages: dict[str, list[File]] = {}


def index(base: str, name: str) -> list[File]:
    """The files that an index has of a package."""
    page = f"{base}{name}/"
    if page not in _pages:
        parser = _Links(page)
        with urlopen(Request(page, headers={"Accept": "text/html"}), timeout=TIMEOUT_S) as answer:
            parser.feed(answer.read().decode())
        _pages[page] = parser.files
    return _pages[page]


def wheels(base: str, name: str, version: str) -> Iterator[tuple[File, set[Any]]]:
    """The wheels of one version, with the tags that each fits."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    for file in index(base, name):
        try:
            _, found, _, tags = parse_wheel_filename(file.name)
        except InvalidWheelFilename:
            continue
        if str(found) == version:
            yield file, set(tags)


def pick(base: str, name: str, version: str, platform: str, python: tuple[int, int]) -> File | None:
    """The wheel that pip would take there."""
    found = list(wheels(base, name, version))
    for tag in _tags(platform, python):
        for file, tags in found:
            if tag in tags:
                return file
    return None


def _tags(platform: str, python: tuple[int, int]) -> Iterator[Any]:
    from packaging.tags import compatible_tags, cpython_tags

    platforms = []
    for name in PLATFORMS[platform][0]:
        platforms.append(name)
        for new, old in OLD_NAMES.items():
            if f"_{new}_" in name:
                platforms.append(name.replace(f"_{new}_", f"{old}_"))
    yield from cpython_tags(python, platforms=platforms)
    yield from compatible_tags(python, f"cp{python[0]}{python[1]}", platforms=platforms)


def oldest(name: str, platform: str) -> str:
    system, machine = platform.split("-")
    kind = {"linux": "manylinux", "macos": "macosx"}.get(system, "-")
    found = re.findall(rf"{kind}_(\d+)_(\d+)_(?:{machine}|universal2)", name)
    return (
        "{}.{}".format(*min(found, key=lambda pair: (int(pair[0]), int(pair[1])))) if found else ""
    )


def size(url: str) -> int:
    with urlopen(Request(url, method="HEAD"), timeout=TIMEOUT_S) as answer:
        return int(answer.headers["Content-Length"])


def measure(file: File) -> tuple[int, int, int]:
    """Bytes to download, bytes unpacked, and the longest path in it; zeros for what is unknown."""
    cache = WORK / "measured.json"
    known = json.loads(cache.read_text()) if cache.exists() else {}
    if file.name and file.name not in known:
        local = WORK / "wheels" / file.name
        if not file.url and not local.exists():
            return file.size, 0, 0
        stream = (
            local.open("rb") if local.exists() else io.BufferedReader(_Remote(file.url), 1 << 16)
        )
        with zipfile.ZipFile(stream) as wheel:
            members = wheel.infolist()
        whole = local.stat().st_size if local.exists() else size(file.url)
        known[file.name] = (whole, sum(_unpacked(m) for m in members),
                            max(len(m.filename) for m in members))  # fmt: skip
        cache.write_text(json.dumps(known, indent=1))
    return tuple(known.get(file.name, (0, 0, 0)))


def _unpacked(member: zipfile.ZipInfo) -> int:
    """What a file takes once it is installed [bytes]; bytecode is about as large as its source."""
    return member.file_size * (2 if member.filename.endswith(".py") else 1)


class _Remote(io.RawIOBase):
    """A file on a server, read in pieces: the list of a wheel's contents stands at its end."""

    def __init__(self, url: str) -> None:
        self._url, self._at, self._size = url, 0, size(url)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        request = Request(self._url, headers={"Range": f"bytes={self._at}-{end - 1}"})
        with urlopen(request, timeout=TIMEOUT_S) as answer:
            data = answer.read()
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
