"""Side by side: kernels generated from index notation against NumPy, PyTorch, JAX and numba, on this machine.

`cases` lists functions that are generated, `layers` calls of `tensorcalc.kernels` beside the same layer of PyTorch,
`small` derived backward functions on few elements beside NumPy written by hand.

``python -m benchmarks`` runs everything and stores results.json; ``python -m benchmarks layer_norm softmax`` runs what
begins with these names; ``--large`` takes the large sizes, ``--show`` prints what is stored. ``--behind 16`` begins
arrays where NumPy puts large ones, 16 bytes behind a multiple of 64. ``--threads 1`` gives everyone one thread and
counts processor time instead of time, which others at work on the machine disturb less.
``python -m benchmarks.derivations`` prints how long the derivations of the sources take, and
``python -m benchmarks.starts`` how long imports, first calls and compilations do.
"""
