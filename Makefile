# The commands of Liancheng. They need Python 3.11 or newer and nothing else; the first one makes .venv.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run down recover repartition demo status key account rebuild trace erase backup restore refusals keys doctor test test-slow drills conformance screenshots check check-log style specs mutants simulate backtest bench lock

PYTHON = .venv/bin/python
LOCAL = $(PYTHON) -m deploy.local

help: ## these commands
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

# A working day passes in half a second, so that the demonstration can show a hearing of five of them.
ifneq ($(LIANCHENG_DEMO),0)
run recover repartition: export LIANCHENG_DEMO := 1
run recover repartition: export LIANCHENG_CLOCK_SCALE := $(or $(LIANCHENG_CLOCK_SCALE),172800)
endif
run: .venv/installed ## start everything, play the demonstration, keep running until Ctrl-C
	@$(LOCAL) run

down: .venv/installed ## stop what another terminal runs
	@$(LOCAL) down

recover: .venv/installed ## after a restore of the database from an older copy, with everything stopped: a new epoch, everybody told anew
	@$(LOCAL) recover

repartition: .venv/installed ## after an upgrade to another number of partitions, with everything stopped and drained
	@$(LOCAL) repartition

status: .venv/installed ## which processes are ready
	@$(LOCAL) status

demo: .venv/installed ## play the demonstration against what runs
	@$(LOCAL) demo

key: .venv/installed ## MEMBER=code [CLASS=platform|authority|reviewer|approver|panel|regulator|clerk|auditor] [ENTITY=code]: enrol a member, print a key
	@$(LOCAL) key --member '$(MEMBER)' --class '$(or $(CLASS),platform)' --entity '$(ENTITY)'

account: .venv/installed ## MEMBER=code LOGIN=name [ISSUER=url SUBJECT=sub] [DISABLE=1]: an account for the console; prints a first password
	@$(LOCAL) account --member '$(MEMBER)' --login '$(LOGIN)' --issuer '$(ISSUER)' --subject '$(SUBJECT)' --disable '$(DISABLE)'

rebuild: .venv/installed ## VIEW=name: build a view anew beside the live one, then switch
	@$(LOCAL) rebuild '$(VIEW)'

trace: .venv/installed ## ID=statement [SOURCE=/platforms/code]: its way through every process, with times
	@$(LOCAL) trace --id '$(ID)' --source '$(SOURCE)'

erase: .venv/installed ## SUBJECT=id | STATEMENT=id SOURCE=/platforms/code, [REASON=words]: erase what was said in words, and the content of evidence
	@$(LOCAL) erase --subject '$(SUBJECT)' --statement '$(STATEMENT)' --source '$(SOURCE)' --reason '$(REASON)'

backup: .venv/installed ## a copy of the database, the evidence and the hub's key, restored once for a try, into $LIANCHENG_HOME/backups
	@$(LOCAL) backup

restore: .venv/installed ## [FROM=backup]: with everything stopped, put a backup (the newest) in place of the database; then make recover
	@$(LOCAL) restore --from '$(FROM)'

refusals: .venv/installed ## [SHOW=number | REPLAY=number|all [MEMBER=code] | CLOSE=number REASON=words]: records that were not taken
	@$(LOCAL) refusals --show '$(SHOW)' --replay '$(REPLAY)' --close '$(CLOSE)' --member '$(MEMBER)' --reason '$(REASON)'

keys: .venv/installed ## [MEMBER=code | REVOKE=key | SAID=key [SINCE=moment] [OVERTURN=file]] [REASON=words]: keys, and what came under one
	@$(LOCAL) keys --member '$(MEMBER)' --revoke '$(REVOKE)' --said '$(SAID)' --since '$(SINCE)' --overturn '$(OVERTURN)' --reason '$(REASON)'

doctor: .venv/installed ## one page: what is wrong, and what to do about it
	@$(LOCAL) doctor

mutants: .venv/installed ## break each rule of the domain once: which spec catches it?
	@$(PYTHON) -m tests.mutants

simulate: .venv/installed ## merchants, platforms and people who err, before the real rules: who is wrongly restricted?
	@$(PYTHON) -m tests.simulation

check-log: .venv/installed ## read the whole log of what runs: was due process kept?
	@$(LOCAL) check-log

backtest: .venv/installed ## RULEBOOK=path or version: what it would have made of the whole log of what runs
	@$(LOCAL) backtest '$(RULEBOOK)'

check: .venv/installed ## style, types, floors, and every test that needs no server, on both cores
	@$(MAKE) --jobs=2 --output-sync=target style specs

style: .venv/installed
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --config tests/architecture/floors.importlinter
	.venv/bin/mypy

specs: .venv/installed
	$(PYTHON) -m pytest -q --numprocesses=3 -m "not servers and not slow"

test: .venv/installed ## every test on real PostgreSQL and real Kafka
	$(PYTHON) -m pytest -q -m "servers and not slow"

screenshots: .venv/installed ## every page of the console and the operators' page in both languages, into deploy/screenshots
	SCREENSHOTS=1 $(PYTHON) -m pytest -q tests/console/test_screenshots.py tests/operators/page/test_screenshots.py

conformance: .venv/installed ## receivers that fail in every way we know: each ends in agreement, or in an alert that names it
	$(PYTHON) -m pytest -q tests/conformance

test-slow: .venv/installed ## the tests that take their time
	$(PYTHON) -m pytest -q -m slow

drills: .venv/installed ## play every runbook on servers and processes of its own
	$(PYTHON) -m pytest -q tests/drills

bench: .venv/installed ## how fast, against a textbook peer
	@$(PYTHON) -m tests.bench

lock: .venv/installed ## resolve all dependencies anew (needs uv)
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" requirements.in -o requirements.lock
	$(PYTHON) -c 'from deploy.local.servers import jars; jars.relock()'

.venv/installed: requirements.lock deploy/venv.py
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exec $$python deploy/venv.py; fi; \
	done; echo "liancheng: Python 3.11 or newer is needed and not on the PATH / 需要 Python 3.11 或更新版本" >&2; exit 1
