"""From a function in index notation to fused kernels: its formula is the code that runs.

``nodes`` and ``building`` make a graph of values, ``stable`` keeps rounding small, ``planning`` decides what one pass
over the rows computes, ``lowering`` makes loops of it, ``source`` writes them for Taichi, ``compiled`` calls them.
"""
