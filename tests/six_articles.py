"""A site of three articles about tea and three about bicycles, nothing shared, and the command line over it."""

import re

from click.testing import CliRunner

from recommender.cli import main

TEAS = ("black", "green", "white")
BICYCLES = ("cargo", "city", "road")


def write_site(site):
    """Write the six articles, a configuration and settings into a folder."""
    folder = site / "_posts"
    folder.mkdir(parents=True)
    for day, name in enumerate(TEAS, 1):
        (folder / f"2021-03-0{day}-{name}-tea.md").write_text(
            f"---\ntitle: Brewing {name} tea\nexcerpt: A kettle, a pot and {name} leaves.\nurl: /{name}-tea/\n---\n"
        )
    for day, name in enumerate(BICYCLES, 4):
        (folder / f"2021-03-0{day}-{name}-bicycle.md").write_text(
            f"---\ntitle: A {name} bicycle\nexcerpt: Wheels, gears and {name} tyres.\nurl: /{name}-bicycle/\n---\n"
        )
    (site / "_config.yml").write_text("title: Tea and bicycles\n")
    # What is learned needs more articles than these, and looking for it takes time.
    (site / "recommender.yaml").write_text("ranking: {ranker: similarity, n_jobs: 1}\n")
    return site


def run(*arguments):
    """What a command answers: its exit code, stdout, and stderr without the time it took."""
    result = CliRunner().invoke(main, list(map(str, arguments)), prog_name="recommender", catch_exceptions=False)
    return result.exit_code, result.stdout, re.sub(r"\d+\.\d s", "0.0 s", result.stderr)
