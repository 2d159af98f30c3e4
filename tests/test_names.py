import pytest

from tenantlint.names import camel_case, is_camel_case, is_plural, is_snake_case, plurals, snake_case


@pytest.mark.parametrize(
    ("name", "snake", "camel"),
    [
        ("createdAt", "created_at", "createdAt"),
        ("CreatedAt", "created_at", "createdAt"),
        ("created_at", "created_at", "createdAt"),
        ("created-at", "created_at", "createdAt"),
        ("created at", "created_at", "createdAt"),
        ("userID", "user_id", "userId"),
        ("HTTPStatus", "http_status", "httpStatus"),
        ("line2Text", "line2_text", "line2Text"),
        ("_private", "_private", "_private"),
        ("metadata_", "metadata_", "metadata_"),
        ("id", "id", "id"),
        ("größeCm", "größe_cm", "größeCm"),
        ("__", "__", "__"),
    ],
)
def test_conversion(name, snake, camel):
    assert (snake_case(name), camel_case(name)) == (snake, camel)


@pytest.mark.parametrize(
    ("name", "snake", "camel"),
    [
        ("created_at", True, False),
        ("createdAt", False, True),
        ("CreatedAt", False, False),
        ("id", True, True),
        ("_id", True, True),
        ("metadata_", True, True),
        ("2fa", True, True),
        ("created-at", False, False),
        ("größe", True, True),
        ("a$b", False, False),
        ("__", True, False),
        ("", False, False),
    ],
)
def test_styles(name, snake, camel):
    assert (is_snake_case(name), is_camel_case(name)) == (snake, camel)


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("user", ("users",)),
        ("category", ("categories",)),
        ("day", ("days",)),
        ("address", ("addresses",)),
        ("box", ("boxes",)),
        ("branch", ("branches",)),
        ("person", ("people", "persons")),
        ("index", ("indices", "indexes")),
        ("sales_person", ("sales_people", "sales_persons")),
        ("bank_account", ("bank_accounts",)),
    ],
)
def test_plurals(noun, expected):
    assert plurals(noun) == expected


@pytest.mark.parametrize(
    "name",
    [
        "users",
        "order_items",
        "people",
        "indexes",
        "user_data",
        "chat_history",
        "menus",
        "apis",
        "users_2",
        "users_on_team",
        "outbox",
        "__",
    ],
)
def test_plural(name):
    assert is_plural(name)


@pytest.mark.parametrize(
    "name", ["user", "orders_item", "address", "status", "analysis", "person", "canvas", "user_2", "tag_to_note"]
)
def test_singular(name):
    assert not is_plural(name)
