# shellcheck shell=bash disable=SC2154,SC2329
# Read by run.sh: Helm for the chart's tests, built from its Go module where the machine has none.

helm_version=v3.19.5

# Without Helm and without Go the chart's tests say by name that they did not run.
install_helm() {
  command -v helm >/dev/null && return 0
  command -v go >/dev/null || { echo "neither helm nor go is on the PATH: the chart is not tried" >&2; return 0; }
  mkdir -p "$KUBEYARD_CACHE/bin"
  CGO_ENABLED=0 GOBIN=$KUBEYARD_CACHE/bin go install -trimpath -ldflags "-s -w" "helm.sh/helm/v3/cmd/helm@$helm_version" ||
    { echo "helm $helm_version was not built" >&2; return 1; }
}
