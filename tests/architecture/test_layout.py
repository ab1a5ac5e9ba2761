"""How the building is made: short files, imports at the top, `__init__` files that build nothing."""

import ast
from collections.abc import Iterator

from tests.architecture.source import ROOT, Module, modules, modules_of_tests, parse

LONGEST = 300
TRAVELS_ALONE = {"casework/filing/verify.py"}  # recipients get one file, so it is one


def too_long(module: Module) -> bool:
    return module.text.count("\n") > LONGEST


def imports_inside_functions(module: Module) -> Iterator[str]:
    for function in ast.walk(module.tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield module.place(node)


def builds_something(module: Module) -> Iterator[str]:
    """Yield what an `__init__` holds beyond a docstring, imports and one list."""
    lists = 0
    for node in module.tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        lists += isinstance(node, ast.Assign | ast.AnnAssign)
        if not isinstance(node, ast.Assign | ast.AnnAssign) or lists > 1:
            yield module.place(node)


def has_no_docstring(module: Module) -> bool:
    return bool(module.tree.body) and ast.get_docstring(module.tree) is None


def test_files_are_short():
    found = [
        module.path
        for module in (*modules(), *modules_of_tests())
        if too_long(module) and module.path not in TRAVELS_ALONE
    ]
    assert not found, f"more than {LONGEST} lines: split them"


def test_imports_stand_at_the_top_except_on_the_command_line():
    found = [
        place for module in modules() if module.room != "casework.cli" for place in imports_inside_functions(module)
    ]
    assert not found, "an import inside a function means that a thing is in the wrong room"


def test_a_package_is_empty_or_one_list():
    found = [
        place for module in modules() if module.path.endswith("/__init__.py") for place in builds_something(module)
    ]
    assert not found


def test_every_module_says_what_it_is_for():
    assert [module.path for module in modules() if has_no_docstring(module)] == []


def test_every_test_folder_is_a_package_or_it_would_hide_the_real_one():
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_these_inspections_see_what_they_look_for():
    assert too_long(parse("x = 1\n" * (LONGEST + 1)))
    assert list(imports_inside_functions(parse("def f():\n    import os\n"))) == ["casework/somewhere/example.py:2"]
    assert list(builds_something(parse('"""A list."""\nfrom x import a\nRULES = (a,)\n'))) == []
    assert list(builds_something(parse("A = (1,)\nB = (2,)\n"))) == ["casework/somewhere/example.py:2"]
    assert list(builds_something(parse("connect()\n"))) == ["casework/somewhere/example.py:1"]
    assert has_no_docstring(parse("x = 1\n"))
