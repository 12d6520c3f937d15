"""Groups that answer to a word of their own: STOP NEWS leaves the group NEWS and nothing else."""

from __future__ import annotations

from contacts.models import Group, GroupMember


def leave_by_word(*, contact_id: int, word: str) -> Group | None:
    """Take the contact out of the group with this live word; None when no group has it."""
    group: Group | None = Group.objects.filter(word__iexact=word.strip(), kind=Group.Kind.MANUAL).first()
    if group is not None:
        GroupMember.objects.filter(group=group, contact_id=contact_id).delete()
    return group
