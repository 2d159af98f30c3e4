import pytest

from rules.support import Found, py, run, ts

CODE = "REL003"
EVERY = {CODE: {"every": True}}
TENANT = {CODE: {"every": True, "tenant_relations": True}}


def py_why(target: str) -> str:
    return (
        f"has no other side: what is assigned here does not show on `{target}` before a reload; declare a "
        "`Relationship` there, and name each in the `back_populates` of the other"
    )


def pair_why(other: str) -> str:
    return (
        f"and `{other}` do not name each other: what is assigned on one side does not show on the other before a "
        "reload, and both write the same columns; name each in the `back_populates` of the other"
    )


def one_why(table: str, target: str) -> str:
    return (
        f"has no other side: queries of `{target}` cannot load `{table}` with it; declare `many({table})` or "
        f"`one({table})` in the relations of `{target}`"
    )


def bare_why(table: str, target: str) -> str:
    return (
        "has no other side that names columns: Drizzle cannot tell which join the tables, and fails when a query uses "
        f"it; declare `one({table})` with `fields` and `references` in the relations of `{target}`"
    )


TS_TABLES = """
    export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
    export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), customer_id: uuid("customer_id") });
"""
FIELDS = "fields: [invoices.customer_id], references: [customers.id]"


def related(invoice: str = "", customer: str = "") -> str:
    """Return the two tables and the relations of each, which are on lines 4 and 5."""
    return (
        f"{TS_TABLES}    export const a = relations(invoices, ({{ one, many }}) => ({{ {invoice} }}));\n"
        f"    export const b = relations(customers, ({{ one, many }}) => ({{ {customer} }}));\n"
    )


TS_TENANT = """
    export const tenants = pgTable("tenants", { id: uuid("id").primaryKey() });
    export const invoices = pgTable("invoices", { id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id") });
    export const a = relations(invoices, ({ one }) => ({
      tenant: one(tenants, { fields: [invoices.tenant_id], references: [tenants.id] }),
    }));
"""

NOOP = {
    "py one side alone does no harm": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
            customer: Customer = Relationship()
    """),
    "py two relations over different keys do no harm": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            last_id: int = Field(foreign_key="invoice.id")
            last: "Invoice" = Relationship(sa_relationship_kwargs={"foreign_keys": "Customer.last_id"})

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
            customer: Customer = Relationship(sa_relationship_kwargs={"foreign_keys": "Invoice.customer_id"})
    """),
    "ts one without many does no harm": ts(related(f"customer: one(customers, {{ {FIELDS} }})")),
    "py both sides": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            invoices: list["Invoice"] = Relationship(back_populates="customer")

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
            customer: Customer = Relationship(back_populates="invoices")
    """),
    "py a name that does not exist is for REL004": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
            customer: Customer = Relationship(back_populates="invoices")
    """),
    "py named by the other side only is for REL004": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            invoices: list["Invoice"] = Relationship(back_populates="customer")

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
            customer: Customer = Relationship()
    """),
    "py view-only": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
            customer: Customer = Relationship(sa_relationship_kwargs={"viewonly": True})
    """),
    "py a join condition of its own": py("""
        class Note(SQLModel, table=True):
            id: int = Field(primary_key=True)
            subject_id: int

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            notes: list[Note] = Relationship(
                sa_relationship_kwargs={"primaryjoin": "foreign(Note.subject_id) == Invoice.id"}
            )
    """),
    "py to the tenant": py("""
        class Tenant(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            tenant_id: int = Field(foreign_key="tenant.id")
            tenant: Tenant = Relationship()
    """),
    "ts both sides": ts(related(f"customer: one(customers, {{ {FIELDS} }})", "invoices: many(invoices)")),
    "ts both sides of one to one": ts(related(f"customer: one(customers, {{ {FIELDS} }})", "invoice: one(invoices)")),
    "ts both sides by relationName": ts(
        related(
            f'payer: one(customers, {{ {FIELDS}, relationName: "payer" }})',
            'invoices: many(invoices, { relationName: "payer" })',
        )
    ),
    "ts sides that are named apart are for REL004": ts(
        related(
            f"customer: one(customers, {{ {FIELDS} }})",
            'invoices: many(invoices, { relationName: "payer" })',
        )
    ),
    "ts several relations and no names are for REL004": ts(
        related(
            f"payer: one(customers, {{ {FIELDS} }}), owner: one(customers, {{ {FIELDS} }})",
            "invoices: many(invoices)",
        )
    ),
    "ts sides with other columns are for REL004": ts(
        related(
            f"customer: one(customers, {{ {FIELDS} }})",
            "invoice: one(invoices, { fields: [customers.id], references: [invoices.id] })",
        )
    ),
    "ts another relation without fields beside the other side": ts(
        related(f"customer: one(customers, {{ {FIELDS} }}), items: many(items)", "invoices: many(invoices)")
        + """
    export const items = pgTable("items", { id: uuid("id").primaryKey(), invoice_id: uuid("invoice_id") });
    export const c = relations(items, ({ one }) => ({
      invoice: one(invoices, { fields: [items.invoice_id], references: [invoices.id] }),
    }));
    """
    ),
    "ts a name on the side with fields only": ts(
        related(
            f'customer: one(customers, {{ {FIELDS}, relationName: "payer" }})',
            "invoices: many(invoices)",
        )
    ),
    "ts to the tenant": ts(TS_TENANT),
    "ts to an exempt table": ts(related(f"customer: one(customers, {{ {FIELDS} }})"), exempt_tables=("customers",)),
    "ts relations of the target that cannot be read": ts(
        related(f"customer: one(customers, {{ {FIELDS} }})", "...more")
    ),
    "ts a target that cannot be read": ts(related(f"customer: one(unreadable, {{ {FIELDS} }})")),
}

FINDING = {
    "py no back_populates": (
        py(
            """
            class Customer(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                customer_id: int = Field(foreign_key="customer.id")
                customer: Customer = Relationship()
        """,
            options=EVERY,
        ),
        [Found(8, 5, f"`Invoice.customer` {py_why('Customer')}")],
    ),
    "py two relations that do not name each other": (
        py("""
            class Customer(SQLModel, table=True):
                id: int = Field(primary_key=True)
                invoices: list["Invoice"] = Relationship()

            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                customer_id: int = Field(foreign_key="customer.id")
                customer: Customer = Relationship()
        """),
        [Found(9, 5, f"`Invoice.customer` {pair_why('Customer.invoices')}")],
    ),
    "py to the tenant, asked for": (
        py(
            """
            class Tenant(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                tenant_id: int = Field(foreign_key="tenant.id")
                tenant: Tenant = Relationship()
            """,
            options=TENANT,
        ),
        [Found(8, 5, f"`Invoice.tenant` {py_why('Tenant')}")],
    ),
    "py many to many": (
        py(
            """
            class Link(SQLModel, table=True):
                team_id: int = Field(primary_key=True, foreign_key="team.id")
                hero_id: int = Field(primary_key=True, foreign_key="hero.id")

            class Team(SQLModel, table=True):
                id: int = Field(primary_key=True)
                heroes: list["Hero"] = Relationship(link_model=Link)

            class Hero(SQLModel, table=True):
                id: int = Field(primary_key=True)
        """,
            options=EVERY,
        ),
        [Found(8, 5, f"`Team.heroes` {py_why('Hero')}")],
    ),
    "py the side that is referenced": (
        py(
            """
            class Customer(SQLModel, table=True):
                id: int = Field(primary_key=True)
                invoices: list["Invoice"] = Relationship()

            class Invoice(SQLModel, table=True):
                id: int = Field(primary_key=True)
                customer_id: int = Field(foreign_key="customer.id")
        """,
            options=EVERY,
        ),
        [Found(4, 5, f"`Customer.invoices` {py_why('Invoice')}")],
    ),
    "ts one without many": (
        ts(related(f"customer: one(customers, {{ {FIELDS} }})"), options=EVERY),
        [Found(4, 70, f"`invoices.customer` {one_why('invoices', 'customers')}")],
    ),
    "ts one to itself": (
        ts(
            """
            export const pages = pgTable("pages", { id: uuid("id").primaryKey(), parent_id: uuid("parent_id") });
            export const r = relations(pages, ({ one }) => ({
              parent: one(pages, { fields: [pages.parent_id], references: [pages.id] }),
            }));
        """,
            options=EVERY,
        ),
        [Found(4, 11, f"`pages.parent` {one_why('pages', 'pages')}")],
    ),
    "ts one beside another pair of the two tables": (
        ts(
            related(
                f'payer: one(customers, {{ {FIELDS}, relationName: "p" }}), '
                f'owner: one(customers, {{ {FIELDS}, relationName: "o" }})',
                'invoices: many(invoices, { relationName: "p" })',
            ),
            options=EVERY,
        ),
        [Found(4, 173, f"`invoices.owner` {one_why('invoices', 'customers')}")],
    ),
    "ts many without one": (
        ts(related("", "invoices: many(invoices)")),
        [Found(5, 71, f"`customers.invoices` {bare_why('customers', 'invoices')}")],
    ),
    "ts many to many without a join table": (
        ts(related("customers: many(customers)", "invoices: many(invoices)")),
        [
            Found(4, 71, f"`invoices.customers` {bare_why('invoices', 'customers')}"),
            Found(5, 71, f"`customers.invoices` {bare_why('customers', 'invoices')}"),
        ],
    ),
    "ts one to one without fields": (
        ts(related("customer: one(customers)", "invoice: one(invoices)")),
        [
            Found(4, 70, f"`invoices.customer` {bare_why('invoices', 'customers')}"),
            Found(5, 70, f"`customers.invoice` {bare_why('customers', 'invoices')}"),
        ],
    ),
    "py two many to many that do not name each other": (
        py("""
            class Link(SQLModel, table=True):
                team_id: int = Field(primary_key=True, foreign_key="team.id")
                hero_id: int = Field(primary_key=True, foreign_key="hero.id")

            class Team(SQLModel, table=True):
                id: int = Field(primary_key=True)
                heroes: list["Hero"] = Relationship(link_model=Link)

            class Hero(SQLModel, table=True):
                id: int = Field(primary_key=True)
                teams: list[Team] = Relationship(link_model=Link)
        """),
        [Found(8, 5, f"`Team.heroes` {pair_why('Hero.teams')}")],
    ),
    "ts one without many under the strict preset": (
        ts(related(f"customer: one(customers, {{ {FIELDS} }})"), strict=True),
        [Found(4, 70, f"`invoices.customer` {one_why('invoices', 'customers')}")],
    ),
    "ts to the tenant, asked for": (
        ts(TS_TENANT, options=TENANT),
        [Found(5, 11, f"`invoices.tenant` {one_why('invoices', 'tenants')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
