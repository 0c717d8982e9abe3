"""
Related articles for a whole site, side by side with what a user would pick instead, from thousands to a million.

Usage: python benchmarks/peers.py SITE [--sizes 3000 10000 30000 100000 1000000] [--k 50] [--repeats 3] [--threads 2]
       python benchmarks/peers.py --plot

Each run of a system is a process of its own; systems take turns; memory is the peak of its whole tree of processes.
What a run gave is added to benchmarks/results/peers.jsonl at once, and what stands there is not run again: the command
can be stopped and given anew. Delete the file, or lines of it, to measure again. ``--plot`` draws the plots and prints
the tables from it.

The articles are made of SITE's by `corpora.py`. Systems that need longer than ``--budget`` seconds for all articles are
asked for as many, drawn at random, as fit into it, and their time is scaled up: such rows are marked. The exact answers
that recall is taken against are worked out the plain way. What each system is, and what it is given: `peer_systems.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from peer_systems import GENERATORS, PEERS, prepare, run_generator, run_peer

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "peers.jsonl"
SIZES = (3_000, 10_000, 30_000, 100_000, 1_000_000)
#: Sites of real files, which a generator builds whole. Hugo's own related content has a limit, for it grows steeply.
SITE_SIZES = (1_000, 3_000, 10_000)
#: Seconds between two looks at a process's memory.
_TICK = 0.05

Run = dict[str, Any]


def measure(options: argparse.Namespace, known: list[Run]) -> None:
    """Run whatever is not known yet, system after system, round after round."""
    done = {(run["system"], run["n_articles"], run["repeat"]) for run in known}
    too_much = {(run["system"], run["n_articles"]) for run in known if "failed" in run}
    for n_articles in options.sizes:
        names = [name for name, peer in PEERS.items() if n_articles <= (peer.most_articles or n_articles)]
        _measure_size(options, n_articles, [name for name in names if name in options.systems], done, too_much)
    for n_articles in options.site_sizes:
        _measure_size(options, n_articles, [name for name in GENERATORS if name in options.systems], done, too_much)


def _measure_size(
    options: argparse.Namespace, n_articles: int, names: list[str], done: set[Any], too_much: set[Any]
) -> None:
    folder = options.work / f"peers-{n_articles}-{options.k}"
    for repeat in range(options.repeats):
        for name in names:
            if (name, n_articles, repeat) in done or (name, n_articles) in too_much:
                continue
            if name in PEERS and not (folder / "about.json").exists():
                print(f"{n_articles:,} articles are made", file=sys.stderr)
                made = _in_process(["--child", "prepare", "--size", str(n_articles)], options)
                if "failed" in made:
                    sys.exit(f"{n_articles:,} articles could not be made: {made['failed']}")
            run = {"system": name, "n_articles": n_articles, "repeat": repeat, "k": options.k}
            run |= {"threads": options.threads, "machine": _machine(), "day": time.strftime("%Y-%m-%d")}
            if name in PEERS:
                run |= {"about": json.loads((folder / "about.json").read_text(encoding="utf-8"))}
            run |= _in_process(["--child", name, "--size", str(n_articles)], options)
            if "failed" in run:
                too_much.add((name, n_articles))
            RESULTS.parent.mkdir(exist_ok=True)
            with RESULTS.open("a", encoding="utf-8") as file:
                file.write(json.dumps(run) + "\n")
            print(f"{n_articles:>9,} {name:<18} {run.get('failed') or _seconds(run['seconds'])}", file=sys.stderr)


def _in_process(arguments: list[str], options: argparse.Namespace) -> Run:
    """What a child prints, and the most memory that it and its own children held at once; or why it failed."""
    command = [sys.executable, __file__, str(options.site), *arguments, "--work", str(options.work)]
    command += ["--k", str(options.k), "--threads", str(options.threads), "--budget", str(options.budget)]
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "GOMAXPROCS")
    environment = {**os.environ, **dict.fromkeys(names, str(options.threads))}
    most = options.memory * 1e9
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        started, peak, failed = time.monotonic(), 0, ""
        tree = psutil.Process(child.pid)
        while child.poll() is None and not failed:
            peak = max(peak, _memory(tree))
            if peak > most:
                failed = f"more than {options.memory:g} GB"
            elif time.monotonic() - started > options.limit:
                failed = f"more than {options.limit / 60:.0f} minutes"
            time.sleep(_TICK)
        if failed:
            for process in [*tree.children(recursive=True), tree]:
                process.kill()
            child.wait()
            return {"failed": failed, "peak_bytes": peak}
        out.seek(0)
        err.seek(0)
        if child.returncode:
            said = err.read().decode(errors="replace").strip().splitlines()
            return {"failed": said[-1] if said else f"exit {child.returncode}", "peak_bytes": peak}
        found: Run = json.loads(out.read().decode().strip().splitlines()[-1])
        return {**found, "peak_bytes": peak}


def _memory(tree: psutil.Process) -> int:
    """The resident memory of a process and all below it."""
    total = 0
    try:
        for process in [tree, *tree.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return total
    return total


def _machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = named[0] if named else model
    return f"{model}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"


# tables and plots --------------------------------------------------------------------------------------------------


def read_results(path: Path) -> list[Run]:
    """What was measured so far, a run a line."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def tables(runs: list[Run]) -> str:
    """Markdown: a table a size, one of growth, one of whole builds."""
    by_size: dict[int, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        by_size[run["n_articles"]][run["system"]].append(run)
    parts = []
    for n_articles in sorted(by_size):
        peers = {name: by_size[n_articles][name] for name in PEERS if name in by_size[n_articles]}
        if peers:
            parts.append(_peer_table(n_articles, peers))
    growth = _growth_table(by_size)
    generators = _generator_table(by_size)
    machines = sorted({run["machine"] for run in runs})
    versions = sorted(
        {f"{run['system']} {run['version']}" for run in runs if "version" in run and run["system"] in PEERS}
    )
    foot = f"Measured on {'; '.join(machines)}. Versions: {', '.join(versions)}."
    return "\n\n".join(part for part in [*parts, growth, generators, foot] if part)


def _peer_table(n_articles: int, peers: dict[str, list[Run]]) -> str:
    first = next(iter(peers.values()))[0]
    about = first["about"]
    own = _median(peers.get("recommender", []), "seconds")
    lines = [
        f"**{n_articles:,} articles**, {about['n_terms']:,} terms, {about['terms_per_article']:.1f} an article, the "
        f"{first['k']} nearest of each, {first['threads']} threads; an inverted index that skips nothing multiplies "
        f"{about['products_per_query']:,.0f} times a query.",
        "",
        "| system | answers | seconds for all, median | least to most | queries/s | recommender is | peak memory "
        "| of the exact answer |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, found in peers.items():
        answers = PEERS[name].answers
        good = [run for run in found if "failed" not in run]
        if not good:
            lines.append(f"| {name} | {answers} | {found[0]['failed']} | | | | {_gigabytes(found)} | |")
            continue
        seconds = [run["seconds"] for run in good]
        median = statistics.median(seconds)
        mark = " \\*" if any(run["n_asked"] < n_articles for run in good) else ""
        lines.append(
            f"| {name} | {answers} | {_seconds(median)}{mark} | "
            f"{_spread(seconds)} | {n_articles / median:,.0f} | "
            f"{_times(median / own) if own and name != 'recommender' else ''} | {_gigabytes(good)} | "
            f"{_median(good, 'recall'):.1%} |"
        )
    if any(run.get("n_asked", n_articles) < n_articles for found in peers.values() for run in found):
        lines += ["", "\\* asked for a sample of the articles, drawn at random, and scaled up."]
    return "\n".join(lines)


def _growth_table(by_size: dict[int, dict[str, list[Run]]]) -> str:
    """How time and memory grow: the exponents of n, by least squares in log-log over the sizes there are."""
    lines = []
    for name in PEERS:
        good = {
            size: [run for run in found[name] if "failed" not in run]
            for size, found in by_size.items()
            if name in found
        }
        sizes = sorted(size for size, runs in good.items() if runs)
        if len(sizes) < 2:
            continue
        logs = np.log(sizes)
        time_exponent = np.polyfit(logs, np.log([_median(good[size], "seconds") for size in sizes]), 1)[0]
        memory_exponent = np.polyfit(logs, np.log([_median(good[size], "peak_bytes") for size in sizes]), 1)[0]
        lines.append(f"| {name} | {sizes[0]:,} to {sizes[-1]:,} | {time_exponent:.2f} | {memory_exponent:.2f} |")
    if not lines:
        return ""
    head = ["Growth with the number of articles n: time and memory as powers of n.", ""]
    return "\n".join([*head, "| system | articles | time | memory |", "| --- | --- | ---: | ---: |", *lines])


def _generator_table(by_size: dict[int, dict[str, list[Run]]]) -> str:
    lines = []
    for size in sorted(by_size):
        found = {name: runs for name, runs in by_size[size].items() if name in GENERATORS}
        if not found:
            continue
        cells = [f"{size:,}"]
        for name in GENERATORS:
            good = [run for run in found.get(name, []) if "failed" not in run]
            failed = found.get(name, [{}])[0].get("failed", "")
            cells.append(f"{_seconds(_median(good, 'seconds'))} ({_gigabytes(good)})" if good else failed)
        plain, related, ours = (
            _median([run for run in found.get(name, []) if "failed" not in run], "seconds") for name in GENERATORS
        )
        cells.append(_times((related - plain) / (ours - plain)) if plain and related and ours > plain else "")
        lines.append(f"| {' | '.join(cells)} |")
    if not lines:
        return ""
    head = [
        "A Hugo site built whole: without related articles, with Hugo's own, and with `recommender suggest` before it. "
        "The last column compares what each adds to the plain build.",
        "",
        "| articles | Hugo | Hugo, its related content | recommender suggest, then Hugo | recommender is |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join([*head, *lines])


def _median(runs: list[Run], name: str) -> float:
    return statistics.median([run[name] for run in runs]) if runs else 0.0


def _gigabytes(runs: list[Run]) -> str:
    return f"{max(run['peak_bytes'] for run in runs) / 1e9:.2f} GB"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:,.0f} s"


def _spread(seconds: list[float]) -> str:
    return f"{_seconds(min(seconds))} to {_seconds(max(seconds))}" if len(seconds) > 1 else "one run"


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times faster" if ratio >= 1 else f"**{1 / ratio:.1f} times slower**"


def draw(runs: list[Run], file: Path) -> None:
    """Time and memory over the number of articles, log-log."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    good = [run for run in runs if "failed" not in run]
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
    for name in PEERS:
        sizes = sorted({run["n_articles"] for run in good if run["system"] == name})
        of_size = [[run for run in good if (run["system"], run["n_articles"]) == (name, size)] for size in sizes]
        style = {"marker": "o", "markersize": 4, "label": name, "linewidth": 2.5 if name == "recommender" else 1.2}
        left.loglog(sizes, [_median(found, "seconds") for found in of_size], **style)
        right.loglog(sizes, [_median(found, "peak_bytes") / 1e9 for found in of_size], **style)
    left.set(xlabel="articles", ylabel="seconds for all articles", title="Time")
    right.set(xlabel="articles", ylabel="GB at the peak", title="Memory")
    for axes in (left, right):
        axes.grid(which="both", alpha=0.25)
    left.legend()
    figure.savefig(file, dpi=100)


def main() -> None:
    """Measure, or draw and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", nargs="?")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--site-sizes", type=int, nargs="*", default=SITE_SIZES, help="sizes for the site generators")
    parser.add_argument("--systems", nargs="+", default=[*PEERS, *GENERATORS], choices=[*PEERS, *GENERATORS])
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--budget", type=float, default=60, help="seconds of asking, after which a sample must do")
    parser.add_argument("--limit", type=float, default=2400, help="seconds after which a run is given up")
    parser.add_argument("--memory", type=float, default=20, help="GB above which a run is given up")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "recommender-peers")
    parser.add_argument("--plot", action="store_true", help="draw and print what was measured")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        folder = options.work / f"peers-{options.size}-{options.k}"
        if options.child == "prepare":
            found = prepare(options.site, options.size, options.k, folder)
        elif options.child in PEERS:
            found = run_peer(options.child, folder, options.k, options.threads, options.budget)
        else:
            found = run_generator(options.child, options.site, options.size)
        print(json.dumps(found))
    elif options.plot:
        runs = read_results(RESULTS)
        if not runs:
            sys.exit(f"{RESULTS}: holds no run. Measure first: python benchmarks/peers.py SITE")
        draw(runs, HERE / "plots" / "peers.png")
        print("```\npython benchmarks/peers.py SITE\n```\n")
        print(tables(runs))
    elif options.site:
        measure(options, read_results(RESULTS))
        print(tables(read_results(RESULTS)))
    else:
        parser.error("name a site, or give --plot")


if __name__ == "__main__":
    main()
