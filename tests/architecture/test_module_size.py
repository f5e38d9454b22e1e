"""Modules and functions stay small enough to read: 400 lines at most, 200 as a rule, 40 for a function.

Migrations are lists of statements, run once, and are left out.
"""

import ast

from tests.architecture.tree import Module, modules

HARD = 400
SOFT = 200
FUNCTION = 40
FOLDERS = ("shared", "services", "cli", "small", "openapi", "tests")


def length(module: Module) -> int:
    return module.text.count("\n") + 1


def function_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end; without the docstring, which is the API's text, and without classes inside."""
    parts = [node for node in function.body if isinstance(node, ast.ClassDef)]
    if ast.get_docstring(function) is not None:
        return lines(function) - sum(map(lines, [function.body[0], *parts]))
    return lines(function) - sum(map(lines, parts))


def lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def long_functions(module: Module) -> list[str]:
    functions = (node for node in module.nodes() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    sized = ((module.place(node), node.name, function_length(node)) for node in functions)
    return [f"{place} {name} has {size} lines" for place, name, size in sized if size > FUNCTION]


def test_no_module_is_longer_than_the_hard_limit() -> None:
    sized = {module.name: length(module) for module in modules(*FOLDERS) if not module.is_migration}
    for name, size in sorted(sized.items(), key=lambda item: -item[1]):
        if size > SOFT:
            print(f"over the soft limit of {SOFT}: {name} has {size} lines")
    assert [name for name, size in sized.items() if size > HARD] == []


def test_no_function_is_longer_than_the_limit() -> None:
    checked = [module for module in modules(*FOLDERS) if not module.is_migration]
    assert [place for module in checked for place in long_functions(module)] == []


def test_length_is_measured_without_the_docstring() -> None:
    body = "\n".join(f"    x = {number}" for number in range(FUNCTION - 1))
    short = Module("a.py", f'def f():\n    """One.\n\n    Two."""\n{body}\n')
    assert long_functions(short) == []
    assert long_functions(Module("a.py", f"{short.text}    y = 1\n")) == ["a.py:1 f has 41 lines"]
