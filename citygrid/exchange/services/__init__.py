"""Writes of exchange. Replaying past data is apart (`services.replay`): it reads tables with large libraries."""

from citygrid.exchange.services.applications import issue_key, revoke_key
from citygrid.exchange.services.outside import RequestIn, UpdateIn, receive_request, receive_update

__all__ = ["RequestIn", "UpdateIn", "issue_key", "receive_request", "receive_update", "revoke_key"]
