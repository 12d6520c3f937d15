"""An optional SQLite file, so that handsets keep their texts and blocks over a restart."""

import asyncio
import contextlib
import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

from simulator.carrier import FINAL_OUT, Carrier
from simulator.model import Message

EVERY_S = 1.0
TABLES = """
CREATE TABLE IF NOT EXISTS message (sid TEXT PRIMARY KEY, seq INTEGER, data TEXT);
CREATE TABLE IF NOT EXISTS block (person TEXT, sender TEXT, confirmations INTEGER, PRIMARY KEY (person, sender));
CREATE TABLE IF NOT EXISTS handset (person TEXT PRIMARY KEY, at REAL);
"""


class History:
    """Reads the file at start, then writes what changed about once a second and at the end."""

    def __init__(self, path: Path, carrier: Carrier) -> None:
        self.carrier = carrier
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.database.executescript(TABLES)
        self._load()
        carrier.dirty = set()

    def _load(self) -> None:
        """Put the kept texts back; what was on its way when the carrier stopped counts as undelivered."""
        carrier = self.carrier
        for (data,) in self.database.execute("SELECT data FROM message ORDER BY seq"):
            message = Message(**json.loads(data))
            if message.direction != "inbound" and message.status not in FINAL_OUT:
                message.status, message.error = "undelivered", 30008
            carrier.restore(message)
        for person, sender, confirmations in self.database.execute("SELECT * FROM block"):
            carrier.blocked[(person, sender)] = confirmations
        for person, at in self.database.execute("SELECT * FROM handset ORDER BY at"):
            carrier.handsets.pop(person, None)
            carrier.handsets[person] = at

    def write(self) -> None:
        """Write what changed since the last time."""
        carrier = self.carrier
        dirty, carrier.dirty = carrier.dirty or set(), set()
        known = [carrier.messages[sid] for sid in dirty if sid in carrier.messages]
        gone = [(sid,) for sid in dirty if sid not in carrier.messages]
        blocks = [(person, sender, n) for (person, sender), n in carrier.blocked.items()]
        with self.database:
            if carrier.forgotten:
                self.database.execute("DELETE FROM message")
                carrier.forgotten = False
            self.database.executemany("DELETE FROM message WHERE sid = ?", gone)
            rows = [(m.sid, m.seq, json.dumps(asdict(m))) for m in known]
            self.database.executemany("INSERT OR REPLACE INTO message VALUES (?, ?, ?)", rows)
            self.database.execute("DELETE FROM block")
            self.database.executemany("INSERT INTO block VALUES (?, ?, ?)", blocks)
            self.database.execute("DELETE FROM handset")
            self.database.executemany("INSERT INTO handset VALUES (?, ?)", list(carrier.handsets.items()))

    async def keep_writing(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            if self.carrier.dirty or self.carrier.forgotten:
                self.write()

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self.write()
        self.database.close()
