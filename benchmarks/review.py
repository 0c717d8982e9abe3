"""
The review page as an editor meets it: how long from its start to the queue, and how long each click takes.

Usage: python benchmarks/review.py SITE --folder FOLDER [--rounds 60]

SITE is copied into FOLDER, a model of it saved there, and both kept for a later run. `recommender review` is started on
them as a person starts it; the clock runs from there to the end of the queue's first answer. The clicks begin at once,
while the page still computes the suggestions of all articles behind itself, which is when it is slowest. A click is a
connection, a request, and what it leads to: a decision ends with the article's page shown again.
"""

import argparse
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import numpy as np

COMMAND = [sys.executable, "-m", "recommender"]


class Browser:
    """An editor's browser, as far as requests go."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, token = parts.netloc, parts.query.removeprefix("token=")
        self.headers = {"Cookie": f"recommender-{parts.port}={token}"}

    def get(self, path: str) -> str:
        """The page of a path."""
        return self._ask("GET", path)

    def send(self, action: str, **fields: str) -> str:
        """The page that a form leads to."""
        return self._ask("POST", f"/{action}", urlencode(fields))

    def _ask(self, method: str, path: str, body: str | None = None) -> str:
        connection = HTTPConnection(self.host, timeout=600)
        connection.request(method, path, body, self.headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status == 303:
            return self._ask("GET", answer.headers["location"])
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[-300:]}")
        return text


def main() -> None:
    """Print a table of clicks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    site, model = _prepared(options.site, options.folder)
    start = time.perf_counter()
    with subprocess.Popen(
        [*COMMAND, "review", site, "--model", model, "--no-open"], stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.stdout is not None
            browser = Browser(program.stdout.readline().strip())
            ready = time.perf_counter()
            queue = browser.get("/")
            shown = time.perf_counter()
            print(f"start to the queue: {shown - start:.2f} s, {shown - ready:.2f} s of it after the page answers\n")
            table(clicks(browser, queue, options.rounds, is_folder=site.is_dir()))
        finally:
            program.terminate()


def clicks(browser: Browser, queue: str, n_rounds: int, *, is_folder: bool) -> dict[str, list[float]]:
    """Milliseconds of each click, by what it was."""
    taken: dict[str, list[float]] = {}
    draw = random.Random(0)

    def click(name: str, ask: Callable[[], str]) -> str:
        start = time.perf_counter()
        text = ask()
        taken.setdefault(name, []).append((time.perf_counter() - start) * 1000)
        return text

    def field(text: str, name: str) -> str:
        return unescape(re.findall(rf'name="{name}" value="([^"]*)"', text)[0])

    n_pages = int(re.findall(r"page \d+ of (\d+)", queue)[0])
    for _ in range(n_rounds):
        number = draw.randrange(n_pages) + 1
        queue = click("queue, a page of it", lambda n=number: browser.get(f"/?page={n}"))
        click("queue, a word searched", lambda: browser.get("/?q=cloud&order=weakest"))
        path = unescape(draw.choice(re.findall(r'data-open href="([^"]*)"', queue)))
        text = click("article", lambda p=path: browser.get(p))
        words = quote(re.findall(r"<h1>(.*?)</h1>", text)[0].split()[0])
        click("article, a search for what is missing", lambda p=path, w=words: browser.get(f"{p}&add={w}"))
        key, article = field(text, "key"), field(text, "article")
        candidates = re.findall(r'data-item data-id="([^"]*)"', text)
        for verdict, candidate in zip(("accept", "reject"), dict.fromkeys(map(unescape, candidates)), strict=False):
            form = {"key": key, "article": article, "candidate": candidate, "seen": "", "why": "", "verdict": verdict}
            text = click(verdict, lambda f=form: browser.send("decide", **f))
        if version := re.findall(r'name="version" value="([^"]*)"', text):
            order = "\n".join(map(unescape, candidates[:1]))
            form = {"key": key, "article": article, "version": version[0], "order": order}
            click("order", lambda f=form: browser.send("order", **f))
        click("undo", lambda k=key: browser.send("undo", key=k))
        if is_folder:
            click("look before promoting", lambda p=path: browser.get(p.replace("/article", "/promote")))
    return taken


def table(taken: dict[str, list[float]]) -> None:
    """Print the clicks as Markdown."""
    print("| click | n | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: |")
    for name, values in [*taken.items(), ("all", [one for some in taken.values() for one in some])]:
        middle, slow = np.percentile(values, (50, 99))
        print(f"| {name} | {len(values)} | {middle:.0f} | {slow:.0f} |")


def _prepared(source: Path, folder: Path) -> tuple[Path, Path]:
    """A copy of the site without decisions, and a model of it."""
    folder.mkdir(parents=True, exist_ok=True)
    site, model = folder / source.name, folder / f"{source.name}-model"
    if not site.exists():
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, site)
    shutil.rmtree((site if site.is_dir() else folder) / "_recommender", ignore_errors=True)
    if not model.exists():
        subprocess.run([*COMMAND, "fit", site, "--model", model, "--quiet"], check=False)
    return site, model


if __name__ == "__main__":
    main()
