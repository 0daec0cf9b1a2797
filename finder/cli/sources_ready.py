"""Who acts in every command about sources."""

#: Whoever may log in to the machine acts on the command line, alone and without asking a second person.
OPERATOR = "operator"
