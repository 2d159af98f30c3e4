"""What new relations come to in SQLModel code, byte by byte."""

from __future__ import annotations

import pytest
from tests.lang.fixing import changed, codes, refusal, table

from tenantlint.change import AddInverse, AddRelation
from tenantlint.lang.sqlmodel import fixes

HEAD = "from sqlmodel import Field, Relationship, SQLModel\n\n\n"
USER = "class User(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n{}\n\n"
POST = (
    "class Post(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    '    author_id: {} = Field(foreign_key="user.id", index=True)\n{}'
)
POSTS = '    posts: list["Post"] = Relationship(back_populates="author")\n'
USER_ID, POST_ID = "sqlmodel:m.py:User", "sqlmodel:m.py:Post"
AUTHOR = AddRelation(POST_ID, ("author_id",), USER_ID)
EDITOR = '    editor_id: int = Field(foreign_key="user.id", index=True)\n'
BY_KEY = 'sa_relationship_kwargs={"foreign_keys": "[Post.author_id]"}'


def models(users: str = "", posts: str = "", kind: str = "int") -> str:
    return HEAD + USER.format(users) + POST.format(kind, posts)


BOTH = [
    ("int", "", models(POSTS, '    author: User = Relationship(back_populates="posts")\n')),
    (
        "int | None",
        "",
        models(POSTS, '    author: User | None = Relationship(back_populates="posts")\n', "int | None"),
    ),
    (
        "int",
        EDITOR,
        models(
            f'    author_posts: list["Post"] = Relationship(back_populates="author", {BY_KEY})\n',
            f'{EDITOR}    author: User = Relationship(back_populates="author_posts", {BY_KEY})\n',
        ),
    ),
]


@pytest.mark.parametrize(("kind", "more", "after"), BOTH)
def test_a_relation_has_both_sides(kind: str, more: str, after: str) -> None:
    found = changed(fixes, {"m.py": models(kind=kind, posts=more).encode()}, AUTHOR)
    assert found["m.py"].decode() == after
    forward, back = table(found, "Post").relations[0], table(found, "User").relations[0]
    assert (forward.name, forward.kind, forward.columns, forward.inverse) == (
        "author",
        "one",
        ("author_id",),
        back.name,
    )
    assert (back.kind, back.inverse) == ("many", "author")
    assert not {"REL003", "REL004"} & {*codes(found)}


def test_one_row_has_one_other_where_the_key_is_unique() -> None:
    source = models().replace("index=True", "unique=True")
    found = changed(fixes, {"m.py": source.encode()}, AUTHOR)
    after = models(
        '    post: Optional["Post"] = Relationship(back_populates="author")\n',
        '    author: User = Relationship(back_populates="post")\n',
    )
    assert found["m.py"].decode() == "from typing import Optional\n" + after.replace("index=True", "unique=True")


def test_a_table_that_references_itself_says_which_side_is_remote() -> None:
    source = (
        HEAD + "class Category(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
        '    parent_id: int | None = Field(foreign_key="category.id")\n'
    )
    change = AddRelation("sqlmodel:m.py:Category", ("parent_id",), "sqlmodel:m.py:Category")
    found = changed(fixes, {"m.py": source.encode()}, change)
    key = '"foreign_keys": "[Category.parent_id]"'
    assert found["m.py"].decode() == (
        f"from typing import Optional\n{source}"
        '    parent: Optional["Category"] = Relationship(back_populates="parent_categories", '
        f'sa_relationship_kwargs={{{key}, "remote_side": "Category.id"}})\n'
        '    parent_categories: list["Category"] = Relationship(back_populates="parent", '
        f"sa_relationship_kwargs={{{key}}})\n"
    )
    assert [(each.name, each.kind, each.inverse) for each in table(found, "Category").relations] == [
        ("parent", "one", "parent_categories"),
        ("parent_categories", "many", "parent"),
    ]


INVERSES = [
    (
        "",
        "    author: User = Relationship()\n",
        AddInverse(POST_ID, "author"),
        (POSTS, '    author: User = Relationship(back_populates="posts")\n'),
    ),
    (
        '    posts: list["Post"] = Relationship(\n        cascade_delete=True,\n    )\n',
        "",
        AddInverse(USER_ID, "posts"),
        (
            '    posts: list["Post"] = Relationship(\n        cascade_delete=True,\n'
            '        back_populates="author",\n    )\n',
            '    author: User = Relationship(back_populates="posts")\n',
        ),
    ),
]


@pytest.mark.parametrize(("users", "posts", "change", "after"), INVERSES)
def test_the_other_side_is_added(users: str, posts: str, change: AddInverse, after: tuple[str, str]) -> None:
    source = models(users, posts)
    found = changed(fixes, {"m.py": source.encode()}, change)
    assert found["m.py"].decode() == models(*after)
    assert not {"REL003", "REL004"} & {*codes(found)}


TWO_FILES = {
    "app/__init__.py": "",
    "app/user.py": "from sqlmodel import Field, SQLModel\n\n\n" + USER.format("").rstrip() + "\n",
    "app/post.py": (
        "from typing import TYPE_CHECKING\n\nfrom sqlmodel import Field, SQLModel\n\nif TYPE_CHECKING:\n"
        "    from app.other import X\n\n\n" + POST.format("int | None", "")
    ),
}


def test_classes_in_other_files_are_imported_for_types_alone() -> None:
    files = {path: text.encode() for path, text in TWO_FILES.items()}
    found = changed(fixes, files, AddRelation("sqlmodel:app/post.py:Post", ("author_id",), "sqlmodel:app/user.py:User"))
    assert found["app/user.py"].decode() == (
        "from typing import TYPE_CHECKING\nfrom sqlmodel import Field, Relationship, SQLModel\n\n"
        "if TYPE_CHECKING:\n    from app.post import Post\n\n\n" + USER.format(POSTS).rstrip() + "\n"
    )
    assert found["app/post.py"].decode() == (
        "from typing import TYPE_CHECKING, Optional\n\nfrom sqlmodel import Field, Relationship, SQLModel\n\n"
        "if TYPE_CHECKING:\n    from app.other import X\n    from app.user import User\n\n\n"
        + POST.format("int | None", '    author: Optional["User"] = Relationship(back_populates="posts")\n')
    )
    assert table(found, "Post").relations[0].inverse == "posts"


REFUSED = [
    (models(), AddRelation(POST_ID, ("id",), USER_ID), "the foreign key is not there any more"),
    (models(posts="    author: str\n"), AUTHOR, "`Post` has a `author` already"),
    (
        "from __future__ import annotations\n" + models(),
        AUTHOR,
        "`m.py` has `from __future__ import annotations`, under which SQLModel makes no relations: take that line out "
        "first",
    ),
    (
        models('    posts: list["Post"] = Relationship()\n', "    author: User = Relationship()\n"),
        AddInverse(POST_ID, "author"),
        "`User` has a relation to `Post` already, or the relation is shared",
    ),
    (models(), AddInverse(POST_ID, "author"), "there is no such relation without its other side any more"),
]


@pytest.mark.parametrize(("source", "change", "reason"), REFUSED)
def test_what_is_not_surely_understood_is_refused(source: str, change: AddRelation, reason: str) -> None:
    assert refusal(fixes, {"m.py": source.encode()}, change) == reason
