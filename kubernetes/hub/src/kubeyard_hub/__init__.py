"""JupyterHub's configuration for Kubeyard."""
