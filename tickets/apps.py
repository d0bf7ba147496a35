from common.apps import HouseConfig


class TicketsConfig(HouseConfig):
    """The desk: Ticket, comments, links, attachments, watchers, queues, SLA clocks."""

    name = "tickets"
