"""The Enterprise Gateway plug-in of Kubeyard."""
