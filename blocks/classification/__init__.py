"""The vendor's category Classification: classes, histograms, sections, curves and step responses."""
