"""What a Kubeyard kernel is: its kernelspec, its submission and its launcher."""
