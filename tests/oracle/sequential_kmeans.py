"""FB_ALY_SequentialKMeans from scratch: every cluster keeps all its points, and its centre is their mean."""

import math


class SequentialKMeans:
    def __init__(self, centres, buffer_size, iterations):
        self.centres = [list(c) for c in centres]
        self.members = [[] for _ in centres]
        self.buffer, self.buffer_size, self.iterations = [], buffer_size, iterations

    def nearest(self, point):
        """(index, distance) of the nearest centre."""
        squares = [sum((a - b) ** 2 for a, b in zip(point, c, strict=True)) for c in self.centres]
        index = squares.index(min(squares))
        return index, math.sqrt(squares[index])

    def call(self, point, learn):
        found = self.nearest(point)
        if learn:
            self.buffer.append(point)
            if len(self.buffer) == self.buffer_size:
                self.update()
                self.buffer = []
        return found

    def update(self):
        older = [list(m) for m in self.members]
        for _ in range(self.iterations):
            labels = [self.nearest(point)[0] for point in self.buffer]
            self.members = [list(m) for m in older]
            for point, label in zip(self.buffer, labels, strict=True):
                self.members[label].append(point)
            for j, members in enumerate(self.members):
                if members:
                    self.centres[j] = [math.fsum(column) / len(members) for column in zip(*members, strict=True)]
