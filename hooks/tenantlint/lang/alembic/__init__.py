"""Alembic: migration scripts in Python."""
