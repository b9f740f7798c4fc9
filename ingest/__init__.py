"""Any source to an Article: readers, clean-up, and keeping the Library in step with its sources."""
