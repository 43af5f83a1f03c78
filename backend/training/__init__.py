"""Training: datasets, augmentation, loss, one readable loop."""

# Of `backend.training.loss.LOSSES`, for a command line that does not import torch.
LOSS_NAMES = ("published", "even")
