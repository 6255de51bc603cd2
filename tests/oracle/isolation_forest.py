"""An isolation forest as its file tells it, walked node by node; and forests without scikit-learn."""

import math
import random
import struct


def in_32_bits(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def length(tree, point):
    node = 0
    while tree["channel"][node]:
        value = in_32_bits(point[tree["channel"][node] - 1])
        node = tree["left"][node] if value <= tree["threshold"][node] else tree["right"][node]
    return tree["length"][node]


def score(content, point):
    """scikit-learn's score_samples of one point, from the content of a file."""
    total = 0.0
    for tree in content["trees"]:
        total += length(tree, point)
    return -math.pow(2.0, -(total / content["scale"]))


def random_content(seed, channels, trees=3, depth=4):
    """The content of a file with trees that were cut anywhere."""
    source = random.Random(seed)

    def grow(tree, level):
        node = len(tree["channel"])
        is_leaf = level == depth or source.random() < 0.2
        tree["channel"].append(0 if is_leaf else source.randint(1, channels))
        tree["threshold"].append(0.0 if is_leaf else source.choice([0.5, source.uniform(-2, 2)]))
        tree["length"].append(level + source.random() if is_leaf else 0.0)
        for side in ("left", "right"):
            tree[side].append(0)
        if not is_leaf:
            for side in ("left", "right"):
                tree[side][node] = grow(tree, level + 1)
        return node

    grown = []
    for _ in range(trees):
        grown.append({part: [] for part in ("channel", "threshold", "left", "right", "length")})
        grow(grown[-1], 0)
    about = {"made_by": "a test", "parameters": {}, "names": []}
    return {"channels": channels, "scale": 3.0 * trees, "offset": -0.5, "trees": grown, **about}
