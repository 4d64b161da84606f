"""Side by side: the kernels of the package against NumPy, PyTorch, JAX and numba, on this machine, in one run."""
