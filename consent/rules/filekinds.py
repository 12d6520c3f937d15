"""What a file of evidence is, judged by its content. Its name and what a browser says of it count for nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind that is taken: its word in code, what people call it, its media type, its usual endings."""

    key: str
    label: str
    media_type: str
    endings: tuple[str, ...]


KINDS = {
    kind.key: kind
    for kind in (
        FileKind("pdf", "PDF", "application/pdf", ("pdf",)),
        FileKind("png", "PNG", "image/png", ("png",)),
        FileKind("jpeg", "JPEG", "image/jpeg", ("jpg", "jpeg")),
        FileKind("webp", "WebP", "image/webp", ("webp",)),
        FileKind("heic", "HEIC", "image/heic", ("heic", "heif")),
        FileKind("mp3", "MP3", "audio/mpeg", ("mp3",)),
        FileKind("m4a", "M4A", "audio/mp4", ("m4a",)),
        FileKind("wav", "WAV", "audio/wav", ("wav",)),
        FileKind("ogg", "Ogg", "audio/ogg", ("ogg", "oga", "opus")),
    )
}
#: For the file chooser of a browser, which may offer the right files first.
ACCEPT = ",".join(f".{ending}" for kind in KINDS.values() for ending in kind.endings)
TAKEN = "PDF, PNG, JPEG, WebP, HEIC, MP3, M4A, WAV or Ogg"

_HEAD = 4096
_HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_M4A = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"3gp4", b"3gp5"}
_MAX_MOOV = 4_194_304
_MAX_BOXES = 200


def kind_of(file: BinaryIO) -> FileKind | None:
    """The kind of a file that can be sought in, read from its beginning; None for anything that is not taken."""
    file.seek(0)
    head = file.read(_HEAD)
    return KINDS.get(_kind(head, file))


def _kind(head: bytes, file: BinaryIO) -> str:
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF":
        return {b"WEBPVP8": "webp", b"WAVEfmt": "wav"}.get(head[8:15], "")
    if head.startswith(b"OggS"):
        return "ogg" if re.search(rb"OpusHead|\x01vorbis|Speex   |\x7fFLAC", head[:256]) else ""
    if head[4:8] == b"ftyp":
        return _boxed(head, file)
    return "mp3" if _is_mp3(head) else ""


def _boxed(head: bytes, file: BinaryIO) -> str:
    """A file of boxes (ISO base media): a still picture, or sound and no film."""
    size = int.from_bytes(head[:4], "big")
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, min(size, len(head)), 4)}
    if brands & _HEIC and b"avif" not in brands:
        return "heic"
    if not brands & _M4A:
        return ""
    tracks = _moov(file)
    return "m4a" if b"soun" in tracks and b"vide" not in tracks else ""


def _moov(file: BinaryIO) -> bytes:
    """The box that names the tracks, wherever it stands; empty where there is none."""
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return b""
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if kind == b"moov":
            file.seek(at)
            return file.read(min(size or _MAX_MOOV, _MAX_MOOV))
        if size < 8:
            return b""
        at += size
    return b""


def _is_mp3(head: bytes) -> bool:
    """A tag of ID3, or two sound frames one behind the other: one alone is easily met by chance."""
    if head[:3] == b"ID3":
        return len(head) > 10 and head[3] in {2, 3, 4} and all(byte < 128 for byte in head[6:10])
    length = _frame(head[:4])
    return length > 0 and _frame(head[length : length + 4]) > 0


_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),  # MPEG 1, layer 3
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),  # MPEG 2 and 2.5
}
_SAMPLES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _frame(head: bytes) -> int:
    """Length of the layer 3 frame that begins with these four bytes; 0 where they begin none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, sample, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or sample == 3:
        return 0
    bits = _RATES[3 if version == 3 else 2][rate] * 1000
    return (144 if version == 3 else 72) * bits // _SAMPLES[version][sample] + padding if bits else 0


def named(name: str, kind: FileKind) -> str:
    """A file's name with an ending that tells what it is: "scan.exe" that is a PDF becomes "scan.exe.pdf"."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return name if ending in kind.endings else f"{name[:190]}.{kind.endings[0]}"
