import pytest

from rules.support import Found, py, run, ts

CODE = "NAM003"
PLURAL = {CODE: {"plural": True}}
ANY_NUMBER = {CODE: {"plural": False}}
STYLE = "is not snake_case: PostgreSQL folds unquoted names to lower case, so that every query must quote it"
NUMBER = "is not a plural: where some names are singular, every query must look up which"


def model(name: str, **settings: object):
    """Return a SQLModel class whose table has the given name."""
    return py(
        f"""
        class Thing(SQLModel, table=True):
            __tablename__ = {name}
            id: int = Field(primary_key=True)
        """,
        **settings,
    )


def table(name: str, **settings: object):
    """Return a Drizzle table of the given name."""
    return ts(f'export const things = pgTable({name}, {{ id: uuid("id").primaryKey() }});', **settings)


NOOP = {
    "py snake_case": model('"order_items"'),
    "py singular": model('"order_item"'),
    "py the lower-case class name": py("""
        class OrderItem(SQLModel, table=True):
            id: int = Field(primary_key=True)
    """),
    "py a plural where it is asked": model('"order_items"', options=PLURAL),
    "py a plural where the preset is strict": model('"order_items"', strict=True),
    "py singular where the preset is strict and the option says so": model('"order"', strict=True, options=ANY_NUMBER),
    "py a word without a plural": model('"chat_history"', strict=True),
    "py a name that is not known": model("settings.NAME"),
    "ts snake_case": table('"order_items"'),
    "ts singular": table('"order_item"'),
    "ts an irregular plural": table('"sales_people"', strict=True),
    "ts a plural that ends in a number": table('"users_2"', strict=True),
    "ts a name that is not known": table("process.env.NAME"),
    "ts an exempt table": table('"OrderItems"', exempt_tables=("Order*",)),
}

FINDING = {
    "py camelCase": (
        model('"orderItems"'),
        [Found(2, 7, f"`orderItems` {STYLE}; name the table `order_items`")],
    ),
    "py singular where the plural is asked": (
        model('"category"', options=PLURAL),
        [Found(2, 7, f"`category` {NUMBER}; name the table `categories`")],
    ),
    "py the default name where the preset is strict": (
        py(
            """
            class Person(SQLModel, table=True):
                id: int = Field(primary_key=True)
        """,
            strict=True,
        ),
        [Found(2, 7, f"`person` {NUMBER}; name the table `people`")],
    ),
    "py both": (
        model('"OrderItem"', options=PLURAL),
        [Found(2, 7, f"`OrderItem` {STYLE}; name the table `order_items`")],
    ),
    "ts camelCase": (
        table('"orderItems"'),
        [Found(2, 23, f"`orderItems` {STYLE}; name the table `order_items`")],
    ),
    "ts a dash": (
        table('"order-items"'),
        [Found(2, 23, f"`order-items` {STYLE}; name the table `order_items`")],
    ),
    "ts MySQL": (
        ts('export const a = mysql.mysqlTable("orderItems", { id: mysql.int("id").primaryKey() });'),
        [
            Found(
                2,
                18,
                "`orderItems` is not snake_case: MySQL tells names apart by case on one system and not on another; "
                "name the table `order_items`",
            )
        ],
    ),
    "ts singular where the preset is strict": (
        table('"order_status"', strict=True),
        [Found(2, 23, f"`order_status` {NUMBER}; name the table `order_statuses`")],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
