"""Writes of exchange: past data of another system, replayed."""

from citygrid.exchange.services.replay import PROCEDURE, Replay, Sink, Tally, open_replay, run_replay

__all__ = ["PROCEDURE", "Replay", "Sink", "Tally", "open_replay", "run_replay"]
