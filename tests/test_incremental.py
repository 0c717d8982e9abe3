"""Runs with a saved model after a change: what is taken over is what a whole run would have computed."""

import dataclasses
import json
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recommender import Recommender, RelatedEntry, load_model, read_site
from recommender.batch import fit_site, suggest_site
from recommender.batch.incremental import KeptAnswers
from recommender.cache import SiteCache
from recommender.runs import folder_digest
from recommender.settings import settings_from_mapping
from recommender.writing import jsonl_lines


def by(writer="data", cache="", **ranking):
    """Settings that rank by similarity and write in this way."""
    stages = {"writing": {"writer": writer}, "articles": {"cache": cache}}
    return settings_from_mapping(
        {**stages, "ranking": {"ranker": "similarity", "n_jobs": 1, "refit_at": 1.0, **ranking}}
    )


class Site:
    """The example site's articles, which change, a model of them as they were, and the answers that are kept."""

    def __init__(self, newsroom, folder, **stages):
        ranking = {"ranker": "similarity", "n_jobs": 1, "refit_at": 1.0, **stages.pop("ranking", {})}
        self.settings = settings_from_mapping({**stages, "ranking": ranking})
        self.corpus = read_site(newsroom)
        self.articles = {article.id: article for article in self.corpus}
        self.root, self.model = newsroom, folder / "model"
        Recommender(self.settings).fit(self.corpus).save(self.model)
        self.run()

    def run(self, *, fresh=False, only=None):
        """The lines of a run over the articles as they are, and what it says of how they came about."""
        corpus = self.corpus.with_articles(self.articles.values())
        recommender = load_model(self.model)
        added, removed = recommender.changes(corpus)
        recommender.update(added, removed)
        digest = folder_digest(self.model)
        kept = KeptAnswers.of(self.root, self.settings, recommender, digest, only or (), fresh=fresh)
        # What a fresh run computes must not stand in for what the others have kept.
        kept._store = None if fresh else kept._store
        lines = list(jsonl_lines(kept.answers(corpus, only or corpus.ids, lambda done, total: None)))
        return lines, kept

    def check(self):
        """That a run says what a fresh one says; returns how many articles it computed."""
        lines, kept = self.run()
        expected, whole = self.run(fresh=True)
        assert lines == expected
        assert whole.n_computed == len(self.articles) == len(lines)
        return kept.n_computed

    def change(self, article_id, **values):
        """Give an article other values."""
        self.articles[article_id] = dataclasses.replace(self.articles[article_id], **values)

    def take_out(self, article_id):
        """Take an article away, and hand it back."""
        return self.articles.pop(article_id)


def one_edit(site, rng):
    """Change one thing on a site, as editors do."""
    ids = sorted(site.articles)
    one, other = (site.articles[article_id] for article_id in rng.sample(ids, 2))
    words = f"{one.title} {other.title}".split()
    match rng.randrange(12):
        case 0:
            site.change(one.id, title=" ".join(rng.sample(words, min(8, len(words)))))
        case 1:
            site.change(one.id, excerpt=rng.choice(["", other.excerpt, f"{one.excerpt} {other.excerpt}"]))
        case 2:
            dates = [None, other.published_at, datetime(2099, 1, 1, tzinfo=UTC)]
            moved = one.published_at and one.published_at + timedelta(days=rng.randrange(-40, 40))
            site.change(one.id, published_at=rng.choice([*dates, moved, moved]))
        case 3:
            site.change(one.id, is_published=not one.is_published)
        case 4:
            named = [site.articles[article_id] for article_id in rng.sample(ids, rng.randrange(6))]
            site.change(
                one.id,
                related=tuple(RelatedEntry(title=found.title, url=found.url, target=found.url) for found in named),
            )
        case 5:
            url = f"https://elsewhere.example/{rng.randrange(4)}"
            entry = RelatedEntry(title=other.title, url=url, target=url, published_at=other.published_at)
            site.change(one.id, related=(*one.related[1:], entry))
        case 6:
            twin = dataclasses.replace(one, id=f"{one.id}-{rng.randrange(1000)}")
            site.articles[twin.id] = rng.choice([twin, dataclasses.replace(twin, url="", aliases=(), related=())])
        case 7:
            site.take_out(one.id)
        case 8:
            renamed = dataclasses.replace(site.take_out(one.id), id=f"_news/{rng.randrange(1000)}")
            site.articles[renamed.id] = renamed
        case 9:
            site.change(one.id, language=rng.choice(["de", "en", ""]), provider=other.provider)
        case 10:
            # A list that names a title names whoever has it.
            site.change(one.id, related=(RelatedEntry(title=other.title, target=other.title),))
            site.change(other.id, title=one.title)
        case 11:
            # A story that another tells too.
            twin = dataclasses.replace(one, id=f"_news/{rng.randrange(1000)}", url="", aliases=(), related=())
            site.articles[twin.id] = dataclasses.replace(twin, title=one.title.upper(), excerpt=other.excerpt)


VARIANTS = {
    "defaults": {},
    "fill": {"ranking": {"fill": True, "k": 4}},
    "nothing newer": {"ranking": {"suggest_newer": False}},
    "no unpublished ones": {"articles": {"suggest_unpublished": "no"}},
    "a threshold": {"ranking": {"min_score": 0.2}},
    "no threshold": {"ranking": {"min_score": 0.0, "k": 20}},
    "no dates": {"ranking": {"half_life_days": 0, "k": 2}},
    "across languages": {"vectors": {"cross_language": True}},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_any_edits(newsroom, tmp_path, variant):
    """Whatever is edited, run after run, every line is that of a run which computes all."""
    site = Site(newsroom, tmp_path, **VARIANTS[variant])
    rng = random.Random(f"edits of {variant}")
    for _ in range(12):
        for _ in range(rng.choice([0, 1, 1, 1, 3])):
            one_edit(site, rng)
        site.check()


def test_nothing_changed(newsroom, tmp_path):
    """Where nothing has changed, nothing is computed: articles without a suggestion need no second look either."""
    site = Site(newsroom, tmp_path, ranking={"min_score": 0.2})
    assert any(json.loads(line)["reason_for_none"] for line in site.run()[0])
    assert site.check() == 0


def test_one_of_many(newsroom, tmp_path):
    """One article that changes costs its own answer and those that it is near, not those of the whole site."""
    site = Site(newsroom, tmp_path)
    # Also the best that is below the threshold counts: the reason for an empty list tells its score.
    answers = load_model(site.model).suggest_all(min_score=0.0)
    suggested = {found.article_id for _, suggestions in answers for found in suggestions}
    for article_id in sorted(site.articles)[::30]:
        site.change(article_id, excerpt=f"{site.articles[article_id].excerpt} A tailpiece.")
        assert 1 <= site.check() < len(site.articles) / 3
    lonely = min(site.articles.keys() - suggested)
    site.change(lonely, title="Zyzzyva", excerpt="", topics=(), related=(), body="", provider="")
    # Two more are the only ones of their language: without a candidate they are looked at again after any change.
    assert site.check() == 3


def test_most_changed(newsroom, tmp_path):
    """Where more than a third has changed, all is computed, and the run says why."""
    site = Site(newsroom, tmp_path)
    for article_id in sorted(site.articles)[:60]:
        site.change(article_id, quality=1.0)
    assert site.check() == len(site.articles)
    for article_id in sorted(site.articles)[:60]:
        site.change(article_id, quality=2.0)
    _, kept = site.run()
    assert kept.why_all == "60 of 133 articles have changed since the answers were kept"


def test_only_some(newsroom, tmp_path):
    """A run for some articles keeps theirs apart, and takes them over when it is asked for the same again."""
    site = Site(newsroom, tmp_path)
    some = sorted(site.articles)[:40]
    lines, first = site.run(only=some)
    assert (first.n_computed, len(lines)) == (40, 40)
    site.change(some[7], title="Another title")
    lines, second = site.run(only=some)
    assert lines == site.run(only=some, fresh=True)[0]
    assert 1 <= second.n_computed < 20
    assert site.check() < len(site.articles)


@pytest.mark.parametrize(
    "document", [[], 3, {"ids": []}, dict.fromkeys(("ids", "marks", "asked", "lists", "starts", "suggested"), "x")]
)
def test_kept_answers_that_cannot_be_used(newsroom, tmp_path, monkeypatch, document):
    """What is kept and has another form is made anew."""
    site = Site(newsroom, tmp_path)
    monkeypatch.setattr(SiteCache, "load", lambda *key: document)
    assert site.check() == len(site.articles)


def edit(file, old, new):
    """Replace what must be there."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


EDITS = {
    "a title": lambda news: edit(news[40], "title: ", "title: A night of lanterns "[:-1] + " # "),
    "published": lambda news: edit(news[41], "published: true", "published: false"),
    "added": lambda news: (news[0].parent / "2024-05-05-lanterns.md").write_text(
        "---\ntitle: Lanterns on the Tarrow\nexcerpt: Puffins, ferries and a bridge.\nrelated:\n"
        '- title: "A page elsewhere about ferries"\n  webUrl: "https://elsewhere.example/ferries"\n---\n'
    ),
    "removed": lambda news: news[42].unlink(),
    "renamed": lambda news: news[43].rename(news[43].with_name("2024-05-06-renamed.md")),
}


@pytest.mark.parametrize("writer", ["data", "front-matter", "jsonl"])
def test_same_bytes(newsroom, tmp_path, writer):
    """After an edit every file has the bytes that a run which computes all gives it, and few answers were computed."""
    model = tmp_path / "model"
    fit_site(newsroom, by(), model=model)
    outputs = {} if writer == "front-matter" else {"output": tmp_path / "found"}
    expected = {} if writer == "front-matter" else {"output": tmp_path / "expected"}
    first = suggest_site(newsroom, by(writer), model=model, **outputs)
    assert (first.n_computed, first.why_all) == (130, "no answers of this model and these settings are kept")
    news = sorted((newsroom / "_news").iterdir())
    for change in EDITS.values():
        change(news)
        run = suggest_site(newsroom, by(writer), model=model, **outputs)
        assert 1 <= run.n_computed < 45
        assert run.why_all == ""
        whole = suggest_site(newsroom, by(writer, cache="none"), model=model, **expected)
        assert whole.n_computed == whole.n_asked
        assert (run.n_suggestions, run.reasons_for_none) == (whole.n_suggestions, whole.reasons_for_none)
        if writer == "front-matter":
            assert whole.changes == ()
        else:
            assert outputs["output"].read_bytes() == expected["output"].read_bytes()


def test_other_writer(newsroom, tmp_path):
    """What one way of writing has had computed, a plan too, another takes over."""
    fit_site(newsroom, by(), model=tmp_path / "model")
    assert suggest_site(newsroom, by(), model=tmp_path / "model", plan_only=True).n_computed == 130
    assert suggest_site(newsroom, by("front-matter"), model=tmp_path / "model").n_computed == 0
    lines = []
    assert suggest_site(newsroom, by("jsonl"), model=tmp_path / "model", emit=lines.append).n_computed == 0
    assert len(lines) == 130


def test_other_model(newsroom, tmp_path):
    """Answers of another model are not taken over, nor those under other settings, nor where all is asked for anew."""
    fit_site(newsroom, by(), model=tmp_path / "model")
    for settings in (by(), by(k=3), by(min_score=0.1)):
        assert suggest_site(newsroom, settings, model=tmp_path / "model").n_computed == 130
    run = suggest_site(newsroom, by(), model=tmp_path / "model", fresh=True)
    assert (run.n_computed, run.why_all) == (130, "as was asked for")
    fit_site(newsroom, by(half_life_days=30), model=tmp_path / "model")
    assert suggest_site(newsroom, by(), model=tmp_path / "model").n_computed == 130


def test_without_a_model(newsroom):
    """A run that fits anew computes all and keeps no answers: frequencies have changed with the articles."""
    for name in ("first.json", "second.json"):
        run = suggest_site(newsroom, by(), output=newsroom / name)
        assert (run.n_computed, run.why_all) == (130, "")


def test_a_date_that_comes(newsroom, tmp_path, monkeypatch):
    """An article whose date has passed may be suggested from then on, and enters the lists that it reaches."""
    site = Site(newsroom, tmp_path, articles={"suggest_unpublished": "no"})
    soon = datetime.now(UTC) + timedelta(hours=1)
    one = min(site.articles)
    site.change(one, published_at=soon)
    site.articles["twin"] = dataclasses.replace(site.articles[one], id="twin", url="", aliases=(), published_at=None)
    site.check()
    assert not any(f'"article_id": "{one}", "title"' in line for line in site.run()[0])

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + timedelta(hours=2)

    monkeypatch.setattr("recommender.model.datetime", Later)
    assert 1 <= site.check() < len(site.articles)
    assert any(f'"article_id": "{one}", "title"' in line for line in site.run()[0])


def test_learned_ranker(newsroom, tmp_path):
    """Under the learned ranker all is computed, and the run says so."""
    settings = settings_from_mapping({"ranking": {"ranker": "learned", "n_jobs": 1, "refit_at": 1.0}})
    fit_site(newsroom, settings, model=tmp_path / "model")
    for name in ("first.json", "second.json"):
        run = suggest_site(newsroom, settings, model=tmp_path / "model", output=tmp_path / name)
        assert (run.n_computed, run.why_all) == (130, "the learned ranker looks at the whole site")


def test_ties(newsroom):
    """An article with the score of the last suggestion reaches the answer, whichever way that score was rounded."""
    recommender = Recommender(by()).fit(read_site(newsroom))
    standing = recommender.standing()
    row_of = dict(zip(standing.marks, standing.rows.tolist(), strict=True))
    for article_id, suggestions in recommender.suggest_all(min_score=0.0):
        for suggestion in suggestions:
            bars = np.full(recommender.n_rows, np.inf)
            bars[row_of[article_id]] = suggestion.score
            changed = np.array([row_of[suggestion.article_id]])
            found = standing.reached(changed, bars, recommender.ranker.damping, suggest_newer=True)
            assert found.tolist() == [row_of[article_id]]
