"""What supervisors get wrong in their reports, so that there is something to correct. Pure."""

from citygrid.intake.choices import Flaw
from citygrid.simulator.rules import texts
from citygrid.simulator.rules.lives import Life
from citygrid.simulator.rules.scenarios import Triage

ONE_IN = 11  # reports of supervisors whose category is that of something that looks alike


def reported_as(life: Life) -> str:
    """The category that who saw it reports it as; "" for people, who say what they see in words."""
    if life.channel != "field":
        return ""
    scheme, own = life.problem.category_key.removesuffix(f"/{life.problem.own}"), life.problem.own
    alike = texts.CONFUSIONS.get(own, ())
    is_slip = alike and life.number % ONE_IN == 0 and life.scenario.triage == Triage.ACCEPT
    return f"{scheme}/{alike[0]}" if is_slip else life.problem.category_key


def flaws_of(life: Life) -> list[str]:
    """What was found to be wrong with its report by its triage."""
    if not life.beats:
        return []
    if life.scenario.triage == Triage.REFUSE:
        return [flaw] if (flaw := texts.REFUSALS[life.beats[0].reason]) else []
    if life.scenario.triage == Triage.JOIN:
        return [Flaw.REPEATED.value]
    return [Flaw.WRONG_CATEGORY.value] if reported_as(life) not in ("", life.problem.category_key) else []
