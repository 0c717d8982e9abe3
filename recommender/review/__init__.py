"""The editors' page: a web page on this machine to look at suggestions and decide. Needs the extra [review]."""

from collections.abc import Callable
from pathlib import Path

from recommender.articles import Reading
from recommender.batch.stages import Progress, load_recommender, read_corpus, recommender_for, silence
from recommender.content.generators import read_generator
from recommender.settings import Settings

__all__ = ["review_site"]


def review_site(
    site: Path,
    settings: Settings,
    *,
    model: Path | None = None,
    port: int = 0,
    ready: Callable[[str, Reading], object],
    progress: Progress = silence,
) -> None:
    """
    Show the suggestions of a site on a web page of this machine, and keep what is decided there, until interrupted.

    Parameters as in `suggest_site`; port 0 takes one that is free. `ready` is told the address to open and what
    happened while the site was read, once the page answers.
    """
    # First: a person should not wait to hear that something is missing.
    from recommender.review.app import serve
    from recommender.review.desk import Desk

    loaded = load_recommender(model, settings)
    corpus = read_corpus(site, settings, progress)
    new = [article.id for article in loaded.changes(corpus)[0]] if loaded else []
    recommender, _ = recommender_for(site, corpus, settings, progress, loaded, model)
    desk = Desk(site, settings, corpus, recommender, new)
    own_address = settings.articles.site_url or (read_generator(site).site_url if site.is_dir() else "")
    serve(desk, own_address, port, lambda address: ready(address, corpus.reading))
