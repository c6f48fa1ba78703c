"""One search box for applications, kernels and environments."""
