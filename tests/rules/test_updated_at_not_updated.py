import pytest

from rules.support import Found, Snippet, project, py, run, ts

CODE = "STD004"
WHY = "is set by nothing on an update: every place that writes has to remember it"
PY = f'{WHY}; add `sa_column_kwargs={{"onupdate": …}}`, or a trigger'
TS = f"{WHY}; add `.$onUpdate(…)`, or a trigger"


def field(declaration: str, before: str = "") -> Snippet:
    """Return a table whose second field is in line 7."""
    return py(f"""
        from datetime import datetime
        from sqlalchemy import DateTime, FetchedValue, event, func
        {before}
        class Event(SQLModel, table=True):
            id: int = Field(primary_key=True)
            {declaration}
    """)


def listener(decorator: str) -> Snippet:
    """Return a table and a function under a decorator of SQLAlchemy's events."""
    snippet = field("updated_at: datetime")
    text = f"{snippet.files['models.py']}\n{decorator}\ndef touch(mapper, connection, target): pass\n"
    return Snippet({"models.py": text}, {})


def column(declaration: str) -> Snippet:
    """Return a Drizzle table whose second column is in line 5."""
    return ts(f"""
        import {{ timestamp }} from "drizzle-orm/pg-core";
        export const events = pgTable("events", {{
          id: uuid("id"),
          {declaration}
        }});
    """)


FUNCTION = (
    "CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END $$ LANGUAGE plpgsql;"
)
TABLE = "CREATE TABLE events (id uuid, updated_at timestamptz);"


def migrated(*statements: str) -> Snippet:
    """Return a Drizzle table, with the column in line 4, and a migration."""
    schema = """
        import { pgTable, timestamp, uuid } from "drizzle-orm/pg-core";
        export const events = pgTable("events", {
          id: uuid("id"),
          updated_at: timestamp("updated_at"),
        });
    """
    return project({"schema.ts": schema, "migrations/0001_first.sql": "\n".join((TABLE, *statements))})


NOOP = {
    "py onupdate": field("updated_at: datetime = Field(sa_column_kwargs={'onupdate': func.now()})"),
    "py onupdate in a column": field("updated_at: datetime = Field(sa_column=Column(DateTime, onupdate=datetime.now))"),
    "py by the server": field("updated_at: datetime = Field(sa_column_kwargs={'server_onupdate': FetchedValue()})"),
    "py by MySQL": field(
        "updated_at: datetime = Field(sa_column_kwargs={'server_default': text('CURRENT_TIMESTAMP ON UPDATE NOW()')})",
        "from sqlalchemy import text",
    ),
    "py options that are not read": field("updated_at: datetime = Field(sa_column_kwargs=MORE)", "from e import MORE"),
    "py another name": field("modified: datetime"),
    "py a listener": listener("@event.listens_for(Event, 'before_update')"),
    "py a listener of the base": listener("@event.listens_for(SQLModel, 'before_update', propagate=True)"),
    "py a listener of the session": listener(
        "from sqlalchemy.orm import Session\n@event.listens_for(Session, 'before_flush')"
    ),
    "py a listener of something unread": listener("from e import thing\n@event.listens_for(thing, 'before_update')"),
    "py a function that is registered": listener(
        "from sqlalchemy.event import listen\nlisten(Event, 'before_update', f)"
    ),
    "ts $onUpdate": column('updated_at: timestamp("updated_at").$onUpdate(() => new Date()),'),
    "ts $onUpdateFn": column('updatedAt: timestamp("updated_at").$onUpdateFn(() => new Date()),'),
    "ts by MySQL": ts("""
        export const events = mysql.mysqlTable("events", {
          updated_at: mysql.datetime("updated_at").default(sql`CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP`),
        });
    """),
    "ts a builder that is not read": column("updated_at: makeTimestamp(),"),
    "ts another name": column('created_at: timestamp("created_at"),'),
    "ts a trigger": migrated(
        FUNCTION, "CREATE TRIGGER t BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION touch();"
    ),
    "ts a trigger whose function is not read": migrated(
        "CREATE TRIGGER t BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION elsewhere();"
    ),
}

FINDING = {
    "py a default": (
        field("updated_at: datetime = Field(default_factory=datetime.now)"),
        [Found(7, 5, f"`event.updated_at` {PY}")],
    ),
    "py a column of another name": (
        field("updated_at: datetime = Field(sa_column=Column('changed', DateTime))"),
        [Found(7, 5, f"`event.changed` {PY}")],
    ),
    "py a name in camel case": (field("updatedAt: datetime"), [Found(7, 5, f"`event.updatedAt` {PY}")]),
    "py a listener of another event": (
        listener("@event.listens_for(Event, 'before_insert')"),
        [Found(7, 5, f"`event.updated_at` {PY}")],
    ),
    "py a listener of another table": (
        listener(
            "class Other(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
            "@event.listens_for(Other, 'before_update')"
        ),
        [Found(7, 5, f"`event.updated_at` {PY}")],
    ),
    "py the option": (
        py(
            """
            class Event(SQLModel, table=True):
                id: int = Field(primary_key=True)
                updated_at: str
                modified_at: str
            """,
            options={CODE: {"columns": ("modifiedAt",)}},
        ),
        [Found(5, 5, f"`event.modified_at` {PY}")],
    ),
    "ts a default": (
        column('updated_at: timestamp("updated_at").notNull().defaultNow(),'),
        [Found(5, 3, f"`events.updated_at` {TS}")],
    ),
    "ts a key in camel case": (
        column('updatedAt: timestamp("updated_at").defaultNow(),'),
        [Found(5, 3, f"`events.updated_at` {TS}")],
    ),
    "ts migrations without a trigger": (migrated(), [Found(4, 3, f"`events.updated_at` {TS}", "schema.ts")]),
    "ts a trigger on inserts": (
        migrated(FUNCTION, "CREATE TRIGGER t BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION touch();"),
        [Found(4, 3, f"`events.updated_at` {TS}", "schema.ts")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
