"""What all tests may ask for."""

from postgres import postgres

__all__ = ["postgres"]
