import subprocess
import sys
from datetime import date

from django.conf import settings
from procrastinate.contrib.django import app

from citygrid.dispatch import services
from citygrid.dispatch.choices import Target
from citygrid.kernel import clock

LONGEST_S = 3600


@app.task(name="dispatch.train", queue=services.QUEUE)
def train(target: str) -> None:
    """Learn a model in a process of its own, which bounds its memory: minutes of one core."""
    command = [sys.executable, "manage.py", "train_dispatch", target]
    subprocess.run(command, cwd=settings.ROOT, check=True, timeout=LONGEST_S)  # noqa: S603 - a command of ours


@app.periodic(cron="30 2 1 * *")
@app.task(name="dispatch.train_all", queue=services.QUEUE, queueing_lock="train_all")
def train_all(timestamp: int) -> None:
    """Learn anew on the first of each month, into the shadow."""
    for target in Target:
        services.ask_training(target=target, actor=services.TRAINER, now=clock.now())


@app.task(name="dispatch.replay", queue=services.QUEUE)
def replay(sha256: str, since: str, until: str) -> None:
    """Replay a model on the closed cases of some days."""
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    services.replay(sha256=sha256, since=first, until=last, actor=services.TRAINER, now=clock.now())


@app.periodic(cron="15 4 * * *")
@app.task(name="dispatch.watch", queue="housekeeping", queueing_lock="dispatch_watch")
def watch(timestamp: int) -> None:
    """Leave to people what broke the promise."""
    services.watch(now=clock.now())
