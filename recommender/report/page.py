"""HTML pages that need nothing beside them, and Markdown. Whatever an article says is text: all of it is escaped."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from recommender.content.urls import safe_link
from recommender.content.wording import cut
from recommender.errors import WriteError

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~$^=-])")


#: Which page was written here.
MARK = '<meta name="generator" content="recommender">'


def check_page(file: Path) -> None:
    """Raise WriteError where a file whose name nobody typed holds something else than a page of ours."""
    if file.is_file() and (there := file.read_bytes()) and MARK.encode() not in there:
        raise WriteError(f"{file}: was not written here, and would be replaced. Name another file: --output FILE.")


def render(template: str, **values: Any) -> str:
    """What a template makes of some values."""
    return _TEMPLATES.get_template(template).render(values)


def _asset(name: str) -> Markup:
    """A file of the package, put into the page as it is."""
    return Markup(files("recommender.report").joinpath("templates", name).read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    """Text of an article as nothing but text: no markup, no mention of a person, no reference to an issue."""
    text = _MARKS.sub(r"\\\1", " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    # A comment inside is not seen, and what it divides is no name and no number of an issue.
    return re.sub(r"(@|\\#|://|www)", lambda found: f"{found[1]}<!-- -->", text)


_TEMPLATES = Environment(
    loader=PackageLoader("recommender.report"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(asset=_asset, mark=Markup(MARK))
_TEMPLATES.filters.update(
    address=safe_link,
    cut=cut,
    plain=_plain,
    percent=lambda share: "–" if share is None else f"{share:.0%}",
    count=lambda number: "–" if number is None else f"{number:,}",
    figure=lambda value: "–" if value is None else f"{value:.3f}",
    date=lambda iso: iso[:16].replace("T", " "),
)
