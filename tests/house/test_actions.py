"""Every write is an action: it takes `actor` by keyword and runs in a transaction."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRITES = {"save", "create", "bulk_create", "update", "delete", "get_or_create", "update_or_create", "bulk_update", "record", "record_many"}

# Functions of actions rooms that are no verbs of a person: sweeps, parts of other actions, pure checks.
NO_ACTOR = {line.strip() for line in (Path(__file__).parent / "actions_without_actor.txt").read_text().splitlines() if line.strip()}


def action_modules() -> list[Path]:
    return sorted(path for app in ROOT.iterdir() if (app / "apps.py").exists() for path in [*app.glob("actions.py"), *app.glob("actions/*.py")])


def public_functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def writes(function: ast.FunctionDef) -> bool:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(isinstance(call, ast.Attribute) and call.attr in WRITES for call in calls)


def name_of(path: Path, function: ast.FunctionDef) -> str:
    return f"{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}.{function.name}"


@pytest.mark.parametrize("path", action_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_writing_action_takes_actor_by_keyword(path: Path) -> None:
    missing = [
        name_of(path, function)
        for function in public_functions(path)
        if writes(function) and "actor" not in [argument.arg for argument in function.args.kwonlyargs]
    ]
    assert set(missing) <= NO_ACTOR, "Take `actor` by keyword, or say in actions_without_actor.txt that no person acts here."


@pytest.mark.parametrize("path", action_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_action_with_an_actor_is_atomic(path: Path) -> None:
    loose = []
    for function in public_functions(path):
        if not writes(function) or "actor" not in [argument.arg for argument in function.args.kwonlyargs]:
            continue
        decorated = any("atomic" in ast.unparse(decorator) for decorator in function.decorator_list)
        if not decorated and "transaction.atomic()" not in ast.unparse(function):
            loose.append(name_of(path, function))
    assert set(loose) <= NO_ACTOR


def test_the_allow_list_only_names_functions_that_exist() -> None:
    known = {name_of(path, function) for path in action_modules() for function in public_functions(path)}
    assert known >= NO_ACTOR


def test_no_lock_is_taken_through_a_join() -> None:
    """After a wait PostgreSQL checks a join against what stood there before: a row whose foreign key changed meanwhile would be gone, or half stale."""
    joined = []
    for path in ROOT.glob("[a-z]*/**/*.py"):
        if path.relative_to(ROOT).parts[0] in ("tests", "node_modules", "var") or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.stmt) and not isinstance(
                node, ast.FunctionDef | ast.ClassDef | ast.If | ast.For | ast.With | ast.Try | ast.While
            ):
                text = ast.unparse(node)
                if "select_for_update" in text and "select_related" in text:
                    joined.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert joined == [], "Lock the rows alone; use prefetch_related for what belongs to them."
