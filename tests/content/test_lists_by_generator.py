"""A curated list is found on every generator's site, whether it has addresses, files, slugs or titles."""

import pytest

from recommender.content.generators import GENERATORS, read_generator
from recommender.content.matching import EntryMatcher
from recommender.content.site import read_site

#: A generator -> its configuration, and where its articles lie.
SITES = {
    "Jekyll": ({"_config.yml": "url: https://yarn.example\n"}, "_posts/2021-03-04-{}.md"),
    "Bridgetown": ({"bridgetown.config.yml": "permalink: pretty\n"}, "src/_posts/2021-03-04-{}.md"),
    "Nikola": ({"conf.py": "POSTS = (('posts/*.md', 'blog', 'post.tmpl'),)\n"}, "posts/{}.md"),
    "Jupyter Book": ({"_toc.yml": "format: jb-book\nroot: intro\n", "_config.yml": "title: Yarn\n"}, "notes/{}.md"),
    "Hugo": ({"hugo.toml": 'baseURL = "https://yarn.example/"\n'}, "content/posts/{}.md"),
    "Zola": ({"zola.toml": 'base_url = "https://yarn.example"\n'}, "content/{}.md"),
    "Eleventy": ({"eleventy.config.js": "export default () => ({dir: {input: 'src'}});\n"}, "src/posts/{}.md"),
    "Astro": (
        {"astro.config.mjs": "export default {};\n", "src/pages/blog/[...slug].astro": "getCollection('blog')\n"},
        "src/content/blog/{}.md",
    ),
    "Docusaurus": ({"docusaurus.config.js": "module.exports = {baseUrl: '/'};\n"}, "docs/{}.md"),
    "VitePress": ({".vitepress/config.js": "export default {};\n"}, "guide/{}.md"),
    "VuePress": ({".vuepress/config.js": "module.exports = {};\n"}, "guide/{}.md"),
    "MkDocs": ({"mkdocs.yml": "site_name: Yarn\n"}, "docs/{}.md"),
    "mdBook": ({"book.toml": "", "src/SUMMARY.md": "- [Yarn](yarn.md)\n- [Wool](wool.md)\n"}, "src/{}.md"),
    "Pelican": ({"pelicanconf.py": "SITENAME = 'Yarn'\n"}, "content/{}.md"),
    "Hexo": ({"_config.yml": "title: Yarn\nsource_dir: source\nnew_post_name: :title.md\n"}, "source/_posts/{}.md"),
    "Metalsmith": ({"metalsmith.json": '{"source": "src", "plugins": {}}\n'}, "src/{}.md"),
    "Statie": ({"statie.yml": "parameters: {}\n"}, "source/_posts/2021-03-04-{}.md"),
    "Gatsby": ({"gatsby-config.js": "module.exports = {plugins: []};\n"}, "content/blog/{}.md"),
    "Next": ({"next.config.js": "module.exports = {};\n"}, "content/{}.mdx"),
    "SvelteKit": (
        {"svelte.config.js": "export default {};\n", "src/routes/yarns/[slug]/+page.svelte": ""},
        "src/yarns/{}.md",
    ),
    "Nuxt": ({"nuxt.config.ts": "export default defineNuxtConfig({});\n"}, "content/1.guide/2.{}.md"),
    "Quartz": ({"quartz.config.ts": "const config = {};\n"}, "content/{}.md"),
    "DocFX": ({"docfx.json": "{}\n"}, "articles/{}.md"),
    "GitBook": ({".gitbook.yaml": "root: ./docs/\n"}, "docs/{}.md"),
    "Ember": ({"package.json": '{"devDependencies": {"ember-source": "5"}}\n'}, "docs/{}.md"),
}


def test_all_generators():
    """No generator is left out."""
    assert {kind.title for kind in GENERATORS} == set(SITES)


@pytest.mark.parametrize("title", SITES)
def test_list(make_site, title):
    """Four entries, by address, file, slug and title, all name the article."""
    configuration, path = SITES[title]

    def text(name, related=""):
        return f"---\ntitle: About {name}\ndate: 2021-03-04\n{related}---\nTwist it.\n"

    site = make_site({**configuration, path.format("yarn"): text("yarn"), path.format("wool"): text("wool")})
    assert read_generator(site).title == title
    (url,) = [article.url for article in read_site(site) if article.title == "About wool"]
    file = path.format("wool").rpartition("/")[2]
    (site / path.format("yarn")).write_text(text("yarn", f"related: ['{url}', {file}, wool, About wool]\n"))
    corpus = read_site(site)
    (asked,) = [article for article in corpus if article.title == "About yarn"]
    found = [EntryMatcher(corpus).match(entry, asked).article_id for entry in asked.related]
    assert [corpus[article_id].title if article_id else None for article_id in found] == ["About wool"] * 4


def test_polyglot(make_site):
    """Translations that Jekyll's polyglot builds share a permalink, stand below their language, and name their own."""
    files = {"_config.yml": "languages: [en, sv]\ndefault_lang: en\n"}
    for folder, language in (("a", "sv"), ("b", "en")):
        for name, said in (("oar", ""), ("tar", "related: [/oar/]\n")):
            text = f"---\ntitle: {name}\nlang: {language}\npermalink: /{name}/\n{said}---\n"
            files[f"_posts/{folder}/2024-01-02-{name}.md"] = text
    corpus = read_site(make_site(files))
    assert [one.url for one in corpus] == ["/sv/oar/", "/sv/tar/", "/oar/", "/tar/"]
    matcher = EntryMatcher(corpus)
    named = [matcher.match(entry, one).article_id for one in corpus for entry in one.related]
    assert named == ["_posts/a/2024-01-02-oar", "_posts/b/2024-01-02-oar"]
    assert not any("have the URL" in warning for warning in corpus.reading.warnings)
    jekyll = read_generator(make_site(files))
    assert [jekyll.placed("/en/om/", "en"), jekyll.placed("/sv/om/", "sv")] == ["/om/", "/sv/om/"]
