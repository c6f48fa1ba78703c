"""The wire contract of the Kubeyard API and its typed client."""
