"""Random numbers without a state: the i-th is a function of a key and of i, the same on every machine.

The function is Threefry-2x32 with 20 rounds (J. Salmon, M. Moraes, R. Dror and D. Shaw, Parallel random numbers: as
easy as 1, 2, 3, 2011): additions, rotations and exclusive ors of two 32-bit words, until nothing of the pattern of i is
left. Any number can be computed by any thread at any time.
"""

import numpy as np

from tensorcalc.execution.kernel import kernel

from .arrays import launch

_PARITY = 0x1BD11BDA  # makes the third word of the key, so that a key of zeros does no harm
_ROTATIONS = np.array([13, 15, 26, 6, 17, 29, 16, 24], np.int32)


@kernel
def threefry_loops(key, rotations, stream, bits):
    for i in range(bits.shape[0]):
        a = key[0] + i
        b = key[1] + stream[0]
        for n in range(20):
            r = rotations[n % 8]
            a = a + b
            b = (b << r) | ((b >> (32 - r)) & ((1 << r) - 1))  # rotated; the mask clears copies of the sign
            b = b ^ a
            if n % 4 == 3:
                a = a + key[(n // 4 + 1) % 3]
                b = b + key[(n // 4 + 2) % 3] + (n // 4 + 1)
        bits[i] = a


def threefry_numpy(key: np.ndarray, rotations: np.ndarray, stream: np.ndarray, count: int) -> np.ndarray:
    """The first word for each counter (i, stream), by unsigned arithmetic."""
    words = key.view(np.uint32)
    a = np.arange(count, dtype=np.uint32) + words[0]
    b = np.full(count, words[1] + stream.view(np.uint32)[0])
    for n in range(20):
        r = np.uint32(rotations[n % 8])
        a = a + b
        b = ((b << r) | (b >> (np.uint32(32) - r))) ^ a
        if n % 4 == 3:
            a = a + words[(n // 4 + 1) % 3]
            b = b + words[(n // 4 + 2) % 3] + np.uint32(n // 4 + 1)
    return a.view(np.int32)


def random_bits(count: int, key: int = 0, stream: int = 0) -> np.ndarray:
    """Words of 32 random bits: the first word of Threefry-2x32 for the counters (0, stream), (1, stream), ...

    Parameters
    ----------
    count : int
        How many.
    key : int
        Different keys give independent sequences; 64 bits of it count.
    stream : int
        Different streams of one key are independent, too: the number of the step in a training run, say.

    Returns
    -------
    int32 array (count,)

    Examples
    --------
    >>> from tensorcalc.kernels import random_bits
    >>> random_bits(4, key=7)[2:] == random_bits(9, key=7)[2:4]
    array([ True,  True])
    """
    low, high = key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF
    words = np.array([low, high, low ^ high ^ _PARITY], np.uint32).view(np.int32)
    step = np.array([stream & 0xFFFFFFFF], np.uint32).view(np.int32)
    inputs = (words, _ROTATIONS, step)
    (bits,) = launch(
        threefry_loops,
        lambda key, rotations, stream: threefry_numpy(key, rotations, stream, count),
        inputs,
        ((count,),),
    )
    return bits
