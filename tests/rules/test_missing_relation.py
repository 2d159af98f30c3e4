import pytest

from rules.support import Found, py, run, ts

CODE = "REL002"
ALWAYS = {CODE: {"require": "always"}}
TENANT = {CODE: {"tenant_relations": True}}


def why(table: str, how: str) -> str:
    return f"references `{table}` but no relation follows it: the ORM cannot load that row with this one; declare {how}"


PY_ONE_OF_TWO = """
    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)

    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        payer_id: int = Field(foreign_key="customer.id")
        owner_id: int = Field(foreign_key="customer.id")
        owner: Customer = Relationship(sa_relationship_kwargs={"foreign_keys": "Invoice.owner_id"})
"""
PY_NO_RELATIONS = """
    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)

    class Invoice(SQLModel, table=True):
        id: int = Field(primary_key=True)
        customer_id: int = Field(foreign_key="customer.id")
"""
PY_TENANT = """
    class Tenant(SQLModel, table=True):
        id: int = Field(primary_key=True)

    class Customer(SQLModel, table=True):
        id: int = Field(primary_key=True)
        tenant_id: int = Field(foreign_key="tenant.id")
        parent_id: int = Field(foreign_key="customer.id")
        parent: "Customer" = Relationship(sa_relationship_kwargs={"remote_side": "Customer.id"})
"""
TS_TABLES = """
    export const customers = pgTable("customers", { id: uuid("id").primaryKey() });
    export const invoices = pgTable("invoices", {
      id: uuid("id").primaryKey(),
      payer_id: uuid("payer_id").references(() => customers.id),
      owner_id: uuid("owner_id").references(() => customers.id),
    });
"""
TS_OWNER = "owner: one(customers, { fields: [invoices.owner_id], references: [customers.id] })"
TS_PAYER = "payer: one(customers, { fields: [invoices.payer_id], references: [customers.id] })"


def invoice_relations(*members: str) -> str:
    return f"    export const r = relations(invoices, ({{ one, many }}) => ({{ {', '.join(members)} }}));\n"


NOOP = {
    "py has a relation": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)

        class Invoice(SQLModel, table=True):
            id: int = Field(primary_key=True)
            customer_id: int = Field(foreign_key="customer.id")
            customer: Customer = Relationship()
    """),
    "py no relation anywhere": py(PY_NO_RELATIONS),
    "py relation to the tenant": py(PY_TENANT),
    "py relation to the tenant, asked for and there": py(
        PY_TENANT + "        tenant: Tenant = Relationship()\n", options=TENANT
    ),
    "py a target out of the project": py("""
        class Customer(SQLModel, table=True):
            id: int = Field(primary_key=True)
            region_id: int = Field(foreign_key="region.id")
            parent_id: int = Field(foreign_key="customer.id")
            parent: "Customer" = Relationship(sa_relationship_kwargs={"remote_side": "Customer.id"})
    """),
    "py link model": py("""
        class Link(SQLModel, table=True):
            team_id: int = Field(primary_key=True, foreign_key="team.id")
            hero_id: int = Field(primary_key=True, foreign_key="hero.id")

        class Team(SQLModel, table=True):
            id: int = Field(primary_key=True)
            heroes: list["Hero"] = Relationship(back_populates="teams", link_model=Link)

        class Hero(SQLModel, table=True):
            id: int = Field(primary_key=True)
            teams: list[Team] = Relationship(back_populates="heroes", link_model=Link)
    """),
    "ts has both relations": ts(TS_TABLES + invoice_relations(TS_OWNER, TS_PAYER)),
    "ts no relation anywhere": ts(TS_TABLES),
    "ts relations of other tables only": ts(
        TS_TABLES
        + """
            export const pages = pgTable("pages", { id: uuid("id").primaryKey(), parent_id: uuid("parent_id") });
            export const r = relations(pages, ({ one }) => ({
              parent: one(pages, { fields: [pages.parent_id], references: [pages.id] }),
            }));
        """
    ),
    "ts target is exempt": ts(TS_TABLES + invoice_relations(TS_OWNER), exempt_tables=("customers",)),
    "ts relations that cannot be read": ts(TS_TABLES + invoice_relations(TS_OWNER, "...more")),
    "ts fields that cannot be read": ts(TS_TABLES + invoice_relations("owner: one(customers, unreadable)")),
    "ts a relation that leaves its columns to the other side": ts("""
        export const profiles = pgTable("profiles", { id: uuid("id").primaryKey() });
        export const users = pgTable("users", {
          id: uuid("id").primaryKey(),
          profile_id: uuid("profile_id").references(() => profiles.id),
        });
        export const a = relations(users, ({ one }) => ({ profile: one(profiles) }));
        export const b = relations(profiles, ({ one }) => ({
          user: one(users, { fields: [profiles.id], references: [users.profile_id] }),
        }));
    """),
    "ts a target of a relation that cannot be read": ts(TS_TABLES + invoice_relations("owner: one(unreadable, {})")),
    "ts a part of the row that the target loads it with": ts("""
        export const posts = pgTable("posts", { id: uuid("id").primaryKey() });
        export const links = pgTable("links", { id: uuid("id").primaryKey().references(() => posts.id) });
        export const r = relations(posts, ({ one }) => ({
          link: one(links, { fields: [posts.id], references: [links.id] }),
        }));
    """),
    "ts a column that references itself": ts("""
        export const users = pgTable(
          "users",
          { id: uuid("id").primaryKey(), parent_id: uuid("parent_id") },
          (t) => [foreignKey({ columns: [t.id], foreignColumns: [t.id] })],
        );
        export const r = relations(users, ({ one }) => ({
          parent: one(users, { fields: [users.parent_id], references: [users.id] }),
        }));
    """),
    "ts a table of a login library": ts("""
        export const users = pgTable("users", { id: text("id").primaryKey() });
        export const accounts = pgTable("accounts", {
          userId: text("user_id").references(() => users.id),
          providerId: text("provider_id"),
          accountId: text("account_id"),
        });
        export const r = relations(users, ({ many }) => ({ accounts: many(accounts) }));
    """),
    "ts a relation over a part of a composite key": ts("""
        export const customers = pgTable("customers", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
        });
        export const invoices = pgTable("invoices", {
          id: uuid("id").primaryKey(),
          tenant_id: uuid("tenant_id").notNull(),
          customer_id: uuid("customer_id").notNull(),
        }, (t) => [
          foreignKey({ columns: [t.tenant_id, t.customer_id], foreignColumns: [customers.tenant_id, customers.id] }),
        ]);
        export const r = relations(invoices, ({ one }) => ({
          customer: one(customers, { fields: [invoices.customer_id], references: [customers.id] }),
        }));
    """),
}

FINDING = {
    "py one of two": (
        py(PY_ONE_OF_TWO),
        [Found(7, 5, f"`invoice.payer_id` {why('customer', 'a `Relationship` to `Customer`')}")],
    ),
    "py no relation anywhere, always": (
        py(PY_NO_RELATIONS, options=ALWAYS),
        [Found(7, 5, f"`invoice.customer_id` {why('customer', 'a `Relationship` to `Customer`')}")],
    ),
    "py relation to the tenant, asked for": (
        py(PY_TENANT, options=TENANT),
        [Found(7, 5, f"`customer.tenant_id` {why('tenant', 'a `Relationship` to `Tenant`')}")],
    ),
    "py a third key of a link model": (
        py(
            """
            class Link(SQLModel, table=True):
                team_id: int = Field(primary_key=True, foreign_key="team.id")
                hero_id: int = Field(primary_key=True, foreign_key="hero.id")
                badge_id: int = Field(foreign_key="badge.id")

            class Badge(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Team(SQLModel, table=True):
                id: int = Field(primary_key=True)
                heroes: list["Hero"] = Relationship(back_populates="teams", link_model=Link)

            class Hero(SQLModel, table=True):
                id: int = Field(primary_key=True)
                teams: list[Team] = Relationship(back_populates="heroes", link_model=Link)
        """,
            options=ALWAYS,
        ),
        [Found(5, 5, f"`link.badge_id` {why('badge', 'a `Relationship` to `Badge`')}")],
    ),
    "py each table that has the key from a mixin": (
        py(
            """
            class User(SQLModel, table=True):
                id: int = Field(primary_key=True)

            class Authored(SQLModel):
                author_id: int = Field(foreign_key="user.id")

            class Note(Authored, table=True):
                id: int = Field(primary_key=True)
                author: User = Relationship()

            class Memo(Authored, table=True):
                id: int = Field(primary_key=True)
        """,
            options=ALWAYS,
        ),
        [Found(12, 7, f"`memo.author_id` {why('user', 'a `Relationship` to `User`')}")],
    ),
    "ts a row that shares the key, and what loads it is left to this side": (
        ts("""
            export const posts = pgTable("posts", { id: uuid("id").primaryKey() });
            export const links = pgTable("links", {
              id: uuid("id").primaryKey().references(() => posts.id),
            });
            export const r = relations(posts, ({ one }) => ({ link: one(links) }));
        """),
        [Found(4, 3, f"`links.id` {why('posts', '`one(posts)`')}")],
    ),
    "ts one of two": (
        ts(TS_TABLES + invoice_relations(TS_OWNER)),
        [Found(5, 3, f"`invoices.payer_id` {why('customers', '`one(customers)`')}")],
    ),
    "ts many from the same side does not follow the key": (
        ts("""
            export const teams = pgTable("teams", {
              id: uuid("id").primaryKey(),
              lead_id: uuid("lead_id").references(() => users.id),
            });
            export const users = pgTable("users", {
              id: uuid("id").primaryKey(),
              team_id: uuid("team_id"),
            });
            export const a = relations(teams, ({ many }) => ({ members: many(users) }));
            export const b = relations(users, ({ one }) => ({
              team: one(teams, { fields: [users.team_id], references: [teams.id] }),
            }));
        """),
        [Found(4, 3, f"`teams.lead_id` {why('users', '`one(users)`')}")],
    ),
    "ts composite": (
        ts("""
            export const customers = pgTable("customers", {
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id").notNull(),
            });
            export const invoices = pgTable("invoices", {
              id: uuid("id").primaryKey(),
              tenant_id: uuid("tenant_id").notNull(),
              customer_id: uuid("customer_id").notNull(),
            }, (t) => [
              foreignKey({
                columns: [t.tenant_id, t.customer_id],
                foreignColumns: [customers.tenant_id, customers.id],
              }),
            ]);
            export const r = relations(invoices, ({ one }) => ({
              customer: one(customers, { fields: [invoices.tenant_id], references: [customers.tenant_id] }),
            }));
        """),
        [Found(11, 3, f"`invoices (tenant_id, customer_id)` {why('customers', '`one(customers)`')}")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
