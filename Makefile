# `make` shows what there is. Everything runs in .venv, which is made from requirements/dev.txt when that changes.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
# xdist processes; `make test` has one more, since whoever has the stack's tests mostly waits.
WORKERS ?= 2
# Disasters that `make e2e` plays; `make test` plays a hundred.
SEEDS ?= 10000
# Towns whose nights `make e2e` plans in both ways, by what differs and as a whole; `make test` plans those of four.
NIGHTS ?= 100
# Attempts at seats, with kills, that `make e2e` plays; `make test` plays three thousand.
ATTEMPTS ?= 1000000
# Training plans with a known optimum that `make e2e` solves, 40 seconds each; `make bench` solves three.
PLANS ?= 10
# Tests start hundreds of processes: none shall compile again what it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up down reset demo test e2e check lint types arch openapi lock lock-check migrations drill bench capacity capacity-document setup

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Run
up: ## Start everything, print URLs and demo logins, run until Ctrl-C (PORT=8080)
	@./startklar up $(if $(PORT),--port $(PORT))
down: ## Stop what `make up` started
	@./startklar down
reset: ## Stop and forget all local data
	@./startklar reset --yes
demo: ## Play a municipality's rollout through the gateway
	@./startklar demo

##@ Prove
test: setup ## Every test that needs nothing but Python; the rules of the tree are in `make check` (ARGS="-k words")
	@$(PY) -m compileall -q -j 2 cli services shared small
	@$(PY) -m pytest -rs -n $$(($(WORKERS) + 1)) --dist loadfile -m "not browser" --ignore tests/architecture --ignore tests/deploy --ignore tests/openapi/test_generate.py $(ARGS)
e2e: setup ## Tests that need Node or a browser, SEEDS=10000 disasters of deliveries, ATTEMPTS=1000000 at seats
	@sh cli/browser.sh && sh cli/images.sh
	@$(PY) -m pytest -m browser $(ARGS)
	@PROFILES=all $(PY) -m pytest -q tests/e2e/test_profiles.py
	@STARTKLAR_PROFILE=small $(PY) -m pytest -q -m "stack and not browser" tests/e2e --deselect tests/e2e/test_profiles.py
	@sh cli/prometheus.sh >/dev/null
	@$(PY) -m pytest -q tests/deploy/test_monitoring.py tests/e2e/test_metrics.py
	@DISASTER_SEEDS=$(SEEDS) TOUCHED_SEEDS=$(NIGHTS) $(PY) -m pytest -q -n $(WORKERS) tests/sync/disasters tests/sync/plan/test_touched.py
	@EXAMPLES=1000 $(PY) -m pytest -q -n $(WORKERS) -m hypothesis tests
	@UPGRADES=all $(PY) -m pytest -q -s tests/upgrades
	@RUSH_ATTEMPTS=$(ATTEMPTS) $(PY) -m pytest -q -s tests/training/rush
	@PLANS=$(PLANS) $(PY) -m tests.benchmarks --only training.plan
	@./startklar drill --all
check: lint types arch lock-check openapi-check ## Style, types, import rules, locks, API documents
migrations: setup ## Migrate every service up, compare with the models, on each PostgreSQL found
	@$(PY) -m cli.migrations
drill: ## Play every bad night of the runbooks (ONLY="backup ..."), ten minutes
	@./startklar drill $(if $(ONLY),$(ONLY),--all)
bench: setup ## Measure against limits in the same run (ONLY=prefix)
	@$(PY) -m tests.benchmarks $(if $(ONLY),--only $(ONLY))
capacity: setup ## Measure what operations cost, and write docs/capacity.md (ten quiet minutes)
	@$(PY) -m tests.benchmarks.capacity
capacity-document: setup ## Write docs/capacity.md anew after a change of the assumptions
	@$(PY) -m cli.capacity.report

##@ Parts of check
lint: setup ## ruff: style, and format
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
types: setup ## mypy --strict
	@$(PY) -m mypy
arch: setup ## Import rules, sizes, uniform services, promises of the manifests
	@.venv/bin/lint-imports
	@$(PY) -m pytest -q -rs -n $(WORKERS) --dist loadfile tests/architecture tests/deploy
openapi-check: setup ## The API documents match the code and hold the national profile
	@$(PY) -m openapi.generate --check
	@$(PY) -m pytest -q tests/openapi/test_generate.py
	@$(PY) -m openapi.profile openapi/*.json
	@$(PY) -m openapi.differ
lock-check: setup ## requirements/*.txt belong to pyproject's groups
	@$(PY) -m cli.lock --check

##@ Maintain
openapi: setup ## Write openapi/*.json anew
	@$(PY) -m openapi.generate
lock: setup ## Lock the dependencies by hash (UPGRADE=1: newest versions)
	@$(PY) -m cli.lock $(if $(UPGRADE),--upgrade)
	@sh cli/setup.sh
setup: ## Make or renew .venv
	@sh cli/setup.sh
