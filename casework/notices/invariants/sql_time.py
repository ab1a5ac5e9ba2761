"""Moments in a query, as Beijing reads them; each database has its own words for it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, SQLColumnExpression, String, cast, extract, func, type_coerce

from casework.db import db

ZONE, EAST = "Asia/Shanghai", "+8 hours"
DAY = timedelta(days=1).total_seconds()


def hour_of(moment: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Return the time of day, as 07:59."""
    if _is_postgresql():
        return func.to_char(func.timezone(ZONE, moment), "HH24:MI", type_=String)
    return func.strftime("%H:%M", moment, EAST, type_=String)


def day_of(moment: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Return the date, as 2024-08-05."""
    if _is_postgresql():
        return func.to_char(func.timezone(ZONE, moment), "YYYY-MM-DD", type_=String)
    return func.date(moment, EAST, type_=String)


def date_text(date: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Return a date column as text, comparable with `day_of`."""
    return cast(date, String)


def seconds_between(before: SQLColumnExpression[Any], after: SQLColumnExpression[Any]) -> ColumnElement[float]:
    """Return how long it is from one moment to another."""
    if _is_postgresql():
        return type_coerce(extract("epoch", after - before), Float)
    return (func.julianday(after, type_=Float) - func.julianday(before, type_=Float)) * DAY


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
