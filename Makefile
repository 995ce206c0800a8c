# tykctl needs Go and nothing else to build and to test. `make help` lists the targets.

GO      ?= go
LDFLAGS := -s -w
# A static binary without cgo: one file that runs everywhere.
BUILD   := CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)'
# Where data races are possible at all; the rest is pure functions.
RACE    := ./runtime/... ./compiler ./cmd/...
# A number of executions: with a time, `go test -fuzz` now and then fails because its own deadline came. Minimising is bounded for the same reason.
FUZZTIME ?= 20000x

.PHONY: help build run test race lint fmt golden fuzz bench bench-peers cover check clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

build: ## Build bin/tykctl and the examples' programs
	$(BUILD) -o bin/ ./cmd/tykctl ./examples/...

run: build ## Serve examples/my-oauth-api with its upstream, and say what to try
	@examples/my-oauth-api/run.sh

test: ## Run every test that needs Go alone
	$(GO) test ./...

race: ## Run the tests of concurrent packages with the race detector
	$(GO) test -race $(RACE)

lint: ## Run golangci-lint
	golangci-lint run ./...

fmt: ## Format the sources
	gofumpt -w $$(git ls-files '*.go')

golden: ## Rewrite the golden files; then read the diff
	$(GO) test ./compiler ./oas/diag ./cmd/internal/fix -update
	$(GO) test ./cmd/tykctl -run Reference -update

fuzz: ## Run each fuzz target for FUZZTIME
	@set -e; for dir in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$dir/*_test.go | cut -d' ' -f2); do \
			echo "$$dir $$target"; $(GO) test ./$$dir -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x; \
		done; \
	done

bench: ## Run the benchmarks; ratios against the baselines in the same run are what counts
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-peers: build ## Measure validate against other linters on a 10 MB document; fetches them, takes minutes
	.ci/peers

cover: ## Print the coverage of all packages by all tests
	$(GO) test -coverpkg=./cmd/...,./oas/...,./compiler/...,./runtime/...,./schemas/... -coverprofile=coverage.out ./... > /dev/null
	@$(GO) tool cover -func=coverage.out | tail -n 1

check: ## All gates: format, vet, lint, race, short fuzz, tidy module
	@test -z "$$(gofumpt -l $$(git ls-files '*.go'))" || { echo 'not formatted, run `make fmt`:'; gofumpt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(MAKE) --no-print-directory lint race fuzz cover

clean: ## Remove what was built and what the example has stored
	rm -rf bin .run coverage.out
