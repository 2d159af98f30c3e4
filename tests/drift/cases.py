"""One change of one file of fixtures/drift each, and all that is told of it."""

from __future__ import annotations

from typing import Final

# ruff: noqa: E501

CASES: Final[dict[str, tuple[str, str, str, list[str]]]] = {
    "column added to a model": (
        "app/models.py",
        "    nickname:",
        "    age: int = 0\n    nickname:",
        [
            "column: `users.age` is declared in app/models.py:35, missing in web/src/schema.ts:28 and in the database that alembic/versions makes and in the database that web/drizzle makes",
        ],
    ),
    "column added by a migration": (
        "web/drizzle/0000_first.sql",
        '\t"nickname" text,\n',
        '\t"nickname" text,\n\t"age" integer,\n',
        [
            "column: `users.age` is declared in the database since web/drizzle/0000_first.sql:13, missing in app/models.py:25 and in web/src/schema.ts:28 and in the database that alembic/versions makes",
        ],
    ),
    "text or varchar": (
        "web/src/schema.ts",
        'nickname: text("nickname")',
        'nickname: varchar("nickname")',
        [
            "type: `users.nickname` is `text` in app/models.py:35 and in the database since alembic/versions/0001_first.py:28 and in the database since web/drizzle/0000_first.sql:12, `varchar` in web/src/schema.ts:36",
        ],
    ),
    "length": (
        "alembic/versions/0001_first.py",
        "length=320",
        "length=255",
        [
            "type: `users.email` is `varchar(320)` in app/models.py:34 and in web/src/schema.ts:35 and in the database since web/drizzle/0000_first.sql:11, `varchar(255)` in the database since alembic/versions/0001_first.py:27",
        ],
    ),
    "time zone": (
        "web/src/schema.ts",
        "{ withTimezone: true }",
        "{ withTimezone: false }",
        [
            "type: `users.created_at` is `timestamptz` in app/models.py:39 and in the database since alembic/versions/0001_first.py:32 and in the database since web/drizzle/0000_first.sql:16, `timestamp` in web/src/schema.ts:40",
        ],
    ),
    "json or jsonb": (
        "alembic/versions/0001_first.py",
        "postgresql.JSONB()",
        "sa.JSON()",
        [
            "type: `users.settings` is `jsonb` in app/models.py:38 and in web/src/schema.ts:39 and in the database since web/drizzle/0000_first.sql:15, `json` in the database since alembic/versions/0001_first.py:31",
        ],
    ),
    "int or bigint": (
        "web/src/schema.ts",
        'serial("id")',
        'bigserial("id", { mode: "number" })',
        [
            "type: `users.id` is `integer` in app/models.py:32 and in the database since alembic/versions/0001_first.py:25 and in the database since web/drizzle/0000_first.sql:9, `bigint` in web/src/schema.ts:31",
        ],
    ),
    "precision": (
        "app/models.py",
        "Numeric(10, 2)",
        "Numeric(12, 2)",
        [
            "type: `users.credit` is `numeric(12,2)` in app/models.py:36, `numeric(10,2)` in web/src/schema.ts:37 and in the database since alembic/versions/0001_first.py:29 and in the database since web/drizzle/0000_first.sql:13",
        ],
    ),
    "nullable": (
        "web/src/schema.ts",
        'text("name").notNull()',
        'text("name")',
        [
            "nullable: `tenants.name` is NOT NULL in app/models.py:21 and in the database since alembic/versions/0001_first.py:19 and in the database since web/drizzle/0000_first.sql:4, nullable in web/src/schema.ts:24",
        ],
    ),
    "nullable in a migration": (
        "web/drizzle/0000_first.sql",
        '"nickname" text,',
        '"nickname" text NOT NULL,',
        [
            "nullable: `users.nickname` is nullable in app/models.py:35 and in web/src/schema.ts:36 and in the database since alembic/versions/0001_first.py:28, NOT NULL in the database since web/drizzle/0000_first.sql:12",
        ],
    ),
    "no default": (
        "app/models.py",
        ", server_default=func.now()",
        "",
        [
            "default: `users.created_at` has no default in app/models.py:39, a default in web/src/schema.ts:40 and in the database since alembic/versions/0001_first.py:32 and in the database since web/drizzle/0000_first.sql:16",
        ],
    ),
    "serial or identity-less": (
        "web/src/schema.ts",
        'serial("id")',
        'integer("id")',
        [
            "default: `users.id` has a default in app/models.py:32 and in the database since alembic/versions/0001_first.py:25 and in the database since web/drizzle/0000_first.sql:9, no default in web/src/schema.ts:31",
        ],
    ),
    "value of a default": (
        "web/src/schema.ts",
        ".default(true)",
        ".default(false)",
        [
            "default: `users.is_active` has the default true in app/models.py:37 and in the database since alembic/versions/0001_first.py:30 and in the database since web/drizzle/0000_first.sql:14, the default false in web/src/schema.ts:38",
        ],
    ),
    "value of a default in SQL": (
        "web/drizzle/0000_first.sql",
        "DEFAULT '0' NOT NULL",
        "DEFAULT '1' NOT NULL",
        [
            "default: `users.credit` has the default 0 in app/models.py:36 and in web/src/schema.ts:37 and in the database since alembic/versions/0001_first.py:29, the default 1 in the database since web/drizzle/0000_first.sql:13",
        ],
    ),
    "primary key": (
        "web/drizzle/0000_first.sql",
        '"id" serial PRIMARY KEY NOT NULL',
        '"id" serial NOT NULL',
        [
            "primary-key: `users` has the primary key `id` in app/models.py:25 and in web/src/schema.ts:28 and in the database since alembic/versions/0001_first.py:23, no primary key in the database that web/drizzle makes",
        ],
    ),
    "unique constraint": (
        "app/models.py",
        '        UniqueConstraint("tenant_id", "email", name="users_tenant_id_email_unique"),\n',
        "",
        [
            "unique: `users` (`email`, `tenant_id`) has a unique constraint in web/src/schema.ts:43 and in the database since alembic/versions/0001_first.py:35 and in the database since web/drizzle/0000_first.sql:17, no unique constraint in app/models.py:25",
        ],
    ),
    "unique index": (
        "web/drizzle/0000_first.sql",
        ',\n\tCONSTRAINT "users_tenant_id_email_unique" UNIQUE("tenant_id","email")\n);',
        "\n);\nCREATE UNIQUE INDEX users_tenant_id_email_unique ON users (tenant_id, email);",
        [
            "unique: `users` (`email`, `tenant_id`) has a unique constraint in app/models.py:28 and in web/src/schema.ts:43 and in the database since alembic/versions/0001_first.py:35, a unique index in the database since web/drizzle/0000_first.sql:18",
        ],
    ),
    "unique column": (
        "web/src/schema.ts",
        'text("name").notNull()',
        'text("name").notNull().unique()',
        [
            "unique: `tenants` (`name`) has a unique constraint in web/src/schema.ts:24, no unique constraint in app/models.py:17 and in the database that alembic/versions makes and in the database that web/drizzle makes",
        ],
    ),
    "index": (
        "alembic/versions/0001_first.py",
        '    op.create_index("users_created_at_idx", "users", ["created_at"])\n',
        "",
        [
            "index: `users` (`created_at`) has an index in app/models.py:29 and in web/src/schema.ts:44 and in the database since web/drizzle/0000_first.sql:22, no index in the database that alembic/versions makes",
        ],
    ),
    "index of another method": (
        "web/drizzle/0000_first.sql",
        'USING btree ("created_at")',
        'USING brin ("created_at")',
        [
            "index: `users` (`created_at`) has an index in app/models.py:29 and in web/src/schema.ts:44 and in the database since alembic/versions/0001_first.py:37, a brin index in the database since web/drizzle/0000_first.sql:22",
        ],
    ),
    "partial index": (
        "web/drizzle/0000_first.sql",
        'ON "users" USING btree ("created_at")',
        'ON "users" ("created_at") WHERE is_active',
        [
            "index: `users` (`created_at`) has an index in app/models.py:29 and in web/src/schema.ts:44 and in the database since alembic/versions/0001_first.py:37, a partial index in the database since web/drizzle/0000_first.sql:22",
        ],
    ),
    "order of an index": (
        "web/src/schema.ts",
        'index("users_created_at_idx").on(t.createdAt)',
        'index("users_created_at_idx").on(t.createdAt, t.email)',
        [
            "index: `users` (`created_at`) has an index in app/models.py:29 and in the database since alembic/versions/0001_first.py:37 and in the database since web/drizzle/0000_first.sql:22, no index in web/src/schema.ts:28",
            "index: `users` (`created_at`, `email`) has an index in web/src/schema.ts:44, no index in app/models.py:25 and in the database that alembic/versions makes and in the database that web/drizzle makes",
        ],
    ),
    "foreign key": (
        "web/drizzle/0000_first.sql",
        'ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint\n',
        "",
        [
            "foreign-key: `users` (`tenant_id`) has a foreign key in app/models.py:33 and in web/src/schema.ts:32 and in the database since alembic/versions/0001_first.py:33, no foreign key in the database that web/drizzle makes",
        ],
    ),
    "on delete": (
        "web/src/schema.ts",
        ', { onDelete: "cascade" }',
        "",
        [
            "foreign-key: `users` (`tenant_id`) has a foreign key that says on delete cascade in app/models.py:33 and in the database since alembic/versions/0001_first.py:33 and in the database since web/drizzle/0000_first.sql:21, a foreign key that says on delete no action in web/src/schema.ts:32",
        ],
    ),
    "on update": (
        "alembic/versions/0001_first.py",
        'ondelete="CASCADE"',
        'ondelete="CASCADE", onupdate="RESTRICT"',
        [
            "foreign-key: `users` (`tenant_id`) has a foreign key that says on update no action in app/models.py:33 and in web/src/schema.ts:32 and in the database since web/drizzle/0000_first.sql:21, a foreign key that says on update restrict in the database since alembic/versions/0001_first.py:33",
        ],
    ),
    "labels of an enum": (
        "web/src/schema.ts",
        '["free", "paid"]',
        '["free", "paid", "team"]',
        [
            "enum: the enum `plan` has the labels `free`, `paid` in app/models.py:22 and in the database since alembic/versions/0001_first.py:16 and in the database since web/drizzle/0000_first.sql:1, the labels `free`, `paid`, `team` in web/src/schema.ts:20",
        ],
    ),
    "label added by a migration": (
        "web/drizzle/0000_first.sql",
        "CREATE POLICY",
        "ALTER TYPE plan ADD VALUE 'team';\nCREATE POLICY",
        [
            "enum: the enum `plan` has the labels `free`, `paid` in app/models.py:22 and in web/src/schema.ts:20 and in the database since alembic/versions/0001_first.py:16, the labels `free`, `paid`, `team` in the database since web/drizzle/0000_first.sql:24",
        ],
    ),
    "enum or text": (
        "web/src/schema.ts",
        'plan: plan("plan")',
        'plan: text("plan")',
        [
            "type: `tenants.plan` is `plan` in app/models.py:22 and in the database since alembic/versions/0001_first.py:20 and in the database since web/drizzle/0000_first.sql:5, `text` in web/src/schema.ts:25",
        ],
    ),
    "row level security": (
        "web/drizzle/0000_first.sql",
        'ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint\n',
        'ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint\n',
        [
            "row-level-security: `tenants` has row level security not enabled in web/src/schema.ts:22, enabled in the database since web/drizzle/0000_first.sql:2",
            "row-level-security: `users` has row level security enabled in web/src/schema.ts:28, not enabled in the database since web/drizzle/0000_first.sql:8",
        ],
    ),
    "policy": (
        "web/src/schema.ts",
        'pgPolicy("tenant"',
        'pgPolicy("tenant_only"',
        [
            "policy: the policy `tenant_only` of `users` is declared in web/src/schema.ts:46, missing in the database that web/drizzle makes",
            "policy: the policy `tenant` of `users` is declared in the database since web/drizzle/0000_first.sql:24, missing in web/src/schema.ts:28",
        ],
    ),
    "role of a policy": (
        "web/src/schema.ts",
        'to: "public"',
        'to: "app"',
        [
            "policy: the policy `tenant` of `users` is to app in web/src/schema.ts:46, to public in the database since web/drizzle/0000_first.sql:24",
        ],
    ),
    "command of a policy": (
        "web/drizzle/0000_first.sql",
        "FOR ALL TO public",
        "FOR SELECT TO public",
        [
            "policy: the policy `tenant` of `users` is for all in web/src/schema.ts:46, for select in the database since web/drizzle/0000_first.sql:24",
        ],
    ),
    "table of a model only": (
        "app/models.py",
        "class User(",
        "class Note(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n\n\nclass User(",
        [
            "table: `note` is declared in app/models.py:25, missing in the Drizzle schema of web/src/schema.ts and in the database that alembic/versions makes and in the database that web/drizzle makes",
        ],
    ),
    "table of a migration only": (
        "alembic/versions/0001_first.py",
        '    op.create_index("users_created',
        '    op.create_table("notes", sa.Column("id", sa.Integer()))\n    op.create_index("users_created',
        [
            "table: `notes` is declared in the database since alembic/versions/0001_first.py:37, missing in the SQLModel models of app/models.py and in the Drizzle schema of web/src/schema.ts and in the database that web/drizzle makes",
        ],
    ),
    "altered later": (
        "alembic/versions/0001_first.py",
        '    op.create_index("users_created',
        '    op.alter_column("users", "nickname", nullable=False)\n    op.create_index("users_created',
        [
            "nullable: `users.nickname` is nullable in app/models.py:35 and in web/src/schema.ts:36 and in the database since web/drizzle/0000_first.sql:12, NOT NULL in the database since alembic/versions/0001_first.py:37",
        ],
    ),
}
