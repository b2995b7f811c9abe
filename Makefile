# The one entry point for people and for CI. `make help` lists the targets.
#
# It has all that the Makefile of a project has which `chartwright init` makes (tests/scaffold.rs says so), and what it
# takes to build and test chartwright itself. `run` and `test` differ: here they build what they run.

CARGO ?= cargo
BINARY := target/release/chartwright
CONTEXT ?=
export CONTEXT

# The operator's version, and its image.
VERSION ?= 0.0.1
IMAGE_TAG_BASE ?= example.com/chartwright
IMG ?= $(IMAGE_TAG_BASE):v$(VERSION)

# The image that the operator's is made from.
BASE_IMG ?= chartwright:v0.1.0

# The image of the OLM bundle, and the channels that it is published in.
BUNDLE_IMG ?= $(IMAGE_TAG_BASE)-bundle:v$(VERSION)
CHANNELS ?= alpha
DEFAULT_CHANNEL ?= $(firstword $(subst $(comma), ,$(CHANNELS)))
comma := ,

# The platforms of `make docker-buildx`.
PLATFORMS ?= linux/amd64,linux/arm64

# Further flags of `make run`; `chartwright run --help` lists them.
ARGS ?=
export ARGS

# The tools.
CHARTWRIGHT ?= $(BINARY)
KUBECTL ?= hack/kubectl.sh
CONTAINER_TOOL ?= docker

# Puts the image into what kustomize has built.
set-image = sed 's|image: controller:latest|image: $(IMG)|'

.DEFAULT_GOAL := help
.PHONY: all help
.PHONY: build run test unit e2e web-test e2e-corpus chaos lint fmt
.PHONY: parity parity-charts fuzz-diff fuzz goldens
.PHONY: bench-render bench-operator bench-scale bench-foreign
.PHONY: book screenshots
.PHONY: cluster-up cluster-down install uninstall deploy undeploy sample
.PHONY: base-image docker-build docker-push docker-buildx image-test
.PHONY: bundle bundle-build bundle-push five-operators

all: docker-build

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

web-test: ## Look at the web page with headless Chromium, installed by apt-get if need be
	@hack/web-test.sh

chaos: ## Kill the operator before and after each of its writes; it prints how many runs came to the same end
	@CHARTWRIGHT_CHAOS=all hack/test.sh --test e2e chaos -- --nocapture

e2e-corpus: ## Install, adopt and hold other people's charts next to real Helm (CORPUS=..., where there is one)
	@hack/e2e-corpus.sh

lint: ## Check formatting and lints as CI does
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

fmt: ## Format the code
	$(CARGO) fmt --all

parity: build ## Compare `chartwright template` with real Helm over the corpus (CORPUS=..., where there is one)
	@hack/parity.sh $(BINARY)

parity-charts: build ## Compare it with real Helm on every chart below CHARTS, also with values changed at random
	@python3 hack/parity_charts.py "$(CHARTS)" --helm "$$(hack/build-oracle.sh helm3 | tail -n 1)/helm3" --ours $(BINARY)

fuzz-diff: ## Compare generated templates and function calls with real Go (CASES=200000, SEED=...)
	@hack/fuzz-diff.sh $(CASES) $(SEED)

fuzz: ## Fuzz every target for TIME seconds (60), with a nightly toolchain and cargo-fuzz
	@hack/fuzz.sh $(or $(TIME),60)

bench-render: ## Time our engine against Helm's, library and command, as ratios (CORPUS=..., where there is one)
	@hack/bench-render.sh

bench-operator: ## Measure our operator next to helm-operator-plugins (ARGS="--count 100"; PEER= leaves that out)
	@hack/bench-operator.sh $(ARGS)

bench-scale: ## Measure 1,000 releases in one operator, and its restart with them
	@PEER= hack/bench-operator.sh --scenario scale --count 1000

bench-foreign: ## Measure what 20,000 Secrets and 1,000 definitions of others cost
	@PEER= hack/bench-operator.sh --scenario foreign

book: ## Build the book into target/book (`cargo install mdbook` gets mdbook)
	mdbook build docs

screenshots: ## Take the book's pictures anew, of the real program (needs chromium and tmux)
	@hack/screenshots.sh

goldens: ## Write the expected output of tests/charts anew with real Helm
	hack/update-goldens.sh

cluster-up: ## Start a local control plane in the background
	@hack/cluster-up.sh

cluster-down: ## Stop the local control plane and remove its state
	@hack/cluster-down.sh

install: ## Install the custom resource definitions into the current cluster
	$(KUBECTL) apply --server-side --force-conflicts -k config/crd

uninstall: ## Remove the custom resource definitions, and with them all their resources
	$(KUBECTL) delete --ignore-not-found -k config/crd

deploy: ## Run the operator in the current cluster, as IMG
	$(KUBECTL) kustomize config/default | $(set-image) | $(KUBECTL) apply --server-side --force-conflicts -f -

undeploy: ## Remove the operator and the custom resource definitions from the current cluster
	$(KUBECTL) kustomize config/default | $(KUBECTL) delete --ignore-not-found -f -

sample: ## Apply the sample resources to the current cluster
	$(KUBECTL) apply -k config/samples

base-image: ## Build the image that operators' images are made from: a static chartwright
	$(CONTAINER_TOOL) build -f hack/image/Dockerfile --build-arg COMMIT=$(shell git rev-parse HEAD) -t $(BASE_IMG) .

docker-build: base-image ## Build the operator's image
	$(CONTAINER_TOOL) build --build-arg CHARTWRIGHT=$(BASE_IMG) -t $(IMG) .

docker-push: ## Push the operator's image
	$(CONTAINER_TOOL) push $(IMG)

docker-buildx: ## Build the operator's image for all PLATFORMS and push it
	$(CONTAINER_TOOL) buildx build --push --platform=$(PLATFORMS) --build-arg CHARTWRIGHT=$(BASE_IMG) -t $(IMG) .

image-test: ## Build both images without an engine, and run the operator's in namespaces until the sample is ready (as root)
	@hack/image-test.sh

bundle: ## Write the OLM bundle of this version into bundle/
	$(KUBECTL) kustomize config/manifests | $(set-image) | $(CHARTWRIGHT) bundle --version $(VERSION) --channels $(CHANNELS) --default-channel $(DEFAULT_CHANNEL)

bundle-build: ## Build the image of the OLM bundle
	$(CONTAINER_TOOL) build -f bundle.Dockerfile -t $(BUNDLE_IMG) .

bundle-push: ## Push the image of the OLM bundle
	$(CONTAINER_TOOL) push $(BUNDLE_IMG)

five-operators: build ## Make operators of five charts of the corpus and run them with their generated rights (CORPUS=...)
	@hack/five-operators.sh $(BINARY)
