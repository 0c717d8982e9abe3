"""The order by similarity, on a site with more articles than are compared with a query."""

from recommender import Corpus, Recommender
from recommender.settings import settings_from_mapping


def test_what_readers_cannot_see_does_not_crowd_out_what_they_can(article):
    """Hundreds of drafts that share more with an article than its best suggestion does are looked past."""
    drafts = [article(f"draft-{n}", f"kettle porcelain teapot draft{n}", n, is_published=False) for n in range(600)]
    others = [article(f"other-{n}", f"bicycle chain number{n}", n) for n in range(100)]
    asked, best = article("asked", "kettle porcelain teapot", 3), article("best", "kettle of steel", 4)
    settings = settings_from_mapping({"ranking": {"ranker": "similarity"}})
    rec = Recommender(settings).fit(Corpus([*drafts, *others, asked, best]))
    assert [one.article_id for one in rec.suggest("asked", min_score=0)] == ["best"]
