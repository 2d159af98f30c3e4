"""Types of sqlalchemy-utils and pgvector: the expected ones are what PostgreSQL was told with both installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.oracle.sqlmodel.project import linked

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
import sqlalchemy_utils
from pgvector.sqlalchemy import HALFVEC, SPARSEVEC, VECTOR, Vector
from sqlalchemy import Integer, String
from sqlalchemy_utils import ChoiceType, EmailType, PhoneNumberType, StringEncryptedType, UUIDType
from sqlmodel import Column, Field, SQLModel

class Thing(SQLModel, table=True):
    id: int = Field(primary_key=True)
    value: object = Field(sa_column=Column({}))
"""
TYPES = {
    "UUIDType": "uuid",
    "UUIDType(binary=False)": "uuid",
    "UUIDType(native=False)": "binary(16)",
    "UUIDType(binary=False, native=False)": "varchar(32)",
    "UUIDType(native=NATIVE)": "<unknown>",
    "sqlalchemy_utils.types.uuid.UUIDType()": "uuid",
    "EmailType": "varchar(255)",
    "EmailType(80)": "varchar(80)",
    "ChoiceType([('a', 'b')])": "varchar(255)",
    "ChoiceType([(1, 'b')], impl=Integer())": "integer",
    "PhoneNumberType('DE', 30)": "varchar(30)",
    "StringEncryptedType(String, 'key')": "varchar",
    "StringEncryptedType(String, 'key', length=300)": "varchar(300)",
    "sqlalchemy_utils.JSONType": "json",
    "Vector(768)": "vector(768)",
    "VECTOR()": "VECTOR",
    "HALFVEC": "HALFVEC",
    "SPARSEVEC(dim=3)": "sparsevec(3)",
}


@pytest.mark.parametrize("written", TYPES)
def test_type(written: str, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(SOURCE.format(written))
    (table,) = linked(tmp_path).tables
    type_ = table.columns[1].type
    assert (type_ if isinstance(type_, str) else "<unknown>") == TYPES[written]
