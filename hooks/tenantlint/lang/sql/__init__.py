"""SQL: what the statements of a migration do, as operations."""
