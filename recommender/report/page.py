"""HTML pages that need nothing beside them. Whatever an article says is text: templates escape all of it."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from recommender.content.urls import is_address


def render(template: str, **values: Any) -> str:
    """The page of a template, by its name without ending."""
    return _environment().get_template(f"{template}.html").render(values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("recommender.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        address=_address,
        data=_data,
        percent=lambda share: "–" if share is None else f"{share:.0%}",
        count=lambda number: "–" if number is None else f"{number:,}",
        date=lambda iso: iso[:16].replace("T", " "),
    )
    environment.globals.update(asset=_asset)
    return environment


def _address(url: str) -> str:
    """An address that is safe behind ``href``; "" for any other: ``javascript:`` is no address of a page."""
    return url if is_address(url) and url.lower().startswith(("http://", "https://")) else ""


def _data(value: Any) -> Markup:
    """A value as JSON inside of a script element that is no program: no text can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # As in Jinja's own tojson; a lone half of a character cannot be written as UTF-8.
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text.encode("utf-8", "backslashreplace").decode())


def _asset(name: str) -> Markup:
    """A file of the package, put into the page as it is."""
    return Markup(files("recommender.report").joinpath("templates", name).read_text(encoding="utf-8"))
