"""The example service of docs/deploy.md, as a process of its own."""

import json
import os
import re
import subprocess
import sys
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).parent.parent


@contextmanager
def serving(model, *options):
    """A real uvicorn that serves a saved model; its port."""
    command = [sys.executable, "-m", "uvicorn", "--app-dir", ROOT / "examples" / "service", "--port", "0", "app:app"]
    environment = {**os.environ, "RECOMMENDER_MODEL": str(model), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([*command, *options], env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            lines = (re.search(r"http://127\.0\.0\.1:(\d+)", line) for line in server.stderr)
            yield int(next(found for found in lines if found)[1])
        finally:
            server.terminate()
            server.stderr.read()


def post(port, body, path="/suggestions", method="POST"):
    """Status and JSON of an answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
