"""A small hostile site, its desk, and a server that answers for it."""

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from recommender import Recommender, Settings, read_site
from recommender.review.app import make_app, server_of
from recommender.review.desk import Desk
from recommender.settings import ArticlesSettings, RankingSettings

SETTINGS = Settings(
    articles=ArticlesSettings(cache="none"), ranking=RankingSettings(ranker="similarity", min_score=0.05, n_jobs=1)
)
#: Titles by the names of their files; three of them try to break out of the page.
TITLES = {
    "green": "How to brew green tea",
    "black": "How to brew black tea",
    "white": "How to brew white tea <script>window.broken = 1</script>",
    "herbal": "\"Herbal tea\" & 'fruit tea' <img src=x onerror='window.broken = 1'>",
    "pot": "Which pot to brew tea in",
    "bicycle": "A bicycle for the city",
    "evil": "{{ 7 * 7 }} tea </title><b>",
}
URLS = {"evil": "javascript:window.broken=1", "pot": "https://example.org/pot", "bicycle": "//example.org/bike"}


@dataclass
class Served:
    """A running page."""

    desk: Desk
    host: str
    token: str

    @property
    def address(self) -> str:
        """What the command prints."""
        return f"http://{self.host}/?token={self.token}"

    def ask(self, path, method="GET", body=None, **headers):
        """Status, headers and text of a request as the editor's browser sends it; a header of None is left out."""
        cookie = f"recommender-{self.host.split(':')[1]}={self.token}"
        sent = {"Host": self.host, "Cookie": cookie, **headers}
        connection = HTTPConnection(self.host, timeout=30)
        connection.request(method, path, body, {name: value for name, value in sent.items() if value is not None})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()

    def key(self) -> str:
        """The secret of the forms."""
        return self.ask("/")[2].split('name="key" value="')[1].split('"')[0]

    def send(self, action, key=None, **fields):
        """Send a form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.host}"}
        return self.ask(f"/{action}", "POST", urlencode({"key": key or self.key(), **fields}), **headers)


def write_site(folder: Path) -> Path:
    """The site in a folder."""
    for number, (name, title) in enumerate(TITLES.items()):
        quoted = title.replace("'", "''")
        lines = [
            f"title: '{quoted}'",
            f"url: {URLS.get(name, f'/{name}')}",
            f"date: 2026-03-0{number + 1}",
            "tags: [tea]",
        ]
        if name == "green":
            lines += ["related:  # mine", "- /pot", "", "layout: post"]
        text = "\n".join(["---", *lines, "---", "", f"A few words on {title}.", ""])
        (folder / f"{name}.md").write_text(text)
    return folder


@pytest.fixture
def site(tmp_path):
    """A site."""
    folder = tmp_path / "site"
    folder.mkdir()
    return write_site(folder)


@pytest.fixture
def desk(site):
    """The desk of the site."""
    corpus = read_site(site, SETTINGS)
    return Desk(site, SETTINGS, corpus, Recommender(SETTINGS).fit(corpus))


@contextmanager
def running(desk):
    """The page of a desk."""
    desk.compute(threading.Event())
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        app = make_app(desk, "https://tea.example", "token", frozenset({host}))
        server = server_of(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield Served(desk, host, "token")
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def serving():
    """What runs the page of a desk."""
    return running


@pytest.fixture
def served(desk):
    """The page of the hostile site."""
    with running(desk) as found:
        yield found
