"""One connection that hears the bell. Where it is lost it is made anew, and every page is told to ask anew."""

import asyncio
import logging
from typing import Any

import psycopg
from django.conf import settings

from citygrid.kernel import bell
from citygrid.live.web.hub import Hub

logger = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0  # seconds before it is tried again
SILENCE = 15.0  # seconds after which the line is looked at
NAME = "citygrid live"  # in pg_stat_activity
PARAMETERS = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


async def listen(hub: Hub) -> None:
    """Hand on what is rung, for ever."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as line:
                for topic in bell.TOPICS:
                    await line.execute(f"LISTEN {topic}")
                hub.refresh()  # what was rung before, nobody heard
                pause = FIRST_PAUSE
                await _hear(line, hub)
        except psycopg.Error as error:
            logger.warning("The bell cannot be heard (%s); trying again in %s s", error, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _hear(line: psycopg.AsyncConnection[Any], hub: Hub) -> None:
    while True:
        async for told in line.notifies(timeout=SILENCE):
            hub.ring(told.channel, told.payload.split())
        await line.execute("SELECT 1")  # a line that was cut without a word says so now


def _address() -> dict[str, Any]:
    given = settings.DATABASES["default"]
    known = {parameter: given[name] for name, parameter in PARAMETERS.items() if given[name]}
    return {"application_name": NAME, "connect_timeout": 10, **settings.CONNECTION["OPTIONS"], **known}
