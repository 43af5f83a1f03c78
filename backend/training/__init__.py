"""Training: datasets, augmentation, loss, one readable loop."""
