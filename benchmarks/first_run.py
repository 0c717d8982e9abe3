"""
A newcomer's first run, command by command: from the wheel to suggestions seen in a built page, and as a picture.

    python benchmarks/first_run.py [hugo jekyll eleventy docusaurus csv]

Builds the wheel, and for each kind makes a folder of its own, runs what docs/first-run.md shows, takes the seconds,
follows every suggested link to a built file, and writes the page anew. Needs hugo, jekyll and npm.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "first-run.md"
PICTURE = ROOT / "docs" / "first-run.svg"
ARTICLES = {
    "black-tea": ("Brewing black tea", "Boiling water and four minutes in a warm pot make a strong cup."),
    "green-tea": ("Brewing green tea", "Water just below the boil and two minutes keep the leaves sweet."),
    "teapots": ("Which pot to brew tea in", "Clay keeps the water hot, glass shows the leaves unfold."),
    "city-bike": ("A bicycle for the city", "Three gears, mudguards and a basket are enough for a commute."),
    "bike-chain": (
        "Caring for a bicycle chain",
        "Wipe the chain dry, oil it, and the gears of the bicycle stay quiet.",
    ),
}
INSTALL = ["python3 -m venv venv", "venv/bin/pip install --quiet recommender-*.whl"]
SHOW = (ROOT / "docs" / "show.md").read_text()


def snippet(name: str) -> str:
    """What docs/show.md has for a file."""
    return re.search(rf"[Aa]s `{re.escape(name)}`.*?```[\w-]+\n(.*?)```", SHOW, re.DOTALL)[1]


# For each kind: what is typed, with the files that are pasted before a command; where pages are built.
KINDS = {
    "hugo": {
        "title": "A fresh Hugo site",
        "commands": [
            *INSTALL,
            "hugo new site site",
            "mkdir site/content/posts && cp articles/* site/content/posts/",
            "venv/bin/recommender suggest site",
            "hugo --source site",
            "grep suggested site/public/posts/black-tea/index.html",
        ],
        "pasted": {
            "site/layouts/partials/related.html": snippet("layouts/partials/related.html"),
            "site/layouts/_default/single.html": '{{ .Content }}{{ partial "related.html" . }}\n',
        },
        "before": 5,
        "built": "site/public",
    },
    "jekyll": {
        "title": "A fresh Jekyll site",
        "commands": [
            *INSTALL,
            "jekyll new site --blank",
            'for file in articles/*; do cp "$file" "site/_posts/2024-01-01-${file##*/}"; done',
            "venv/bin/recommender suggest site",
            "jekyll build --quiet --source site --destination site/_site",
            "grep suggested site/_site/2024/01/01/black-tea.html",
        ],
        "pasted": {
            "site/_includes/related.html": snippet("_includes/related.html"),
            "site/_layouts/post.html": "{{ content }}{% include related.html %}\n",
        },
        "before": 5,
        "built": "site/_site",
    },
    "eleventy": {
        "title": "A fresh Eleventy site",
        "commands": [
            *INSTALL,
            "mkdir -p site/posts && cp articles/* site/posts/",
            "cd site && npm install --silent @11ty/eleventy",
            "venv/bin/recommender suggest site",
            "cd site && npx eleventy --quiet",
            "grep suggested site/_site/posts/black-tea/index.html",
        ],
        "pasted": {
            "site/_includes/related.njk": snippet("_includes/related.njk"),
            "site/_includes/post.njk": '{{ content | safe }}{% include "related.njk" %}\n',
            "site/posts/posts.json": '{"layout": "post.njk"}\n',
        },
        "before": 5,
        "built": "site/_site",
    },
    "docusaurus": {
        "title": "A fresh Docusaurus site",
        "commands": [
            *INSTALL,
            "npx --yes create-docusaurus@3 site classic --javascript --package-manager npm",
            "venv/bin/recommender suggest site",
            "cd site && npm run build",
            "grep -rho 'suggested[^/]*/[^<]*' site/build/docs | head -n 3",
        ],
        "pasted": {
            f"site/{name}": snippet(name)
            for name in (
                "src/components/Related.js",
                "src/theme/DocItem/Footer/index.js",
                "src/theme/BlogPostItem/Footer/index.js",
            )
        },
        "before": 4,
        "built": "site/build",
    },
    "csv": {
        "title": "A CSV",
        "commands": [*INSTALL, "venv/bin/recommender suggest articles.csv", "head -n 3 suggested_related.csv"],
        "pasted": {},
        "before": 0,
        "built": "",
    },
}


def run(name: str, wheel: Path) -> str:
    """Do what a newcomer does, and tell of it as a section of the page."""
    kind = KINDS[name]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copy(wheel, place)
        rows = ["id,title,excerpt,url"]
        for slug, (title, text) in ARTICLES.items():
            (place / "articles").mkdir(exist_ok=True)
            layout = "layout: post\n" if name == "jekyll" else ""
            (place / "articles" / f"{slug}.md").write_text(f"---\ntitle: {title}\n{layout}---\n{text}\n")
            rows.append(f'{slug},{title},"{text}",/{slug}/')
        (place / "articles.csv").write_text("\n".join(rows) + "\n")
        environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
        environment |= {"XDG_CACHE_HOME": str(place / ".cache"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        lines, total = [], 0.0
        for number, command in enumerate(kind["commands"]):
            if number == kind["before"]:
                for path, text in kind["pasted"].items():
                    (place / path).parent.mkdir(parents=True, exist_ok=True)
                    (place / path).write_text(text)
            start = time.monotonic()
            done = subprocess.run(
                ["bash", "-c", command], cwd=place, env=environment, capture_output=True, text=True, check=False
            )
            seconds = time.monotonic() - start
            total += seconds
            print(f"{name}: {seconds:6.1f} s  {command}", flush=True)
            if done.returncode:
                sys.exit(done.stdout + done.stderr)
            told = done.stderr if "recommender suggest" in command else ""
            lines.append((command, seconds, told, done.stdout if number == len(kind["commands"]) - 1 else ""))
        checked = follow(place / kind["built"]) if kind["built"] else 0
    text = [f"## {kind['title']}", "", "| command | seconds |", "| --- | ---: |"]
    text += [f"| `{command.replace('|', chr(92) + '|')}` | {seconds:.1f} |" for command, seconds, *_ in lines]
    parts = {"installing this package": 0.0, "the generator: install, build": 0.0, "`recommender suggest`": 0.0}
    for command, seconds, *_ in lines:
        ours, theirs = "recommender suggest" in command, re.search(r"\b(?:npm|npx|hugo|jekyll)\b", command)
        part = [*parts][0 if command in INSTALL else 2 if ours else 1]
        parts[part] += seconds if command in INSTALL or ours or theirs else 0.0
    text += [f"| {part} | {seconds:.1f} |" for part, seconds in parts.items() if seconds]
    text += [f"| together | {total:.0f} |", ""]
    if kind["pasted"]:
        names = ", ".join(f"`{path.removeprefix('site/')}`" for path in kind["pasted"])
        text += [f"Pasted before the build: {names}. `recommender suggest` tells:", ""]
    else:
        text += ["`recommender suggest` tells:", ""]
    text += ["```", next(told for _, _, told, _ in lines if told).strip().replace(folder, "~"), "```", ""]
    text += ["and what is seen at the end:", "", "```", lines[-1][3].strip()[:1500], "```", ""]
    if checked:
        text += [f"All {checked} suggested links of the built pages lead to a built file.", ""]
    if name == "hugo":
        draw(lines)
    return "\n".join(text)


def draw(lines: list[tuple[str, float, str, str]]) -> None:
    """The run as a terminal shows it, as a picture."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=96, file=io.StringIO(), force_terminal=True)
    for command, seconds, told, seen in lines:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold"), (f"   # {seconds:.0f} s", "dim")))
        for text in (told, seen):
            if text.strip():
                console.print(Text(re.sub(r"</li>\s*", "</li>\n", text.strip())))
    svg = console.export_svg(title="The first run, on a fresh Hugo site", unique_id="first-run")
    # Whoever looks at it fetches nothing from elsewhere: the fonts are the viewer's own.
    PICTURE.write_text(re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL))


def follow(built: Path) -> int:
    """How many suggested links the built pages have; ends the run where one leads nowhere, or there is none."""
    n = 0
    for page in built.rglob("*.html"):
        for href in re.findall(r'<li class="?suggested"?><a[^>]*? href="?([^" >]*)', page.read_text()):
            place = built / unquote(href).lstrip("/")
            if not any(one.is_file() for one in (place, place / "index.html", Path(f"{place}.html"))):
                sys.exit(f"{page}: {href} leads nowhere")
            n += 1
    return n or sys.exit(f"{built}: no page shows a suggestion")


def main() -> None:
    """Run what is named, or all; the sections of the others stay as they are."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT)]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("recommender-*.whl")
        for name in sys.argv[1:] or KINDS:
            write(KINDS[name]["title"], run(name, wheel))


def write(title: str, section: str) -> None:
    """Put a section into the page."""
    parts = re.split(r"(?m)^(?=## )", PAGE.read_text() if PAGE.exists() else "")
    kept = {part.splitlines()[0].removeprefix("## "): part for part in parts[1:]} | {title: section}
    versions = {
        "Hugo": "hugo version", "Jekyll": "jekyll --version", "Node": "node --version", "Python": "python3 --version",
    }  # fmt: skip
    found = []
    for program, command in versions.items():
        told = subprocess.run(command.split(), capture_output=True, text=True, check=False).stdout
        found.append(f"{program} {re.search(r'[0-9]+(?:[.][0-9]+)+', told)[0]}")
    head = f"""# The first run

<!-- Made by benchmarks/first_run.py, which runs every command of this page. -->

From the wheel to suggestions seen in a built page. Each begins in a folder with the wheel, and five articles in
`articles/` (on Docusaurus: those that its template brings). No settings are needed.
What is pasted is in [show.md](show.md).

![A terminal: the package is installed, a Hugo site made, suggestions written and seen in the built page](first-run.svg)

Measured on two cores that had other work too (load {os.getloadavg()[2]:.0f}), with {", ".join(found)}; most of it is
waiting for pip and npm.

"""
    sections = [kept[kind["title"]].strip() + "\n" for kind in KINDS.values() if kind["title"] in kept]
    PAGE.write_text(head + "\n".join(sections))


if __name__ == "__main__":
    main()
