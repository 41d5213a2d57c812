"""Writes of exchange. Replaying past data is apart (`services.replay`): it reads tables with large libraries."""

from citygrid.exchange.services.applications import issue_key, revoke_key
from citygrid.exchange.services.outside import RequestIn, UpdateIn, receive_request, receive_update
from citygrid.exchange.services.pushing import PUSH_TASK, QUEUE, define_remote, pull_updates, push_case, queue_pushes

__all__ = [
    "PUSH_TASK",
    "QUEUE",
    "RequestIn",
    "UpdateIn",
    "define_remote",
    "issue_key",
    "pull_updates",
    "push_case",
    "queue_pushes",
    "receive_request",
    "receive_update",
    "revoke_key",
]
