"""What can be wrong with data: one rule per kind of fault, with who mends it and how."""
