"""Writes of exchange: past data of another system, replayed."""

from citygrid.exchange.services.replay import Replay, Sink, Tally, open_replay, run_replay

__all__ = ["Replay", "Sink", "Tally", "open_replay", "run_replay"]
