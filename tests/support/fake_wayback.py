"""Stands for pywb's program where only its coming and going matters:
`wayback --bind HOST --port PORT` in a directory with config.yaml.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = Path("config.yaml").read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        if self.path.endswith("/end"):
            raise SystemExit(3)


if __name__ == "__main__":
    HTTPServer((sys.argv[2], int(sys.argv[4])), _Handler).serve_forever()
