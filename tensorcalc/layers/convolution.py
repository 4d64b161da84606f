"""Convolutions of sequences and of images. The steps are part of the statement, so each choice is a function."""

from ..execution.functions import Function, function


def convolution_1d(stride: int = 1, padding: int = 0, dilation: int = 1, grouped: bool = False) -> Function:
    """y_nkp = x_{n,c,sp+dr-q} w_kcr + 1_np bias_k, with stride s, dilation d and padding q.

    Parameters
    ----------
    stride, padding, dilation : int
    grouped : bool
        Whether x, w, bias and y have an axis g of groups before their channels.

    Returns
    -------
    Function
        Of x, w and bias. With padding, the size of p is to be given: ``sizes={"P": 7}``.

    Raises
    ------
    ValueError
        If a step is not positive, or the padding is negative.

    Examples
    --------
    >>> from tensorcalc.layers import convolution_1d
    >>> print(convolution_1d(stride=2, padding=1))
    y_nkp = x_{n,c,2p+r-1} w_kcr + 1_np bias_k
    """
    index = _affine("p", "r", stride, padding, dilation)
    g = "g" if grouped else ""
    comma = "g," if grouped else ""
    text = f"y_n{g}kp = x_{{n,{comma}c,{index}}} w_{g}kcr + 1_np bias_{g}k"
    return function(text, name="conv1d")


def convolution_2d(
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    grouped: bool = False,
) -> Function:
    """y_nkpq = x_{n,c,ap+dr-u,bq+es-v} w_kcrs + 1_npq bias_k: stride (a, b), dilation (d, e), padding (u, v).

    Parameters
    ----------
    stride, padding, dilation : pairs of int
    grouped : bool
        Whether x, w, bias and y have an axis g of groups before their channels.

    Returns
    -------
    Function
        Of x, w and bias. With padding, the sizes of p and q are to be given: ``sizes={"P": 7, "Q": 7}``.

    Raises
    ------
    ValueError
        If a step is not positive, or the padding is negative.

    Examples
    --------
    >>> from tensorcalc.layers import convolution_2d
    >>> print(convolution_2d(dilation=(1, 2)))
    y_nkpq = x_{n,c,p+r,q+2s} w_kcrs + 1_npq bias_k
    """
    rows = _affine("p", "r", stride[0], padding[0], dilation[0])
    columns = _affine("q", "s", stride[1], padding[1], dilation[1])
    g = "g" if grouped else ""
    comma = "g," if grouped else ""
    text = f"y_n{g}kpq = x_{{n,{comma}c,{rows},{columns}}} w_{g}kcrs + 1_npq bias_{g}k"
    return function(text, name="conv2d")


def _affine(position: str, tap: str, stride: int, padding: int, dilation: int) -> str:
    if stride < 1 or dilation < 1 or padding < 0:
        raise ValueError(f"stride {stride} and dilation {dilation} are at least 1, padding {padding} at least 0")
    terms = [f"{n if n > 1 else ''}{letter}" for n, letter in ((stride, position), (dilation, tap))]
    return "+".join(terms) + (f"-{padding}" if padding else "")


conv1d = convolution_1d()

conv2d = convolution_2d()
