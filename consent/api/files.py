"""Files of evidence by the API: sent with an opt-in, or before it and named by their id."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from consent.actions import keep_file
from consent.api.reading import FileShape
from consent.models import EvidenceFile
from consent.rules.filekinds import TAKEN
from tenants.actions import audit
from tenants.apikit import View, invalid, operation
from tenants.files import forget
from tenants.rules import Actor, Refused

MOST_MB = settings.MAX_EVIDENCE_BYTES // 1_048_576
FILE_PART: dict[str, Any] = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "description": f"{TAKEN}, judged by its content; at most {MOST_MB} MB.",
}
PARSERS = [*View.parser_classes, MultiPartParser]


def parts_of(request: Request) -> tuple[Any, UploadedFile | None]:
    """The JSON of a request and the file sent with it: as JSON alone, or as the parts `data` and `file`."""
    data: Any = request.data
    if not (request.content_type or "").startswith("multipart/"):
        return data, None
    refuse_other_parts(request, {"data", "file"})
    parse = View.parser_classes[0]().parse
    return parse(io.BytesIO(str(data.get("data", "")).encode("utf-8", "surrogatepass"))), _file(request)


def refuse_other_parts(request: Request, known: set[str]) -> None:
    """Refuse what is not known, rather than ignore it, and a part that comes twice."""
    parts: list[tuple[str, list[Any]]] = [
        *request._request.POST.lists(),
        *request._request.FILES.lists(),
    ]
    for name, values in parts:
        if name not in known:
            raise invalid(name[:80] or "body", "There is no such part.", "unknown_field")
        if len(values) > 1:
            raise invalid(name, "Send this part once.", "doubled_name")
    if "file" in request._request.POST:
        raise invalid("file", "Send the file as a file, with a file name.", "invalid")


def _file(request: Request) -> UploadedFile | None:
    found: UploadedFile | None = request._request.FILES.get("file")
    return found


@contextmanager
def keeping(upload: UploadedFile | None, actor: Actor) -> Iterator[EvidenceFile | None]:
    """Keep a file that was sent, for as long as the block succeeds: else it leaves the disk with its row."""
    if upload is None:
        yield None
        return
    kept = keep_file(chunks=upload.chunks(), name=upload.name or "file", actor=actor)
    try:
        yield kept
    except BaseException:
        forget(kept.path)
        raise


class KeptFileShape(FileShape):
    """A file that is kept. Name its id as `file` of an opt-in within a day; only the same key may."""

    id = serializers.IntegerField()


class EvidenceFiles(View):
    """Files of evidence, before they prove anything."""

    scopes = {"POST": "consent"}
    parser_classes = [MultiPartParser]

    @operation(
        "keep_evidence_file", "Keep a file of evidence", KeptFileShape, status=201, refuses=[422],
        request={"multipart/form-data": {"type": "object", "required": ["file"], "properties": {"file": FILE_PART}}},
        details="A scan, a photo or a recording, sent as the part `file`. It is of nobody until an opt-in names it, "
        "and forgotten after a day. Refused with `file_missing`, `file_empty`, `file_type` (by its content) and "
        "`file_too_large` (413). An opt-in takes a file with it as well.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        self.readable()
        refuse_other_parts(request, {"file"})
        upload = _file(request)
        if upload is None:
            raise Refused("file_missing", "Send the file as the part named file.", "file")
        with keeping(upload, self.actor) as kept:
            assert kept is not None
            audit(self.actor, "keep_evidence_file", "evidence_file", kept.pk)
            return Response({"id": kept.pk, **kept.proof().sealed()}, status=201)
