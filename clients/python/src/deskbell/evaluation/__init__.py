"""Scenarios: what a caller says, and what has to come back. `deskbell eval` plays them against a live server.

scenario     what a scenario holds
reading      from YAML, strictly
fresh        {name}, {phone}, {day} and the like: other ones each time, so that scenarios can be repeated
reply        what came back for a line of the caller's
facts        whether a text says something, however numbers and times are written
judge        what is wrong with a reply; pure
playing      the lines of a scenario, one after the other, and the answers to what the agent asks
run_chat     lines as messages of a chat
run_voice    lines as speech on a call
voices       who reads the caller's lines aloud
running      many scenarios: some at once, some again
report       a table, JSON, JUnit
"""
