"""SQLModel: Python files, read with LibCST."""
