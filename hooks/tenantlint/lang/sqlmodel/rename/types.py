"""Local types with the classes of the whole project: what an expression of its code is an object of."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.lang.sqlmodel.flow import Flow
from tenantlint.lang.sqlmodel.imported import SQL_PACKAGES
from tenantlint.lang.sqlmodel.inference import AND, OTHER, SESSION, Env, Inference, Kind, Typed, bind, last_name
from tenantlint.lang.sqlmodel.rename.file import (
    Meaning,
    Outside,
    ProjectClass,
    ProjectFunction,
    ProjectModule,
    Variable,
    members,
)
from tenantlint.lang.sqlmodel.rename.shapes import (
    EITHER,
    TYPES,
    either,
    is_fixture,
    of_many,
    of_map,
    of_multi,
    root,
    set_in_init,
    yields,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.lang.sqlmodel.rename.code import Code
    from tenantlint.lang.sqlmodel.rename.file import Function

_DEPTH: Final = 12
_MANY: Final = frozenset(
    "AbstractSet AsyncGenerator AsyncIterable AsyncIterator Collection Deque FrozenSet Generator InstrumentedList "
    "Iterable Iterator List MutableSequence Page Sequence Set WriteOnlyMapped DynamicMapped frozenset list set".split()
)
_MAPS: Final = frozenset({"Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "dict"})
_WRAPPERS: Final = frozenset("Annotated Awaitable ClassVar Final Mapped NotRequired Required SkipValidation".split())
OPEN: Final = frozenset(
    "Any AsyncMock BaseModel Callable DeclarativeBase MagicMock Mock Namespace ParamSpec Protocol Result "
    "Row RowMapping SQLModel Self SimpleNamespace TypeVar cast object overload".split()
)
"""Names from outside of the project of which something may be an object of a class of the project, or act as one."""
_UNION_OF: Final = frozenset({"Optional", "Union"})
_RUN: Final = frozenset({"exec", "execute", "stream"})
_SAME: Final = frozenset({"copy", "deepcopy"})
_DML: Final = frozenset({"update", "insert", "delete"})


class CodeNames:
    """What the names of a file mean to ``Inference``: every class of the project counts as a table."""

    def __init__(self, code: Code, path: str) -> None:
        self.code = code
        self.path = path

    def table(self, node: ast.expr) -> str | None:
        """Return the id of a class."""
        found = self.code.resolve(self.path, node)
        return found.id if isinstance(found, ProjectClass) else None

    def alias(self, node: ast.expr) -> str | None:
        """Return None: ``CodeTypes`` follows such names itself."""
        return None

    def function(self, node: ast.expr) -> str | None:
        """Return the name of a function of SQLAlchemy or SQLModel."""
        found = self.code.resolve(self.path, node)
        is_sql = isinstance(found, Outside) and found.module.partition(".")[0] in SQL_PACKAGES
        return found.name if is_sql and isinstance(found, Outside) else None


class CodeTypes(Inference):
    """Tells what expressions of one file are, with ``Typed.table`` the id of a class of the project."""

    def __init__(self, code: Code, path: str, depth: int = 0) -> None:
        self.code = code
        self.path = path
        self.depth = depth
        super().__init__(CodeNames(code, path))

    def elsewhere(self, path: str) -> CodeTypes:
        """Return what tells of the expressions of another file, reached through this one."""
        return CodeTypes(self.code, path, self.depth + 1)

    def of(self, node: ast.expr, env: Env) -> Typed | None:
        """Return what an expression is."""
        if isinstance(node, (ast.JoinedStr, ast.Constant, ast.Compare)):
            return OTHER
        if isinstance(node, ast.DictComp):
            return self._mapped(node, env)
        return None if self.depth > _DEPTH else super().of(node, env)

    def _mapped(self, node: ast.DictComp, env: Env) -> Typed | None:
        """Return the dictionary of rows that a comprehension makes."""
        inner = dict(env)
        for generator in node.generators:
            bind(generator.target, self.element(generator.iter, inner), inner)
        typed = self.of(node.value, inner)
        return Typed("map", typed.table) if typed is not None and typed.kind == "row" else None

    # Annotations

    def annotated(self, node: ast.expr | None) -> Typed | None:
        """Return what an annotation says of a variable."""
        return None if node is None or self.depth > _DEPTH else self._annotated(node)

    def _annotated(self, node: ast.expr) -> Typed | None:
        if isinstance(node, ast.Constant):
            return self._quoted(node.value) if isinstance(node.value, str) else OTHER
        if isinstance(node, ast.BinOp):
            return self._one_of((node.left, node.right))
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        found = self.code.resolve(self.path, node)
        if isinstance(found, ProjectClass):
            return Typed("row", found.id)
        if isinstance(found, Variable):
            return self.elsewhere(found.path).annotated(found.value)
        return _outside(found)

    def _quoted(self, text: str) -> Typed | None:
        try:
            return self._annotated(ast.parse(text.strip(), mode="eval").body)
        except (SyntaxError, ValueError):
            return None

    def _subscript(self, node: ast.Subscript) -> Typed | None:
        head = last_name(node.value)
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head in _MAPS and len(items) == 2:
            inner = self._annotated(items[1])
            return Typed("map", inner.table) if inner is not None and inner.kind == "row" else None
        if head in _UNION_OF:
            return self._one_of(items)
        if head in ("tuple", "Tuple") and not (len(items) == 2 and ast.unparse(items[1]) == "..."):
            return None
        if head in _WRAPPERS or head in TYPES or head in _MANY or head in ("tuple", "Tuple"):
            inner = self._annotated(items[0])
            return inner if head in _WRAPPERS else of_many(head, inner)
        if head == "Coroutine" and len(items) == 3:
            return self._annotated(items[2])
        found = self.code.resolve(self.path, node.value)
        return Typed("row", found.id) if isinstance(found, ProjectClass) else None

    def _one_of(self, nodes: Iterable[ast.expr]) -> Typed | None:
        """Return what a union is: that one beside None, or what all are."""
        rest = [node for node in nodes if not (isinstance(node, ast.Constant) and node.value is None)]
        return either([self._annotated(node) for node in rest])

    # Names and attributes

    def _name(self, node: ast.Name | ast.Attribute, env: Env) -> Typed | None:
        if isinstance(node, ast.Name):
            return env[node.id] if node.id in env else self._meaning(self.code.lookup(self.path, node.id))
        if root(node) not in env:
            found = self.code.resolve(self.path, node)
            if found is not None:
                return self._meaning(found)
        base = self.of(node.value, env)
        return None if base is None else self.attribute(base, node.attr)

    def _meaning(self, found: Meaning) -> Typed | None:
        if isinstance(found, ProjectClass):
            return Typed("class", found.id)
        if isinstance(found, Variable):
            there = self.elsewhere(found.path)
            return there.annotated(found.annotation) or there.of(found.value, {})
        if isinstance(found, Outside) and found.name and not found.name[:1].isupper():
            return OTHER if found.module == "builtins" or found.module.partition(".")[0] in SQL_PACKAGES else None
        return OTHER if isinstance(found, (Outside, ProjectModule, ProjectFunction)) else None

    def attribute(self, base: Typed, name: str) -> Typed | None:
        """Return what an attribute of an object or a class is."""
        if base.kind == "tuple":
            parts = [each for each in base.table.split(AND) if each]
            named = [each for each in parts if self.code.by_id(each).node.name == name]
            return Typed("row", named[0]) if len(named) == 1 else None
        if base.kind not in ("row", "class"):
            return None
        if EITHER in base.table:
            return either([self.attribute(Typed(base.kind, each), name) for each in base.table.split(EITHER)])
        for cls in self.code.mro(self.code.by_id(base.table))[0]:
            found = next(members(cls.node.body, name), None)
            if found is not None:
                return self._member(cls, base, found)
            made = set_in_init(cls, name)
            if made is not None:
                return self._assigned(cls, made)
        return None

    def _member(self, cls: ProjectClass, base: Typed, found: ast.stmt) -> Typed | None:
        there = self.elsewhere(cls.path)
        if isinstance(found, ast.AnnAssign):
            return there.annotated(found.annotation) if base.kind == "row" else None
        if isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)):
            is_property = any("property" in last_name(each) for each in found.decorator_list)
            return there.annotated(found.returns) if is_property and base.kind == "row" else None
        if isinstance(found, ast.Assign) and self._is_enumeration(cls):
            return Typed("row", cls.id)
        return None

    def _is_enumeration(self, cls: ProjectClass) -> bool:
        lines = (self.code.bases(each) for each in self.code.mro(cls)[0])
        return any(isinstance(base, Outside) and base.module == "enum" for line in lines for base in line)

    def _assigned(self, cls: ProjectClass, made: tuple[Function, ast.Assign | ast.AnnAssign]) -> Typed | None:
        there = self.elsewhere(cls.path)
        function, node = made
        if isinstance(node, ast.AnnAssign):
            return there.annotated(node.annotation)
        params = [*function.args.args, *function.args.kwonlyargs]
        return there.of(node.value, {param.arg: there.annotated(param.annotation) for param in params})

    # Calls

    def _call(self, node: ast.Call, env: Env) -> Typed | None:
        func = node.func
        name = last_name(func)
        if name == "next" and node.args:
            return self.element(node.args[0], env)
        if name in _SAME and len(node.args) == 1:
            return self.of(node.args[0], env)
        if isinstance(func, ast.Attribute):
            return self._called(node, func, env)
        if isinstance(func, ast.Name) and func.id in env:
            typed = env[func.id]
            return Typed("row", typed.table) if typed is not None and typed.kind == "class" else None
        return self._of_function(node, env)

    def _called(self, node: ast.Call, func: ast.Attribute, env: Env) -> Typed | None:
        base = self.of(func.value, env)
        if base is not None and base.kind in ("row", "class"):
            method = self._method_of(base, func.attr)
            if method is not None:
                return self.elsewhere(method.path).returned(method.node, base)
        if base is not None and base.kind == "dml":
            return base
        if base is not None and base.kind in ("multi", "multis"):
            return of_multi(base, func.attr)
        first = self.of(node.args[0], env) if node.args and func.attr in _RUN else None
        if first is not None and first.kind == "multi":
            return Typed("multis", first.table)
        if base is not None and base.kind == "map":
            return of_map(base, node, func.attr)
        if base is not None and base.kind == "row" and func.attr in ("model_copy", "copy", "sqlmodel_update"):
            return base
        if base is not None and base.kind == "rows" and func.attr in ("pop", "copy"):
            return base if func.attr == "copy" else Typed("row", base.table)
        return self._of_function(node, env) if root(func) not in env else super()._call(node, env)

    def _item(self, node: ast.Subscript, env: Env) -> Typed | None:
        typed = self.of(node.value, env)
        if typed is None or typed.kind not in ("map", "multis", "tuple"):
            return super()._item(node, env)
        if typed.kind != "tuple":
            is_slice = isinstance(node.slice, ast.Slice)
            return None if is_slice else Typed("row" if typed.kind == "map" else "tuple", typed.table)
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        parts = dict(enumerate(typed.table.split(AND)))
        part = parts.get(index, "") if isinstance(index, int) else ""
        return Typed("row", part) if part else None

    def element(self, node: ast.expr, env: Env) -> Typed | None:
        """Return what a loop over an expression gives."""
        typed = self.of(node, env)
        if typed is not None and typed.kind == "multis":
            return Typed("tuple", typed.table)
        return super().element(node, env)

    def _single(self, node: ast.Call, kind: Kind, env: Env) -> Typed | None:
        """Return the statement for rows of the classes that are asked for."""
        found = [self.of(argument, env) for argument in node.args]
        tables = [each.table if each is not None and each.kind == "class" else "" for each in found]
        if len(tables) < 2 or not any(tables) or any(isinstance(each, ast.Starred) for each in node.args):
            return super()._single(node, kind, env)
        return Typed("multi", AND.join(tables))

    def _of_function(self, node: ast.Call, env: Env) -> Typed | None:
        found = self.code.resolve(self.path, node.func)
        if isinstance(found, ProjectFunction):
            return self.elsewhere(found.path).returned(found.node, None)
        function = self.names.function(node.func)
        if function == "aliased" and node.args:
            return self.of(node.args[0], env)
        if function in _DML:
            first = self.of(node.args[0], env) if node.args else None
            return Typed("dml", first.table) if first is not None and first.kind == "class" else None
        if isinstance(found, Outside) and found.name in OPEN:
            return None
        if isinstance(found, Outside) and found.name[:1].isupper():
            return SESSION if found.name.endswith("Session") else OTHER
        return super()._call(node, env)

    def returned(self, node: Function, base: Typed | None) -> Typed | None:
        """Return what a function of this file returns, called on ``base`` where it is a method."""
        if node.returns is not None and ast.unparse(node.returns).strip("'\"") == "Self" and base is not None:
            return Typed("row", base.table)
        return self.annotated(node.returns) if node.returns is not None else self._inferred(node, base)

    def _inferred(self, node: Function, base: Typed | None) -> Typed | None:
        """Return what the statements of a function return, where nothing is said."""
        if base is not None or node.decorator_list or any(True for _ in yields(node)):
            return None  # a method may be another one in a derived class
        return self.given(node)

    def given(self, node: Function) -> Typed | None:
        """Return what a function of this file returns or yields, as its statements show."""
        if node not in self.code.returned and self.depth < _DEPTH:
            self.code.returned[node] = None  # for a function that calls itself
            self.code.returned[node] = Returns(self).run(node)
        return self.code.returned.get(node)

    def fixture(self, name: str) -> Typed | None:
        """Return what a fixture of pytest gives to the tests of this file."""
        folder = self.path.rpartition("/")[0]
        paths = [self.path, f"{folder}/conftest.py" if folder else "conftest.py"]
        while folder:
            folder = folder.rpartition("/")[0]
            paths.append(f"{folder}/conftest.py" if folder else "conftest.py")
        for path in paths:
            found = self.code.lookup(path, name) if self.code.file(path) is not None else None
            if isinstance(found, ProjectFunction) and is_fixture(found.node):
                there = self.elsewhere(found.path)
                typed = there.annotated(found.node.returns) or there.given(found.node)
                is_many = typed is not None and typed.kind == "rows" and any(True for _ in yields(found.node))
                return Typed("row", typed.table) if typed is not None and is_many else typed
        return None

    def _method_of(self, base: Typed, name: str) -> ProjectFunction | None:
        for cls in self.code.mro(self.code.by_id(base.table))[0] if EITHER not in base.table else ():
            for found in members(cls.node.body, name):
                is_method = isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef))
                return ProjectFunction(cls.path, found) if is_method else None  # type: ignore[arg-type]
        return None


class Returns(Flow):
    """Follows a function to what it returns."""

    def __init__(self, types: CodeTypes) -> None:
        super().__init__(types)
        self.found: list[Typed | None] = []

    def run(self, node: Function) -> Typed | None:
        """Return what a function returns, or yields."""
        self.block(node.body, self.parameters(node.args))
        return either(self.found)

    def visit(self, node: ast.AST, env: Env) -> None:
        """Take what is yielded."""
        if isinstance(node, ast.Yield) and node.value is not None:
            self._give(node.value, env)

    def _plain(self, node: ast.stmt, env: Env) -> None:
        super()._plain(node, env)
        if isinstance(node, ast.Return) and node.value is not None and not self._trial:
            self._give(node.value, env)

    def body(self, node: Function, inner: Env, outer: Env) -> None:
        """Leave out the functions within: they return something of their own."""

    def _give(self, node: ast.expr, env: Env) -> None:
        if not (isinstance(node, ast.Constant) and node.value is None):
            self.found.append(self.types.of(node, env))


def narrowed(types: CodeTypes, test: ast.expr, env: Env) -> Env:
    """Return what the variables are that ``isinstance`` has been asked of, where a test is true."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return {name: typed for value in test.values for name, typed in narrowed(types, value, env).items()}
    if not (isinstance(test, ast.Call) and last_name(test.func) == "isinstance" and len(test.args) == 2):
        return {}
    name, given = test.args
    classes = given.elts if isinstance(given, ast.Tuple) else [given]
    found = either([types.annotated(each) for each in classes])
    return {name.id: found} if isinstance(name, ast.Name) and found is not None and found is not OTHER else {}


def _outside(found: Meaning) -> Typed | None:
    """Return what an annotation with a name from outside of the project says."""
    if not isinstance(found, Outside) or not found.name or found.name in OPEN:
        return None
    return SESSION if found.name.endswith("Session") else OTHER
