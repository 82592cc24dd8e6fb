"""`make bench`: speed and memory of the product as ratios to a rival or a physical limit measured in the same run."""
