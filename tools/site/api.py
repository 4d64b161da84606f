"""The API from its docstrings, by autodoc: they are written to be read as text, and become reStructuredText here."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import isfunction
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst.directives import unchanged_required
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

CODE = re.compile(r"(``.+?``|:\w+:`[^`]+`|`[^`]+`)")
DERIVED = re.compile(r"Derived in:\s*(\S+?),\s*eq\.\s*([\w-]+)")
MARKS = re.compile(r"([|*\\]|(?<=\w)_(?!\w))")


def _plain(text: str) -> str:
    """A piece of a line outside of code, in which nothing is markup."""
    return MARKS.sub(r"\\\1", text)


def _line(text: str) -> str:
    linked = DERIVED.search(text)
    if linked:
        return text.replace(linked[0], f"Derived in: :doc:`/book/{linked[1]}`, eq. :eq:`{linked[2]}`")
    pieces = CODE.split(text)
    pieces[::2] = map(_plain, pieces[::2])
    pieces[1::2] = (code if code.startswith((":", "``")) else f"`{code}`" for code in pieces[1::2])
    return "".join(pieces)


def as_rst(lines: list[str]) -> list[str]:
    """A docstring's lines as reStructuredText: single backquotes are code, bars and stars are themselves.

    >>> as_rst(["|a| of `tc.equal`", ">>> 2 * 3", "6", "", "2 * x_i"])
    ['\\\\|a\\\\| of ``tc.equal``', '>>> 2 * 3', '6', '', '2 \\\\* x_i']
    """
    found, example = [], False
    for line in lines:
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        found.append(line if example else _line(line))
    return found


def with_examples(lines: list[str]) -> list[str]:
    """The same lines, with the heading that an example after another section needs.

    >>> with_examples(["Returns", "-------", "int", "", ">>> 1"])
    ['Returns', '-------', 'int', '', 'Examples', '--------', '>>> 1']
    """
    heads = [number for number, line in enumerate(lines) if re.fullmatch(r"-{3,}", line)]
    first = next((n for n, line in enumerate(lines) if line.startswith(">>>") and heads and n > heads[-1]), None)
    if first is None or lines[heads[-1] - 1] == "Examples":
        return lines
    return [*lines[:first], "Examples", "--------", *lines[first:]]


def described(lines: list[str]) -> list[str]:
    """The same lines, "name : what it is" on two lines unless it is a type, which a sentence of its own follows.

    >>> described(["x : the input, and", "    no more", "y : array (I,)", "    The output."])
    ['x', '    the input, and', '    no more', 'y : array (I,)', '    The output.']
    """
    found = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        entry = re.fullmatch(r"(\S.*?) : (.+)", line)
        is_type = re.match(r" +[^a-z\s]", after)
        found += [entry[1], f"    {entry[2]}"] if entry and not is_type else [line]
    return found


def _docstring(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    lines[:] = described(with_examples(as_rst(lines)))


def _signature(_app: Any, what: str, *_: Any) -> tuple[str, None] | None:
    """Classes are made by the package, not by the reader."""
    return ("", None) if what == "class" else None


class Functions(SphinxDirective):
    """``autofunctions:: MODULE`` with ``:match: REGEX``: the functions among a module's public names."""

    required_arguments = 1
    option_spec: ClassVar = {"match": unchanged_required}

    def run(self) -> list[nodes.Node]:
        module, match = import_module(self.arguments[0]), re.compile(self.options["match"])
        names = [name for name in module.__all__ if match.fullmatch(name) and isfunction(getattr(module, name))]
        lines = [line for name in names for line in (f".. autofunction:: {module.__name__}.{name}", "")]
        found = nodes.container()
        self.state.nested_parse(StringList(lines, source=self.env.docname), self.content_offset, found)
        return found.children


def setup(app: Any) -> None:
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("autofunctions", Functions)
    app.connect("autodoc-process-docstring", _docstring, priority=400)  # before napoleon reads the sections
    app.connect("autodoc-process-signature", _signature)
