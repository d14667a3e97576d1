"""A simulated chain of stores: coherent documents, planted defects, and the key to both."""
