"""The pure rules of evaluation."""
