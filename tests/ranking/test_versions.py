"""Pages of two versions of one documentation are told by their folders, and suggest nothing across."""

import dataclasses

import pytest
from teas_and_bicycles import settings, teas_and_bicycles

from recommender import Corpus, Recommender
from recommender.ranking.versions import version_folders, version_of

PAGES = ("brew", "boil", "pour")


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("", "v2/", {"v2/"}),
        ("docs/", "docs/1.x/", {"docs/1.x/"}),
        ("docs/latest/", "docs/0.9/", {"docs/0.9/"}),
        ("docs/v1/", "docs/v2.10/", {"docs/v1/", "docs/v2.10/"}),
        ("docs/", "versioned_docs/version-3/", {"versioned_docs/version-3/"}),
        ("posts/2020/", "posts/2021/", set()),  # years
        ("blog/", "guides/v2/", set()),  # the pages of no version stand elsewhere
    ],
)
def test_a_folder_of_a_version_has_the_pages_of_another(first, second, found):
    """Named like a version, and with pages that stand beside it, or in another such folder."""
    assert version_folders(f"{folder}{page}" for folder in (first, second) for page in PAGES) == found


def test_what_docusaurus_keeps_of_earlier_versions_is_a_version_however_small():
    """`versioned_docs` holds nothing else."""
    assert version_folders(["docs/brew", "versioned_docs/version-1.0/boil"]) == {"versioned_docs/version-1.0/"}


def test_releases_with_a_page_each_are_no_versions():
    """`releases/v1.2/index` is news of a release; the others are read with it."""
    assert not version_folders(f"releases/v1.{n}/index" for n in range(9))


def test_a_folder_of_mostly_new_pages_is_no_version():
    """Three pages by the same names are not enough among many others."""
    assert not version_folders([*PAGES, *(f"v2/{page}" for page in PAGES), *(f"v2/new-{n}" for n in range(9))])


def test_a_draft_is_of_the_version_whose_folder_it_stands_in():
    """Known or not; and a URL, the id of an article from elsewhere, stands in none."""
    folders = frozenset({"v2/"})
    assert version_of("v2/new", folders) == "v2/"
    assert version_of("v3/new", folders) == version_of("new", folders) == ""


def test_versions_are_kept_apart():
    """Fitted or added later, with the same answers, and `explain` says why; each version has its own neighbors."""
    current = teas_and_bicycles()
    old = [dataclasses.replace(one, id=f"v1/{one.id}", url=f"https://tea.example/v1/{one.id}") for one in current]
    fitted = Recommender(settings()).fit(Corpus([*current, *old]))
    updated = Recommender(settings()).fit(current)
    updated.update(added=old)
    for rec in (fitted, updated):
        for one in current:
            found = [suggestion.article_id for suggestion in rec.suggest(one.id, k=10)]
            assert found
            assert not [name for name in found if name.startswith("v1/")]
            assert [suggestion.article_id for suggestion in rec.suggest(f"v1/{one.id}", k=10)] == [
                f"v1/{name}" for name in found
            ]
        assert rec.explain("tea-0", "v1/tea-1").obstacle == "it is a page of another version (v1/)"
        assert rec.explain("v1/tea-0", "tea-1").obstacle == "it is a page of another version (outside of v1/)"
