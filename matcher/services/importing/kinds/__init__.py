"""The three kinds of lists: what each may say, whom a line means, and how it is written down."""
