import dataclasses
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from recommender.cache import SiteCache
from recommender.content.cache import ReadingCache
from recommender.content.file_reader import FileReader
from recommender.content.site import read_site
from recommender.settings import ArticlesSettings, Settings

DATA = Path(__file__).parent / "data"
NEWSROOM = Path(__file__).parents[2] / "examples" / "newsroom"


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    """A cache of each test's own."""
    folder = tmp_path / "cache of the test"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture
def parsed(monkeypatch):
    """The paths of the files that are parsed from now on."""
    paths = []
    read_article = FileReader.article

    def listen(reader, text, path, *rest):
        paths.append(path)
        return read_article(reader, text, path, *rest)

    monkeypatch.setattr(FileReader, "article", listen)
    return paths


def told(corpus):
    """All that a corpus says, dates with their zones, problems with their kinds."""
    reading = corpus.reading
    problems = [(type(problem), str(problem)) for problem in reading.problems]
    reading = dataclasses.replace(reading, problems=())
    return [*map(repr, corpus)], problems, repr(reading), repr(corpus.entry_shape), corpus.site_language


def settings(**articles) -> Settings:
    """Settings of the stage `articles`."""
    return Settings(articles=ArticlesSettings(**articles))


#: Every kind of trouble, and every kind of date and address, in one site.
BAD = {
    "_config.yml": "url: https://example.org\ntimezone: Europe/Berlin\nlang: en\n",
    "_posts/2021-03-03-tea.md": "---\ntitle: Tea\ndate: 2021-03-03 07:14\nrelated: [/kettle/, no tea, 3]\n---\né\n",
    "_posts/2021-10-31-clocks.md": "---\ntitle: Clocks\ndate: 2021-10-31 02:30\nslug: clock\ntags: yes\n---\n",
    "_posts/2021-03-04-kettle.md": "---\npermalink: /k/\ntitle: A\ntitle: B\ndate: 2021-03-04 07:14 +0530\n---\n",
    "_posts/kettle.markdown": "---\ntitle: Kettle\npermalink: /:year/kettle/\n---\r\nA body\r\n",
    "_posts/kettle.md": "---\nrelated:\n  - title: Elsewhere\n    url: https://example.com/\n    date: never\n---\n",
    "_posts/2021-03-05-broken.md": "---\ntitle: a: b\n---\n",
    "_posts/2021-03-06-date.md": "---\ntitle: Date\ndate: 2021-02-30\n---\n",
    "_posts/2021-03-07-bytes.md": b"---\ntitle: T\xfc\n---\n",
    "_posts/2021-03-08-bare.md": "No front matter.\n",
    "_posts/2021-03-09-half.md": '---\ntitle: "\\ud83c"\n---\n',
    "_posts/2021-03-10-open.md": "---\ntitle: Open\n",
    "README.md": "A page.\n",
}


def copied(tmp_path, make_site, name):
    """A site by the name that a test is asked with."""
    if name == "newsroom":
        return shutil.copytree(NEWSROOM, tmp_path / "site")
    if name == "bad":
        site = make_site(BAD)
        (site / "_posts" / "nowhere.md").symlink_to(site / "nothing")
        return site
    return make_site({f"_news/{file.name}": file.read_bytes() for file in DATA.glob("*.md")})


@pytest.mark.parametrize("name", ["newsroom", "bad", "golden"])
def test_warm_is_cold(tmp_path, make_site, name, parsed):
    """A warm reading gives what a cold one gives, problems, warnings and time zones included, and parses nothing."""
    site = copied(tmp_path, make_site, name)
    uncached = read_site(site, settings(cache="none"))
    cold = read_site(site)
    parsed.clear()
    warm = read_site(site)
    assert told(uncached) == told(cold) == told(warm)
    assert parsed == []
    assert told(read_site(site, fresh=True)) == told(warm)
    assert parsed


@pytest.mark.parametrize("name", ["newsroom", "bad", "golden"])
def test_partly_warm(tmp_path, make_site, name, parsed):
    """After a change only that file is parsed, and the outcome is that of a cold reading."""
    site = copied(tmp_path, make_site, name)
    read_site(site)
    file = sorted(path for path in site.rglob("*.md") if path.parent.name.startswith("_"))[0]
    file.write_text("---\ntitle: Copper kettles\nrelated: [tea]\n---\n")
    parsed.clear()
    found = read_site(site)
    assert parsed == [file.relative_to(site).as_posix()]
    assert told(found) == told(read_site(site, settings(cache="none")))


def test_same_size_and_time(make_site):
    """An edit that keeps size and time is seen."""
    site = make_site({"_news/tea.md": "---\ntitle: Black\n---\n"})
    before = (site / "_news/tea.md").stat()
    assert read_site(site)[0].title == "Black"
    (site / "_news/tea.md").write_text("---\ntitle: Green\n---\n")
    os.utime(site / "_news/tea.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (site / "_news/tea.md").stat().st_size == before.st_size
    assert read_site(site)[0].title == "Green"


def test_what_is_kept_of_a_file_is_what_was_read(make_site, monkeypatch):
    """To the last kind of collection: whoever reads on may add to a list."""
    found = []
    save = ReadingCache.save

    def listen(cache, reads, **n_new):
        found.append([*map(repr, reads)])
        save(cache, reads, **n_new)

    monkeypatch.setattr(ReadingCache, "save", listen)
    site = make_site(BAD)
    for _ in range(2):
        read_site(site)
    assert len(found[0]) > 1
    assert found[0] == found[1]


def test_moved_files(make_site, parsed):
    """Files that change places change ids, dates and languages, though their bytes are known."""
    site = make_site({"_news/2021-03-03-tea.md": "---\ntitle: A\n---\n", "_news/kettle.md": "---\ntitle: B\n---\n"})
    read_site(site)
    (site / "_news/2021-03-03-tea.md").rename(site / "_news/aside")
    (site / "_news/kettle.md").rename(site / "_news/2021-03-03-tea.md")
    (site / "_news/aside").rename(site / "_news/kettle.md")
    found = read_site(site)
    assert told(found) == told(read_site(site, settings(cache="none")))
    assert [(article.id, article.title) for article in found] == [("_news/2021-03-03-tea", "B"), ("_news/kettle", "A")]


def test_ids_that_depend_on_others(make_site):
    """A file whose id changes because another file came is read under its new one."""
    site = make_site({"_news/tea.md": "---\ntitle: A\n---\n"})
    assert read_site(site).ids == ("_news/tea",)
    (site / "_news/tea.mdx").write_text("---\ntitle: B\n---\n")
    assert read_site(site).ids == ("_news/tea.md", "_news/tea.mdx")
    (site / "_news/tea.mdx").unlink()
    assert read_site(site).ids == ("_news/tea",)


def test_settings_and_configuration(make_site):
    """Whatever else decides the outcome is no other's: settings, the generator's configuration, other files."""
    site = make_site({"_posts/2021-03-03-tea.md": "---\ntitle: A\nteaser: B\ndate: 2021-03-03\n---\n"})
    ways = [{}, {"fields": {"excerpt": "teaser"}}, {"site_language": "de"}, {"site_url": "https://example.org"}]
    for _ in range(2):
        for way in ways:
            assert told(read_site(site, settings(**way))) == told(read_site(site, settings(cache="none", **way)))
    (site / "_config.yml").write_text("timezone: Asia/Tokyo\nlang: ja\n")
    found = read_site(site)
    assert told(found) == told(read_site(site, settings(cache="none")))
    assert found[0].published_at.utcoffset() == timedelta(hours=9)
    (site / "page.md").write_text("A page.\n")
    assert read_site(site).reading.warnings == ("page.md outside the articles' folders: not read.",)


def test_nothing_among_the_files(make_site, cache_folder):
    """Reading leaves the site's folder as it was; without a cache, nothing is written anywhere."""
    site = make_site(BAD)
    before = sorted(site.rglob("*"))
    read_site(site, settings(cache="none"))
    assert not cache_folder.exists()
    read_site(site)
    assert sorted(site.rglob("*")) == before
    assert len(list(cache_folder.rglob("*.cache"))) == 1


def test_bodies_stay_in_the_files(make_site, cache_folder):
    """The text of articles is not copied into the cache."""
    site = make_site({"_news/tea.md": "---\ntitle: Tea\n---\nThe kettle sings é.\n"})
    assert read_site(site)[0].body == read_site(site)[0].body == "The kettle sings é.\n"
    (file,) = cache_folder.rglob("*.cache")
    assert b"kettle" not in file.read_bytes()


def test_files_that_are_gone(make_site, cache_folder):
    """What is kept of a file leaves with the file."""
    site = make_site({"_news/tea.md": "---\ntitle: Tea\n---\n", "_news/kettle.md": "---\ntitle: Copper\n---\n"})
    read_site(site)
    (file,) = cache_folder.rglob("*.cache")
    assert b"Copper" in file.read_bytes()
    (site / "_news/kettle.md").unlink()
    read_site(site)
    assert b"Copper" not in file.read_bytes()


@pytest.mark.parametrize("document", [{}, [], {"entries": [[1]], "files": []}, {"entries": [], "files": 3}, "tea"])
def test_whole_but_not_ours(make_site, cache_folder, document, monkeypatch, caplog):
    """A document that is whole, and makes no sense, counts as none."""
    site = make_site({"_news/tea.md": "---\ntitle: Tea\n---\n"})
    expected = told(read_site(site))
    monkeypatch.setattr(SiteCache, "load", lambda *_: document)
    assert told(read_site(site)) == expected
    assert "the cache is damaged" in caplog.text


def test_strict(make_site):
    """A problem stops a strict reading, whether it is parsed or remembered."""
    site = make_site(BAD)
    messages = set()
    for _ in range(2):
        with pytest.raises(Exception, match=r"2021-03-05-broken") as caught:
            read_site(site, strict=True)
        messages.add((caught.type, str(caught.value)))
    assert len(messages) == 1


@pytest.mark.site
def test_real_site(namefi_site):
    """A real blog is read warm as it is read cold."""
    cold, warm = read_site(namefi_site), read_site(namefi_site)
    assert told(cold) == told(warm)
