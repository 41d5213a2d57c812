"""Imports step by step: a dry run that is kept, its commit, its undo within 24 hours."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Conflict, NotFound
from citygrid.kernel.models import SheetRun
from citygrid.kernel.sheets import errors
from citygrid.kernel.sheets.columns import CONTROLS, Sheet
from citygrid.kernel.sheets.plans import make_plan, records
from citygrid.kernel.sheets.ports import Change, SheetPort, port_for, ports_of
from citygrid.kernel.sheets.writing import mark, to_csv, to_xlsx

KEPT_FOR = timedelta(hours=24)
NAME_LENGTH = 200
PATIENCE = "5min"  # of the database while a file is written: thousands of rows take longer than a page may
MOST_NAMED = 10  # records named in a refusal
MOST_FAULTS = 1_000  # kept with a run; the marked file has them all

Files = {"xlsx": to_xlsx, "csv": to_csv}


def export(*, sheet: str, form: str, actor: Actor, now: datetime, is_template: bool = False) -> bytes:
    """The records this post may change, or none of them, as a file of the form "xlsx" or "csv". NotFound."""
    port = port_for(sheet, actor)
    if form not in Files:
        raise NotFound(what=_("kind of file"), name=form)
    about = port.sheet(actor, now)
    if is_template:
        return Files[form](about)
    rows = list(port.current(actor, now))
    audit.record(subject=f"kernel.sheet/{sheet}", action="export", actor=actor, now=now, data={"rows": len(rows)})
    return Files[form](about, rows)


def run_dry(*, sheet: str, file_name: str, content: bytes, actor: Actor, now: datetime) -> SheetRun:
    """Check a file against the records without changing any; the run is kept 24 hours. UnreadableFile, NotFound.

    The file is read outside any transaction: it may take longer than one may idle.
    """
    port = port_for(sheet, actor)
    plan = make_plan(port, content, actor, now)
    _forget_expired(now)
    return SheetRun.objects.create(
        sheet=sheet,
        file_name=CONTROLS.sub("", file_name)[-NAME_LENGTH:],
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        counts=plan.counts(),
        faults=plan.faults()[:MOST_FAULTS],
        changes=_stored(plan.changes()),
        account_id=actor.account_id,
        actor_label=actor.label,
        at=now,
        expires_at=now + KEPT_FOR,
    )


@transaction.atomic
def commit_run(*, run_id: UUID, actor: Actor, now: datetime, only_good: bool = False) -> SheetRun:
    """Write what a dry run promised, once it is sure that it would promise the same now.

    RowsWrong while rows are wrong, unless the good ones are asked for alone; PlanChanged when records changed since
    the check; NothingGood, RunSpent, RunExpired, NotFound; Conflict when somebody writes the same records this moment.
    """
    run, port = _open(run_id, actor, now, SheetRun.SheetState.PLANNED)
    if run.counts["wrong"] and not only_good:
        raise errors.RowsWrong(count=run.counts["wrong"])
    plan = make_plan(port, bytes(run.content or b""), actor, now)
    changes = plan.changes()
    _refuse_other(plan.sheet, run.changes, _stored(changes))
    if not changes:
        raise errors.NothingGood
    _apply(port, changes, actor, now)
    written = records(port, plan.sheet, actor, now)
    run.changes = [[change.key, change.before, written.get(change.key)] for change in changes]
    run.state, run.committed_at, run.expires_at = SheetRun.SheetState.COMMITTED, now, now + KEPT_FOR
    run.save()
    _record(run, "commit", actor, now)
    return run


@transaction.atomic
def undo_run(*, run_id: UUID, actor: Actor, now: datetime) -> SheetRun:
    """Change back what a run wrote, within 24 hours, all of it or nothing.

    ChangedSince names records that were changed after it; RunSpent, RunExpired, NotFound, and what the module refuses.
    """
    run, port = _open(run_id, actor, now, SheetRun.SheetState.COMMITTED)
    sheet = port.sheet(actor, now)
    standing = records(port, sheet, actor, now)
    back = [Change(tuple(key), after, before) for key, before, after in reversed(run.changes) if before != after]
    if touched := [change.key for change in back if standing.get(change.key) != change.before]:
        raise errors.ChangedSince(keys=_named(sheet, touched[::-1]))
    _apply(port, back, actor, now)
    run.state, run.undone_at = SheetRun.SheetState.UNDONE, now
    run.save()
    _record(run, "undo", actor, now)
    return run


def marked_file(*, run_id: UUID, actor: Actor, now: datetime) -> tuple[bytes, str]:
    """The file of a run with the cells that are wrong now marked, a column of reasons, and its form.

    NotFound; RunExpired once the file is forgotten.
    """
    found = SheetRun.objects.visible_to(actor).filter(pk=run_id).first()
    if found is None:
        raise NotFound(what=_("import"))
    port = port_for(found.sheet, actor)
    if found.content is None:
        raise errors.RunExpired
    content = bytes(found.content)
    plan = make_plan(port, content, actor, now)
    return mark(content, plan.matched, plan.marks())


def run(run_id: UUID, actor: Actor) -> SheetRun:
    """One run of this account. NotFound."""
    found = SheetRun.objects.visible_to(actor).defer("content", "changes").filter(pk=run_id).first()
    if found is None:
        raise NotFound(what=_("import"))
    port_for(found.sheet, actor)
    return found


def runs(sheet: str, actor: Actor, limit: int = 20) -> list[SheetRun]:
    """The latest runs of a sheet, newest first, of all accounts: who sent what when, without what was in it."""
    port_for(sheet, actor)
    found = SheetRun.objects.unscoped(reason="whoever keeps these records sees who imported them")
    return list(found.filter(sheet=sheet).defer("content", "changes", "faults").order_by("-at", "-id")[:limit])


def last_runs(actor: Actor) -> dict[str, SheetRun]:
    """The latest run of each sheet this post may use, by the sheet's code."""
    codes = [port.code for port in ports_of(actor)]
    found = SheetRun.objects.unscoped(reason="whoever keeps these records sees who imported them")
    latest = found.filter(sheet__in=codes).order_by("sheet", "-at", "-id").distinct("sheet")
    return {run.sheet: run for run in latest.defer("content", "changes", "faults")}


def _open(run_id: UUID, actor: Actor, now: datetime, state: str) -> tuple[SheetRun, SheetPort]:
    """The run, locked, in the state it must be in, with its port."""
    run = SheetRun.objects.visible_to(actor).select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound(what=_("import"))
    port = port_for(run.sheet, actor)
    if run.state != state:
        raise errors.RunSpent
    if run.expires_at <= now:
        raise errors.RunExpired
    with connection.cursor() as cursor:
        for bound in ("statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute("SELECT set_config(%s, %s, true)", [bound, PATIENCE])
        # One writer of a sheet at a time.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sheet:{run.sheet}"])
    return run, port


def _stored(changes: Sequence[Change]) -> list[list[Any]]:
    return [[list(change.key), change.before, change.after] for change in changes]


def _refuse_other(sheet: Sheet, planned: list[list[Any]], present: list[list[Any]]) -> None:
    """PlanChanged, naming the records that would now be changed otherwise than the check said."""
    if planned != present:
        before, after = ({tuple(key): rest for key, *rest in changes} for changes in (planned, present))
        others = [key for key in before | after if before.get(key) != after.get(key)]
        raise errors.PlanChanged(keys=_named(sheet, others))


def _named(sheet: Sheet, keys: Sequence[Sequence[str]]) -> str:
    """The first of these keys, and how many more there are."""
    named = list(dict.fromkeys(sheet.key_words(key) for key in keys))
    more = [_("and %(count)s more") % {"count": len(named) - MOST_NAMED}] if len(named) > MOST_NAMED else []
    return "; ".join(named[:MOST_NAMED] + more)


def _apply(port: SheetPort, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
    try:
        with transaction.atomic():
            port.apply(changes, actor, now)
    except IntegrityError as fault:
        raise Conflict from fault


def _forget_expired(now: datetime) -> None:
    """Files and records of runs that can no longer be written or undone."""
    old = SheetRun.objects.unscoped(reason="files of all accounts are forgotten after a day")
    old.filter(expires_at__lte=now, content__isnull=False).update(content=None, changes=[], faults=[])


def _record(run: SheetRun, action: str, actor: Actor, now: datetime) -> None:
    data = {"sheet": run.sheet, "file": run.file_name, "sha256": run.sha256, "counts": run.counts}
    audit.record(subject=f"kernel.sheetrun/{run.pk}", action=action, actor=actor, now=now, data=data)
