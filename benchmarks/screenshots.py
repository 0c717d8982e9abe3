"""
The pictures of the documentation: the review page, the report's map and the evaluation, of the example site.

Usage: python benchmarks/screenshots.py [--out docs]

The example is copied and shown in Chromium (Debian's package chromium). Look at each picture before it is committed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image  # matplotlib brings it
from playwright.sync_api import Page, sync_playwright

NEWSROOM = Path(__file__).parent.parent / "examples" / "newsroom"
COMMAND = [sys.executable, "-m", "recommender"]
#: Who decides in the pictures.
EDITOR = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Ana"}


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=NEWSROOM.parent.parent / "docs")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(shutil.copytree(NEWSROOM, Path(folder, "newsroom")))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        command = [*COMMAND, "review", site, "--no-open", "-q"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **EDITOR}) as program:
            try:
                assert program.stdout is not None
                address = program.stdout.readline().strip()
                page = browser.new_page(viewport={"width": 1100, "height": 700})
                page.goto(address)
                while "computed" in page.inner_text("header"):
                    page.wait_for_timeout(500)
                    page.reload()
                keep(page, out / "review-queue.png")
                decide(page)
                keep(page, out / "review-light.png")
                page.emulate_media(color_scheme="dark")
                keep(page, out / "review-dark.png")
                page.emulate_media(color_scheme="light")
                page.set_viewport_size({"width": 390, "height": 800})
                keep(page, out / "review-phone.png")
            finally:
                program.terminate()
        report = Path(folder, "report.html")
        subprocess.run([*COMMAND, "report", site, "--output", report, "-q"], check=True, stdout=subprocess.DEVNULL)
        page = browser.new_page(viewport={"width": 1100, "height": 700})
        page.goto(report.as_uri())
        page.locator("canvas").first.scroll_into_view_if_needed()
        keep(page, out / "report-map.png")
        evaluation = Path(folder, "evaluation.html")
        asked = ["--test-from", "2024-05-01", "--format", "html", "--output", evaluation, "-q"]
        subprocess.run([*COMMAND, "evaluate", site, *asked], check=True, stdout=subprocess.DEVNULL)
        page = browser.new_page(viewport={"width": 1100, "height": 910})
        page.goto(evaluation.as_uri())
        keep(page, out / "evaluation.png")
        browser.close()


def decide(page: Page) -> None:
    """Accept the first suggestion of an article and reject the second, by keys."""
    page.goto(f"{page.url.split('?')[0]}?q=battery+buses")
    keys = [*"jo", *"ja", *"jr", *"only a broad common subject", "Enter"]
    for key in keys:
        if key == "Enter" or (key in "oa" and not page.evaluate("document.activeElement.matches('input')")):
            with page.expect_navigation():
                page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def keep(page: Page, file: Path) -> None:
    """Write what is seen, in 256 colors, which makes it a third of its size."""
    page.wait_for_timeout(300)
    page.screenshot(path=file)
    image = Image.open(file).convert("RGB")
    image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
