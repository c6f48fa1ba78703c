"""What runs inside a kernel's YARN container, as the package `kubeyard_launcher`.

It needs the standard library, ipykernel, pycryptodomex and pyspark: all of the environment or of the runtime.
"""
