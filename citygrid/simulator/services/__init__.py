"""Writes of the demo, each through the public services of the modules below."""

from citygrid.simulator.services.district import build_district
from citygrid.simulator.services.drill import judge_evening, play_fireworks
from citygrid.simulator.services.duties import build_duties
from citygrid.simulator.services.focus import publish_focus
from citygrid.simulator.services.inventory import build_inventory
from citygrid.simulator.services.life import live
from citygrid.simulator.services.people import build_people, set_passwords
from citygrid.simulator.services.town import Town

__all__ = [
    "Town",
    "build_district",
    "build_duties",
    "build_inventory",
    "build_people",
    "judge_evening",
    "live",
    "play_fireworks",
    "publish_focus",
    "set_passwords",
]
