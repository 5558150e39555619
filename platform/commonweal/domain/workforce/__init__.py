"""Link workers, and who works with whom."""
