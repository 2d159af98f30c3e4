"""What the readers of policies ask of their predicates."""

from tenantlint.predicates import compared_columns

__all__ = ["compared_columns"]
