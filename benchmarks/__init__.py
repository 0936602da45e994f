"""Speed claims, as ratios against bare torch or a peer in the same run."""
