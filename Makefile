# The two commands a newcomer needs are `make demo` and `make test`. Every target brings what it
# needs by itself (packaging/prepare.sh) or says in one message what is missing.

NODE := node_modules/.bin/node
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: prepare check test test-manager demo bench-mirror bench-failover bench-manager sim-mirror sim sim-exhaustive soak clean

# What the commands in bin/ need.
prepare:
	@packaging/prepare.sh modules

# Types, lint with the layer rules, format, dead code, unit tests, scenarios. Needs no root.
check:
	@packaging/prepare.sh modules || { echo '0 passed, 1 failed'; exit 1; }
	@$(NODE) checks/run.ts check

# Everything of `check`, then everything that needs the lab. Needs root.
test:
	@packaging/prepare.sh modules web lab browser || { echo '0 passed, 1 failed'; exit 1; }
	@$(NODE) checks/run.ts test

# The Manager in Debian's Chromium, on the client of a lab. Needs root. SCREENS=docs/manager takes the
# pictures of docs/manager.md anew.
test-manager:
	@packaging/prepare.sh modules web lab browser
	@$(NODE) node_modules/.bin/vitest run --project browser --reporter=verbose

# Two servers, a power cut, a takeover and a return, on this machine. Needs root.
demo:
	@packaging/prepare.sh modules web lab
	@$(NODE) lab/demo.ts

# The mirror engine against QEMU and nbdkit, in one run: a table, a verdict on each figure to be
# reached, JSON in bench/results. BENCH=--help names the options. About twelve minutes.
bench-mirror:
	@packaging/prepare.sh modules bench
	@$(NODE) bench/main.ts $(BENCH)

# The outage a client sees: power cut, move, Apache killed; and Pacemaker's on the same hosts. Needs
# root. FAILOVER='--rounds 3 --arbiters ping --no-pacemaker' measures less. About half an hour.
bench-failover:
	@packaging/prepare.sh modules lab failover
	@$(NODE) bench/failover-main.ts $(FAILOVER)

# The Manager's page: its weight, how soon it can be used and shows a change, and a hundred clusters in it.
# Needs root. MANAGER='--no-lab' leaves the real cluster out. About three minutes.
bench-manager:
	@packaging/prepare.sh modules web lab browser
	@$(NODE) bench/manager-main.ts $(MANAGER)

# Many runs of the simulated pair, from seed FROM on: every invariant of the mirror, watched. A
# failing seed is replayed by FROM=seed SEEDS=1.
sim-mirror:
	@packaging/prepare.sh modules
	@$(NODE) sim/mirror-main.ts --seeds $(or $(SEEDS),1000) --from $(or $(FROM),1)

# Many random stories for the two decision makers, from seed FROM on: one active side, and always a
# way back. A failing seed is printed as a script, and replayed by FROM=seed SEEDS=1.
sim:
	@packaging/prepare.sh modules
	@$(NODE) sim/story-main.ts --seeds $(or $(SEEDS),1000) --from $(or $(FROM),1)

# Every order of a few things that can happen, breadth first: twelve deep, a million situations; then with
# the orders of operators. ARBITER=fence|ping|none instead of witness. About a quarter of an hour.
sim-exhaustive:
	@packaging/prepare.sh modules
	@$(NODE) sim/exhaustive-main.ts --arbiter $(or $(ARBITER),witness)
	@$(NODE) sim/exhaustive-main.ts --arbiter $(or $(ARBITER),witness) --orders --depth 6 --states 100000

# The lab's cluster under twice as many busy loops as processors, fio, and one mirror recovery after the
# other, for MINUTES: nothing may move, nobody may be reset. Needs root.
soak:
	@packaging/prepare.sh modules lab bench
	@$(NODE) bench/soak-main.ts --minutes $(or $(MINUTES),10)

# Takes a running lab down first: its mounts lie inside .lab.
clean:
	@if [ -d .lab ] && [ -x $(NODE) ]; then $(NODE) lab/main.ts down || exit 1; fi
	rm -rf .lab coverage node_modules
