"""Reads a delivered roster into canonical rows: sniffing, archives, declared mappings, national numbers, findings.

Pure: knows no database and no web. The parsing itself runs in a child process under memory and time limits (`child`),
since what it reads comes from outside; `process` starts the child and gives its frames.
"""
