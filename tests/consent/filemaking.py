"""The smallest file of each kind that is taken as evidence, and some that are none."""

from __future__ import annotations

import struct
import zlib


def png() -> bytes:
    """One white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00\xff"))
        + chunk(b"IEND", b"")
    )


def box(kind: bytes, data: bytes) -> bytes:
    """A box of ISO base media."""
    return struct.pack(">I", 8 + len(data)) + kind + data


def film(brand: bytes, *tracks: bytes, sound_first: bool = True) -> bytes:
    """A file of boxes with these tracks (`soun`, `vide`), its index before or behind the data."""
    index = box(b"moov", b"".join(box(b"hdlr", bytes(8) + track) for track in tracks))
    data = box(b"mdat", bytes(9000))
    return box(b"ftyp", brand + bytes(4) + b"isom") + (index + data if sound_first else data + index)


MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
GOOD = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n%%EOF",
    "png": png(),
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40),
    "webp": b"RIFF\x1a\x00\x00\x00WEBPVP8 " + bytes(20),
    "heic": box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + bytes(40),
    "mp3": MP3_FRAME * 3,
    "m4a": film(b"M4A ", b"soun"),
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20),
    "ogg": b"OggS\x00\x02" + bytes(22) + b"OpusHead" + bytes(11),
}
BAD = {
    "a web page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with scripts": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
    "a program": b"MZ\x90\x00" + bytes(60),
    "an archive": b"PK\x03\x04" + bytes(30),
    "a film": film(b"isom", b"vide", b"soun"),
    "boxes without tracks": box(b"ftyp", b"isom" + bytes(4)),
    "a film in Ogg": b"OggS\x00\x02" + bytes(22) + b"\x80theora" + bytes(30),
    "another picture of boxes": box(b"ftyp", b"avif" + bytes(4) + b"mif1avif") + bytes(40),
    "one frame of sound alone": b"\xff\xfb\x90\x00" + bytes(500),
    "text that names a PDF": b"see %PDF-1.7",
    "a box that ends nowhere": b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isom\x00\x00\x00\x00moov",
    "text": b"She said yes.",
}
