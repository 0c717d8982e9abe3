"""Who may ask the page, and what it makes of hostile input."""

import dataclasses
import re
import socket
import threading

import pytest

from recommender import Article, Corpus, Recommender, Settings, read_site
from recommender.content.urls import safe_link
from recommender.errors import DecisionsChangedError
from recommender.review.desk import Desk
from recommender.review.marking import marked
from recommender.review.views import Filters
from recommender.settings import RulesSettings
from recommender.suggestions import SharedTerm
from recommender.writing.decisions import Decision


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Cookie": None}, 403),
        ({"Cookie": "recommender=other"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_strangers(served, headers, status):
    """Another host name, another origin, and whoever has no token are refused."""
    assert served.ask("/", **headers)[0] == status
    assert served.ask("/decide", "POST", "key=1", **headers)[0] == status


def test_token(served):
    """The token of the first address becomes a cookie that other sites cannot use, and leaves the address."""
    status, headers, _ = served.ask("/?token=token&q=a", Cookie=None)
    assert (status, headers["location"]) == (303, "/?q=a")
    assert re.fullmatch(r"recommender-\d+=token; HttpOnly; Path=/; SameSite=strict", headers["set-cookie"])
    assert served.ask("/?token=wrong", Cookie=None)[0] == 403


def test_forms_need_their_key(served):
    """A form without the secret of the page changes nothing."""
    fields = {"article": "green", "candidate": "black", "verdict": "reject", "seen": ""}
    assert served.send("decide", **fields, key="guess")[0] == 403
    assert served.ask("/undo", "POST", "", Origin=f"http://{served.host}")[0] == 403
    assert not served.desk.file.path.exists()


def test_long_position(served):
    """A place of thousands of digits is one like any other: too far."""
    fields = {"article": "green", "candidate": "black", "verdict": "pin", "position": "1" * 5_000}
    assert served.send("decide", **fields, seen="")[0] in (303, 400, 409)


def test_large_bodies(served):
    """A body is read up to 64 kB, whatever its length is said to be."""
    body = b"x" * 70_000
    assert served.ask("/decide", "POST", body)[0] == 413
    chunks = iter([b"x" * 40_000, b"x" * 40_000])
    assert served.ask("/decide", "POST", chunks)[0] == 413


def test_headers(served):
    """No page may load or run anything from elsewhere, be framed, or be kept."""
    for path in ("/", "/article?id=green", "/static/review.js", "/nothing"):
        _, headers, _ = served.ask(path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
        assert headers["cache-control"].endswith("no-store")


def test_titles_are_text(served):
    """What a title, an excerpt or a search says is never markup."""
    for path in (
        "/",
        "/article?id=green",
        "/article?id=white",
        "/article?id=evil",
        "/?q=%3Cscript%3E&topic=%22%3E%3Cb%3E",
    ):
        _, _, text = served.ask(path)
        assert text.count("<script") == 1  # ours
        assert "onerror='" not in text
        assert "<b>" not in text
        assert "49 tea" not in text
    assert "&lt;script&gt;window.broken = 1&lt;/script&gt;" in served.ask("/")[2]


def test_links(served):
    """Only addresses of the web are links; those below the site begin with its address."""
    assert safe_link("/green", "https://tea.example/") == "https://tea.example/green"
    assert safe_link("https://example.org/pot", "") == "https://example.org/pot"
    for address in ("javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd",
                    "//example.org", "https://", "http://[", "green", "/green"):  # fmt: skip
        assert safe_link(address, "") == ""
    assert "javascript:" not in served.ask("/article?id=evil")[2]


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/../../etc/passwd", "/static//etc/passwd"],
)
def test_paths(served, path):
    """No path leads out of the page's own files."""
    assert served.ask(path)[0] == 404


def test_icon(served):
    """The page has an icon."""
    status, headers, _ = served.ask("/static/icon.svg")
    assert (status, headers["content-type"]) == (200, "image/svg+xml")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"article": "nothing", "candidate": "black", "verdict": "accept"}, 404),
        ({"article": "green", "candidate": "nothing", "verdict": "accept"}, 404),
        ({"article": "green", "candidate": "green", "verdict": "accept"}, 400),
        ({"article": "green", "candidate": "black", "verdict": "burn"}, 400),
        ({}, 404),
    ],
)
def test_wrong_forms(served, fields, status):
    """A form that asks for what cannot be is a sentence, and changes nothing."""
    assert served.send("decide", **{"seen": "", **fields})[0] == status
    assert not served.desk.file.path.exists()


def test_decide_and_undo(served):
    """What is decided stands in the file at once, and undo takes back one after the other."""
    served.send("decide", article="green", candidate="black", verdict="reject", why=" too \n dull ", seen="")
    assert served.desk.decisions.by_pair["green", "black"].why == "too dull"
    served.send("order", article="green", order="white\r\nherbal", version=served.desk.decisions.version)
    assert [one.article.id for one in served.desk.sheet("green").box][:2] == ["white", "herbal"]
    served.send("undo")
    assert list(served.desk.decisions.by_pair) == [("green", "black")]
    _, headers, _ = served.send("undo")
    assert headers["location"].startswith("/article?id=green&said=Taken+back")
    assert served.desk.decisions.by_pair == {}
    assert "nothing+to+take+back" in served.send("undo")[1]["location"]


def test_a_decision_that_comes_between_a_look_and_a_click_stays(served, monkeypatch):
    """Another editor's, made after what the page showed was compared: it is told, and not written over."""
    desk = served.desk
    made = desk._decision

    def interrupted(pair, verdict, why, position):
        monkeypatch.setattr(desk, "_decision", made)
        desk.file.change({pair: made(pair, "reject", "theirs", 0)})
        return made(pair, verdict, why, position)

    for change in (
        lambda: desk.decide("green", "black", "accept", seen=""),
        lambda: desk.order("green", ["pot"], seen=desk.decisions.version),
    ):
        monkeypatch.setattr(desk, "_decision", interrupted)
        with pytest.raises(DecisionsChangedError, match="Look again, then decide"):
            change()
    assert {one.why for one in desk.decisions.by_pair.values()} == {"theirs"}


def test_a_stale_page(served):
    """A page that shows what is no longer decided is told so, and the other's decision stays."""
    served.send("decide", article="green", candidate="black", verdict="accept", seen="")
    status, _, text = served.send("decide", article="green", candidate="black", verdict="reject", seen="")
    assert status == 409
    assert "was decided otherwise in the meantime" in text
    assert served.desk.decisions.by_pair["green", "black"].verdict == "accept"


def test_an_old_order(served):
    """An order that was made before somebody decided is refused as a whole."""
    version = served.desk.decisions.version
    served.send("decide", article="green", candidate="black", verdict="reject", seen="")
    assert served.send("order", article="green", order="white\r\nblack", version=version)[0] == 409
    assert [one.verdict for one in served.desk.decisions.by_pair.values()] == ["reject"]


def test_an_empty_order(served):
    """Is refused, and nothing is left to be undone."""
    status, _, text = served.send("order", article="green", order="", version=served.desk.decisions.version)
    assert (status, "names none" in text) == (400, True)
    assert served.send("undo")[0] == 303


def test_undo_goes_on(served):
    """What another decided otherwise since is not undone, and does not stand in the way of what was before it."""
    for name in ("white", "black"):
        served.send("decide", article="green", candidate=name, verdict="accept", seen="")
    pair = ("green", "black")
    served.desk.file.change({pair: Decision(*pair, "reject")})
    assert served.send("undo")[0] == 409
    served.send("undo")
    assert {one.candidate: one.verdict for one in served.desk.decisions.by_pair.values()} == {"black": "reject"}


def test_a_broken_file(served):
    """A file of decisions that a hand broke is told of with its line, and stays as it is."""
    served.send("decide", article="green", candidate="black", verdict="accept", seen="")
    file = served.desk.file.path
    file.write_text("- {article: green\n")
    status, _, text = served.ask("/")
    assert status == 400
    assert "decisions.yaml:1: cannot be read as a decision: " in text
    assert served.ask("/version")[0] == 400
    assert file.read_text() == "- {article: green\n"


def test_a_broken_file_takes_no_undo(served):
    """What can be undone can be undone still once the file of decisions is mended."""
    served.send("decide", article="green", candidate="black", verdict="accept", seen="")
    file, key = served.desk.file.path, served.key()
    sound = file.read_bytes()
    file.write_text("- {article: green\n")
    assert served.send("undo", key=key)[0] == 400
    file.write_bytes(sound)
    assert served.send("undo", key=key)[1]["location"] == "/article?id=green&said=Taken+back&at="
    assert not served.desk.decisions.by_pair


def test_why_others_are_not_shown(site, desk):
    """Where a rule leaves the box empty, what would have been in it says so, and not that others are before it."""
    ranking = dataclasses.replace(desk.settings.ranking, min_score=0.9)
    settings = dataclasses.replace(desk.settings, ranking=ranking, rules=RulesSettings(at_least=3))
    sheet = Desk(site, settings, desk.corpus, Recommender(settings).fit(desk.corpus)).sheet("green")
    too_few, too_low = "none is, for the reason above", "its score is below the threshold"
    assert not sheet.box
    assert [(one.article.id, one.why_not) for one in sheet.more[:3]] == [
        ("black", too_few), ("white", too_few), ("evil", too_low)
    ]  # fmt: skip


def test_pages_elsewhere(site, desk, serving):
    """A suggestion that is no article of the site leads to its own page, not to one of an article that there is not."""
    (site / "kettle.md").write_text(
        "---\ntitle: A kettle to brew tea\nrelated:\n- title: How to brew the best green tea\n"
        "  excerpt: How to brew green tea.\n  url: https://elsewhere.example/tea\n---\n"
    )
    corpus = read_site(site, desk.settings)
    with serving(Desk(site, desk.settings, corpus, Recommender(desk.settings).fit(corpus))) as served:
        text = served.ask("/article?id=green")[2]
    assert 'data-id="https://elsewhere.example/tea"' in text
    assert "/article?id=https" not in text
    assert '<a data-open href="https://elsewhere.example/tea" target="_blank" rel="noopener noreferrer">' in text


def test_marking():
    """Shared words are marked in any form, and what stands around them is text."""
    assert marked("Ports, a portal", [SharedTerm("port", "title", 0.5)]) == "<mark>Ports</mark>, a portal"
    terms = [SharedTerm("brewing", "title", 0.5), SharedTerm("<3", "title", 0.1), SharedTerm("茶", "title", 0.1)]
    assert marked("Brew & <3 緑茶, brewed bread", terms) == (
        "<mark>Brew</mark> &amp; &lt;<mark>3</mark> 緑<mark>茶</mark>, <mark>brewed</mark> bread"
    )


def test_slow_clients(served, monkeypatch):
    """A request whose body does not arrive, or that never begins, is let go of."""
    monkeypatch.setattr("recommender.review.app._PATIENCE", 0.3)
    port = int(served.host.split(":")[1])
    head = (
        f"POST /decide HTTP/1.1\r\nHost: {served.host}\r\nCookie: recommender-{port}=token\r\nContent-Length: 9\r\n\r\n"
    )
    for sent, answered in ((head, "HTTP/1.1 408"), ("", ""), ("GET / HTTP/1.1\r\n", "")):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(sent.encode())
            assert connection.recv(4096).decode()[:12] == answered


def test_promote(served, site):
    """Decisions go into a curated list after a look at what changes, and every other byte stays."""
    before = (site / "green.md").read_text()
    served.send("decide", article="green", candidate="black", verdict="accept", seen="")
    text = served.ask("/promote?id=green")[2]
    seen = text.split('name="seen" value="')[1].split('"')[0]
    assert '<span class="added">+' in text
    assert served.send("promote", article="green", seen="guess")[0] == 409
    assert (site / "green.md").read_text() == before
    _, headers, _ = served.send("promote", article="green", seen=seen)
    assert headers["location"] == "/article?id=green&said=1+file+changed&at="
    assert (site / "green.md").read_text() == before.replace("- /pot\n", '- /pot\n- "/black"\n')
    assert "Every decision stands" in served.ask("/promote")[2]


def test_doubted_entries(served):
    """An entry of the curated list that shares little with its article is marked, and can be taken out."""
    sheet = served.desk.sheet("green")
    assert [(entry.target.id, bool(entry.doubt)) for entry in sheet.curated] == [("pot", False)]
    served.send("decide", article="green", candidate="pot", verdict="remove", seen="", why="another subject")
    assert "taken out by" in served.ask("/article?id=green")[2]
    status, _, text = served.send("decide", article="green", candidate="black", verdict="keep", seen="")
    assert status == 400
    assert "black is not in the curated list of green, which names pot." in text


def test_the_queue_is_filtered_by_the_site_s_own_language(tmp_path):
    """An article that names no language is in the site's, which can be chosen as any other."""
    articles = [Article(id="tea", title="Tea"), Article(id="pot", title="A pot", language="en-US")]
    corpus = Corpus([*articles, Article(id="tee", title="Tee", language="de")], site_language="en")
    desk = Desk(tmp_path, Settings(), corpus, Recommender().fit(corpus))
    assert desk.values["language"] == ["en", "de"]
    found = {code: {row.article.id for row in desk.queue(Filters(language=code))[0]} for code in ("en", "de", "")}
    assert found == {"en": {"tea", "pot"}, "de": {"tee"}, "": {"tea", "pot", "tee"}}


def test_queue(served):
    """The queue is searched and filtered, and says how many articles are in which state."""
    _, _, text = served.ask("/?q=bicycle")
    assert "1 article<" in text
    assert "A bicycle for the city" in text
    assert "How to brew" not in text
    assert "2 articles<" in served.ask("/?since=2026-03-02&until=2026-03-03")[2]
    assert "<strong>" in text
    served.send("decide", article="green", candidate="black", verdict="accept", seen="")
    for state, counted in re.findall(r'state=(\w+)"><strong>(\d+)', served.ask("/")[2]):
        assert f">{counted} article{'' if counted == '1' else 's'}<" in served.ask(f"/?state={state}")[2], state
    assert "No article fits" in served.ask("/?provider=nobody&page=99999999")[2]


def test_nothing_is_computed_while_an_editor_waits(desk):
    """The suggestions of all articles, for the queue, are computed between an editor's clicks and not during them."""
    computing = threading.Thread(target=desk.compute, args=(threading.Event(),))
    with desk.attended():
        with desk.attended():
            computing.start()
        computing.join(0.2)
        n_during = desk.n_known
    computing.join(60)
    assert (n_during, desk.n_known) == (0, len(desk.corpus))
