"""The Kubeyard web UI and OpenID provider."""
