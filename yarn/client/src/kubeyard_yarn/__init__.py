"""Hadoop's protocols for Kubeyard: ResourceManager, logs, HttpFS and submission."""
