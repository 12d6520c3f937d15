"""Groups that answer to a word of their own: STOP NEWS leaves the group NEWS and nothing else."""

from __future__ import annotations

from consent.rules.texts import key
from contacts.models import Group, GroupMember


def group_words() -> set[str]:
    """The words of all groups, as texts are heard."""
    return {key(word) for word in Group.objects.exclude(word="").values_list("word", flat=True)}


def group_named(word: str) -> Group | None:
    """The group with this live word; None when none has it."""
    # Compared as texts are heard: STOP ETE names the group ÉTÉ.
    wanted, named = key(word), Group.objects.filter(kind=Group.Kind.MANUAL).exclude(word="").order_by("pk")
    return next((one for one in named if wanted and key(one.word) == wanted), None)


def leave_by_word(*, contact_id: int, word: str) -> Group | None:
    """Take the contact out of the group with this live word; None when no group has it."""
    group = group_named(word)
    if group is not None:
        GroupMember.objects.filter(group=group, contact_id=contact_id).delete()
    return group
