"""Real builds by generators from npm and PyPI: addresses lead to what was built, and pages show the suggestions."""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest

from recommender.batch import suggest_site
from recommender.content.site import read_site
from recommender.settings import settings_from_mapping

pytestmark = [pytest.mark.generator, pytest.mark.slow]

#: Where `make generators` installs them, a folder each.
TOOLS = Path(os.environ.get("RECOMMENDER_GENERATORS", Path(__file__).parents[1] / ".generators"))


def write(site: Path, files: dict[str, str]) -> None:
    """Write the files of a site."""
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)


def page(title: str, *lines: str) -> str:
    """A Markdown file about boats."""
    return "\n".join(["---", f"title: {title}", *lines, "---", f"{title} floats.", ""])


ELEVENTY = {
    "eleventy.config.js": """
        // dir: { input: "not-this" }
        export default function (config) {
          config.addFilter("slug2", (text) => text.replace(/["']/g, ""));
          config.ignores.add("src/skipped.md");
          return { dir: { input: "src", output: "out" } };
        }""",
    "src/docs/sails/jib.md": page("Jib"),
    "src/docs/sails/index.md": page("Sails"),
    "src/docs/docs.md": page("All docs"),
    "src/2024-03-01-launch.md": page("Launch"),
    "src/notes/2024-03-04-keel.md": page("Keel"),
    "src/own.md": page("Own", "permalink: /somewhere/else/"),
    "src/file.md": page("File", "permalink: somewhere/file.html"),
    "src/index-file.md": page("Index file", "permalink: /place/index.html"),
    "src/never.md": page("Never", "permalink: false"),
    "src/skipped.md": page("Skipped"),
    "src/templated.md": page("A Tall Ship", 'permalink: "/ships/{{ title | slugify }}/"'),
    "src/marks.md": page("Größe & mast's *élan*", 'permalink: "/marks/{{ title | slugify }}/{{ title | slug }}.html"'),
    "src/posts/posts.json": json.dumps({"permalink": "/blog/{{ page.fileSlug }}/"}),
    "src/posts/2024-05-06-oars.md": page("Oars"),
    "src/posts/anchor/index.md": page("Anchor"),
    "src/log/log.11tydata.js": "export default { permalink: "
    "\"/journal/{{ page.date | date: '%Y' }}/{{ page.fileSlug }}/\" };",
    "src/log/2023-07-08-storm.md": page("Storm"),
    "src/quiet/quiet.json": json.dumps({"permalink": False}),
    "src/quiet/whisper.md": page("Whisper"),
    "src/computed/computed.json": json.dumps({"eleventyComputed": {"permalink": "/c/{{ page.fileSlug }}.html"}}),
    "src/computed/rope.md": page("Rope"),
}
ASTRO = {
    "astro.config.mjs": 'export default { site: "https://boat.example", base: "/harbour", outDir: "out", '
    'i18n: { defaultLocale: "en", locales: ["en", "fr"] } };',
    "src/content.config.ts": """
        import { defineCollection } from "astro:content";
        import { glob } from "astro/loaders";
        const blog = defineCollection({ loader: glob({ pattern: "**/*.md", base: "./src/posts" }) });
        const guides = defineCollection({ loader: glob({ pattern: "**/[^_]*.md", base: "./src/content/guides" }) });
        const TOP = "src";
        const logs = defineCollection({ loader: glob({ pattern: "**/*.md", base: `./${TOP}/logs` }) });
        export const collections = { blog, guides, logs };""",
    "src/pages/[...lang]/log/[slug]/index.astro": """---
import { getCollection, render } from "astro:content";
export async function getStaticPaths() {
  return (await getCollection("logs")).map((entry) => {
    const [lang, slug] = entry.id.split("/");
    return { params: { lang: lang === "en" ? undefined : lang, slug }, props: entry };
  });
}
const { Content } = await render(Astro.props);
---
<Content />""",
    "src/pages/tags/[tag].astro": """---
import { getCollection } from "astro:content";
export const getStaticPaths = async () =>
  (await getCollection("logs")).map((entry) => ({ params: { tag: entry.data.tag ?? "none" } }));
---
<p>A tag</p>""",
    "src/logs/en/calm.md": page("A calm"),
    "src/logs/fr/tempete.md": page("Une tempête"),
    "src/pages/articles/[...slug].astro": """---
import { getCollection, render } from "astro:content";
export async function getStaticPaths() {
  return (await getCollection("blog")).map((post) => ({ params: { slug: post.id }, props: post }));
}
const { Content } = await render(Astro.props);
---
<Content />""",
    "src/pages/guides/[...id].astro": """---
import { getCollection } from 'astro:content';
export const getStaticPaths = async () =>
  (await getCollection('guides')).map((guide) => ({ params: { id: guide.id } }));
---
<p>A guide</p>""",
    "src/posts/First Voyage.md": page("First voyage"),
    "src/posts/2024/second.md": page("Second voyage"),
    "src/posts/third.md": page("Third voyage", "slug: the-third"),
    "src/content/guides/knots/index.md": page("Knots"),
    "src/content/guides/flags.md": page("Flags"),
    "src/content/guides/_notes.md": page("Notes"),
    "src/pages/about/crew.md": page("Crew"),
    "src/pages/index.md": page("Home"),
}
HEXO = {
    "_config.yml": "title: Boats\nurl: https://boat.example\nroot: /\npermalink: :year/:category/:post_title/:title/\n"
    "source_dir: source\npublic_dir: out\ntimezone: UTC\n",
    "source/_posts/keel.md": page("Keel", "date: 2024-02-03 10:00:00"),
    "source/_posts/2023/hull.md": page("Hull", "date: 2023-02-03 10:00:00"),
    "source/_posts/named.md": page("Büge & Co", "date: 2024-02-03", "categories: [[Old, Wet Wood], [New, Elm & Ash]]"),
    "source/_posts/own.md": page("Own", "date: 2024-02-03", "permalink: own/place/"),
    "source/_posts/gone.md": page("Gone", "date: 2024-02-03", "published: false"),
    "source/_drafts/later.md": page("Later"),
    "themes/plain/layout/post.ejs": "<%- page.content %>",
    "themes/plain/layout/index.ejs": "<p>home</p>",
}
VITEPRESS = {
    "docs/.vitepress/config.mts": """
        import { defineConfig } from "vitepress";
        export default defineConfig({ lang: "en-GB", base: "/", outDir: "../out", cleanUrls: false });""",
    "docs/index.md": page("Home"),
    "docs/guide/index.md": page("Guide"),
    "docs/guide/mast.md": page("Mast"),
    "docs/README.md": page("Read me"),
    "docs/posts/2024-01-01-bow.md": page("Bow"),
}
METALSMITH = {
    "metalsmith.json": json.dumps(
        {
            "source": "content",
            "destination": "out",
            "plugins": [{"@metalsmith/markdown": {}}, {"@metalsmith/permalinks": {}}],
        }
    ),
    "content/rudder.md": page("Rudder"),
    "content/parts/index.md": page("Parts"),
    "content/parts/tiller.md": page("Tiller"),
}
DOCUSAURUS = {
    "docusaurus.config.js": """
        module.exports = {
          title: "Boats", url: "https://boat.example", baseUrl: "/", onBrokenLinks: "warn",
          i18n: { defaultLocale: "en", locales: ["en"] },
          presets: [["classic", {
            docs: { routeBasePath: "manual", sidebarPath: false },
            blog: { onUntruncatedBlogPosts: "ignore" },
          }]],
          plugins: [
            ["@docusaurus/plugin-content-docs", { id: "crew", path: "people", routeBasePath: "crew",
              sidebarPath: false }],
            ["@docusaurus/plugin-content-blog", { id: "log", path: "log", onUntruncatedBlogPosts: "ignore",
              routeBasePath: "log-book" }],
          ],
        };""",
    "people/02-cook.md": page("Cook"),
    "crew_versioned_docs/version-1.0/cook.md": page("Cook of old"),
    "crew_versioned_sidebars/version-1.0-sidebars.json": "{}",
    "crew_versions.json": '["1.0"]',
    "log/2024-03-07-fog.md": page("Fog"),
    "docs/intro.md": page("Intro", "slug: /"),
    "docs/02-sails/01-jib.md": page("Jib"),
    "docs/02-sails/index.md": page("Sails"),
    "docs/03-hull/hull.md": page("Hull"),
    "docs/Rig/rig.md": page("Rig", "id: rigging"),
    "docs/2024-01-notes.md": page("Notes"),
    "docs/repair.md": page("Repair", "id: mending"),
    "docs/own.md": page("Own", "slug: place"),
    "docs/_part.md": page("Part"),
    "docs/later.md": page("Later", "draft: true"),
    "blog/2024-03-04-race.md": page("Race"),
    "blog/2024-03-05-crew/index.md": page("Crew"),
    "blog/2024/06/07/gale.md": page("Gale"),
    "blog/2024-03-06-own.md": page("Own", "slug: own-post"),
    "blog/undated.md": page("Undated", "date: 2024-01-01"),
    "src/pages/about.md": page("About"),
}
MKDOCS = {
    "mkdocs.yml": "site_name: Boats\nsite_url: https://boat.example/\nsite_dir: out\ntheme:\n  name: material\n"
    "plugins:\n  - blog\nmarkdown_extensions:\n"
    "  - pymdownx.emoji:\n      emoji_index: !!python/name:material.extensions.emoji.twemoji\n",
    "docs/index.md": page("Home"),
    "docs/parts/README.md": page("Parts"),
    "docs/parts/mast.md": page("Mast"),
    "docs/blog/index.md": page("Blog"),
    "docs/blog/posts/first.md": page("What's new - & old?", "date: 2024-03-04T23:30:00-05:00"),
    "docs/blog/posts/second.md": page("Second", "date: 2024-03-05", "slug: number-two"),
    "docs/blog/posts/third.md": page("Third", "date:\n  created: 2024-02-06\n  updated: 2024-04-01"),
    "docs/blog/posts/later.md": page("Later", "date: 2024-03-05", "draft: true"),
}
PELICAN = {
    "pelicanconf.py": 'import os\nSITENAME = "Boats"\nPATH = "content"\nOUTPUT_PATH = "out"\n'
    'TIMEZONE = "UTC"\nDEFAULT_LANG = "en"\n'
    'ARTICLE_URL = "{date:%Y}/{category}/{slug}/"\nARTICLE_SAVE_AS = ARTICLE_URL + "index.html"\n',
    "content/salt.md": page("Salt & spray, café", "date: 2024-03-04", "category: Sea Life"),
    "content/named/rope.md": page("Rope", "date: 2024-03-04", "slug: rope-work"),
    "content/2023-01-02-tar.md": page("Tar"),
    "content/pages/about.md": page("About us"),
    "content/pages/ueber.md": page("Über uns", "lang: de"),
    "content/later.md": page("Later", "date: 2024-03-04", "status: draft"),
}
#: The files of a site, what builds it, where, and the articles that are not built.
SITES = {
    "eleventy": (ELEVENTY, ["npx", "eleventy"], "out", {"src/never.md", "src/skipped.md", "src/quiet/whisper.md"}),
    "astro": (ASTRO, ["npx", "astro", "build"], "out", {"src/content/guides/_notes.md"}),
    "hexo": (HEXO, ["npx", "hexo", "generate"], "out", {"source/_posts/gone.md", "source/_drafts/later.md"}),
    "vitepress": (VITEPRESS, ["npx", "vitepress", "build", "docs"], "out", set()),
    "metalsmith": (METALSMITH, ["npx", "metalsmith"], "out", set()),
    "docusaurus": (DOCUSAURUS, ["npx", "docusaurus", "build"], "build", {"docs/_part.md", "docs/later.md"}),
    "mkdocs": (MKDOCS, ["mkdocs", "build"], "out", {"docs/blog/posts/later.md"}),
    "pelican": (PELICAN, ["pelican", "content"], "out", {"content/later.md"}),
}
#: The base of the addresses, where the built folder stands for it.
BASES = {"astro": "/harbour"}


def install(name: str, site: Path) -> dict[str, str]:
    """The environment in which a generator is found; the test skips where it is not installed."""
    if name in ("mkdocs", "pelican"):
        if not (TOOLS / "py" / "bin" / name).exists():
            pytest.skip(f"{name} is not installed: make generators")
        return {**os.environ, "PATH": f"{TOOLS / 'py' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    if not (TOOLS / name / "node_modules").is_dir():
        pytest.skip(f"{name} is not installed: make generators")
    shutil.copy(TOOLS / name / "package.json", site)
    (site / "node_modules").symlink_to(TOOLS / name / "node_modules")
    quiet = {"ASTRO_TELEMETRY_DISABLED": "1", "NO_UPDATE_NOTIFIER": "1"}
    return {**os.environ, **quiet, "NODE_OPTIONS": "--preserve-symlinks"}


def is_built(url: str, out: Path) -> bool:
    """Whether an address leads to a file below a built folder."""
    place = out / url.lstrip("/")
    pages = (place / "index.html", Path(f"{place}.html"), *([place] if place.suffix == ".html" else []))
    return any(page.is_file() for page in pages)


def build(command: list[str], site: Path, environment: dict[str, str]) -> None:
    """Run a generator; its words are shown where it fails."""
    done = subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SITES)
def test_addresses(name, tmp_path):
    """Every address leads to a built page, and exactly what is not built is never suggested, the home page aside."""
    files, command, folder, unbuilt = SITES[name]
    write(tmp_path, files)
    environment = install(name, tmp_path)
    if name == "docusaurus":
        (tmp_path / "package.json").write_text('{"private": true}')
    if name == "hexo":
        (tmp_path / "_config.yml").write_text(files["_config.yml"] + "theme: plain\n")
        package = json.loads((tmp_path / "package.json").read_text())
        (tmp_path / "package.json").write_text(json.dumps({**package, "hexo": {"version": ""}}))
    build(command, tmp_path, environment)
    corpus = read_site(tmp_path)
    out, base = tmp_path / folder, BASES.get(name, "")
    assert {a.path for a in corpus if a.visible_from and a.url.removeprefix(base) != "/"} == unbuilt
    wrong = {a.path: a.url for a in corpus if not a.visible_from and not is_built(a.url.removeprefix(base), out)}
    assert wrong == {}, sorted(p.relative_to(out).as_posix() for p in out.rglob("*.html"))


#: Pages that say no title, a part, excluded pages and drafts, and a README beside an index.
BARE = {
    "mkdocs.yml": "site_name: Boats\nsite_dir: out\nexclude_docs: |\n  *.inc.md  # parts\n  /old/\n  !/old/oar.md\n"
    "  ruin/**\n  # all of it\n  a[0-9].md\n  \\!b.md\ndraft_docs: |\n  later-*\n",
    "docs/index.md": "![Boats](boats.png)\n",
    "docs/mast.md": "## Of pine\n\nMasts are of pine.\n",
    "docs/rope.md": "Ropes are of hemp.\n",
    "docs/sail/index.md": "Of linen.\n",
    "docs/sail/README.md": "Of linen, once.\n",
    "docs/sail/hem.inc.md": "# Hems\n",
    "docs/old/hull.md": "# Hulls\n",
    "docs/old/oar.md": "# Oars\n",
    "docs/ruin/of/keel.md": "# Keels\n",
    "docs/templates/bow.md": "# Bows\n",
    "docs/tar/templates/bow.md": "# Tarred bows\n",
    "docs/a1.md": "# A buoy\n",
    "docs/ab.md": "# Another buoy\n",
    "docs/!b.md": "# A third buoy\n",
    "docs/later-boats.md": "# Later boats\n",
    "docs/.hidden.md": "# Hidden\n",
}


@pytest.mark.parametrize("nav", ["", "nav: [index.md, {Ropes: rope.md}, {Spars: [{Masts: mast.md}, sail/index.md]}]\n"])
def test_every_page_of_mkdocs_is_an_article(nav, tmp_path):
    """With and without a nav, the articles are exactly the pages that MkDocs builds."""
    write(tmp_path, {**BARE, "mkdocs.yml": BARE["mkdocs.yml"] + nav})
    build(["mkdocs", "build"], tmp_path, install("mkdocs", tmp_path))
    out = tmp_path / "out"
    built = {f"/{file.parent.relative_to(out).as_posix()}/".replace("/./", "/") for file in out.rglob("index.html")}
    articles = {unquote(a.url): a.title for a in read_site(tmp_path) if a.url == "/" or not a.visible_from}
    assert articles.keys() == built
    assert articles["/"] == "Boats"
    assert (articles["/rope/"], articles["/mast/"]) == (("Ropes", "Masts") if nav else ("Rope", "Mast"))


#: The titles of a small site, for the pages that show suggestions.
TEAS = {"black": "Brewing black tea & more", "green": "Brewing <green> tea", "white": "Brewing white tea"}
#: The files of a site beside its articles and what docs/show.md has; the files that it has; where the articles lie.
SHOWN = {
    "eleventy": (
        {
            "_includes/page.njk": '{{ content | safe }}{% include "related.njk" %}',
            "posts/posts.json": '{"layout": "page.njk"}',
        },
        ["_includes/related.njk"],
        "posts/2024-01-01-{}.md",
    ),
    "astro": (
        {
            "astro.config.mjs": 'export default { base: "/harbour", outDir: "out" };',
            "src/content.config.ts": """
                import { defineCollection } from "astro:content";
                import { glob } from "astro/loaders";
                const blog = defineCollection({ loader: glob({ pattern: "**/*.md", base: "./src/posts" }) });
                export const collections = { blog };""",
            "src/pages/articles/[...slug].astro": """---
import { getCollection, render } from "astro:content";
import Related from "../../components/Related.astro";
export async function getStaticPaths() {
  return (await getCollection("blog")).map((post) => ({ params: { slug: post.id }, props: { post } }));
}
const { post } = Astro.props;
const { Content } = await render(post);
---
<Content /><Related path={post.filePath} />""",
        },
        ["src/components/Related.astro"],
        "src/posts/{}.md",
    ),
    "docusaurus": (
        {
            "docusaurus.config.js": """
                module.exports = {
                  title: "Teas", url: "https://tea.example", baseUrl: "/harbour/", onBrokenLinks: "warn",
                  presets: [["classic", { docs: { sidebarPath: false }, blog: { onUntruncatedBlogPosts: "ignore" } }]],
                };""",
            "blog/2024-01-01-oolong.md": page("Brewing oolong tea"),
            "blog/2024-01-02-mint.md": page("Brewing mint tea"),
        },
        ["src/components/Related.js", "src/theme/DocItem/Footer/index.js", "src/theme/BlogPostItem/Footer/index.js"],
        "docs/{}.md",
    ),
    "mkdocs": (
        {
            "mkdocs.yml": "site_name: Teas\nsite_url: https://tea.example/harbour/\nsite_dir: out\n"
            "hooks: [hooks/related.py]\n"
        },
        ["hooks/related.py"],
        "docs/{}.md",
    ),
}
#: What builds each, and where; the first part of its addresses, where the built folder stands for it.
SHOWN_BUILDS = {
    "eleventy": (["npx", "eleventy", "--output=out"], "out", "/"),
    "astro": (["npx", "astro", "build"], "out", "/harbour/"),
    "docusaurus": (["npx", "docusaurus", "build"], "build", "/harbour/"),
    "mkdocs": (["mkdocs", "build", "--strict"], "out", "/harbour/"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_suggestions_are_shown(name, tmp_path, snippet):
    """Built with what docs/show.md says, every page shows its suggestions, and every link leads to a built file."""
    files, snippets, place = SHOWN[name]
    command, folder, base = SHOWN_BUILDS[name]
    write(tmp_path, {**files, **{path: snippet(path) for path in snippets}})
    write(tmp_path, {place.format(tea): f"---\ntitle: {title}\n---\nWater and a pot.\n" for tea, title in TEAS.items()})
    environment = install(name, tmp_path)
    if name == "docusaurus":
        (tmp_path / "package.json").write_text('{"private": true}')
    run = suggest_site(tmp_path, settings_from_mapping({"ranking": {"ranker": "similarity", "n_jobs": 1}}))
    build(command, tmp_path, environment)
    out = tmp_path / folder
    links = []
    for built in out.rglob("*.html"):
        address = base + built.relative_to(out).as_posix().removesuffix("index.html")
        for href, title in re.findall(
            r'<li class="?suggested"?><a href="?([^" >]*)"?[^>]*>(.*?)</a>', built.read_text()
        ):
            target = unquote(urljoin(address, href))
            assert target.startswith(base)
            assert is_built(target.removeprefix(base), out), f"{address}: {href}"
            links.append(unescape(title))
    assert len(links) == run.outcome.n_suggestions > 0
    assert set(TEAS.values()) <= set(links)
