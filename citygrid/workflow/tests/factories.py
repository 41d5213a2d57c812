import yaml
from django.conf import settings

from citygrid.access.tests.factories import NOW
from citygrid.kernel.actor import system_actor
from citygrid.workflow.services import publish_procedure


def publish() -> None:
    """Publish the shipped procedures."""
    for path in sorted((settings.ROOT / "data/procedures").glob("*.yaml")):
        publish_procedure(document=yaml.safe_load(path.read_text()), actor=system_actor("tests"), now=NOW)
