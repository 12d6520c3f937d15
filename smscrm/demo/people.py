"""Plainly demo people, by the thousand, in the formats that real files have."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

# Area codes whose 555-0100 to 555-0199 are set aside for fiction.
_CODES = (
    "205 206 207 208 210 212 213 214 215 216 217 218 225 228 229 231 234 239 240 248 251 252 253 254 "
    "256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 "
    "319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 "
    "410 412 413 414 415 417 419 423 425 430 "
)
AREA_CODES = tuple(_CODES.split())
CITIES = ("Riverton", "Lakeside", "Hillview", "Old Town", "Harbour", "Northgate")
LOAVES = ("Seeded rye", "Sourdough", "Baguette", "Focaccia", "")
HEADER = ["Mobile", "First name", "Last name", "E-mail", "City", "Favourite", "sms_ok", "joined"]


def number(index: int) -> str:
    """The demo number of a person: 100 to an area code, E.164."""
    area = AREA_CODES[index // 100 % len(AREA_CODES)]
    return f"+1{area}55501{index % 100:02d}"


CAPACITY = len(AREA_CODES) * 100


def _spelled(e164: str, how: int) -> str:
    area, tail = e164[2:5], e164[8:]
    return (
        e164,
        f"({area}) 555-{tail}",
        f"{area}-555-{tail}",
        f"1 {area} 555 {tail}",
        f"{area}.555.{tail}",
        f" {area}555{tail} ",
        f"+1 {area}\u2011555\u2011{tail}",
    )[how]


def rows(count: int, seed: int = 7) -> Iterator[list[str]]:
    """`count` rows: one in a hundred a duplicate, two in a hundred bad."""
    dice = random.Random(seed)
    fresh = 0
    for row in range(count):
        kind = dice.random()
        if kind < 0.01 and fresh:
            index = dice.randrange(fresh)
        else:
            index, fresh = fresh, fresh + 1
        e164 = _spelled(number(index), dice.randrange(7))
        if 0.01 <= kind < 0.03:
            e164 = dice.choice(["2.03E+09", "n/a", "12345", "call the shop", "", "202-555-01"])
            fresh -= 1
        yield [
            e164,
            "" if dice.random() < 0.08 else "Demo",
            f"Contact {index:04d}",
            f"demo{index:04d}@example.org",
            dice.choice(CITIES),
            dice.choice(LOAVES),
            "yes" if dice.random() < 0.97 else "no",
            f"2025-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
        ]
        del row


def write(path: Path, count: int, seed: int = 7) -> None:
    """A CSV file of `count` demo rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(count, seed))
