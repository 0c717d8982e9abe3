"""
Reading a site, side by side in one run: ours cold and warm, PyYAML's C loader, and the package python-frontmatter.

Usage: python benchmarks/reading.py SITE [--rounds 3]

Every reading is a process of its own, so nothing is warm but the files in the system's memory; systems take turns, and
the table shows medians. Seconds are from the start of the reading to its end, and in brackets of the whole process,
interpreter and imports included. CPU seconds are of the process and of those that it started.

The loaders parse the front matter of every file and do nothing else. Ours finds the files, reads fields and dates,
matches the curated lists, and, cold, fills the cache.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENDINGS = (".md", ".markdown", ".mdx")


def files_of(site: str) -> list[Path]:
    """The Markdown files of a site."""
    return sorted(path for path in Path(site).rglob("*") if path.suffix in ENDINGS)


def read_cold(site: str) -> int:
    """Our reader, with a cache that holds nothing of the site."""
    from recommender import read_site

    return len(read_site(site, fresh=True))


def read_warm(site: str) -> int:
    """Our reader, with the cache that the last reading filled."""
    from recommender import read_site

    return len(read_site(site))


def read_pyyaml(site: str) -> int:
    """What a careful person writes: PyYAML's C loader on the text between the dashes."""
    import yaml

    n_files = 0
    for path in files_of(site):
        text = path.read_text(encoding="utf-8")
        if text.startswith("---\n") and (end := text.find("\n---", 3)) > 0:
            n_files += bool(yaml.load(text[4:end], Loader=yaml.CSafeLoader))
    return n_files


def read_frontmatter(site: str) -> int:
    """The package python-frontmatter, which takes PyYAML's C loader where there is one."""
    import frontmatter

    return sum(bool(frontmatter.load(str(path)).metadata) for path in files_of(site))


SYSTEMS = {
    "recommender, cold": read_cold,
    "recommender, warm": read_warm,
    "PyYAML, CSafeLoader": read_pyyaml,
    "python-frontmatter": read_frontmatter,
}


def measured(arguments: list[str], cache: str) -> tuple[float, float, str]:
    """Wall and CPU seconds of a process, and what it prints."""
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, done.stdout


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--system", choices=SYSTEMS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.system:
        start = time.perf_counter()
        n_files = SYSTEMS[options.system](options.site)
        print(f"{time.perf_counter() - start} {n_files}")
        return

    paths = files_of(options.site)
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    print(
        f"{len(paths):,} files, {megabytes:.1f} MB, {len(os.sched_getaffinity(0))} cores, medians of {options.rounds}\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        figures: dict[str, list[tuple[float, float, float]]] = {name: [] for name in SYSTEMS}
        for _ in range(options.rounds):
            for name in SYSTEMS:
                child = [sys.executable, __file__, options.site, "--system", name]
                whole, cpu, printed = measured(child, folder)
                figures[name].append((float(printed.split()[0]), whole, cpu))

    base = statistics.median(seconds for seconds, *_ in figures["PyYAML, CSafeLoader"])
    print("| system | seconds | least to most | whole process | CPU seconds | MB/s | PyYAML takes |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, found in figures.items():
        seconds, wholes, cpus = zip(*found, strict=True)
        median = statistics.median(seconds)
        print(
            f"| {name} | {median:.2f} | {min(seconds):.2f} to {max(seconds):.2f} | {statistics.median(wholes):.2f} "
            f"| {statistics.median(cpus):.2f} | {megabytes / median:.0f} | {base / median:.1f} times |"
        )


if __name__ == "__main__":
    main()
