"""A session of the review page in a real browser, by keyboard alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from recommender import Article, Corpus, Recommender, Settings
from recommender.review.desk import Desk
from recommender.settings import ArticlesSettings, RankingSettings
from recommender.writing.decisions import DECISIONS_FILE

SETTINGS = Settings(
    articles=ArticlesSettings(cache="none"), ranking=RankingSettings(ranker="similarity", min_score=0, k=8, n_jobs=1)
)

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium, served):
    """The queue as the printed address opens it; what a console says, or asks of elsewhere, is a failure."""
    with chromium.new_context(viewport={"width": 1200, "height": 900}) as context:
        opened = context.new_page()
        wrong: list[str] = []
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("request", lambda asked: None if served.host in asked.url else wrong.append(asked.url))
        opened.goto(served.address)
        yield opened
        assert wrong == []
        assert opened.evaluate("window.broken") is None


def decided(site):
    """Verdicts by candidate of every decision in the file."""
    file = site / DECISIONS_FILE
    found = yaml.safe_load(file.read_text()) if file.exists() else []
    return {one["candidate"]: one["verdict"] for one in found or []}


def go(page, key):
    """Press a key that leads to another page, or sends a decision, and wait for what comes."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)


def test_a_session_by_keyboard(page, site):
    """Accept, undo, reject with a reason, and pin: each stands in the file at once, and no article's file changes."""
    before = {path: path.read_bytes() for path in site.rglob("*.md")}
    page.keyboard.press("j")
    go(page, "o")
    page.keyboard.press("j")
    go(page, "a")
    assert list(decided(site).values()) == ["accept"], page.inner_text("body")
    go(page, "u")
    assert decided(site) == {}
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("another subject")
    go(page, "Enter")
    assert list(decided(site).values()) == ["reject"]
    assert "another subject" in (site / DECISIONS_FILE).read_text()
    page.keyboard.press("k")
    go(page, "p")
    assert "pin" in decided(site).values()
    assert {path: path.read_bytes() for path in site.rglob("*.md")} == before


def test_reorder_by_keyboard(page, site, served):
    """`J` moves a suggestion down, and the order is pinned."""
    page.goto(f"http://{served.host}/article?id=black")
    shown = page.locator("#box [data-id]").evaluate_all("all => all.map(one => one.dataset.id)")
    page.keyboard.press("j")
    go(page, "J")
    moved = page.locator("#box [data-id]").evaluate_all("all => all.map(one => one.dataset.id)")
    assert moved[:2] == shown[1::-1], page.inner_text("body")
    assert decided(site) == {shown[0]: "pin", shown[1]: "pin"}


def test_drag_add_and_promote(page, site, served):
    """A suggestion is dragged to the first place, a missing one is found and accepted, and the list takes both in."""
    before = {path: path.read_bytes() for path in site.rglob("*.md")}
    page.goto(f"http://{served.host}/article?id=black")
    items = page.locator("#box [data-id]")
    second = items.nth(1).get_attribute("data-id")
    with page.expect_navigation(wait_until="load"):
        items.nth(1).drag_to(items.nth(0), target_position={"x": 20, "y": 4})
    assert decided(site)[second] == "pin"
    assert items.nth(0).get_attribute("data-id") == second

    page.locator("#search").fill("bicycle city")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    with page.expect_navigation(wait_until="load"):
        page.get_by_role("button", name="Accept: A bicycle for the city").first.click()
    assert "accept" in decided(site).values()
    assert {path: path.read_bytes() for path in site.rglob("*.md")} == before

    with page.expect_navigation(wait_until="load"):
        page.locator("[data-promote]").click()
    assert "example.org/bike" in page.locator("pre.diff").inner_text()
    with page.expect_navigation(wait_until="load"):
        page.locator("#confirm").click()
    changed = {path.stem: path.read_text() for path, raw in before.items() if path.read_bytes() != raw}
    assert list(changed) == ["black"]
    kept = before[next(path for path in before if path.stem == "black")].decode().splitlines()
    assert [line for line in changed["black"].splitlines() if line in kept] == kept


def test_help_and_search(page):
    """The keys are told by `?`, and `/` goes to the search, in which a key is a letter."""
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("bicycle")
    go(page, "Enter")
    found = page.locator("main").inner_text()
    assert "A bicycle for the city" in found
    assert "How to brew green tea" not in found


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 1200), ("light", 390), ("dark", 390)])
def test_accessible(page, served, scheme, width):
    """On a desk and on a phone, light and dark, axe objects to nothing, and nothing scrolls sideways."""
    from axe_playwright_python.sync_playwright import Axe

    served.send("decide", article="green", candidate="black", verdict="accept", seen="")
    served.send("decide", article="green", candidate="white", verdict="reject", why="too dull", seen="")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/?q=nothing", "/article?id=green&add=tea", "/promote?id=green", "/article?id=nobody"):
        page.goto(f"http://{served.host}{path}")
        if path == "/?q=nothing":
            page.keyboard.press("?")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_two_tabs_and_a_hand(chromium, serving, tmp_path):
    """Of 250 decisions of two tabs, two programs and a hand none is lost, and a tab says that the file has changed."""
    leaves = ("assam", "ceylon", "congou", "keemun", "nilgiri", "oolong", "pekoe", "sencha")
    corpus = Corpus(Article(id=f"{leaf}-{n}", title=f"Brewing {leaf} tea {n}") for leaf in leaves for n in range(3))
    opened = {"assam-0": "accept", "pekoe-0": "pin"}
    pairs = iter([(one, other) for one in corpus.ids for other in corpus.ids if one != other and one not in opened])
    desk = Desk(tmp_path, SETTINGS, corpus, Recommender(SETTINGS).fit(corpus))
    file, wanted = tmp_path / DECISIONS_FILE, {}
    with serving(desk) as served, chromium.new_context() as context, ThreadPoolExecutor(2) as programs:
        key, tabs = served.key(), {article: context.new_page() for article in opened}
        for article, tab in tabs.items():
            tab.goto(served.address)
            tab.goto(f"http://{served.host}/article?id={article}")

        def send(pair):
            return served.send("decide", key, article=pair[0], candidate=pair[1], verdict="reject", seen="")[0]

        for turn in range(5):
            sent = [next(pairs) for _ in range(44)]
            answers = programs.map(send, sent)
            for article, tab in tabs.items():
                button = tab.locator(f".item:not(.decided) [value={opened[article]}]").first
                candidate = button.locator("..").locator("[name=candidate]").input_value()
                with tab.expect_navigation():
                    button.click()
                wanted[article, candidate] = opened[article]
            assert set(answers) == {303}
            by_hand = [next(pairs) for _ in range(4)]
            with file.open("a") as typed:
                typed.writelines(f"- {{article: {a}, candidate: {b}, verdict: keep}}  # {turn}\n" for a, b in by_hand)
            wanted |= dict.fromkeys(sent, "reject") | dict.fromkeys(by_hand, "keep")
        for tab in tabs.values():
            tab.evaluate("dispatchEvent(new Event('focus'))")
            tab.wait_for_selector("#news.changed:has-text('has changed')")
    assert len(wanted) == 250
    assert {(one["article"], one["candidate"]): one["verdict"] for one in yaml.safe_load(file.read_text())} == wanted
    assert file.read_text().count("}  # ") == 20
