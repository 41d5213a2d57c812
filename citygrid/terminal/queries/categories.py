"""What a post may report, to be kept on the phone and searched there."""

from typing import Any

from citygrid.catalogue import queries as catalogue
from citygrid.intake import permissions as intake
from citygrid.kernel.actor import Actor
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.pinyin import initials
from citygrid.workflow import queries as workflow


def categories(actor: Actor) -> list[dict[str, Any]]:
    """The categories that this post may report, those of procedures it may begin first.

    `initials`: the first letters of the Chinese name as they are typed. `can_fix`: the procedure lets this post say
    that it has dealt with the matter on the spot.
    """
    if not actor.may(intake.RECEIVE):
        return []
    wanted = actor.reach.categories
    leaves = [leaf for leaf in _leaves() if not wanted or leaf.key.startswith(wanted)]
    followed = {leaf.procedure for leaf in leaves} & {code for code, _version in workflow.procedures()}
    known = {code: workflow.procedure(code) for code in followed}
    begun = {code for code, procedure in known.items() if workflow.beginnings(procedure, actor)}
    fixed = {code for code, procedure in known.items() if workflow.done_at_once(procedure, actor)}
    own_first = sorted(leaves, key=lambda leaf: leaf.procedure not in begun)
    return [{**_told(leaf), "can_fix": leaf.procedure in fixed} for leaf in own_first]


def _told(leaf: catalogue.CategoryView) -> dict[str, Any]:
    return {"key": leaf.key, "name": leaf.name, "major": leaf.major, "initials": initials(leaf.name_zh)}


@kept_a_moment
def _leaves() -> list[catalogue.CategoryView]:
    return [leaf for scheme in catalogue.schemes() for leaf in catalogue.leaf_categories(scheme.code)]
