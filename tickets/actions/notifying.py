"""Telling people what happened to a ticket: in the product, and by e-mail where they want it (COM-08)."""

from django.db import transaction

from accounts import queries as accounts
from accounts.models import User
from journal.models import Entry
from notifications.actions import notices
from tickets import events, news, permissions
from tickets.actions import conversation
from tickets.models import Comment, Ticket


@transaction.atomic
def tell_people(entry: Entry, *, actor: User | None = None) -> None:
    """Makes the notices of one journal entry of a ticket. People who are named in a comment and may read it watch the ticket from then on."""
    if news.was_undone(entry):
        return
    ticket = Ticket.objects.select_related("team").get(pk=entry.subject_id)
    comment = None
    if entry.event == events.COMMENT_ADDED:
        comment = Comment.objects.filter(pk=entry.data.get("comment"), ticket=ticket, hidden_at__isnull=True).first()
        if comment is None:
            return
    named = _named(ticket, comment)
    chosen = news.hearers(entry, ticket, named)
    chosen.pop(entry.actor_id or 0, None)
    readers = [
        notices.Reader(
            user=user, topic=chosen[user.pk][0], reason=chosen[user.pk][1], text=news.words(entry, ticket, chosen[user.pk][0], comment),
            url=news.address(user, ticket), has_own_mail=news.has_own_mail(entry, ticket, user),
        )
        for user in accounts.people_with_rights(chosen)
    ]  # fmt: skip
    told = notices.News(f"{ticket.key} {ticket.summary}", news.is_internal(entry), comment.body if comment else "")
    notices.tell(entry, told, readers, actor=actor)


def _named(ticket: Ticket, comment: Comment | None) -> list[User]:
    """The people a comment names and who may read it; they become watchers."""
    if comment is None:
        return []
    named = []
    for person in news.mentioned(comment):
        may_read = permissions.can_see(person, ticket) and (not comment.is_internal or permissions.can_see_internal(person, ticket))
        if may_read:
            named.append(person)
            if person.pk != comment.author_id and permissions.can_watch(person, ticket):
                conversation.watch(ticket, actor=person)
    return named


@transaction.atomic
def forget_unseen(entry: Entry, *, actor: User | None = None) -> None:
    """A ticket was restricted: who may not see it any more loses the unread notices about it."""
    if Ticket.objects.filter(pk=entry.subject_id, is_restricted=True).exists():
        notices.forget_unseen("ticket", entry.subject_id, actor=actor)
