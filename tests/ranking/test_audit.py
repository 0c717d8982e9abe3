"""How far a reader would agree with the curated lists."""

import dataclasses
import random

import pytest

from recommender import Corpus, Recommender, RelatedEntry
from recommender.ranking import choosing
from recommender.ranking.choosing import ListAudit, audit_lists
from recommender.settings import settings_from_mapping

SIMILARITY = settings_from_mapping({"ranking": {"ranker": "similarity"}})


def audited(rec, seed=0):
    """The audit of a fitted site."""
    state = rec._fitted().state
    return audit_lists(state, rec._selector().query, rec.ranker, seed)


@pytest.fixture(scope="module")
def rec(families):
    """Families that list themselves, and one article of each that lists a stranger."""
    lot = random.Random(2)
    made = families(6)
    strange = {item.id: lot.choice([one for one in made if one.id[:2] != item.id[:2]]) for item in made[::6]}
    return Recommender(SIMILARITY).fit(
        Corpus(
            [
                dataclasses.replace(
                    item, related=(*item.related, RelatedEntry(url=strange[item.id].url, target=strange[item.id].id))
                )
                if item.id in strange
                else item
                for item in made
            ]
        )
    )


def by_ranking(rec):
    """The score of each entry's pair, by ranking all articles under each that has a list."""
    state, chances = rec._fitted().state, {}
    for source in rec.article_ids:
        (ranked,) = rec._selector().rank([rec._selector().query(source).without_list()], state.catalogue.n_rows)
        scores = dict(zip(ranked.rows.tolist(), ranked.scores.tolist(), strict=True))
        for row in state.graph.listed(state.catalogue.row_of(source)).tolist():
            chances[source, state.catalogue.articles[row].id] = scores.get(row, 0.0)
    return chances


def test_approval_is_the_mean_chance_of_the_entries(rec):
    """Each entry's chance is the score that the pair has by similarity."""
    found, chances = audited(rec), by_ranking(rec)
    assert found.n_looked_at == 186
    assert found.approval == pytest.approx(sum(chances.values()) / len(chances), abs=1e-6)
    for source, target, chance in found.doubtful:
        assert chance == pytest.approx(chances[source, target], abs=1e-6)


def test_an_entry_that_the_text_links_to_is_approved_as_one(families):
    """As in the score, a link between the two raises the chance."""
    first, *others = families(2)
    linking = dataclasses.replace(first, body="See [this](https://family.example/f0-1).")
    rec = Recommender(SIMILARITY).fit(Corpus([linking, *others]))
    chances = by_ranking(rec)
    assert chances["f0-0", "f0-1"] > 1.2 * chances["f0-0", "f0-2"]
    assert audited(rec).approval == pytest.approx(sum(chances.values()) / len(chances), abs=1e-6)


def test_the_most_doubtful_come_first(rec):
    """At most fifty, and the first is one of the least likely."""
    doubtful = [chance for _, _, chance in audited(rec).doubtful]
    assert len(doubtful) == 50
    assert doubtful == sorted(doubtful)


def test_a_sample_is_the_same_with_one_seed(rec, monkeypatch):
    """Of many entries some are drawn."""
    monkeypatch.setattr(choosing, "_MOST_LOOKED_AT", 60)
    one, again, other = audited(rec), audited(rec), audited(rec, seed=1)
    assert one.n_looked_at == 60
    assert one == again != other


def test_no_list_is_no_approval(families):
    """And no error."""
    found = audited(Recommender(SIMILARITY).fit(Corpus(families(2, listed="nobody"))))
    assert found == ListAudit(0, 0.0, 0)
    assert not found.is_approved
    assert str(found) == "there are no curated lists to learn from"


def test_lists_that_no_reader_would_approve_are_not_followed():
    """The sentence says how to follow them all the same."""
    doubtful, good = ListAudit(500, 0.08, 100), ListAudit(500, 0.4, 100)
    assert (doubtful.is_approved, good.is_approved) == (False, True)
    assert "8%; they are not followed. To follow them all the same: ranking.follow: lists" in str(doubtful)
    assert str(good).endswith("about 40%; they are followed")


def test_of_few_lists_nothing_is_said_of_readers(families):
    """Fewer lists than learning needs are told as such, and no share of what readers would keep."""
    few = [item if item.id == "f0-0" else dataclasses.replace(item, related=()) for item in families(2)]
    rec = Recommender().fit(Corpus(few))
    assert str(rec.list_audit) == "learning needs 30 curated lists that name an article of the site, found 1"
    assert rec.ranker_decision.endswith(str(rec.list_audit))
