"""
Settings as dataclasses: a field's sentence and limits, values checked against them, and plain mappings, of which a file
is read, made into them.

The settings themselves are in `settings`; of them it knows only that those under ``rules`` hold patterns.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from recommender.bounds import LONGEST_NUMBER, read_regular
from recommender.errors import FrontMatterError, SettingsError, did_you_mean
from recommender.yaml import read_yaml


def knob(default: Any, help: str, low: float | None = None, high: float | None = None) -> Any:
    """A dataclass field with its sentence for the documentation and, for numbers, its limits (both included)."""
    metadata = {"help": help, "low": low, "high": high}
    if isinstance(default, (dict, list)) or dataclasses.is_dataclass(default):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


def describe(part: Any, prefix: str) -> Iterator[tuple[str, Any, str]]:
    """Every knob of a dataclass and of those in it, as (dotted name, value, sentence)."""
    for knob_ in dataclasses.fields(part):
        value = getattr(part, knob_.name)
        if dataclasses.is_dataclass(value):
            yield from describe(value, f"{prefix}{knob_.name}.")
        else:
            yield f"{prefix}{knob_.name}", value, knob_.metadata["help"]


def read_mapping(path: Path) -> dict[str, Any]:
    """What a file of settings says; SettingsError where it cannot be read, is no YAML, or says something twice."""
    try:
        text = read_regular(path).decode("utf-8-sig")
    except OSError as error:
        cure = "Name a file that exists: --settings FILE."
        if path.exists():
            cure = "Check its permissions." if path.is_file() else "Name a regular file: --settings FILE."
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). {cure}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from None
    twice: list[str] = []
    try:
        found = read_yaml(text, str(path), warnings=twice)
    except FrontMatterError as error:
        raise SettingsError(*error.args) from None
    for sentence in twice:
        raise SettingsError(sentence.replace("The last one counts.", "Take one out."))
    return found


def build(kind: type, found: object, prefix: str, where: str, base: Any = None) -> Any:
    """An instance of a settings dataclass; what is not named keeps the value it has in `base`."""
    if found is None and prefix:
        found = {}  # all its lines are commented out
    if not isinstance(found, Mapping):
        name = prefix.rstrip(".") or "the file"
        raise SettingsError(f"{where}: {name} must be a mapping of settings, but is {say(found)}.")
    base = kind() if base is None else base
    hints = _hints(kind)
    values: dict[str, Any] = {}
    for name, value in found.items():
        if name not in hints:
            raise SettingsError(
                f"{where}: there is no setting {prefix}{name}.{did_you_mean(str(name), hints)} "
                "`recommender settings --all` lists them all."
            )
        if dataclasses.is_dataclass(hints[name]):
            values[name] = build(hints[name], value, f"{prefix}{name}.", where, getattr(base, name))
        else:
            values[name] = _convert(value, hints[name], getattr(base, name), f"{prefix}{name}")
    try:
        return dataclasses.replace(base, **values)
    except SettingsError as error:
        raise SettingsError(str(error).replace("settings: ", f"{where}: ", 1)) from None


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    """The types of a dataclass's fields; Python works them out anew each time that it is asked."""
    return typing.get_type_hints(kind)


def _convert(value: Any, hint: Any, default: Any, name: str) -> Any:
    """A value of YAML or JSON as the settings have it; whether it is right they check themselves."""
    if value is None and default in ("", (), {}):
        return default  # all its lines are commented out
    if isinstance(value, list):
        # YAML reads a pattern that is not quoted, - topic: deaths, as a mapping of one name.
        if hint == tuple[str, ...] and name.startswith("rules."):
            value = [_pattern_of(item) if isinstance(item, Mapping) and len(item) == 1 else item for item in value]
        value = tuple(value)
    if isinstance(value, Mapping):
        value = {key: tuple(item) if isinstance(item, list) else item for key, item in value.items()}
    # YAML 1.1 reads a bare yes or no as a truth value; the choice of that name is what was meant.
    if typing.get_origin(hint) is Literal and isinstance(value, bool):
        value = "yes" if value else "no"
    return float(value) if hint is float and type(value) is int else value


def _pattern_of(item: Mapping[Any, Any]) -> str:
    ((name, value),) = item.items()
    return f"{name}: {say(value) if isinstance(value, bool) else value}"


def check(part: Any, prefix: str, where: str) -> None:
    """Raise SettingsError where a value is of the wrong type or outside its limits."""
    hints = _hints(part.__class__)
    for knob_ in dataclasses.fields(part):
        value = getattr(part, knob_.name)
        hint: Any = hints[knob_.name]
        is_part = dataclasses.is_dataclass(hint)
        if is_part and not isinstance(value, hint):
            raise SettingsError(
                f"{where}: {prefix}{knob_.name} must be {hint.__name__}, but is {say(value)}. To make settings of "
                "mappings: recommender.settings.settings_from_mapping({'ranking': {'k': 3}})."
            )
        if is_part:
            check(value, f"{prefix}{knob_.name}.", where)
        elif expected := _violation(value, hint, knob_):
            but = wrong(value, is_entry) if hint == tuple[str, ...] else f"is {say(value)}"
            cure = f" Write it in brackets: [{value}]." if isinstance(value, str) and "list" in expected else ""
            raise SettingsError(f"{where}: {prefix}{knob_.name} must be {expected}, but {but}.{cure}")


def _violation(value: Any, hint: Any, knob_: dataclasses.Field[Any]) -> str:
    """What was expected, or "" when the value is right."""
    low, high = knob_.metadata["low"], knob_.metadata["high"]
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return ""
        (hint,) = [part for part in typing.get_args(hint) if part is not type(None)]
        origin = typing.get_origin(hint)
    if origin is Literal:
        choices = typing.get_args(hint)
        return "" if isinstance(value, str) and value in choices else "one of " + ", ".join(choices)
    if hint is bool:
        return "" if isinstance(value, bool) else "true or false"
    if hint in (int, float):
        right_type = isinstance(value, int if hint is int else (int, float)) and not isinstance(value, bool)
        if right_type and low <= value <= high:
            return ""
        return f"a {'whole ' if hint is int else ''}number from {low:,} to {high:,}"
    if hint is str:
        return "" if _is_text(value) else "text"
    if hint == tuple[int, int]:
        pair = isinstance(value, tuple) and len(value) == 2 and all(type(item) is int for item in value)
        return "" if pair else "two whole numbers"
    if hint == tuple[str, ...]:
        return "" if isinstance(value, tuple) and all(map(is_entry, value)) else "a list of texts"
    if origin is not None and issubclass(origin, Mapping):
        return "" if isinstance(value, Mapping) else "a mapping"
    raise TypeError(f"no check for a setting of type {hint}")


def wrong(value: object, is_right: Callable[[Any], object]) -> str:
    """What a value is that should be a list of what is right, by its first wrong entry: ``its entry 2 is 3``."""
    entries = enumerate(value, 1) if isinstance(value, tuple) else ()
    found = ((n, say(None if str(entry).strip() == "" else entry)) for n, entry in entries if not is_right(entry))
    return next((f"its entry {n} is {said}" for n, said in found), f"is {say(value)}")


def _is_text(value: Any) -> bool:
    """Whether it is a text; U+0000, with which no path can be asked for, is in none."""
    return isinstance(value, str) and "\0" not in value


def is_entry(value: Any) -> bool:
    """Whether it is a text that says something: an empty pattern would fit what has no path."""
    return _is_text(value) and value.strip() != ""


def say(value: object) -> str:
    """A value as a person would write it in YAML."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    if isinstance(value, int) and abs(value) >= 10**LONGEST_NUMBER:
        return "a number of many digits"
    return str(value)
