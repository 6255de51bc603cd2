"""Peaks and valleys of a list of values, looked up afresh after every value."""


def reversals(values, threshold):
    """(position, kind) of every reversal that these values confirm, kind +1 for a peak and -1 for a valley."""
    found, start, kind = [], 0, 0
    while True:
        nearest = None
        for wanted in (1, -1) if kind == 0 else (-kind,):
            place = start
            for i in range(start, len(values)):
                if wanted * values[i] > wanted * values[place]:
                    place = i
                if wanted * (values[place] - values[i]) > threshold:
                    if nearest is None or i < nearest[0]:
                        nearest = (i, place, wanted)
                    break
        if nearest is None:
            return found
        _, start, kind = nearest
        if start > 0:
            found.append((start, kind))
