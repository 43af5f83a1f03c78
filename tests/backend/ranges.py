"""Serves one file in ranges, and writes each request down.

`python -m tests.backend.ranges FILE LOG`: a process of its own, as GDAL does not let go of the
interpreter while it opens a file.
"""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    """Answers HEAD and GET of the file; knows nothing else."""

    protocol_version = "HTTP/1.1"
    file: Path
    log: Path

    def do_HEAD(self) -> None:
        """Size and abilities."""
        self._answer(with_body=False)

    def do_GET(self) -> None:
        """The range that is asked for, or all of it."""
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        wanted = self.headers.get("Range")
        data = self.file.read_bytes() if self.path == f"/{self.file.name}" else b""
        found = re.match(r"bytes=(\d+)-(\d+)", wanted or "")
        headers, code = {}, 200 if data else 404
        body = data
        if data and found:
            first, last = int(found[1]), min(int(found[2]), len(data) - 1)
            body, code = data[first : last + 1], 206
            headers = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)
        sent = len(body) if with_body else 0
        line = {"method": self.command, "path": self.path, "range": wanted, "sent": sent}
        with open(self.log, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def log_message(self, *words: object) -> None:
        """Nothing is printed."""


def main() -> None:
    """Say the port, and serve until the process is ended."""
    Handler.file, Handler.log = Path(sys.argv[1]), Path(sys.argv[2])
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
