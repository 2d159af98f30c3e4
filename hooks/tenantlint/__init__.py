"""Static analyzer for multi-tenant PostgreSQL schemas written in SQLModel and Drizzle."""

__version__ = "0.1.0"
