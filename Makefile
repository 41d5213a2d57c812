# Every target calls something you can open and read. `make` alone prints this list.
PYTHON = .venv/bin/python
JOBS ?= 2
MINUTES ?= 10

.PHONY: help setup demo run test check fix bench soak health docs lock
.DEFAULT_GOAL := help

help: ## Print this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## Make this checkout ready to run: packages, venv, front end, database; seconds when it is
	@python3 deploy/setup

demo: setup ## Build the demo district, run reports through the loop, serve it (SERVE=0: stop after the summary)
	@$(PYTHON) manage.py demo $(if $(filter 0,$(SERVE)),--no-serve)

run: ## Serve on http://127.0.0.1:8000 with web, live and worker processes; Ctrl-C ends them
	@python3 deploy/run

test: setup check ## Everything that must hold: the checks, then all tests (JOBS=2 at a time)
	$(PYTHON) -m pytest -n $(JOBS) --dist worksteal

check: ## Format, lint, types, import contracts, Django's checks, architecture tests
	@tools/check

fix: ## Mend what ruff can mend: order of imports, layout
	$(PYTHON) -m ruff check --fix-only . deploy/cluster deploy/run deploy/setup
	$(PYTHON) -m ruff format . deploy/cluster deploy/run deploy/setup

bench: ## Measure; each benchmark writes a JSON row
	$(PYTHON) -m benchmarks

soak: ## Load the running platform for MINUTES=10, then a wall of nine live pictures
	$(PYTHON) -m benchmarks.soak --minutes $(MINUTES)
	STREAMS=9 SECONDS=$$((60 * $(MINUTES))) $(PYTHON) -m benchmarks streams

health: ## Print the signs of health of the code
	@$(PYTHON) -m tools.health

docs: ## Check that every setting, permission, event and module is documented
	@$(PYTHON) -m tools.docs check

lock: ## Compile requirements/*.in to hash-pinned *.txt (UPGRADE=1: to the newest versions)
	@deploy/lock $(if $(UPGRADE),--upgrade)
