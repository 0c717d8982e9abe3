import pytest

from recommender.content.generators import Generator
from recommender.content.generators.hugo import Hugo
from recommender.content.languages import around, site_languages


def files(*folders, names=("tea", "mug")):
    """The paths of a few pages in each folder."""
    return [f"{folder}/{name}.md" for folder in folders for name in names]


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        (files("en", "de"), {"en": "en", "de": "de"}),
        (files("blog/pt_br", "blog/zh-CN", "about"), {"blog/pt_br": "pt-BR", "blog/zh-CN": "zh-CN"}),
        (["docs/tea.md", "docs/guide/mug.md", "docs/zh/guide/mug.md", "docs/zh/tea.md"], {"docs/zh": "zh"}),
        (files("a", "b", "c", "d", "e", "de", "fr", names=("x", "y", "z")), {"de": "de", "fr": "fr"}),
        (files("i18n/fr"), {"i18n/fr": "fr"}),
        (files("html/br"), {}),
        (files("html/br", "html/hr", "html/table", "html/form", "html/link"), {}),
        (["html/br/index.md", "html/hr/index.md", "html/a/index.md", "html/b/index.md", "html/p/index.md"], {}),
        (files("my-va", "guides"), {}),
        (files("blog/en"), {}),
    ],
)  # fmt: skip
def test_folders(paths, folders):
    """A folder is a language where the site has more of them, or where its pages mirror others'."""
    assert site_languages(paths, Generator()).folders == folders


def test_configured_folders():
    """A folder is a language where the site's configuration names it, also where it is the only one."""
    hugo = Hugo(file="hugo.toml", languages=("sv",), content_dirs={"content": "", "innehall": "sv"})
    assert site_languages(
        files("content/sv", "content/a", "content/b", "content/c", "content/br", "innehall"), hugo
    ).folders == {
        "content/sv": "sv",
        "innehall": "sv",
    }
    assert site_languages(files("blog/is"), Generator(file="_config.yml", language="is")).folders == {"blog/is": "is"}


def test_suffixes():
    """A file's name ends in a language where another of its translations lies beside it."""
    languages = site_languages(["tea.md", "tea.de.md", "why-tea.io.md"], Generator())
    assert [languages.of(path) for path in ("tea.md", "tea.de.md", "why-tea.io.md")] == ["", "de", ""]


def test_one_file(tmp_path):
    """What lies beside a file tells its language as the whole site would."""
    for path in files("en/notes", "de/notes"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    languages = site_languages(around(tmp_path, "de/notes/tea.md"), Generator())
    assert languages.of("de/notes/tea.md") == "de"
