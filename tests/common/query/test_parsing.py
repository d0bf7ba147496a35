"""The parser: trees, columns of mistakes, limits. Nothing here needs a table."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.query import parsing, tree
from common.query.errors import QueryError
from common.query.tokens import quoted, tokens_of


def shape(node: Any) -> Any:
    """A tree without its columns."""
    if isinstance(node, tree.Comparison):
        return (node.field.text, node.operator, *(shape(operand) for operand in node.operands))
    if isinstance(node, tree.Negated):
        return ("not", shape(node.part))
    if isinstance(node, tree.Both | tree.Either):
        return ("and" if isinstance(node, tree.Both) else "or", *(shape(part) for part in node.parts))
    if isinstance(node, tree.Call):
        return (node.name.text, [argument.text for argument in node.arguments])
    return node.text if isinstance(node, tree.Text) else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1", ("a", "=", "1")),
        ("a != 'b c'", ("a", "!=", "b c")),
        ('"a b" ~ "c\\"d"', ("a b", "~", 'c"d')),
        ("a !~ 'it\\'s'", ("a", "!~", "it's")),
        ("a<1", ("a", "<", "1")),
        ("a<=-1d", ("a", "<=", "-1d")),
        ("a > 1 ", ("a", ">", "1")),
        ("a>=2026-11-01", ("a", ">=", "2026-11-01")),
        ("a in (1,2 , 'x')", ("a", "in", "1", "2", "x")),
        ("a NOT IN (1)", ("a", "not in", "1")),
        ("a Is Empty", ("a", "is", None)),
        ("a is not null", ("a", "is not", None)),
        ("a was b", ("a", "was", "b")),
        ("a was not b", ("a", "was not", "b")),
        ("a was in (b, EMPTY)", ("a", "was in", "b", None)),
        ("a was not in (b)", ("a", "was not in", "b")),
        ("a = f()", ("a", "=", ("f", []))),
        ("a in f(x, 'y z')", ("a", "in", ("f", ["x", "y z"]))),
        ("a in (f(x), y)", ("a", "in", ("f", ["x"]), "y")),
        ("a = 1 or b = 2 and c = 3", ("or", ("a", "=", "1"), ("and", ("b", "=", "2"), ("c", "=", "3")))),
        ("(a = 1 or b = 2) and c = 3", ("and", ("or", ("a", "=", "1"), ("b", "=", "2")), ("c", "=", "3"))),
        ("a=1||b=2&&!c=3", ("or", ("a", "=", "1"), ("and", ("b", "=", "2"), ("not", ("c", "=", "3"))))),
        ("not not a = 1", ("a", "=", "1")),
        ("not (a = 1)", ("not", ("a", "=", "1"))),
        ("a = x\\ y", ("a", "=", "x y")),
        ("a = \\and", ("a", "=", "and")),
        ("a = jonas@example.com", ("a", "=", "jonas@example.com")),
        ("a = 'line\\nbreak'", ("a", "=", "line\nbreak")),
    ],
)
def test_a_text_becomes_a_tree(text: str, expected: Any) -> None:
    assert shape(parsing.parse(text).where) == expected


def test_an_order_may_stand_alone_or_follow() -> None:
    alone = parsing.parse("ORDER BY a, 'b c' desc, d ASC")
    assert (alone.where, [(sort.field.text, sort.is_descending) for sort in alone.order]) == (None, [("a", None), ("b c", True), ("d", False)])
    assert parsing.parse("x = 1 order by a").order[0].field.position == 16


def test_an_empty_text_means_every_row() -> None:
    assert parsing.parse(" \n\t") == tree.Query(None, ())


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("a", 2, "ends too early. An operator must follow"),
        ("a =", 4, "A value must follow"),
        ("a =   ", 4, "A value must follow"),
        ("(a = 1", 7, "A closing bracket"),
        ("a = 1)", 6, "no opening one"),
        ("a = 1 b = 2", 7, "AND, OR or ORDER BY must follow"),
        ("Major incident is EMPTY", 7, 'in quotation marks: "Major incident"'),
        ("status = In progress", 10, 'in quotation marks: "In progress"'),
        ("team = Payments platform", 17, 'in quotation marks: "Payments platform"'),
        ("a = and", 5, "is a word of the query language"),
        ("a in 1", 7, "ends too early"),
        ("a in ()", 7, "A value must follow"),
        ("a in (1,)", 9, "A value must follow"),
        ("a in (1 2)", 9, 'in quotation marks: "1 2"'),
        ("a in (1 =", 9, "A comma or a closing bracket"),
        ("a is 1", 6, "EMPTY or not EMPTY"),
        ("a == 1", 4, "A value must follow"),
        ("a = 'x", 5, "no closing quotation mark"),
        ('a = "x\\"', 5, "no closing quotation mark"),
        ("a = \\", 5, "backslash"),
        ("a = 1 order", 12, "BY must follow"),
        ("a = 1 order by", 15, "A field to sort by"),
        ("order by a b", 12, "ASC, DESC or a comma"),
        ("and a = 1", 1, "A field must follow"),
        ("a = 1 and", 10, "A field must follow"),
        ("a not 1", 7, "must be followed by in"),
        ("a = \0", 5, "it is no text"),
        ("a = \ud800", 5, "it is no text"),
    ],
)
def test_a_mistake_is_shown_where_it_is(text: str, position: int, part: str) -> None:
    with pytest.raises(QueryError) as error:
        parsing.parse(text)
    assert (error.value.position, part in error.value.message) == (position, True), error.value.message


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("a = " + "x" * 3_997, 4_001, "at most 4000 characters"),
        ("(" * 31 + "a = 1" + ")" * 31, 31, "nested 30 deep"),
        ("not " * 31 + "a = 1", 121, "nested 30 deep"),
        (" or ".join(["a=1"] * 201), 1_402, "at most 200 comparisons"),
        ("a in (" + ",".join(["1"] * 501) + ")", 1_007, "at most 500 values"),
    ],
)
def test_limits(text: str, position: int, part: str) -> None:
    with pytest.raises(QueryError) as error:
        parsing.parse(text)
    assert (error.value.position, part in error.value.message) == (position, True), error.value.message


def test_what_is_just_within_the_limits_is_read() -> None:
    parsing.parse("(" * 30 + "a = 1" + ")" * 30)
    parsing.parse(" or ".join(["a=1"] * 200))
    parsing.parse("a in (" + ",".join(["1"] * 500) + ")")
    parsing.parse("a = '" + "x" * 3_994 + "'")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40))
@settings(max_examples=200, deadline=None)
def test_a_quoted_value_reads_as_itself(value: str) -> None:
    where = parsing.parse(f"a = {quoted(value)}").where
    assert isinstance(where, tree.Comparison)
    assert shape(where) == ("a", "=", value)


@given(st.one_of(st.text(max_size=60), st.text("()\"'\\ =!~<>&|,ainotrswdemptyby10-", max_size=80)))
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_tree_or_a_query_error(text: str) -> None:
    try:
        parsing.parse(text)
    except QueryError as error:
        assert 1 <= error.position <= len(text) + 1
        assert error.message


def test_tokens_cover_the_text() -> None:
    assert [(token.type, token.start, token.length) for token in tokens_of("a!=  'b'")] == [("WORD", 0, 1), ("NE", 1, 2), ("STRING", 5, 3)]
