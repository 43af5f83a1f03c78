"""Learning from a review: decisions become ground truth, a checkpoint goes on from them."""
