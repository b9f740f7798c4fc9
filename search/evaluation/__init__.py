"""Measure ranking on collections with relevance judgments, through the product's own pipeline."""
