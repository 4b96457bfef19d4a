"""The kernel, tested without any IO."""
