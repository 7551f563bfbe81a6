# make demo: set everything up and show the main job.   make test: set everything up and run all checks.
.PHONY: demo test speed memory bench fuzz look audit learn score clean

demo:
	@tools/setup.sh run
	@.venv/bin/verbonden demo

test:
	@tools/setup.sh test
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/python tools/check_rules.py
	@.venv/bin/python tools/check_accounts.py accounts/*/*.jsonl
	@.venv/bin/python -m pytest

speed:                     ## speed and memory beside the least that could do the same
	@tools/setup.sh test
	@.venv/bin/python -m benchmarks.speed

memory:                    ## whether memory grows with the length of an account, up to an hour (takes twenty minutes)
	@tools/setup.sh test
	@.venv/bin/python -m benchmarks.memory

bench:                     ## word error rate, speed and size of the bundled model; rate and pauses of the voice
	@tools/setup.sh test
	@.venv/bin/python -m benchmarks.wer
	@.venv/bin/python -m benchmarks.sound

fuzz:                      ## 100,000 inputs for everything that reads from outside
	@tools/setup.sh test
	@.venv/bin/python -m fuzzing all --runs 100000

look:                      ## the page of the journal in a real browser: light and dark, narrow and wide (out/look)
	@tools/setup.sh test
	@.venv/bin/python tools/look.py

audit:                     ## known weaknesses and licences of the pinned dependencies (needs the network)
	@tools/setup.sh run
	@tools/audit.sh

learn:                     ## learn the weights of the rules from accounts/build
	@tools/setup.sh learn
	@.venv/bin/python tools/learn.py

score:                     ## score the understanding on accounts/measure, beside two baselines
	@tools/setup.sh learn
	@.venv/bin/python tools/score.py --baselines --calibration

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
