import json
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from citygrid.exchange import services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Send public cases to another city by Open311. Its key is read from CITYGRID_REMOTE_KEY."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("url", help="of the endpoint, as https://city.example/open311/v2")
        parser.add_argument("services", help='JSON: {"beginning of a key of categories": "service_code there"}')
        parser.add_argument("--area", default="", help="code of the area whose cases it gets")
        parser.add_argument("--jurisdiction", default="", help="jurisdiction_id there")
        parser.add_argument("--off", action="store_true", help="send it nothing for now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            remote = services.define_remote(
                name=options["name"],
                url=options["url"],
                api_key=os.environ.get("CITYGRID_REMOTE_KEY", ""),
                services=json.loads(options["services"]),
                area_code=options["area"],
                jurisdiction_id=options["jurisdiction"],
                is_active=not options["off"],
                actor=system_actor("define_remote_city"),
                now=clock.now(),
            )
        except (Refusal, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{remote.name}: {remote.url}")
