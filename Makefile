# weir
# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash -o pipefail
WEIR := .build/release/weir
RELEASE := -c release --static-swift-stdlib

.PHONY: help run build test check golden tsan fuzz bench stages torture nab exfil clean setup

help: ## Lists the targets.
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup:
	@tools/setup

build: setup ## Builds the release binary, .build/release/weir.
	@echo "building weir (the first time: about two minutes on two cores)"
	@swift build $(RELEASE) --product weir 2>&1 | tools/build-progress

run: build ## Runs the daemon on the example settings and the sample logs that come with weir.
	@tools/demo $(WEIR)

test: ## Builds and runs all tests; installs what they need.
	@tools/setup test
	@echo "building the release binary, which the integration tests run"
	@swift build $(RELEASE) --product weir 2>&1 | tools/build-progress
	@echo "building the tests"
	@swift build --build-tests 2>&1 | tools/build-progress
	@WEIR_BINARY="$(CURDIR)/$(WEIR)" swift test --skip-build

check: ## Style: the formatter's rules, as errors.
	@swift format lint --strict --recursive Sources Tests benchmarks Package.swift

golden: setup ## Rewrites the stored alerts that tests compare, after an intended change; look at the difference before you commit it.
	@swift build --build-tests 2>&1 | tools/build-progress
	@WEIR_GOLDEN=rewrite swift test --skip-build --filter GoldenReplayTests
	@git diff --stat -- Tests/GoldenReplayTests/Golden

tsan: setup ## The rings, the pipeline and replays on their threads under ThreadSanitizer; the laws and contracts run on one thread and are left out.
	@swift build --build-tests --sanitize=thread --scratch-path .build-tsan 2>&1 | tools/build-progress
	@swift test --skip-build --sanitize=thread --scratch-path .build-tsan --filter 'RingBuffersTests|PipelineTests|GoldenReplayTests' --skip LawTests --skip CatalogueContractTests

fuzz: setup ## Runs every reader of foreign bytes under libFuzzer and AddressSanitizer, SECONDS=60 each, or TARGET=name alone.
	@WEIR_FUZZ=1 swift build -c release --product weir-fuzz --scratch-path .build-fuzz 2>&1 | tools/build-progress
	@tools/fuzz $(or $(SECONDS),60) $(TARGET)

bench: build ## Measures weir beside its peers; writes benchmarks/runs/<date>.md.
	@swift build $(RELEASE) --product weir-bench 2>&1 | tools/build-progress
	@benchmarks/run

stages: build ## Counts a replay's instructions by stage (needs valgrind) and fails where one is over its budget in benchmarks/stages.md.
	@benchmarks/stages

torture: build ## Tortures the release binary's tailing for HOURS=24 simulated hours in WALL=900 seconds: rotation of every kind, kill -9 every few seconds.
	@benchmarks/torture --hours "$(or $(HOURS),24)" --seconds "$(or $(WALL),900)"

nab: setup ## Scores NAB=DIR, laid out as the Numenta Anomaly Benchmark, with detector D37; writes RESULTS=DIR.
	@[ -n "$(NAB)" ] && [ -n "$(RESULTS)" ] || { echo "make nab: say NAB=the benchmark's folder RESULTS=where scores go" >&2; exit 2; }
	@swift build $(RELEASE) --product weir-bench 2>&1 | tools/build-progress
	@.build/release/weir-bench nab "$(NAB)" "$(RESULTS)"

exfil: build ## Scores weir on the exfiltration benchmark in EXFIL=DIR, seeds SEEDS=1-9, beside its peers; SCORES=1.05,1.3 for the trade-off, WRITE=DIR keeps all.
	@[ -n "$(EXFIL)" ] || { echo "make exfil: say EXFIL=the benchmark's folder" >&2; exit 2; }
	@benchmarks/exfil "$(EXFIL)" --seeds "$(or $(SEEDS),1-9)" $(if $(SCORES),--scores "$(SCORES)") $(if $(WRITE),--write "$(WRITE)")

clean: ## Removes everything that was built.
	@rm -rf .build .build-tsan .build-fuzz
