import pytest

from rules.support import Found, project, py, run, ts

CODE = "REL004"


def heroes(team: str, hero: str = 'team: Team = Relationship(back_populates="heroes")', rest: str = ""):
    """Return the classes Team and Hero with the given relationships, which are on lines 4 and 9."""
    return py(f"""
        class Team(SQLModel, table=True):
            id: int = Field(primary_key=True)
            {team or "pass"}

        class Hero(SQLModel, table=True):
            id: int = Field(primary_key=True)
            team_id: int = Field(foreign_key="team.id")
            {hero}
            {rest}
    """)


FIELDS = "fields: [posts.user_id], references: [users.id]"


def posts(post: str, user: str = "", others: str = "") -> object:
    """Return the tables users and posts and the relations of each, which are on lines 4 and 5."""
    return ts(f"""
        export const users = pgTable("users", {{ id: uuid("id").primaryKey(), org_id: uuid("org_id") }});
        export const posts = pgTable("posts", {{ id: uuid("id").primaryKey(), user_id: uuid("user_id") }});
        const p = relations(posts, ({{ one, many }}) => ({{ {post} }}));
        const u = relations(users, ({{ one, many }}) => ({{ {user} }}));
        {others}
    """)


NOOP = {
    "ts two relations that name different columns": posts(
        f"user: one(users, {{ {FIELDS} }})",
        "post: one(posts, { fields: [users.org_id], references: [posts.id] })",
    ),
    "ts two relations that name different columns, one with a name": posts(
        f'user: one(users, {{ {FIELDS}, relationName: "author" }})',
        "post: one(posts, { fields: [users.org_id], references: [posts.id] })",
    ),
    "ts relations of 0.x and of 1.0 for the same tables": ts("""
        import { defineRelations } from "drizzle-orm";
        export const users = pgTable("users", { id: integer("id").primaryKey() });
        export const posts = pgTable("posts", {
          id: integer("id").primaryKey(), user_id: integer("user_id").references(() => users.id),
        });
        export const postRelations = relations(posts, ({ one }) => ({
          user: one(users, { fields: [posts.user_id], references: [users.id], relationName: "author" }),
        }));
        export const userRelations = relations(users, ({ many }) => ({
          posts: many(posts, { relationName: "author" }),
        }));
        export const all = defineRelations({ users, posts }, (r) => ({
          users: { posts: r.many.posts({ from: r.users.id, to: r.posts.user_id }) },
          posts: { user: r.one.users({ from: r.posts.user_id, to: r.users.id }) },
        }));
    """),
    "py both sides": heroes('heroes: list["Hero"] = Relationship(back_populates="team")'),
    "py no back_populates": heroes("", "team: Team = Relationship()"),
    "py a target that cannot be read": py("""
        from elsewhere import Team

        class Hero(SQLModel, table=True):
            id: int = Field(primary_key=True)
            team_id: int = Field(foreign_key="team.id")
            team: Team = Relationship(back_populates="heroes")
    """),
    "py self reference": py("""
        class Page(SQLModel, table=True):
            id: int = Field(primary_key=True)
            parent_id: int | None = Field(default=None, foreign_key="page.id")
            parent: "Page" = Relationship(
                back_populates="children", sa_relationship_kwargs={"remote_side": "Page.id"}
            )
            children: list["Page"] = Relationship(back_populates="parent")
    """),
    "ts both sides": posts(f"user: one(users, {{ {FIELDS} }})", "posts: many(posts)"),
    "ts both sides by name": posts(
        f'author: one(users, {{ {FIELDS}, relationName: "author" }})',
        'written: many(posts, { relationName: "author" })',
    ),
    "ts one-sided": posts(f'author: one(users, {{ {FIELDS}, relationName: "author" }})'),
    "ts a name on the side with fields only": posts(
        f'author: one(users, {{ {FIELDS}, relationName: "author" }})', "posts: many(posts)"
    ),
    "ts two relations and no names, each with its columns": posts(
        f"author: one(users, {{ {FIELDS} }}), editor: one(users, {{ {FIELDS} }})"
    ),
    "ts a name on one of two sides with fields": posts(
        f'author: one(users, {{ {FIELDS}, relationName: "author" }})',
        "post: one(posts, { fields: [users.id], references: [posts.user_id] })",
    ),
    "ts a pair of names beside one without": posts(
        f'author: one(users, {{ {FIELDS} }}), editor: one(users, {{ {FIELDS}, relationName: "edited" }})',
        'edited: many(posts, { relationName: "edited" })',
    ),
    "ts one relation declared in two files": project(
        {
            "schema.ts": """
                import { relations } from "drizzle-orm";
                import { pgTable, uuid } from "drizzle-orm/pg-core";
                export const users = pgTable("users", { id: uuid("id").primaryKey() });
                export const posts = pgTable("posts", { id: uuid("id").primaryKey(), user_id: uuid("user_id") });
                export const a = relations(users, ({ many }) => ({ posts: many(posts) }));
                export const b = relations(posts, ({ one }) => ({
                  author: one(users, { fields: [posts.user_id], references: [users.id] }),
                }));
            """,
            "auth.ts": """
                import { relations } from "drizzle-orm";
                import { posts, users } from "./schema";
                export const c = relations(posts, ({ one }) => ({
                  user: one(users, { fields: [posts.user_id], references: [users.id] }),
                }));
            """,
        }
    ),
    "ts two of one name beside the side with fields": posts(
        f'author: one(users, {{ {FIELDS}, relationName: "a" }})',
        'written: many(posts, { relationName: "a" }), read: many(posts, { relationName: "a" })',
    ),
    "ts a name beside another pair": posts(
        f'author: one(users, {{ {FIELDS}, relationName: "a" }}), editor: one(users, {{ {FIELDS}, relationName: "e" }})',
        'written: many(posts, { relationName: "a" })',
    ),
    "ts a name beside a relation elsewhere": posts(
        f'author: one(users, {{ {FIELDS}, relationName: "a" }})',
        'best: one(users, { fields: [users.org_id], references: [users.id], relationName: "best" })',
    ),
    "ts two many of two names": posts(
        'readers: many(users, { relationName: "read" })', 'books: many(posts, { relationName: "book" })'
    ),
    "ts columns that cannot be read": posts("user: one(users, { fields: unreadable, references: [users.id] })"),
    "ts columns of a table that cannot all be read": ts("""
        import { more } from "elsewhere";
        export const users = pgTable("users", { id: uuid("id").primaryKey() });
        export const posts = pgTable("posts", { id: uuid("id").primaryKey(), ...more });
        const p = relations(posts, ({ one }) => ({
          user: one(users, { fields: [posts.user_id], references: [users.id] }),
        }));
    """),
}

FINDING = {
    "py a name that does not exist": (
        heroes('heroes: list["Hero"] = Relationship(back_populates="squad")'),
        [
            Found(
                4,
                5,
                "`Team.heroes` names `Hero.squad` in `back_populates`, which is no relationship: SQLAlchemy refuses to "
                "map the classes",
            )
        ],
    ),
    "py a column in place of a relationship": (
        heroes("", 'team: Team = Relationship(back_populates="id")'),
        [
            Found(
                9,
                5,
                "`Hero.team` names `Team.id` in `back_populates`, which is no relationship: SQLAlchemy refuses to map "
                "the classes",
            )
        ],
    ),
    "py not named back": (
        heroes('heroes: list["Hero"] = Relationship()'),
        [
            Found(
                9,
                5,
                "`Hero.team` names `Team.heroes` in `back_populates`, which does not name it back: the two sides are "
                "not kept in step; let each name the other",
            )
        ],
    ),
    "py another one is named back": (
        heroes(
            'heroes: list["Hero"] = Relationship(back_populates="team")',
            rest='old_team: Team = Relationship(back_populates="heroes")',
        ),
        [
            Found(
                10,
                5,
                "`Hero.old_team` names `Team.heroes` in `back_populates`, which names `team` instead: the two sides "
                "are not kept in step; let each name the other",
            )
        ],
    ),
    "py points to another class": (
        py("""
            class City(SQLModel, table=True):
                id: int = Field(primary_key=True)
                team_id: int = Field(foreign_key="team.id")
                team: "Team" = Relationship(back_populates="heroes")

            class Team(SQLModel, table=True):
                id: int = Field(primary_key=True)
                heroes: list["Hero"] = Relationship(back_populates="team")

            class Hero(SQLModel, table=True):
                id: int = Field(primary_key=True)
                team_id: int = Field(foreign_key="team.id")
                team: Team = Relationship(back_populates="heroes")
        """),
        [
            Found(
                5,
                5,
                "`City.team` names `Team.heroes` in `back_populates`, which does not point back to `City`",
            )
        ],
    ),
    "ts two names": (
        posts(
            f'author: one(users, {{ {FIELDS}, relationName: "author" }})',
            'posts: many(posts, { relationName: "posts" })',
        ),
        [
            Found(
                5,
                57,
                "`users.posts` has the relationName `posts`, which `posts.author` does not have: Drizzle cannot match "
                "the two sides; give both the same name",
            ),
        ],
    ),
    "ts a name on the side without fields only": (
        posts(f"user: one(users, {{ {FIELDS} }})", 'posts: many(posts, { relationName: "author" })'),
        [
            Found(
                5,
                57,
                "`users.posts` has the relationName `author`, which `posts.user` does not have: Drizzle cannot match "
                "the two sides; give both the same name",
            )
        ],
    ),
    "ts two relations and no names": (
        posts(f"author: one(users, {{ {FIELDS} }}), editor: one(users, {{ {FIELDS} }})", "posts: many(posts)"),
        [
            Found(
                5,
                57,
                "`users.posts` may be the other side of `posts.author` and `posts.editor`: Drizzle refuses to choose "
                "when a query uses it; give the two sides of each relation the same `relationName`",
            )
        ],
    ),
    "ts two relations of one name": (
        posts(
            f'author: one(users, {{ {FIELDS}, relationName: "a" }}), '
            f'editor: one(users, {{ {FIELDS}, relationName: "a" }})',
            'posts: many(posts, { relationName: "a" })',
        ),
        [
            Found(
                5,
                57,
                "`users.posts` may be the other side of `posts.author` and `posts.editor`: Drizzle refuses to choose "
                "when a query uses it; give the two sides of each relation the same `relationName`",
            )
        ],
    ),
    "ts two sides with other columns": (
        posts(
            f'user: one(users, {{ {FIELDS}, relationName: "author" }})',
            'post: one(posts, { fields: [users.org_id], references: [posts.id], relationName: "author" })',
        ),
        [
            Found(
                4,
                56,
                "`posts.user` joins on other columns than its other side `users.post`: one of them loads wrong rows; "
                "let both name the same columns",
            ),
            Found(
                5,
                56,
                "`users.post` joins on other columns than its other side `posts.user`: one of them loads wrong rows; "
                "let both name the same columns",
            ),
        ],
    ),
    "ts no references": (
        posts("user: one(users, { fields: [posts.user_id] })", "posts: many(posts)"),
        [
            Found(
                4,
                56,
                "`posts.user` joins 1 column to 0: each needs its counterpart in `fields` and `references`",
            )
        ],
    ),
    "ts a tree without names": (
        ts("""
            export const pages = pgTable("pages", { id: uuid("id").primaryKey(), parent_id: uuid("parent_id") });
            const p = relations(pages, ({ one, many }) => ({
              parent: one(pages, { fields: [pages.parent_id], references: [pages.id] }),
              children: many(pages),
            }));
        """),
        [
            Found(
                5,
                13,
                "`pages.children` may be the other side of `pages.parent` and `pages.children`: Drizzle refuses to "
                "choose when a query uses it; give the two sides of each relation the same `relationName`",
            )
        ],
    ),
    "ts a field that does not exist": (
        posts("user: one(users, { fields: [posts.userId], references: [users.id] })", "posts: many(posts)"),
        [
            Found(
                4,
                56,
                "`posts.user` joins on `posts.userId`, which does not exist: name a column of `posts`",
            )
        ],
    ),
    "ts fields and references swapped": (
        posts("user: one(users, { fields: [users.id], references: [posts.user_id] })", "posts: many(posts)"),
        [
            Found(
                4,
                56,
                "`posts.user` joins on columns of `posts` where those of `users` belong: it loads wrong rows; name "
                "columns of `users`",
            ),
            Found(
                4,
                56,
                "`posts.user` joins on columns of `users` where those of `posts` belong: it loads wrong rows; name "
                "columns of `posts`",
            ),
        ],
    ),
    "ts another number of references": (
        posts(
            "user: one(users, { fields: [posts.user_id], references: [users.org_id, users.id] })", "posts: many(posts)"
        ),
        [
            Found(
                4,
                56,
                "`posts.user` joins 1 column to 2: each needs its counterpart in `fields` and `references`",
            )
        ],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(CODE, snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(CODE, snippet) == expected
