"""Four articles on tea and four on bicycles, nothing shared: a site whose answer a child can see."""

from datetime import UTC, datetime, timedelta

from recommender import Article, Corpus
from recommender.settings import settings_from_mapping

DAY_ONE = datetime(2024, 1, 1, tzinfo=UTC)
TEA = ["green tea leaves", "black tea leaves", "white tea leaves, water", "herbal tea, hot water"]
BICYCLES = ["city bicycle gears", "racing bicycle gears", "folding bicycle, brakes", "old bicycle, new brakes"]


def settings(**ranking):
    """Similarity alone, unless told otherwise: nothing here depends on what was learned."""
    return settings_from_mapping({"ranking": {"ranker": "similarity", **ranking}})


def article(article_id, title, day=0, **more):
    """An article of some day."""
    more.setdefault("url", f"https://tea.example/{article_id}")
    return Article(id=article_id, title=title, published_at=DAY_ONE + timedelta(days=day), **more)


def write_tea(site, name, more=""):
    """Write an article about tea into a folder, with further lines of front matter."""
    (site / "_news").mkdir(parents=True, exist_ok=True)
    front = f"title: Brewing {name} tea\nexcerpt: A kettle, a pot and {name} leaves.\n{more}"
    (site / "_news" / f"{name}.md").write_text(f"---\n{front}---\nThe kettle sings.\n")


def teas_and_bicycles():
    """The corpus."""
    teas = [article(f"tea-{n}", title, day=n) for n, title in enumerate(TEA)]
    return Corpus(teas + [article(f"bike-{n}", title, day=n) for n, title in enumerate(BICYCLES)])
