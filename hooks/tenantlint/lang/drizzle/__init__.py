"""Drizzle: TypeScript files, read with tree-sitter."""
