"""FB_ALY_BatchNShift_1Ch from scratch."""

FLOW = 1


def expected(values, size, mode):
    """(output values, bNewResult) after all these values."""
    count = len(values)
    if mode == FLOW:
        return (list(reversed(values)) + [0.0] * size)[:size], count >= size
    full = count // size
    batch = values[(full - 1) * size : full * size] if full else [0.0] * size
    return batch, count > 0 and count % size == 0
