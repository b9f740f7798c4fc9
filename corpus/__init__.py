"""The collection: articles, their passages, the Library that keeps them, and the sample articles."""
