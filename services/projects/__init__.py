"""The projects service: templates, projects, phases, activities, gates and the signals that gates read.

It owns no units and no persons: units are copied from sync by id, people are account ids of identity.
"""
