"""The files that a generator's configuration is read from: never executed."""

import ast
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from recommender.bounds import LONGEST_ADDRESS, MAX_DEPTH, Fence, has_too_many_values, read_json, read_toml
from recommender.content import front_matter
from recommender.errors import SiteError
from recommender.yaml import read_yaml

#: Folders that hold no sources of a site.
_SKIPPED = frozenset({"node_modules", "vendor", "_site", "public", "dist", "build", "themes"})
#: MkDocs' own tags, which name code; nothing comes of it.
_CODE_TAG = re.compile(r"!(?:ENV\b|relative\b|!python/\S*)")
#: Characters of a configuration that is a program; longer ones are no configuration.
_MOST_CODE = 500_000
#: Values of a configuration, names too: each article is held against its patterns. One that lists the pages of a large
#: site has some thousands.
_MOST_VALUES = 20_000


class Sources:
    """The folder of a site, as its generator's configuration is read from it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._fence = Fence.around(root)
        #: What could not be read, by file, as sentences.
        self.warnings: dict[str, str] = {}

    def has(self, name: str) -> bool:
        """Whether there is a file or a folder of this name, or a link that leads nowhere."""
        return os.path.lexists(self.root / name)

    def holds(self, name: str) -> bool:
        """Whether a folder is one of the site's, and no link that leads out of it."""
        return self._fence.holds(self.root / name)

    def text(self, name: str) -> str:
        """A file's text; "" for one that is not there, and with a warning for one that cannot be read."""
        if not self.has(name):
            return ""
        try:
            return front_matter.decode(self._fence.read(self.root / name), name).removeprefix("\ufeff")
        except OSError as error:
            return self._warn(name, f"{name}: cannot be read ({error.strerror}).")
        except SiteError as error:
            return self._warn(name, str(error))

    def patterns(self, name: str) -> list[str]:
        """What a file of patterns names, one a line, without comments and exceptions, which not all programs know."""
        return [line for line in map(str.strip, self.text(name).splitlines()) if line[:1] not in ("", "#", "!")]

    def _warn(self, name: str, why: str) -> str:
        self.warnings[name] = f"{why} It is read as if it were empty."
        return ""

    def mapping(self, name: str) -> dict[str, Any]:
        """The names and values of a TOML, JSON or YAML file; none, and a warning, for one that cannot be read."""
        values = self.value(name)
        return values if isinstance(values, dict) else {}

    def value(self, name: str) -> Any:
        """What a TOML, JSON or YAML file holds; None, and a warning, for one that cannot be read."""
        text = self.text(name)
        ending = name.rpartition(".")[2]
        try:
            if ending == "toml":
                return self._bounded(read_toml(text), name)
            if ending == "json":
                return self._bounded(read_json(text or "null"), name)
            is_document = text.startswith("---\n")
            text = _CODE_TAG.sub("", text.removeprefix("---\n"))
            return self._bounded(read_yaml(text, name, first_line=2 if is_document else 1), name)
        except SiteError as error:
            return self._warn(name, str(error))
        except ValueError as error:
            return self._warn(name, f"{name}: is not {ending.upper()} ({error}).")

    def _bounded(self, values: Any, name: str) -> Any:
        """The values without long texts; None, and a warning, where there are too many."""
        if has_too_many_values(values, _MOST_VALUES):
            return self._warn(name, f"{name}: has more than {_MOST_VALUES:,} values.")
        return _without_long_texts(values)

    def front_matter(self, name: str) -> dict[str, Any]:
        """The front matter of a page; empty where none can be read."""
        try:
            return self._bounded(front_matter.parse(self.text(name), name), name) or {}
        except SiteError:
            return {}

    def folders(self, top: str) -> list[str]:
        """The names of the folders in a folder, in order."""
        if not self.has(top) or not self.holds(top):
            return []
        try:
            return sorted(folder.name for folder in (self.root / top).iterdir() if folder.is_dir())
        except OSError as error:
            self._warn(top, f"{top}: cannot be read ({error.strerror}).")
            return []

    def literals(self, name: str) -> "Literals":
        """The plain values that stand in a file of JavaScript, TypeScript, or Python."""
        text = self.text(name)
        if len(text) > _MOST_CODE:
            return Literals()
        found = Literals.of_python(text) if name.endswith(".py") else Literals.of_javascript(text)
        return Literals([(path, _without_long_texts(value)) for path, value in found.items[:_MOST_VALUES]])

    @cached_property
    def packages(self) -> frozenset[str]:
        """The packages that `package.json` names."""
        values = self.mapping("package.json")
        named = [values.get(kind) for kind in ("dependencies", "devDependencies")]
        return frozenset(str(name) for kind in named if isinstance(kind, dict) for name in kind)

    def files(self, top: str, *endings: str) -> Iterator[str]:
        """The files below a folder, those whose names end so, below the site, in order."""
        for folder, folders, names in os.walk(self.root / top) if self.holds(top) else ():
            here = Path(folder)
            folders[:] = sorted(name for name in folders if name[:1] != "." and name not in _SKIPPED)
            for name in sorted(names):
                if not endings or name.endswith(endings):
                    yield (here / name).relative_to(self.root).as_posix()

    def zone(self, name: object, file: str) -> tzinfo:
        """The time zone that a file names; UTC where it names none, and with a warning where there is no such zone."""
        if isinstance(name, str) and name:
            try:
                return ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                self.warnings[f"{file}, zone"] = (
                    f"{file}: the time zone {name!r} is not known, so UTC is used. Write it like Europe/Berlin."
                )
        return UTC


def _without_long_texts(value: Any) -> Any:
    """A value with nothing in the place of texts that are longer than an address, which no pattern of one is."""
    if isinstance(value, dict):
        return {name: _without_long_texts(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_without_long_texts, value))
    return None if isinstance(value, str) and len(value) > LONGEST_ADDRESS else value


_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<text>'(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*" | `(?:\\.|[^`\\])*`)
    | (?P<regex>(?<=[(,=:\s])/(?:\\.|\[(?:\\.|[^\]\\\n]){0,500}\]|[^/\n\\\[]){1,500}/)
    | (?P<word>[A-Za-z_$][\w$]*)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<mark>=>|[=!]==?|\?\?|\?\.|[{}\[\]():,=;+?])
    """,
    re.VERBOSE | re.DOTALL,
)
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_FILLED = re.compile(r"\$\{\s*(\w+)\s*\}")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Literals:
    """
    The plain values of a program, each with the names that lead to it. The program is not executed.

    ``{ dir: { input: "src" } }`` has ``src`` at ``dir.input``, ``setInput("src")`` at ``setInput``, and
    ``const posts = collect({ base: "blog" })`` has ``blog`` at ``posts.collect.base``. What is worked out is not
    there, but for ``TOP`` and templates such as ``./${TOP}``, where the program gives it a plain value at its top.
    The items are the names that lead to each value, and the value, in the order of the program.
    """

    def __init__(self, items: Sequence[tuple[tuple[str, ...], Any]] = ()) -> None:
        self.items = items

    def get(self, *names: str) -> Any:
        """The first value to which these names lead, whatever stands before them; None where there is none."""
        return next((value for path, value in self.items if path[-len(names) :] == names), None)

    def text(self, *names: str) -> str:
        """The first text to which these names lead; "" where there is none."""
        return next((text for path, text in self.items if path[-len(names) :] == names and isinstance(text, str)), "")

    def texts(self, name: str) -> list[str]:
        """All texts to which a name leads that stands near the top: those of a plugin's options are the plugin's."""
        return [
            value for path, value in self.items if path[3:] == () and path[-1:] == (name,) and isinstance(value, str)
        ]

    def below(self, name: str) -> tuple[str, ...]:
        """The folders below a name, each once: the names in a mapping, the values of a list, or what has a `path`."""
        found = [([*path, value][path.index(name) + 1], value) for path, value in self.items if name in path]
        folders = (value if one == "path" else one for one, value in found if one not in ("codes", "root"))
        return tuple(dict.fromkeys(str(one).strip("/") for one in folders))

    @classmethod
    def of_javascript(cls, text: str) -> Self:
        """The literals of JavaScript or TypeScript."""
        tokens = [found for found in _TOKEN.finditer(text) if found.lastgroup not in ("comment", "regex")]
        after = [token["mark"] or "" for token in tokens[1:]] + [""]
        items: list[tuple[tuple[str, ...], Any]] = []
        texts: dict[str, str] = {}
        named: dict[str, list[tuple[tuple[str, ...], Any]]] = {}
        above: list[tuple[str, ...]] = []
        name: tuple[str, ...] = ()
        before = ""
        for token, follows in zip(tokens, after, strict=False):
            mark, word = token["mark"] or "", token["word"] or ""
            if mark in ("{", "[", "("):
                above.append(name)
                name = ()
            elif mark in ("}", "]", ")"):
                del above[-1:]
                name = ()
            elif mark in (",", ";", "?"):
                name = ()
            elif (word or token["text"]) and follows in (":", "="):
                name = (word or token["text"][1:-1],)
            elif word and follows == "(":
                name = (*name, word)
            elif not mark and "+" not in (before, follows):
                path, n_before = sum(above[-MAX_DEPTH:], ()) + name, len(items)
                quoted = token["text"] or ""
                if quoted.startswith("`") and len(quoted) <= LONGEST_ADDRESS:
                    quoted = _FILLED.sub(lambda found: texts.get(found[1], found[0]), quoted)
                if quoted and not (quoted.startswith("`") and "${" in quoted):
                    items.append((path, _ESCAPE.sub(r"\1", quoted[1:-1])))
                    if len(path) == 1 and len(quoted) <= LONGEST_ADDRESS:
                        texts[path[0]] = quoted[1:-1]
                elif token["number"] or word in _CONSTANTS:
                    items.append((path, float(token["number"]) if token["number"] else _CONSTANTS[word]))
                elif word in named and before in (":", "(") and follows and len(items) < _MOST_VALUES:
                    items += [((*path, *inner[1:])[:MAX_DEPTH], value) for inner, value in named[word]]
                for inner, value in items[n_before:]:
                    named.setdefault(inner[0] if inner else "", []).append((inner, value))
            before = mark
        return cls(items)

    @classmethod
    def of_python(cls, text: str) -> Self:
        """The literals that Python assigns to names at the top; the last of a name comes first."""
        items = []
        try:
            statements = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            statements = []
        for statement in statements:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                try:
                    items.append(((statement.targets[0].id,), ast.literal_eval(statement.value)))
                except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                    continue
        return cls(items[::-1])
