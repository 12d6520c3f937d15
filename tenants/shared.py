"""A cache that every process shares: what limits count must be one count (SEC3).

In the database, because it is always there: a limit on log-ins that goes with the broker would fail open. Each verb is
one statement, so that of two processes that `add` one gets it: the log-in library's lock is built on that. Values are
JSON. Expired rows go a few at a time, with those that come.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

_ALIVE = "(expires_at IS NULL OR expires_at > clock_timestamp())"
_GET = f"SELECT value::text FROM tenants_sharedvalue WHERE key = %(key)s AND {_ALIVE}"
_PUT = """
INSERT INTO tenants_sharedvalue (key, value, expires_at)
VALUES (%(key)s, %(value)s::jsonb, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at
"""
_ADD = _PUT + "WHERE tenants_sharedvalue.expires_at <= clock_timestamp()"
_ADD_UP = f"""
UPDATE tenants_sharedvalue SET value = to_jsonb((value #>> '{{}}')::bigint + %(delta)s)
WHERE key = %(key)s AND {_ALIVE} RETURNING (value #>> '{{}}')::bigint
"""
_TOUCH = f"""
UPDATE tenants_sharedvalue SET expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE key = %(key)s AND {_ALIVE}
"""
_DELETE = "DELETE FROM tenants_sharedvalue WHERE key = %(key)s"
_SWEEP = """
DELETE FROM tenants_sharedvalue WHERE key IN (
    SELECT key FROM tenants_sharedvalue WHERE expires_at < clock_timestamp() - interval '1 minute'
    ORDER BY expires_at LIMIT 3 FOR UPDATE SKIP LOCKED
)
"""


class SharedCache(BaseCache):
    """Django's cache on `tenants.models.SharedValue`."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(_GET, {"key": self._key(key, version)})
            row = cursor.fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._put(_PUT, key, value, timeout, version)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._put(_ADD, key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._changed(_TOUCH, key=self._key(key, version), seconds=self._seconds(timeout))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._changed(_DELETE, key=self._key(key, version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_ADD_UP, {"key": self._key(key, version), "delta": delta})
            row = cursor.fetchone()
        if row is None:
            raise ValueError(f"Key {key!r} not found")
        return int(row[0])

    def clear(self) -> None:
        self._changed("DELETE FROM tenants_sharedvalue")

    def _put(self, sql: str, key: Any, value: Any, timeout: Any, version: int | None) -> bool:
        self._changed(_SWEEP)
        return self._changed(
            sql, key=self._key(key, version), value=json.dumps(value), seconds=self._seconds(timeout)
        )

    def _changed(self, sql: str, **given: Any) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return bool(cursor.rowcount > 0)

    def _seconds(self, timeout: Any) -> float | None:
        """None: for ever."""
        chosen = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if chosen is None else float(chosen)

    def _key(self, key: Any, version: int | None) -> str:
        made: str = self.make_and_validate_key(key, version=version)
        return made
