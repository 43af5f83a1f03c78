"""uv, which can fetch a Python of its own; fetched itself where this computer has none."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QEventLoop, QTimer, QUrl
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from ..files import put_in_place
from ..messages import Cancelled, Failure, tr
from .complaints import from_os_error
from .program import POLL_S

NAME = "uv.exe" if sys.platform == "win32" else "uv"
# Where uv's own installers and package managers put it.
FOLDERS = ("~/.local/bin", "~/.cargo/bin", "/usr/local/bin", "/opt/homebrew/bin", "/usr/bin")

IsCancelled = Callable[[], bool]


def present_uv(root: Path) -> str:
    """The uv that was fetched before, or this computer's own; empty where there is none."""
    fetched = root / "uv" / NAME
    if fetched.is_file():
        return str(fetched)
    folders = (os.path.expanduser(folder) for folder in FOLDERS)
    return shutil.which(NAME, path=os.pathsep.join(folders)) or ""


def fetch_uv(root: Path, file: tuple[str, str, int], is_cancelled: IsCancelled) -> str:
    """Download uv's wheel through QGIS's own network, check it, unpack the program; its path.

    `file` is address, SHA-256 and size [bytes]. Raises `Failure` and `Cancelled`.
    """
    url, sha256, _ = file
    data = _download(QUrl(url), is_cancelled)
    if hashlib.sha256(data).hexdigest() != sha256:
        message = tr("{} is not the file that was locked: its SHA-256 differs.").format(url)
        remedy = tr("Nothing of it was kept. Try again; a proxy or a mirror may change files.")
        raise Failure("setup", message, remedy)
    try:
        return str(_unpack(data, root / "uv" / NAME))
    except OSError as error:
        raise from_os_error(error) from error


def _download(url: QUrl, is_cancelled: IsCancelled) -> bytes:
    """By the calling thread's own network manager, which knows QGIS's proxy and certificates."""
    reply = QgsNetworkAccessManager.instance().get(QNetworkRequest(url))
    loop, pulse = QEventLoop(), QTimer()
    reply.finished.connect(loop.quit)
    pulse.timeout.connect(loop.quit)
    pulse.start(int(1000 * POLL_S))
    while not reply.isFinished():
        if is_cancelled():
            reply.abort()
            raise Cancelled
        loop.exec()
    if reply.error() != QNetworkReply.NetworkError.NoError:
        raise _refusal(url.host(), reply)
    return bytes(reply.readAll())


def _refusal(host: str, reply: QNetworkReply) -> Failure:
    codes = QNetworkReply.NetworkError
    if reply.error() in (
        codes.ProxyAuthenticationRequiredError,
        codes.ProxyConnectionRefusedError,
        codes.ProxyConnectionClosedError,
        codes.ProxyNotFoundError,
    ):
        message = tr("The proxy refuses the connection to {}.").format(host)
        remedy = tr("Check proxy, user and password in Settings > Options > Network.")
    else:
        reason = reply.errorString().rstrip(".")
        message = tr("{} cannot be reached ({}).").format(host, reason)
        remedy = tr("Check the network and QGIS's proxy settings.")
    return Failure("setup", message, remedy)


def _unpack(wheel: bytes, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(n for n in archive.namelist() if n.endswith(f".data/scripts/{NAME}"))
        partial.write_bytes(archive.read(member))
    partial.chmod(0o755)
    put_in_place(partial, target)
    return target
