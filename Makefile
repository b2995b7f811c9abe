# The one entry point for people and for CI. `make help` lists the targets.

CARGO ?= cargo
BINARY := target/release/chartwright
CONTEXT ?=
export CONTEXT

.DEFAULT_GOAL := help
.PHONY: help build run test unit e2e lint fmt parity fuzz-diff bench-render goldens cluster-up cluster-down install uninstall sample

help: ## Show what there is to make
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  %-16s %s\n' "$$name" "$$text"; done

build: ## Build the chartwright binary
	$(CARGO) build --release --locked

run: ## Run the operator: on KUBECONFIG or CONTEXT, else on the local control plane with the sample
	@hack/run.sh

test: ## Run all tests: unit tests, fixtures, and end to end on the local control plane
	@hack/test.sh

unit: ## Run the tests that need no control plane
	$(CARGO) test --workspace --locked -- --skip e2e_

e2e: ## Run the end-to-end scenarios on the local control plane
	@hack/test.sh --test e2e

lint: ## Check formatting and lints as CI does
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

fmt: ## Format the code
	$(CARGO) fmt --all

parity: build ## Compare `chartwright template` with real Helm over the corpus (CORPUS=..., where there is one)
	@hack/parity.sh $(BINARY)

fuzz-diff: ## Compare generated templates and function calls with real Go (CASES=200000, SEED=...)
	@hack/fuzz-diff.sh $(CASES) $(SEED)

bench-render: ## Time our engine against Helm's, library and command, as ratios (CORPUS=..., where there is one)
	@hack/bench-render.sh

goldens: ## Write the expected output of tests/charts anew with real Helm
	hack/update-goldens.sh

cluster-up: ## Start a local control plane in the background
	@hack/cluster-up.sh

cluster-down: ## Stop the local control plane and remove its state
	@hack/cluster-down.sh

install: ## Install the custom resource definitions into the current cluster
	hack/kubectl.sh apply --server-side -k config/crd

uninstall: ## Remove the custom resource definitions, and with them all their resources
	hack/kubectl.sh delete --ignore-not-found -k config/crd

sample: ## Apply the sample resources to the current cluster
	hack/kubectl.sh apply -f samples/
