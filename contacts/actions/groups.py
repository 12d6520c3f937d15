"""Groups and tags: create, rename, delete; members come and go in sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from consent.rules.livewords import TOLD, asks_for_more
from consent.rules.texts import key
from consent.wordsets import words_of
from contacts.actions.segments import forget_views_of
from contacts.models import ContactTag, Group, GroupMember, OptOutPolicy, Tag
from tenants.actions import audit
from tenants.lines import one_line
from tenants.models import Tenant
from tenants.rules import SYSTEM, Actor, Refused, Role, require
from tenants.scope import current_tenant_id, tenant_scope

UNSUBSCRIBED = "Unsubscribed"
_KEEPS_ITSELF = "Unsubscribed keeps itself: whoever stops one of your numbers is in it."


def ensure_system_groups() -> Group:
    """The Unsubscribed group of the tenant of the scope, made when it is missing."""
    group = Group.objects.filter(kind=Group.Kind.UNSUBSCRIBED).first()
    if group is None:
        Group.objects.filter(name=UNSUBSCRIBED, kind=Group.Kind.MANUAL).update(name=f"{UNSUBSCRIBED} (yours)")
        Group.objects.bulk_create(
            [Group(tenant_id=current_tenant_id(), name=UNSUBSCRIBED, kind=Group.Kind.UNSUBSCRIBED)],
            ignore_conflicts=True,
        )
        group = Group.objects.get(kind=Group.Kind.UNSUBSCRIBED)
    found: Group = group
    return found


def ensure_everywhere() -> None:
    """`ensure_system_groups` for every tenant, one scope each."""
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with tenant_scope(tenant_id):
            ensure_system_groups()


def create_group(*, name: str, actor: Actor) -> Group:
    """A new group. Raises `Refused`: name_missing, name_taken."""
    require(actor, Role.AGENT, "create groups")
    group: Group = _made(Group, _checked(name, 80), "group")
    audit(actor, "create_group", "group", group.pk, name=group.name)
    return group


def create_tag(*, name: str, actor: Actor) -> Tag:
    """A new tag. Raises `Refused`: name_missing, name_taken."""
    require(actor, Role.AGENT, "create tags")
    tag: Tag = _made(Tag, _checked(name, 60), "tag")
    audit(actor, "create_tag", "tag", tag.pk, name=tag.name)
    return tag


def rename_group(*, group_id: int, name: str, actor: Actor) -> Group:
    """Raises `Refused`: not_found, group_system, name_missing, name_taken."""
    require(actor, Role.AGENT, "rename groups")
    group = _manual(group_id)
    _rename(group, _checked(name, 80), "group")
    audit(actor, "rename_group", "group", group.pk, name=group.name)
    return group


def rename_tag(*, tag_id: int, name: str, actor: Actor) -> Tag:
    """Raises `Refused`: not_found, name_missing, name_taken."""
    require(actor, Role.AGENT, "rename tags")
    tag = _tag(tag_id)
    _rename(tag, _checked(name, 60), "tag")
    audit(actor, "rename_tag", "tag", tag.pk, name=tag.name)
    return tag


@transaction.atomic
def set_word(*, group_id: int, word: str, actor: Actor) -> Group:
    """The word that leaves this group alone when it follows STOP; "" takes it away.

    A bot may answer to the same word: then both hear it. Raises `Refused`: not_found, group_system, word_invalid,
    word_reserved, word_taken.
    """
    require(actor, Role.MANAGER, "set words of groups")
    # One at a time, so that no two groups get the same word.
    Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    group = _manual(group_id)
    group.word = _live_word(group_id, word).upper() if word.strip() else ""
    group.save(update_fields=["word"])
    audit(actor, "set_group_word", "group", group.pk, name=group.name, word=group.word)
    return group


def _live_word(group_id: int, word: str) -> str:
    spoken = key(word)  # as texts are compared with it
    if not spoken.isalnum() or len(spoken) > 40:
        raise Refused("word_invalid", "Use one word of at most 40 letters and digits.", "word")
    shown = spoken.upper()
    if asks_for_more(spoken, words_of(None)):
        raise Refused("word_reserved", TOLD.format(word=shown), "word")
    for name, other in Group.objects.exclude(pk=group_id).exclude(word="").values_list("name", "word"):
        if key(other) == spoken:
            raise Refused("word_taken", f"{shown} is the word of the group {name}.", "word")
    return spoken


@transaction.atomic
def delete_group(*, group_id: int, actor: Actor) -> str:
    """Delete the group and the saved views of it, not its people; their consent does not change. Answers its name."""
    require(actor, Role.MANAGER, "delete groups")
    group = _manual(group_id)
    members, _ = GroupMember.objects.filter(group_id=group_id).delete()
    _forget_in_policy("leave_groups", group_id)
    name: str = group.name
    group.delete()
    views = forget_views_of("group", group_id)
    audit(actor, "delete_group", "group", group_id, name=name, members=members, views=views)
    return name


@transaction.atomic
def delete_tag(*, tag_id: int, actor: Actor) -> str:
    """Delete the tag from everyone, and the saved views of it. Answers its name."""
    require(actor, Role.MANAGER, "delete tags")
    tag = _tag(tag_id)
    uses, _ = ContactTag.objects.filter(tag_id=tag_id).delete()
    _forget_in_policy("add_tags", tag_id)
    name: str = tag.name
    tag.delete()
    views = forget_views_of("tag", tag_id)
    audit(actor, "delete_tag", "tag", tag_id, name=name, uses=uses, views=views)
    return name


def set_policy(*, leave_groups: Sequence[int], add_tags: Sequence[int], actor: Actor) -> OptOutPolicy:
    """What else an opt-out does: groups to leave, tags to add. Raises `Refused`: not_found, group_system."""
    require(actor, Role.MANAGER, "change what an opt-out does")
    groups, tags = [_manual(one).pk for one in leave_groups], [_tag(one).pk for one in add_tags]
    policy: OptOutPolicy
    policy, _ = OptOutPolicy.objects.update_or_create(
        tenant_id=current_tenant_id(), defaults={"leave_groups": groups, "add_tags": tags}
    )
    audit(actor, "set_opt_out_policy", "opt_out_policy", policy.pk, leave_groups=groups, add_tags=tags)
    return policy


def manual_group(group_id: int) -> Group:
    """The group people can be put into. Raises `Refused`: not_found, group_system."""
    return _manual(group_id)


def known_tag(tag_id: int) -> Tag:
    """Raises `Refused("not_found")`."""
    return _tag(tag_id)


def _manual(group_id: int) -> Group:
    group: Group | None = Group.objects.filter(pk=group_id).first()
    if group is None:
        raise Refused("not_found", "This group does not exist.", "group")
    if group.kind != Group.Kind.MANUAL:
        raise Refused("group_system", _KEEPS_ITSELF, "group")
    return group


def _tag(tag_id: int) -> Tag:
    tag: Tag | None = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise Refused("not_found", "This tag does not exist.", "tag")
    return tag


def _checked(name: str, limit: int) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("name_missing", "Give it a name.", "name")
    if len(name) > limit or not one_line(name):
        raise Refused("name_invalid", f"Keep the name under {limit} characters, in one line.", "name")
    return name


def _made(model: Any, name: str, what: str) -> Any:
    try:
        with transaction.atomic():
            return model.objects.create(name=name)
    except IntegrityError as error:
        raise Refused("name_taken", f"There is a {what} with this name.", "name") from error


def _rename(row: Any, name: str, what: str) -> None:
    row.name = name
    try:
        with transaction.atomic():
            row.save(update_fields=["name"])
    except IntegrityError as error:
        raise Refused("name_taken", f"There is a {what} with this name.", "name") from error


def _forget_in_policy(field: str, pk: int) -> None:
    for policy in OptOutPolicy.objects.all():
        left = [one for one in getattr(policy, field) if one != pk]
        if left != getattr(policy, field):
            setattr(policy, field, left)
            policy.save(update_fields=[field])


__all__ = [
    "SYSTEM", "create_group", "create_tag", "delete_group", "delete_tag", "ensure_everywhere", "ensure_system_groups",
    "known_tag", "manual_group", "rename_group", "rename_tag", "set_policy", "set_word",
]  # fmt: skip
