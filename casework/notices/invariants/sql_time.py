"""Moments in a query, as Beijing reads them; each database has its own words for it."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Float, String, cast, func

from casework.db import db

ZONE, EAST = "Asia/Shanghai", "+8 hours"
DAY = timedelta(days=1).total_seconds()


def hour_of(moment: ColumnElement) -> ColumnElement[str]:
    """Return the time of day, as 07:59."""
    if _is_postgresql():
        return func.to_char(func.timezone(ZONE, moment), "HH24:MI", type_=String)
    return func.strftime("%H:%M", moment, EAST, type_=String)


def day_of(moment: ColumnElement) -> ColumnElement[str]:
    """Return the date, as 2024-08-05."""
    if _is_postgresql():
        return func.to_char(func.timezone(ZONE, moment), "YYYY-MM-DD", type_=String)
    return func.date(moment, EAST, type_=String)


def date_text(date: ColumnElement) -> ColumnElement[str]:
    """Return a date column as text, comparable with `day_of`."""
    return cast(date, String)


def seconds_between(before: ColumnElement, after: ColumnElement) -> ColumnElement[float]:
    """Return how long it is from one moment to another."""
    if _is_postgresql():
        return func.extract("epoch", after - before, type_=Float)
    return (func.julianday(after, type_=Float) - func.julianday(before, type_=Float)) * DAY


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"
