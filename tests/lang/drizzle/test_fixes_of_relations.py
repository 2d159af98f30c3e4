"""What new relations come to in Drizzle code, byte by byte."""

from __future__ import annotations

import pytest
from tests.lang.fixing import changed, codes, refusal, table

from tenantlint.change import AddInverse, AddRelation
from tenantlint.lang.drizzle import fixes

HEAD = 'import { relations } from "drizzle-orm";\nimport { pgTable, uuid } from "drizzle-orm/pg-core";\n\n'
USERS = 'export const users = pgTable("users", { id: uuid("id").primaryKey() });\n'
POSTS = (
    'export const posts = pgTable("posts", {\n  id: uuid("id").primaryKey(),\n'
    '  authorId: uuid("author_id").references(() => users.id),\n  editorId: uuid("editor_id"),\n});\n'
)
AUTHOR = AddRelation("s.ts#posts", ("author_id",), "s.ts#users")
ONE = "author: one(users, { fields: [posts.authorId], references: [users.id] })"
NEW_ONE = f"\nexport const postsRelations = relations(posts, ({{ one }}) => ({{\n  {ONE},\n}}));\n"
NEW_MANY = "\nexport const usersRelations = relations(users, ({ many }) => ({\n  posts: many(posts),\n}));\n"
SELF = "  self: one(users, { fields: [users.id], references: [users.id] }),\n"

ADDED = [
    (HEAD + USERS + POSTS, HEAD + USERS + NEW_MANY + POSTS + NEW_ONE),
    (
        HEAD + USERS + POSTS + f"export const u = relations(users, ({{ one }}) => ({{\n{SELF}}}));\n",
        HEAD
        + USERS
        + POSTS
        + NEW_ONE
        + f"export const u = relations(users, ({{ one, many }}) => ({{\n{SELF}  posts: many(posts),\n}}));\n",
    ),
    (
        HEAD + USERS + POSTS + "export const u = relations(users, (h) => ({ posts: h.many(posts) }));\n",
        HEAD + USERS + POSTS + NEW_ONE + "export const u = relations(users, (h) => ({ posts: h.many(posts) }));\n",
    ),
    (
        HEAD + USERS + POSTS + "export const p = relations(posts, (h) => ({}));\n",
        HEAD
        + USERS
        + NEW_MANY
        + POSTS
        + f"export const p = relations(posts, (h) => ({{ {ONE.replace('one(', 'h.one(')} }}));\n",
    ),
]


@pytest.mark.parametrize(("before", "after"), ADDED)
def test_a_relation_has_both_sides(before: str, after: str) -> None:
    found = changed(fixes, {"s.ts": before.encode()}, AUTHOR)
    assert found["s.ts"].decode() == after
    forward = next(each for each in table(found, "posts").relations if each.name == "author")
    assert (forward.kind, forward.columns, forward.inverse) == ("one", ("author_id",), "posts")
    assert not {"REL002", "REL003", "REL004"} & {*codes(found, "strict")}


def test_relations_of_the_same_tables_have_names() -> None:
    editor = 'editor: one(users, { fields: [posts.editorId], references: [users.id], relationName: "e" })'
    others = f"export const p = relations(posts, ({{ one }}) => ({{\n  {editor},\n}}));\n"
    found = changed(fixes, {"s.ts": (HEAD + USERS + POSTS + others).encode()}, AUTHOR)
    name = 'relationName: "posts_author"'
    posts = others.replace("\n}));", f"\n  {ONE.replace(' })', f', {name} }})')},\n}}));")
    users = NEW_MANY.replace("many(posts)", f"many(posts, {{ {name} }})")
    assert found["s.ts"].decode() == HEAD + USERS + users + POSTS + posts
    assert [(each.name, each.inverse) for each in table(found, "posts").relations] == [
        ("editor", None),
        ("author", "posts"),
    ]


def test_a_long_relation_stands_on_several_lines() -> None:
    source = (HEAD + USERS + POSTS).replace("author", "responsibleEditorialContributor")
    source = source.replace("responsibleEditorialContributor_id", "author_id")
    found = changed(fixes, {"s.ts": source.encode()}, AUTHOR)
    text = (
        "  responsibleEditorialContributor: one(users, {\n    fields: [posts.responsibleEditorialContributorId],\n"
        "    references: [users.id],\n  }),\n"
    )
    new = NEW_ONE.replace(f"  {ONE},\n", text)
    assert found["s.ts"].decode() == source.replace(USERS, USERS + NEW_MANY) + new


INVERSES = [
    (
        f"export const p = relations(posts, ({{ one }}) => ({{ {ONE} }}));\n",
        AddInverse("s.ts#posts", "author"),
        NEW_MANY,
    ),
    (
        "export const p = relations(posts, ({ one }) => ({ " + ONE.replace(" })", ', relationName: "w" })') + " }));\n",
        AddInverse("s.ts#posts", "author"),
        NEW_MANY.replace("many(posts)", 'many(posts, { relationName: "w" })'),
    ),
]


@pytest.mark.parametrize(("relations", "change", "after"), INVERSES)
def test_the_other_side_is_added(relations: str, change: AddInverse, after: str) -> None:
    found = changed(fixes, {"s.ts": (HEAD + USERS + POSTS + relations).encode()}, change)
    assert found["s.ts"].decode() == HEAD + USERS + after + POSTS + relations
    assert not {"REL002", "REL003", "REL004"} & {*codes(found, "strict")}


def test_the_side_with_the_key_is_added() -> None:
    others = "export const u = relations(users, ({ many }) => ({ posts: many(posts) }));\n"
    found = changed(fixes, {"s.ts": (HEAD + USERS + POSTS + others).encode()}, AddInverse("s.ts#users", "posts"))
    assert found["s.ts"].decode() == HEAD + USERS + POSTS + NEW_ONE + others


SCHEMA = HEAD.partition("\n")[2] + USERS + POSTS
DEFINED = (
    'import { defineRelations } from "drizzle-orm";\nimport * as schema from "./s";\n'
    "export const r = defineRelations(schema, (r) => ({\n  users: {\n"
    '    edited: r.many.posts({ from: r.users.id, to: r.posts.editorId, alias: "e" }),\n'
)


def test_relations_of_drizzle_1_are_added_where_they_are_defined() -> None:
    files = {"s.ts": SCHEMA.encode(), "rel.ts": (DEFINED + "  },\n}));\n").encode()}
    found = changed(fixes, files, AUTHOR)
    assert found == {
        **files,
        "rel.ts": (
            DEFINED + '    posts: r.many.posts({ alias: "posts_author" }),\n  },\n  posts: {\n'
            '    author: r.one.users({ from: r.posts.authorId, to: r.users.id, alias: "posts_author" }),\n  },\n}));\n'
        ).encode(),
    }
    assert [(each.name, each.inverse) for each in table(found, "posts").relations] == [("author", "posts")]


def test_relations_in_a_file_of_their_own_are_added_there() -> None:
    relations = f"export const u = relations(users, ({{ one }}) => ({{\n{SELF}}}));\n"
    imports = 'import { relations } from "drizzle-orm";\nimport { %susers } from "./s.js";\n'
    files = {"s.ts": SCHEMA.encode(), "rel.ts": (imports % "" + relations).encode()}
    found = changed(fixes, files, AUTHOR)
    after = relations.replace("{ one }", "{ one, many }").replace("\n}));", "\n  posts: many(posts),\n}));")
    assert found == {**files, "rel.ts": (imports % "posts, " + after + NEW_ONE).encode()}


REFUSED = [
    (POSTS.replace('  editorId: uuid("editor_id")', '  author: uuid("a")'), AUTHOR, "`posts` has a `author` already"),
    (POSTS + "export const p = relations(posts, make);\n", AUTHOR, None),
    (POSTS + "const postsRelations = 1;\n", AUTHOR, "the name `postsRelations` is taken in `s.ts`"),
    (POSTS, AddInverse("s.ts#posts", "author"), "there is no such relation without its other side any more"),
]


@pytest.mark.parametrize(("text", "change", "reason"), REFUSED)
def test_what_is_not_surely_understood_is_refused(text: str, change: AddRelation, reason: str | None) -> None:
    reason = reason or "the relations of `posts` are declared in a way that is not edited"
    assert refusal(fixes, {"s.ts": (HEAD + USERS + text).encode()}, change) == reason
