"""FB_ALY_RandomCutForest from scratch: a forest of objects whose boxes are made from their points whenever needed.

Score, attribution and sample follow the description of AWS's random cut forest; the draws come in the order of the
block, from a generator of the same kind, so that both forests should be the same.
"""

import math

MASK = 2**64 - 1


def mixed(z):
    z &= MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Numbers:
    """SplitMix64, as numbers inside 0..1."""

    STEP = 0x9E3779B97F4A7C15

    def __init__(self, seed, which):
        self.state = mixed(mixed(seed + self.STEP) + (which + 1) * self.STEP)

    def share(self):
        self.state = (self.state + self.STEP) & MASK
        return ((mixed(self.state) >> 12) + 0.5) / 2**52


class Leaf:
    def __init__(self, point):
        self.point, self.mass, self.parent = point, 1, None

    def points(self):
        return [self.point]


class Node:
    def __init__(self, dimension, cut, left, right):
        self.dimension, self.cut, self.left, self.right, self.parent = dimension, cut, left, right, None
        left.parent = right.parent = self

    def points(self):
        return self.left.points() + self.right.points()

    def other(self, child):
        return self.right if child is self.left else self.left


def box_of(points):
    return [(min(column), max(column)) for column in zip(*points, strict=True)]


def gaps(box, x):
    """Per dimension how far x lies above and below the box."""
    return [(max(v - high, 0.0), max(low - v, 0.0)) for (low, high), v in zip(box, x, strict=True)]


def extent_of(box, x):
    return sum(above + below for above, below in gaps(box, x))


def span_of(box):
    return sum(high - low for low, high in box)


def cut_at(box, x, place):
    """The cut `place` along the gaps: (dimension, value)."""
    for k, ((above, below), (low, high)) in enumerate(zip(gaps(box, x), box, strict=True)):
        if place < above + below:
            start, end = (high, x[k]) if above else (x[k], low)
            return k, start + place if start + place < end else start
        place -= above + below
    raise AssertionError("beyond all gaps")


class Tree:
    def __init__(self, numbers):
        self.root, self.numbers, self.mass = None, numbers, 0

    def reach(self, x):
        """The leaf for x and its depth."""
        found, depth = self.root, 0
        while isinstance(found, Node):
            found = found.left if x[found.dimension] <= found.cut else found.right
            depth += 1
        return found, depth

    def replace(self, parent, old, new):
        new.parent = parent
        if parent is None:
            self.root = new
        elif parent.left is old:
            parent.left = new
        else:
            parent.right = new

    def insert(self, x):
        self.mass += 1
        if self.root is None:
            self.root = Leaf(x)
            return self.root
        node, _ = self.reach(x)
        if node.point == x:
            node.mass += 1
            return node
        chosen = None
        while node is not None:
            box = box_of(node.points())
            extent = extent_of(box, x)
            if extent == 0:
                break
            place = self.numbers.share() * (span_of(box) + extent)
            if place < extent:
                chosen = node, cut_at(box, x, place)
            node = node.parent
        below, (dimension, cut) = chosen
        leaf, parent = Leaf(x), below.parent
        pair = (leaf, below) if x[dimension] <= cut else (below, leaf)
        self.replace(parent, below, Node(dimension, cut, *pair))
        return leaf

    def delete(self, leaf):
        self.mass -= 1
        leaf.mass -= 1
        if leaf.mass == 0 and leaf.parent is None:
            self.root = None
        elif leaf.mass == 0:
            self.replace(leaf.parent.parent, leaf.parent, leaf.parent.other(leaf))

    def score(self, x):
        leaf, depth = self.reach(x)
        if leaf.point == x:
            return (1 - leaf.mass / (2 * self.mass)) / (depth + math.log2(leaf.mass + 1))
        score, node = 1 / (depth + 1), leaf.parent
        while node is not None:
            depth -= 1
            box = box_of(node.points())
            q = extent_of(box, x) / (span_of(box) + extent_of(box, x))
            score = q / (depth + 1) + (1 - q) * score
            node = node.parent
        return score

    def attribution(self, x):
        """Per dimension [high, low], the recursion of the score with q divided."""
        leaf, depth = self.reach(x)
        score = self.score(x)
        seen = leaf.point == x
        if seen:
            parts = [[score / (2 * len(x))] * 2 for _ in x]
        else:
            extent = extent_of(box_of([leaf.point]), x)
            parts = [[g / extent / (depth + 1) for g in pair] for pair in gaps(box_of([leaf.point]), x)]
        below, node, siblings = leaf, leaf.parent, []
        while node is not None:
            depth -= 1
            siblings += node.other(below).points()
            box = box_of(siblings if seen else node.points())
            extent = extent_of(box, x)
            if extent == 0:
                break
            whole = span_of(box) + extent
            for part, pair in zip(parts, gaps(box, x), strict=True):
                for way in (0, 1):
                    part[way] = pair[way] / whole / (depth + 1) + (1 - extent / whole) * part[way]
            below, node = node, node.parent
        scale = score / sum(map(sum, parts))
        return [[p * scale for p in part] for part in parts]


class Sampled:
    """A tree with its sample: entries (weight, leaf)."""

    def __init__(self, capacity, decay, numbers):
        self.tree, self.entries = Tree(numbers), []
        self.capacity, self.decay, self.numbers, self.hazard = capacity, decay, numbers, 0.0

    def learn(self, x, number):
        if len(self.entries) < self.capacity:
            weight = math.log(-math.log(self.numbers.share())) - self.decay * number
        else:
            largest = max(self.entries, key=lambda e: e[0])
            limit = math.exp(largest[0] + self.decay * number)
            self.hazard -= limit
            if self.hazard > 0:
                return
            weight = math.log(-math.log1p(self.numbers.share() * math.expm1(-limit))) - self.decay * number
            self.tree.delete(largest[1])
            self.entries.remove(largest)
        self.entries.append((weight, self.tree.insert(x)))
        if len(self.entries) == self.capacity:
            self.hazard = -math.log(self.numbers.share())


class RandomCutForest:
    def __init__(self, channels, trees, capacity, shingle, time_decay, seed, delay):
        decay = 1 / time_decay if time_decay else 0.0
        self.channels, self.shingle, self.decay = channels, shingle, decay
        self.trees = [Sampled(capacity, decay, Numbers(seed, which)) for which in range(trees)]
        self.delay, self.number, self.rows = delay or max(capacity // 4, 1), 0, []

    def call(self, row, learn):
        """(score, high and low per channel), or None while learning."""
        self.rows = [*self.rows, list(row)][-self.shingle :]
        if len(self.rows) < self.shingle:
            return None
        x = [value for one in self.rows for value in one]
        found = self.judge(x) if self.number >= self.delay else None
        if learn:
            self.number += 1
            for sampled in self.trees:
                sampled.learn(x, self.number)
        return found

    def judge(self, x):
        score, high, low = 0.0, [0.0] * self.channels, [0.0] * self.channels
        for tree in (sampled.tree for sampled in self.trees):
            factor = math.log2(tree.mass + 1) / len(self.trees)
            score += tree.score(x) * factor
            for k, (above, below) in enumerate(tree.attribution(x)):
                high[k % self.channels] += above * factor
                low[k % self.channels] += below * factor
        return score, high, low


def deviations_threshold(scores, time_decay, factor):
    """Mean and standard deviations of the scores so far, each with exp(-age / time decay)."""
    weights = [math.exp(-age / time_decay) if time_decay else 1.0 for age in range(len(scores))][::-1]
    mean = sum(w * s for w, s in zip(weights, scores, strict=True)) / sum(weights)
    variance = sum(w * (s - mean) ** 2 for w, s in zip(weights, scores, strict=True)) / sum(weights)
    return mean + factor * math.sqrt(variance)


def quantile_threshold(scores, time_decay, share):
    """The smallest score with at least `share` of the weight at or below it."""
    pairs = sorted((s, math.exp(-age / time_decay) if time_decay else 1.0) for age, s in enumerate(reversed(scores)))
    wanted, total = share * sum(w for _, w in pairs), 0.0
    for score, weight in pairs:
        total += weight
        if total >= wanted:
            return score
    return pairs[-1][0]
