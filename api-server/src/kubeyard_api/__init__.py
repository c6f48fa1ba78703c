"""The Kubeyard API server on the YARN edge node."""
