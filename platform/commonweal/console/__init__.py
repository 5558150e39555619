"""The console: the pages a link worker sees, and the frame that every page of a room stands in."""
