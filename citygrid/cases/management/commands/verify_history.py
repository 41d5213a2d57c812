import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.cases import queries
from citygrid.kernel import clock, stamps
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Prove that every case's row is the fold of its steps and that every chain of steps holds."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--summary", type=Path, help="write the figures to this JSON file")

    def handle(self, *args: Any, summary: Path | None, **options: Any) -> None:
        proof = None
        for proof in queries.prove(system_actor("verify_history")):
            self.stderr.write(f"\r{proof.cases:,} cases, {proof.steps:,} steps", ending="")
        figures = {
            "cases": proof.cases if proof else 0,
            "steps": proof.steps if proof else 0,
            "fold_mismatch": len(proof.mismatched) if proof else 0,
            "chain_broken": len(proof.broken) if proof else 0,
        }
        self.stderr.write("")
        self.stdout.write(json.dumps(figures))
        if summary:
            summary.write_text(json.dumps(figures))
        if proof and (proof.mismatched or proof.broken):
            raise CommandError(f"Mismatched: {proof.mismatched[:20]}; broken chains: {proof.broken[:20]}")
        stamps.leave(stamps.HISTORY, clock.now())
