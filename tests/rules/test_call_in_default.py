import pytest

from rules.support import Found, py, run, ts

CODE = "COR002"


def once(function: str) -> str:
    """Return what is said of a SQLModel default."""
    return (
        f"defaults to the result of one call of `{function}`, made when the module was imported: every row gets that "
        "value until the process restarts; use `default_factory` with the function, not its result"
    )


def baked(function: str) -> str:
    """Return what is said of a Drizzle default."""
    return (
        f"defaults to the result of one call of `{function}`, which the migration keeps as the DEFAULT of every row; "
        "use `$defaultFn()`, or `defaultNow()` or `defaultRandom()` for a default in the database"
    )


STILL = (
    "is set to the result of one call of `datetime.datetime.now` on every update: it was made when the module was "
    "imported, so that the value never changes; give `onupdate` the function, not its result"
)
IMPORTS = """
import os, random, secrets, time, uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from uuid import uuid4
import elsewhere
from sqlalchemy import DateTime, func, text
"""


def field(declaration: str, before: str = "") -> object:
    """Return a table with one field, in line 11, or further down behind ``before``."""
    return py(
        f"{IMPORTS}\n{before}\nclass Event(SQLModel, table=True):\n"
        f"    id: int = Field(primary_key=True)\n    at: datetime = {declaration}\n"
    )


def default(value: str, imports: str = "") -> object:
    """Return a Drizzle table whose second column has a default, in line 5."""
    return ts(
        f"""
        import {{ jsonb, pgTable as t, timestamp }} from "drizzle-orm/pg-core"; {imports}
        export const events = pgTable("events", {{
          id: uuid("id").primaryKey(),
          at: text("at").default({value}),
        }});
        """
    )


NOOP = {
    "py a factory": field("Field(default_factory=datetime.utcnow)"),
    "py a lambda": field("Field(default_factory=lambda: datetime.now(UTC))"),
    "py a function as the default": field("Field(sa_column=Column(DateTime, default=datetime.utcnow))"),
    "py an expression": field("Field(sa_column_kwargs={'server_default': func.now(), 'onupdate': func.now()})"),
    "py the expression as the default": field("Field(sa_column=Column(DateTime, default=func.now()))"),
    "py text": field("Field(sa_column_kwargs={'server_default': text('now()')})"),
    "py a constant time": field("datetime(2024, 1, 1)"),
    "py a decimal": field("Decimal('0')"),
    "py an id": field("uuid.UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8')"),
    "py an id of a name": field("uuid.uuid5(uuid.NAMESPACE_DNS, 'x')"),
    "py a duration": field("timedelta(days=1)"),
    "py an empty tuple": field("tuple()"),
    "py a member": field("Kind.A", "class Kind(Enum): A = 'a'"),
    "py a parsed time": field("datetime.fromisoformat('2024-01-01')"),
    "py a function that is not read": field("elsewhere.now()"),
    "py a field that is not read": field("elsewhere.field()"),
    "py the environment": field("os.getenv('X', 'y')"),
    "py a function that gives a constant": field("start()", "def start(): return 'x'"),
    "py a class that is no table": py(f"{IMPORTS}\nclass Event(SQLModel):\n    at: datetime = datetime.now()\n"),
    "ts a function": ts("""
        export const events = pgTable("events", { id: uuid("id").$defaultFn(() => crypto.randomUUID()) });
    """),
    "ts an expression": default("sql`now()`"),
    "ts a constant time": default('new Date("2024-01-01")'),
    "ts a time of a constant": default("new Date(0).toISOString()"),
    "ts a text": default('"x"'),
    "ts a call that is not read": default("makeId()"),
    "ts a call of another package": default("now()", 'import { now } from "clock";'),
    "ts a namesake in the project": default("nanoid()", 'const nanoid = () => "x";'),
    "ts a default in a branch that is not decided": ts("""
        const id = uuid("id");
        if (process.env.X) id.default(crypto.randomUUID());
        export const events = pgTable("events", { id });
    """),
}

FINDING = {
    "py the time": (field("datetime.now(UTC)"), [Found(13, 5, f"`event.at` {once('datetime.datetime.now')}")]),
    "py utcnow": (
        field("Field(default=datetime.utcnow())"),
        [Found(13, 5, f"`event.at` {once('datetime.datetime.utcnow')}")],
    ),
    "py computed": (
        field("Field(datetime.now() + timedelta(days=30))"),
        [Found(13, 5, f"`event.at` {once('datetime.datetime.now')}")],
    ),
    "py an id as text": (field("str(uuid4())"), [Found(13, 5, f"`event.at` {once('uuid.uuid4')}")]),
    "py a part of an id": (field("uuid.uuid4().hex[:8]"), [Found(13, 5, f"`event.at` {once('uuid.uuid4')}")]),
    "py in an f-string": (
        field("f'e-{secrets.token_hex(4)}'"),
        [Found(13, 5, f"`event.at` {once('secrets.token_hex')}")],
    ),
    "py in a sum of texts": (
        field("'e-' + str(random.randint(1, 9))"),
        [Found(13, 5, f"`event.at` {once('random.randint')}")],
    ),
    "py as a whole number": (field("int(time.time())"), [Found(13, 5, f"`event.at` {once('time.time')}")]),
    "py a function of the project": (
        field("now()", "def now(): return datetime.now(UTC)"),
        [Found(13, 5, f"`event.at` {once('datetime.datetime.now')}")],
    ),
    "py a constant": (
        field("Field(default=NOW)", "NOW = datetime.now(UTC)"),
        [Found(13, 5, f"`event.at` {once('datetime.datetime.now')}")],
    ),
    "py of a column": (
        field("Field(sa_column=Column(DateTime, default=datetime.now()))"),
        [Found(13, 5, f"`event.at` {once('datetime.datetime.now')}")],
    ),
    "py of a field with a column": (
        field("Field(default=datetime.now(), sa_column=Column(DateTime))"),
        [Found(13, 5, f"`event.at` {once('datetime.datetime.now')}")],
    ),
    "py on update": (
        field("Field(default_factory=datetime.now, sa_column_kwargs={'onupdate': datetime.now()})"),
        [Found(13, 5, f"`event.at` {STILL}")],
    ),
    "py a mixin": (
        py(f"""{IMPORTS}
class Timed(SQLModel):
    at: datetime = datetime.now()

class Order(Timed, table=True):
    id: int = Field(primary_key=True)

class Invoice(Timed, table=True):
    id: int = Field(primary_key=True)
"""),
        [Found(11, 5, f"`invoice.at` (and 1 more table) {once('datetime.datetime.now')}")],
    ),
    "ts the present": (default("new Date()"), [Found(5, 3, f"`events.at` {baked('new Date')}")]),
    "ts the present as text": (default("new Date().toISOString()"), [Found(5, 3, f"`events.at` {baked('new Date')}")]),
    "ts milliseconds": (default("Date.now()"), [Found(5, 3, f"`events.at` {baked('Date.now')}")]),
    "ts computed": (default("new Date(Date.now() + 1000)"), [Found(5, 3, f"`events.at` {baked('Date.now')}")]),
    "ts seconds": (default("Math.floor(Date.now() / 1000)"), [Found(5, 3, f"`events.at` {baked('Date.now')}")]),
    "ts a global id": (default("crypto.randomUUID()"), [Found(5, 3, f"`events.at` {baked('crypto.randomUUID')}")]),
    "ts an imported id": (
        default("randomUUID()", 'import { randomUUID } from "node:crypto";'),
        [Found(5, 3, f"`events.at` {baked('crypto.randomUUID')}")],
    ),
    "ts the default export": (
        default("crypto.randomUUID()", 'import crypto from "crypto";'),
        [Found(5, 3, f"`events.at` {baked('crypto.randomUUID')}")],
    ),
    "ts nanoid in a template": (
        default("`e_${nanoid()}`", 'import { nanoid } from "nanoid";'),
        [Found(5, 3, f"`events.at` {baked('nanoid')}")],
    ),
    "ts an alphabet": (
        default("id()", 'import { customAlphabet } from "nanoid"; const id = customAlphabet("ab", 9);'),
        [Found(5, 3, f"`events.at` {baked('nanoid')}")],
    ),
    "ts uuid under another name": (
        default("uuidv4()", 'import { v4 as uuidv4 } from "uuid";'),
        [Found(5, 3, f"`events.at` {baked('uuid.v4')}")],
    ),
    "ts cuid2": (
        default("createId()", 'import { createId } from "@paralleldrive/cuid2";'),
        [Found(5, 3, f"`events.at` {baked('createId')}")],
    ),
    "ts a function of the project": (
        default("makeId()", "const makeId = () => crypto.randomUUID();"),
        [Found(5, 3, f"`events.at` {baked('crypto.randomUUID')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
