"""Pure rules of replaying: the mapping profile, and what a row of a file says under it."""

from citygrid.exchange.rules.keys import key_hash
from citygrid.exchange.rules.mapping import Fault, PastAction, Reading, Row, past_actions, read_row, verdict
from citygrid.exchange.rules.profile import Profile, parse, stable_code
from citygrid.exchange.rules.times import read_time

__all__ = [
    "Fault",
    "PastAction",
    "Profile",
    "Reading",
    "Row",
    "key_hash",
    "parse",
    "past_actions",
    "read_row",
    "read_time",
    "stable_code",
    "verdict",
]
