"""Files of evidence: kept on disk, made proof of one person's entries, erased with them (B8, B9, F3)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from consent.models import EvidenceFile
from consent.rules.evidence import FileProof
from consent.rules.filekinds import TAKEN, FileKind, kind_of, named
from tenants import due
from tenants.files import Stored, forget, path_of, shown_name, store
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id, tenant_scope

FOLDER = "evidence"
UNUSED_FOR = timedelta(days=1)
HELD = timedelta(minutes=1)
DUE = "files"
_AT_ONCE = 100

log = logging.getLogger(__name__)


def keep_file(*, chunks: Iterable[bytes], name: str, actor: Actor) -> EvidenceFile:
    """Keep an uploaded file, of nobody yet. Its content says what it is, whatever its name.

    Raises `Refused`: not_allowed, file_too_large, file_empty, file_type, file_not_kept. Nothing is left on disk then.
    """
    require(actor, Role.AGENT, "attach files")
    try:
        stored = store(
            current_tenant_id(), chunks, limit=settings.MAX_EVIDENCE_BYTES, folder=FOLDER,
            hint="Photograph or scan it smaller, or cut the recording to the part that proves it.",
        )  # fmt: skip
    except OSError as error:
        log.error("a file of evidence could not be kept: %s", type(error).__name__)
        raise Refused("file_not_kept", "The server could not keep this file. Try again.", "file") from None
    try:
        kind = _judged(stored)
        kept: EvidenceFile = EvidenceFile.objects.create(
            name=named(shown_name(name), kind), kind=kind.key, size=stored.size, sha256=stored.sha256,
            path=stored.path, actor_kind=str(actor.kind), actor_id=actor.id,
        )  # fmt: skip
    except BaseException:
        forget(stored.path)
        raise
    # After the commit: the row of this work is shared, and who waits for a person must not hold it.
    tenant_id = current_tenant_id()
    transaction.on_commit(lambda: due.put(DUE, tenant_id, at=timezone.now() + UNUSED_FOR))
    return kept


def _judged(stored: Stored) -> FileKind:
    if not stored.size:
        raise Refused("file_empty", "This file is empty. Choose another.", "file")
    with path_of(stored.path).open("rb") as file:
        kind = kind_of(file)
    if kind is None:
        raise Refused("file_type", f"By its content this is no file we keep as proof. Send {TAKEN}.", "file")
    return kind


def kept_file(*, file_id: int, actor: Actor) -> EvidenceFile:
    """A file that the same actor handed in and nobody is named in yet. Raises `Refused("file_unknown")`."""
    found: EvidenceFile | None = EvidenceFile.objects.filter(
        pk=file_id, actor_kind=str(actor.kind), actor_id=actor.id, erased_at=None
    ).first()
    if found is None:
        raise Refused("file_unknown", "This file is no longer kept. Choose it again.", "file")
    return found


def attach_file(*, file_id: int, phone_id: int, actor: Actor) -> FileProof:
    """Make a kept file proof of one person, and of nobody else: an erasure takes it away whole.

    The same file may prove several entries of that person. Raises `Refused`: file_unknown, file_taken.
    """
    found = kept_file(file_id=file_id, actor=actor)
    mine = EvidenceFile.objects.filter(Q(phone=None) | Q(phone=phone_id), pk=file_id, erased_at=None)
    if not mine.update(phone_id=phone_id):
        raise Refused("file_taken", "This file proves the consent of somebody else. Attach a copy.", "file")
    return found.proof()


def erase_files(*, phone_id: int) -> int:
    """Part of an erasure: the files of one person lose their names now, and leave the disk after the commit.

    Deleting is due work, so that a disk that fails is tried again. Returns how many.
    """
    now = timezone.now()
    erased = EvidenceFile.objects.filter(phone_id=phone_id, erased_at=None).update(erased_at=now, name="")
    if erased:
        due.put_and_ring(DUE, current_tenant_id())
    return int(erased)


def files_leaving(*, phone_id: int) -> int:
    """Erased files of one person that are still on disk."""
    return int(EvidenceFile.objects.filter(phone_id=phone_id, erased_at__isnull=False).count())


def drop_file(*, file_id: int, actor: Actor) -> None:
    """Take away a file that was handed in and is not used: the person chose another."""
    EvidenceFile.objects.filter(
        pk=file_id, actor_kind=str(actor.kind), actor_id=actor.id, phone=None, erased_at=None
    ).update(erased_at=timezone.now(), name="")
    due.put_and_ring(DUE, current_tenant_id())


def forget_files(tenant_id: int) -> timedelta | None:
    """Delete what was erased, and what nobody used within a day: from the disk first, then its row.

    A file that the disk refuses to delete keeps its row, keeps no other, and the caller's due work tries again: its
    error is raised at the end. Returns after how long to come again: for files that wait to be used, or that another
    worker has in hand.
    """
    after, failed = 0, None
    while True:
        with tenant_scope(tenant_id):
            going = list(_going().filter(pk__gt=after).select_for_update(skip_locked=True)[:_AT_ONCE])
            errors = {one.pk: error for one in going if (error := _deleted(one.path))}
            failed = failed or next(iter(errors.values()), None)
            EvidenceFile.objects.filter(pk__in=[one.pk for one in going if one.pk not in errors]).delete()
        if len(going) < _AT_ONCE:
            break
        after = going[-1].pk
    _forget_strays(tenant_id)
    if failed is not None:
        raise failed
    with tenant_scope(tenant_id):
        if _going().exists():
            return HELD  # by another worker, whose lease is over: it may never end what it began
        waiting = EvidenceFile.objects.filter(phone=None, erased_at=None).exists()
    return UNUSED_FOR if waiting else None


def _deleted(path: str) -> OSError | None:
    try:
        forget(path)
    except OSError as error:
        log.error("an erased file could not be deleted: %s", type(error).__name__)
        return error
    return None


def _going() -> QuerySet[EvidenceFile]:
    unused = Q(phone=None, created_at__lt=timezone.now() - UNUSED_FOR)
    found: QuerySet[EvidenceFile] = EvidenceFile.objects.filter(Q(erased_at__isnull=False) | unused)
    return found.order_by("pk")


def _forget_strays(tenant_id: int) -> None:
    """Files of uploads whose transaction was taken back: on disk for a day and in no row."""
    folder = path_of(f"{FOLDER}/{tenant_id}")
    before = (timezone.now() - UNUSED_FOR).timestamp()
    old = (
        sorted(one.name for one in folder.iterdir() if one.stat().st_mtime < before)
        if folder.is_dir()
        else []
    )
    for at in range(0, len(old), 1000):
        paths = {f"{FOLDER}/{tenant_id}/{name}" for name in old[at : at + 1000]}
        with tenant_scope(tenant_id):
            found = EvidenceFile.objects.filter(path__in=paths)
            strays = paths - set(found.values_list("path", flat=True))
        for path in strays:
            forget(path)
