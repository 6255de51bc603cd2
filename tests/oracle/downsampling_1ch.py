"""FB_ALY_Downsampling_1Ch from scratch."""


def expected(times, values, factor):
    kept = (len(values) - 1) // factor * factor
    return {"bNewResult": kept == len(values) - 1, "fOut": values[kept], "fbTimeLastSample": times[kept]}
