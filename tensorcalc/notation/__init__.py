"""Index notation, read and written. Knows nothing of calculus, of arrays or of pictures; standard library only.

A line takes this way, and each stage is one file::

    text ─ scan_text ─┐                                   ┌─ printing ─ text, LaTeX
                      ├─ tokens ─ parser ─ syntax ─ scope ─ expression ─ lettering ─ writing ─ syntax ─┘
    LaTeX ─ scan_latex┘                       (ranges)

- ``tokens``, ``scan_text``, ``scan_latex``: one stream of tokens for each notation; ``names`` has the words.
- ``parser``: one grammar for both. Its result, ``syntax``, is what was written, with the place of every sign.
- ``scope``: what was meant. Free indices come from the left side; every other letter is summed over the innermost
  term that holds all its occurrences. What can be read in two ways is refused: ``errors`` has the table of rules.
- ``ranges``: axes that meet share a range. ``reading`` puts scope and ranges together: text to equations.
- ``expression``: a sum of terms, each ``coefficient · Σ_bound ∏ base^exponent``. Sums stand on the term,
  explicitly. A summed index is an object with a number of its own; its letter is for show. ``building`` makes
  expressions from expressions: substitution, products, powers; it renews the dummies of what is used twice and
  touches no others.
- ``lettering``, ``sizes``, ``flattening``, ``writing``, ``printing``: back again. A sum is left to the convention where
  reading the line finds it, helped by a one-tensor where needed, and written with a sum sign where the line could be
  misread. What is printed is read back as the same expression.
- ``matrices``, ``matrix_reading``: the dictionary of matrix notation, both ways.

>>> from tensorcalc.notation.reading import read
>>> from tensorcalc.notation.writing import write
>>> from tensorcalc.notation.printing import to_latex, to_text
>>> line = read("v_b = 1/H 1_h (x_bh - 1_h m_b)^2")[0]
>>> [idx.name for idx in line.free], [idx.name for idx in line.right.terms[0].bound]
(['b'], ['h'])
>>> to_text(write(line.right, line.free))
'1/H 1_h (x_bh - 1_h m_b)^2'
"""
