"""What an uploaded file is, by its first bytes, and whether all of it is text."""

import codecs
import re
from typing import Literal

from contacts.rules.files.table import LIMITS, Readable
from tenants.rules import Refused

Kind = Literal["", "html", "old_excel", "zip_or_xlsx", "pdf", "image", "gzip", "rich_text", "json"]

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x03\x04", "zip_or_xlsx"),
    (b"PK\x05\x06", "zip_or_xlsx"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
    (b"%PDF-", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh91AY&SY", "gzip"),
    (b"\xfd7zXZ\x00", "gzip"),
    (b"\x28\xb5\x2f\xfd", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "gzip"),
    (b"Rar!\x1a\x07", "gzip"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"{\\rtf", "rich_text"),
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|table|meta|\?xml|div|style)\b", re.IGNORECASE
)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*)*\{\s*\"")
_CHUNK = 1 << 20


def check_size(fileobj: Readable) -> None:
    """Refuse files over the limit before reading them."""
    size = fileobj.seek(0, 2)
    fileobj.seek(0)
    if size > LIMITS.max_file:
        raise Refused(
            "file_too_large",
            f"The file has {size / 1e6:,.0f} MB; {LIMITS.max_file / 1e6:,.0f} MB is the most. Split it.",
            "file",
        )


def kind_of(fileobj: Readable) -> Kind:
    """What the file is if it is no text; "" for text."""
    fileobj.seek(0)
    head = fileobj.read(1024)
    fileobj.seek(0)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if _HTML.match(head):
        return "html"
    return "json" if _JSON.match(head) else ""


def encoding_of(fileobj: Readable) -> tuple[str, int]:
    """(codec, bytes of the byte order mark), having read the whole file once in pieces.

    Raises `Refused`: encoding_not_utf8 with `at_byte`, nul_character, empty_file.
    """
    fileobj.seek(0)
    head = fileobj.read(4)
    codec, mark = "utf-8", 3 if head.startswith(codecs.BOM_UTF8) else 0
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _not_utf8(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec, mark = ("utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"), 2
    fileobj.seek(mark)
    _check_all(fileobj, codec, mark)
    fileobj.seek(mark)
    return codec, mark


def _check_all(fileobj: Readable, codec: str, base: int) -> None:
    decoders = {
        "utf-8": codecs.utf_8_decode,
        "utf-16-le": codecs.utf_16_le_decode,
        "utf-16-be": codecs.utf_16_be_decode,
    }
    decode = decoders[codec]
    pending, has_text = b"", False
    while True:
        chunk = fileobj.read(_CHUNK)
        data = pending + chunk
        try:
            text, used = decode(data, "strict", not chunk)
        except UnicodeDecodeError as error:
            raise _not_utf8(base + error.start) from error
        if "\0" in text:
            at = base + len(text[: text.index("\0")].encode(codec))
            raise Refused(
                "nul_character",
                f"The file holds a NUL character at byte {at:,}; it is damaged or not a text file.",
                "file",
                detail={"at_byte": at},
            )
        has_text = has_text or bool(text.strip())
        if not chunk:
            break
        pending, base = data[used:], base + used
    if not has_text:
        raise Refused("empty_file", "The file is empty.", "file")


def _not_utf8(at_byte: int) -> Refused:
    return Refused(
        "encoding_not_utf8",
        f"The file is not UTF-8 (byte {at_byte:,}). In the spreadsheet, save it as \u201cCSV UTF-8\u201d or as .xlsx.",
        "file",
        detail={"at_byte": at_byte},
    )
