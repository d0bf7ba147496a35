"""Rules of style that a machine can hold."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted(config.label for config in apps.get_app_configs() if (ROOT / config.label).is_dir())
SOURCES = sorted(path for app in [*APPS, "itsm"] for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
CHILD_MANAGERS = {"Incident"}
ALLOWED = {line.strip() for line in (Path(__file__).parent / "child_manager_lists.txt").read_text().splitlines() if line.strip()}


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    long = {short(path): count for path in SOURCES if (count := len(path.read_text().splitlines())) > 500}
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_imports_are_absolute_and_at_the_top(path: Path) -> None:
    tree = ast.parse(path.read_text())
    inner = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    relative = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
    assert (inner, relative) == ([], [])


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_saves_name_their_columns(path: Path) -> None:
    bare = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "save"
        and not node.args
        and not {keyword.arg for keyword in node.keywords} & {"update_fields", "force_insert", "commit", "changed"}
    ]
    assert bare == []


def test_lists_go_through_the_ticket_table() -> None:
    found = {
        short(path)
        for path in SOURCES
        for child in CHILD_MANAGERS
        if re.search(rf"\b{child}\.objects\.(filter|all|order_by|exclude)", path.read_text())
    }
    assert found <= ALLOWED


def test_no_model_signals() -> None:
    assert not [short(path) for path in SOURCES if re.search(r"(post|pre)_(save|delete)\b", path.read_text())]


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_templates_extend_first_and_hold_no_script() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text()
        if "{% extends" in text:
            assert text.lstrip().startswith("{% extends"), path
        assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", text), path
        assert not re.search(r"\son[a-z]+=|javascript:|hx-on", text), path
