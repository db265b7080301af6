"""One file, one operator: its title, the kinds it compares, its meaning in Python and in SQL, and examples."""
