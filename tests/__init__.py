"""What the product promises, tested with real parts."""
