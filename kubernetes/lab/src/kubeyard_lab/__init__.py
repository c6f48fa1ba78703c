"""The JupyterLab side of Kubeyard: identity, kernel connection and welcome."""
