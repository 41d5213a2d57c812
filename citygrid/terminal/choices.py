VERSION = 1  # of what a phone is told; raised when a copy that a phone kept can no longer be read
