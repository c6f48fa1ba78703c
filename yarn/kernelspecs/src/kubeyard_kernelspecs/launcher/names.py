"""Whether a cell names Spark: read from its syntax, so that a word in a string or comment is none."""

import ast
import re
from collections.abc import Collection, Iterator

# What the launcher puts into the namespace once Spark is there.
PROVIDED = frozenset({"spark", "sc", "sql"})
# Through these a cell reaches the session by itself, and would start a second one too early.
ENTRANCES = frozenset({"SparkSession", "SparkContext", "SQLContext", "pyspark"})
_MAGICS = frozenset({"run_line_magic", "run_cell_magic"})
_WORD = re.compile(r"[A-Za-z_]\w*")


def names_spark(cell: ast.AST, already_there: Collection[str]) -> bool:
    """Whether `cell` uses Spark; names the user has bound to things of his own do not count."""
    bound = set(already_there)
    for statement in getattr(cell, "body", [cell]):
        used = set(_used(statement))
        if used & ENTRANCES or (used & PROVIDED) - bound:
            return True
        bound.update(_bound(statement))
    return False


def _used(statement: ast.AST) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Import):
            # pandas on Spark asks for a session as it is used, by whatever name.
            yield from ("pyspark" for alias in node.names if alias.name.startswith("pyspark.pandas"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pyspark.pandas"):
            yield "pyspark"
        elif isinstance(node, ast.Call):
            yield from _named_in_magic(node)


def _named_in_magic(call: ast.Call) -> Iterator[str]:
    """The rest of a magic's line is Python for some magics: its words are read as names."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _MAGICS:
        for argument in call.args[1:]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield from _WORD.findall(argument.value)


def _bound(statement: ast.AST) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
