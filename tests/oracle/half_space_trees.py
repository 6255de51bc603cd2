"""Half-space trees as nested nodes, drawn and walked one by one; masses are swapped at the end of a window."""

import random


class Node:
    def __init__(self):
        self.latest = self.reference = 0
        self.channel = self.threshold = self.left = self.right = None


def grow(source, ranges, height):
    """A tree over the ranges [(low, high), ...]; draws for a node, then for its left, then for its right part."""
    node = Node()
    if height == 0:
        return node
    widths = [high - low for low, high in ranges]
    node.channel = source.choices(range(len(ranges)), weights=widths)[0]
    low, high = ranges[node.channel]
    margin = 0.15 * (high - low)
    node.threshold = source.uniform(low + margin, high - margin)
    before, after = ranges[: node.channel], ranges[node.channel + 1 :]
    node.left = grow(source, [*before, (low, node.threshold), *after], height - 1)
    node.right = grow(source, [*before, (node.threshold, high), *after], height - 1)
    return node


def path(node, point):
    while node is not None:
        yield node
        if node.channel is None:
            return
        node = node.left if point[node.channel] < node.threshold else node.right


def every(node):
    if node is not None:
        yield node
        yield from every(node.left)
        yield from every(node.right)


class HalfSpaceTrees:
    def __init__(self, trees, height, window, seed, ranges):
        source = random.Random(seed)
        self.roots = [grow(source, list(ranges), height) for _ in range(trees)]
        self.height, self.window = height, window
        self.learnt = 0

    def score(self, point):
        if self.learnt < self.window:
            return 0.0
        total = 0.0
        for root in self.roots:
            found = 0.0
            for depth, node in enumerate(path(root, point)):
                found += node.reference * 2**depth
                if node.reference < 0.1 * self.window:
                    break
            total += found
        return 1 - total / (len(self.roots) * self.window * (2 ** (self.height + 1) - 1))

    def learn(self, point):
        for root in self.roots:
            for node in path(root, point):
                node.latest += 1
        self.learnt += 1
        if self.learnt % self.window == 0:
            for root in self.roots:
                for node in every(root):
                    node.reference, node.latest = node.latest, 0
