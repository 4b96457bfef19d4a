"""A reader of CSV as one automaton over characters, written without the standard library's."""


class Automaton:
    """States: start of a field, in a plain field, in a quoted one, behind a quote in it, and behind a CR."""

    def __init__(self, delimiter):
        self.delimiter, self.rows, self.row, self.field = delimiter, [], [], ""
        self.state, self.is_valid = "start", True

    def end_field(self):
        self.row.append(self.field)
        self.field, self.state = "", "start"

    def end_row(self):
        self.end_field()
        if self.row != [""]:
            self.rows.append(self.row)
        self.row = []

    def take(self, character):
        if self.state == "cr":
            self.state = "start"
            if character == "\n":
                return
        {"quoted": self.quoted, "quote": self.quote}.get(self.state, self.plain)(character)

    def quoted(self, character):
        if character == '"':
            self.state = "quote"
        else:
            self.field += character

    def quote(self, character):
        if character == '"':
            self.field, self.state = self.field + '"', "quoted"
        elif character in f"{self.delimiter}\r\n":
            self.plain(character)
        else:
            self.is_valid = False

    def plain(self, character):
        if character == self.delimiter:
            self.end_field()
        elif character in "\r\n":
            self.end_row()
            self.state = "cr" if character == "\r" else "start"
        elif character == '"' and self.state == "start":
            self.state = "quoted"
        else:
            self.field, self.state = self.field + character, "plain"


def rows(text, delimiter):
    """The rows that are not blank, or None if a quote is not closed or text follows it."""
    automaton = Automaton(delimiter)
    for character in text:
        automaton.take(character)
    if automaton.state == "quoted" or not automaton.is_valid:
        return None
    if automaton.row or automaton.field or automaton.state == "quote":
        automaton.end_row()
    return automaton.rows
