"""JupyterHub's configuration for Kubeyard: one module, two kinds of spawner."""
