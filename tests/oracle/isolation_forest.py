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
    return {
        "made_by": "a test",
        "channels": channels,
        "scale": 3.0 * trees,
        "offset": -0.5,
        "names": [],
        "trees": grown,
    }


def flat(content):
    """The same as learnt data have it: one list for each part, the trees one after the other."""
    trees = content["trees"]
    parts = {part: [value for tree in trees for value in tree[part]] for part in trees[0]}
    others = {name: value for name, value in content.items() if name != "trees"}
    return others | {"nodes": [len(tree["channel"]) for tree in trees]} | parts


def content_of(file):
    """What the JSON of a file tells, tree by tree."""
    columns, trees = dict(file["columns"]), []
    names, nodes = columns.pop("names"), columns.pop("nodes")
    for count in nodes:
        trees.append({part: values[:count] for part, values in columns.items()})
        columns = {part: values[count:] for part, values in columns.items()}
    return file["header"] | {"names": names, "trees": trees}
