"""A small lock with its own packages, an index that serves them, and an index that misbehaves."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from calanddet_qgis.runtime import locked

PLATFORM = "linux-x86_64"
TORCH = "2.13.0+cpu"
# Passes in an environment that has both packages; says what the real one says.
SELF_TEST = """
import importlib, json, os, sys
sys.stdin
problem = None
for name in ("alpha", "torch"):
    try:
        importlib.import_module(name)
    except ImportError as error:
        problem = str(error)
if problem:
    print(json.dumps({"event": "error", "kind": "runtime", "message": problem, "remedy": ""}))
    sys.exit(2)
counts = {"device": "cpu", "description": "CPU: small", "absent": {}, "python": "3.11.2",
          "torch": "2.13.0+cpu", "seconds": 0.1, "packages": {"alpha": "1.0", "torch": "2.13.0"}}
print(json.dumps({"event": "result", "paths": {}, "counts": counts}))
"""


def make_wheel(folder: Path, name: str, version: str, size: int = 1000) -> Path:
    """A wheel of one module that holds `size` bytes of text."""
    files = {f"{name}/__init__.py": f"data = '{'x' * size}'\n".encode()}
    info = f"{name}-{version}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files[f"{info}/METADATA"] = head.encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in files.items()]
    files[f"{info}/RECORD"] = ("\n".join([*rows, f"{info}/RECORD,,"]) + "\n").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}-{version}-py3-none-any.whl"
    target.write_bytes(buffer.getvalue())
    return target


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def small_lock(folder: Path, wheels: Path, **changes: str):
    """The lock of `alpha` and `torch`, whose wheels are made in `wheels`; `changes` replace
    hashes by name."""
    made = {name: make_wheel(wheels, name, version) for name, version in
            (("alpha", "1.0"), ("torch", TORCH))}  # fmt: skip
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in made.items()}
    hashes.update(changes)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lock.txt").write_text(f"alpha==1.0 \\\n    --hash=sha256:{hashes['alpha']}\n")
    pythons = [f"3.{minor}" for minor in range(11, 15)]
    names = [f"torch-{TORCH}-cp{p.replace('.', '')}-x-manylinux_2_28_x86_64.whl" for p in pythons]
    (folder / "torch.txt").write_text("".join(f"{hashes['torch']}  1  {n}\n" for n in names))
    build = {"requirement": f"torch=={TORCH}", "pypi": True, "download": 2000, "installed": 4000}
    row = {"packages": 2, "download": 2000, "installed": 4000, "longest_path": 40,
           "needs": "2.17", "uv": 1, "builds": {"cpu": build}}  # fmt: skip
    table = {"torch": "2.13.0", "pythons": pythons, "platforms": {PLATFORM: row}}
    (folder / "sizes.json").write_text(json.dumps(table))
    (folder / "self_test.py").write_text(SELF_TEST)
    return locked(PLATFORM, "cpu", folder)


@dataclass
class Index:
    """A package index on this computer; `fault` says how it misbehaves."""

    wheels: Path
    fault: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> Index:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"{self.address}/simple"

    def _handler(index) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.asked.append(self.path)
                index.headers.append(dict(self.headers))
                if index.fault == "proxy":
                    self.send_error(407, "Proxy Authentication Required")
                elif self.path.endswith(".whl"):
                    self._send_wheel(
                        (index.wheels / unquote(self.path.rpartition("/")[2])).read_bytes()
                    )
                else:
                    self._send_page(self.path.strip("/").rpartition("/")[2])

            do_CONNECT = do_GET

            def _send_page(self, name: str) -> None:
                links = "".join(
                    f'<a href="/files/{path.name}">{path.name}</a>'
                    for path in index.wheels.glob(f"{name}-*.whl")
                )
                self._head(200, "text/html", len(links))
                self.wfile.write(links.encode())

            def _send_wheel(self, data: bytes) -> None:
                self._head(200, "application/zip", len(data))
                breaks = index.fault == "breaks" or (
                    index.fault == "breaks once"
                    and sum(path == self.path for path in index.asked) == 1
                )
                if breaks:
                    self.wfile.write(data[: len(data) // 2])
                    self.close_connection = True
                elif index.fault == "stalls":
                    self.wfile.write(data[:10])
                    self.wfile.flush()
                    index._released.wait(60)
                else:
                    self.wfile.write(data)

            def _head(self, code: int, kind: str, length: int) -> None:
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(length))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler
