import pytest

from rules.support import Found, Snippet, project, run

CODE = "STD007"
WHY = (
    "has `deleted_at`, and here its rows are deleted for good; set the column instead, or say in a comment why they "
    "must go"
)
MODELS = """
from datetime import datetime
from sqlmodel import Field, SQLModel

class Invoice(SQLModel, table=True):
    id: int = Field(primary_key=True)
    deleted_at: datetime | None = None

class Line(SQLModel, table=True):
    id: int = Field(primary_key=True)

class InvoiceRead(SQLModel):
    id: int
"""
IMPORTS = (
    "from typing import Annotated, Any, Optional, List; import sqlalchemy as sa; from sqlalchemy import delete, select;"
    " from sqlmodel import Session; from app.models import Invoice, InvoiceRead, Line; from app import models"
)


def code(text: str, path: str = "app/service.py") -> Snippet:
    """Return models and a file that uses them, whose first line is the imports."""
    return project({"app/models.py": MODELS, "app/__init__.py": "", path: f"{IMPORTS}\n{text}"})


def body(*lines: str, params: str = "session: Session, id: int") -> Snippet:
    """Return a function in a file that uses the models; its body begins in line 3."""
    return code(f"async def remove({params}):\n" + "".join(f"    {line}\n" for line in lines))


def at(line: int, column: int, message: str = f"`invoice` {WHY}") -> list[Found]:
    return [Found(line, column, message, "app/service.py")]


SCHEMA = """
import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";
export const invoices = pgTable("invoices", { id: uuid("id"), deletedAt: timestamp("deleted_at") });
export const lines = pgTable("lines", { id: uuid("id") });
"""


def ts(
    text: str, imports: str = 'import { invoices, lines } from "./schema";', path: str = "src/service.ts"
) -> Snippet:
    """Return a schema and a file that uses it, whose code begins in line 2."""
    index = 'export * as schema from "./schema";\nexport * from "./schema";\n'
    return project({"src/schema.ts": SCHEMA, "src/index.ts": index, path: f"{imports}\n{text}\n"})


def there(line: int, column: int) -> list[Found]:
    return [Found(line, column, f"`invoices` {WHY}", "src/service.ts")]


NOOP = {
    "py another table": body("session.delete(session.get(Line, id))"),
    "py no session": body("repository.delete(session.get(Invoice, id))"),
    "py no session by its type": body("db.delete(session.get(Invoice, id))", params="session: Session, db: Repository"),
    "py a variable that is not known": body("session.delete(find(id))"),
    "py a parameter that is not known": body("session.delete(invoice)", params="session, invoice"),
    "py an attribute of an object": body("session.delete(self.invoice)", params="self, session"),
    "py a variable that may be another": body(
        "invoice = session.get(Invoice, id)", "if id:", "    invoice = find(id)", "session.delete(invoice)"
    ),
    "py a variable that a loop changes": body(
        "item = session.get(Invoice, id)", "while item:", "    session.delete(item)", "    item = item.next"
    ),
    "py a variable of a handler": body(
        "try:", "    x = session.get(Line, id)", "except E:", "    x = session.get(Invoice, id)", "session.delete(x)"
    ),
    "py a name that a parameter hides": body("session.exec(delete(Invoice))", params="session, delete"),
    "py a class that a parameter hides": body("session.exec(delete(Invoice))", params="session, Invoice"),
    "py a class that is no table": body("session.delete(InvoiceRead(id=id))"),
    "py rows of two tables": body("a, b = session.exec(select(Invoice, Line)).first()", "session.delete(a)"),
    "py a column of the table": body("x = session.exec(select(Invoice.id)).first()", "session.delete(x)"),
    "py a delete of something else": body("from shelf import delete", "delete(Invoice)"),
    "py a dictionary": body("cache.delete(Invoice)"),
    "py a test": code("def test(session: Session):\n    session.delete(Invoice(id=1))\n", "tests/test_service.py"),
    "py code that does not parse": code("def remove(session: Session)\n    session.delete(Invoice())\n"),
    "py an update": body("invoice = session.get(Invoice, id)", "invoice.deleted_at = now()", "session.add(invoice)"),
    "py a function that purges": code("def purge_expired(session: Session, x: Invoice):\n    session.delete(x)\n"),
    "py a file that purges": code(
        "def run(session: Session, x: Invoice):\n    session.delete(x)\n", "app/cleanup_jobs.py"
    ),
    "py seeds": code("def run(session: Session, x: Invoice):\n    session.delete(x)\n", "app/seeds/all.py"),
    "ts a function that purges": ts(
        "export const hardDelete = async () => db.transaction((tx) => tx.delete(invoices));"
    ),
    "ts a test of another name": ts("db.delete(invoices);", path="src/service.e2e.ts"),
    "ts a method that purges": ts("class S { purgeAll() { return db.delete(invoices); } }"),
    "ts another table": ts("await db.delete(lines);"),
    "ts a column": ts("cache.delete(invoices.id);"),
    "ts a name that a parameter hides": ts("const remove = (invoices: Set<string>, x: string) => x.delete(invoices);"),
    "ts a name that a variable hides": ts("function f() { const { invoices } = load(); set.delete(invoices); }"),
    "ts a name of another module": ts("db.delete(invoices);", 'import { invoices } from "elsewhere";'),
    "ts two arguments": ts("db.delete(invoices, id);"),
    "ts a test": ts("db.delete(invoices);", path="src/service.test.ts"),
    "ts an update": ts("db.update(invoices).set({ deletedAt: new Date() });"),
}

FINDING = {
    "py a parameter": (body("session.delete(invoice)", params="session: Session, invoice: Invoice"), at(3, 5)),
    "py an optional parameter": (body("session.delete(x)", params="session, x: Optional[Invoice]"), at(3, 5)),
    "py a union with None": (
        body("await db.delete(x)", params="db: AsyncSession, x: models.Invoice | None"),
        at(3, 11),
    ),
    "py an annotation in text": (body("session.delete(x)", params='session, x: "Invoice | None"'), at(3, 5)),
    "py an annotated parameter": (body("session.delete(x)", params="session, x: Annotated[Invoice, 1]"), at(3, 5)),
    "py a name for a type": (
        code("Current = Annotated[Invoice, 1]\ndef remove(db: Session, x: Current):\n    db.delete(x)\n"),
        at(4, 5),
    ),
    "py a list of a parameter": (
        body("for x in xs:", "    session.delete(x)", params="session, xs: list[Invoice]"),
        at(4, 9),
    ),
    "py an item of a list": (body("session.delete(xs[0])", params="session, xs: List[Invoice]"), at(3, 5)),
    "py get": (body("x = session.get(Invoice, id)", "session.delete(x)"), at(4, 5)),
    "py get in place": (body("session.delete(session.get(Invoice, id))"), at(3, 5)),
    "py await": (body("x = await session.get(Invoice, id)", "await session.delete(x)"), at(4, 11)),
    "py a guard": (
        body("x = session.get(Invoice, id)", "if x is None:", "    raise NotFound", "session.delete(x)"),
        at(6, 5),
    ),
    "py exec": (
        body("x = session.exec(select(Invoice).where(Invoice.id == id)).first()", "session.delete(x)"),
        at(4, 5),
    ),
    "py exec in steps": (
        body("q = select(Invoice).limit(1)", "r = session.exec(q)", "x = r.one()", "session.delete(x)"),
        at(6, 5),
    ),
    "py a loop over a result": (
        body("for x in session.exec(sa.select(Invoice)):", "    session.delete(x)"),
        at(4, 9),
    ),
    "py a loop over all": (
        body("for x in session.exec(select(Invoice)).all():", "    session.delete(x)"),
        at(4, 9),
    ),
    "py scalars": (
        body("for x in (await session.scalars(select(Invoice))).all():", "    await session.delete(x)"),
        at(4, 15),
    ),
    "py execute": (
        body("r = await session.execute(select(Invoice))", "x = r.scalar_one_or_none()", "await session.delete(x)"),
        at(5, 11),
    ),
    "py scalars of execute": (
        body("session.delete(session.execute(select(Invoice)).scalars().first())"),
        at(3, 5),
    ),
    "py a comprehension": (
        body("[session.delete(x) for x in session.exec(select(Invoice))]"),
        at(3, 6),
    ),
    "py rows of a comprehension": (
        body("xs = [x for x in session.exec(select(Invoice)) if x.id]", "for x in xs: session.delete(x)"),
        at(4, 18),
    ),
    "py a constructor": (body("session.delete(Invoice(id=id))"), at(3, 5)),
    "py a walrus": (body("if x := session.get(Invoice, id):", "    session.delete(x)"), at(4, 9)),
    "py an annotated variable": (body("x: Invoice = find(id)", "session.delete(x)"), at(4, 5)),
    "py a session of self": (body("self._session.delete(x)", params="self, x: Invoice"), at(3, 5)),
    "py a session that is opened": (
        body("with Session(engine) as s:", "    s.delete(s.get(Invoice, id))"),
        at(4, 9),
    ),
    "py a variable that both branches set": (
        body(
            "if id: x = session.get(Invoice, id)", "else: x = session.exec(select(Invoice)).one()", "session.delete(x)"
        ),
        at(5, 5),
    ),
    "py a statement": (body("session.exec(delete(Invoice).where(Invoice.id == id))"), at(3, 18)),
    "py a statement of a module": (body("session.execute(sa.delete(models.Invoice))"), at(3, 21)),
    "py a statement under another name": (
        body("from sqlalchemy import delete as remove", "session.execute(remove(Invoice))"),
        at(4, 21),
    ),
    "py a query": (body("session.query(Invoice).filter(Invoice.id == id).delete()"), at(3, 5)),
    "py a method": (
        code("class Service:\n    def remove(self, db: Session, x: Invoice):\n        db.delete(x)\n"),
        at(4, 9),
    ),
    "py a file of the models": (
        project(
            {
                "models.py": MODELS
                + "\ndef remove(session, id):\n    from sqlmodel import delete\n    session.exec(delete(Invoice))\n"
            }
        ),
        [Found(16, 18, f"`invoice` {WHY}")],
    ),
    "py the option": (
        project(
            {
                "models.py": MODELS.replace("deleted_at", "removed_at")
                + "\ndef remove(db, x: Invoice):\n    db.delete(x)\n"
            },
            options={CODE: {"columns": ("removed_at",)}},
        ),
        [Found(15, 5, f"`invoice` {WHY.replace('deleted_at', 'removed_at')}")],
    ),
    "ts db": (ts("await db.delete(invoices).where(eq(invoices.id, id));"), there(2, 7)),
    "ts a transaction": (ts("await db.transaction(async (tx) => { await tx.delete(invoices); });"), there(2, 44)),
    "ts a member of a namespace": (
        ts("db.delete(schema.invoices);", 'import * as schema from "./schema";'),
        there(2, 1),
    ),
    "ts another name": (ts("db.delete(i);", 'import { invoices as i } from "./schema";'), there(2, 1)),
    "ts a namespace that is exported": (
        ts("db.delete(schema.invoices);", 'import { schema } from "./index";'),
        there(2, 1),
    ),
    "ts exported again": (ts("this.db.delete(\n  invoices,\n);", 'import { invoices } from ".";'), there(2, 1)),
    "ts a method": (ts("class S { async f() { return this.db.delete(invoices); } }"), there(2, 30)),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
