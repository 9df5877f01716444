//! Finds the end of a stored program that is written without a DELIMITER.
//!
//! Words such as IF, CASE, END or REPEAT open and close blocks only at the beginning of a
//! statement; elsewhere they are functions, expressions or names. The module therefore tracks the
//! beginnings of statements, and nothing else of the language.

/// The header of a stored program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// PROCEDURE or FUNCTION: parameters in parentheses, then characteristics.
    Routine,
    /// TRIGGER: all up to FOR EACH ROW.
    Trigger,
    /// EVENT: all up to DO.
    Event,
}

/// Reads one statement, token by token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    place: Place,
    /// Open blocks.
    depth: u32,
    /// Open CASE expressions in the current inner statement.
    cases: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// BEGIN was the first word: a block if NOT ATOMIC follows.
    FirstBegin,
    /// In the header of a routine, up to the end of its parameters: open parentheses.
    Parameters(u32),
    /// After the parameters.
    Characteristics(After),
    /// In the header of a trigger.
    TriggerHead { each: bool },
    /// After FOR EACH ROW, where FOLLOWS or PRECEDES may follow; whether a name is due.
    TriggerOrder { name: bool },
    /// In the header of an event.
    EventHead,
    /// A statement begins here.
    Start,
    /// After the first word of a statement, which may be a label.
    First,
    /// Within a statement.
    Inside,
    /// In the condition of a loop, up to DO.
    Condition,
    /// In the condition after UNTIL, up to END.
    Until,
    /// After END, up to the semicolon.
    Ended,
    /// In a DECLARE; whether HANDLER was the last word.
    Declare { handler: bool },
    /// In the conditions of a handler; whether one is due.
    Handler { due: bool },
}

/// The last token of a routine's characteristics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Any,
    /// A word whose operand is the next token, whatever it is.
    Operand,
    /// CHAR or CHARACTER, which SET may follow.
    Character,
}

/// A token: the lower-case word or nothing, and its symbol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The word in lower case; empty if it cannot be a keyword.
    pub(super) word: &'a str,
    /// The symbol; 0 for other tokens.
    pub(super) symbol: u8,
    /// Whether it is a name, quoted or not.
    pub(super) name: bool,
}

impl Program {
    /// Starts after the word for the kind of program.
    pub(super) const fn new(header: Header) -> Self {
        let place = match header {
            Header::Routine => Place::Parameters(0),
            Header::Trigger => Place::TriggerHead { each: false },
            Header::Event => Place::EventHead,
        };
        Self { place, depth: 0, cases: 0 }
    }

    /// Starts a statement outside of stored programs whose first word is `word`, if it can contain
    /// others.
    pub(super) fn compound(word: &str) -> Option<Self> {
        let mut program = Self { place: Place::FirstBegin, depth: 0, cases: 0 };
        match word {
            "begin" => {}
            "if" | "case" | "loop" | "repeat" | "while" | "for" => program.start(word),
            _ => return None,
        }
        Some(program)
    }

    /// The number of open blocks.
    pub(super) const fn depth(&self) -> u32 {
        self.depth
    }

    /// Reads a semicolon and returns `true` if it ends the whole statement.
    pub(super) fn semicolon(&mut self) -> bool {
        self.cases = 0;
        self.place = Place::Start;
        self.depth == 0
    }

    /// Reads any other token.
    pub(super) fn token(&mut self, seen: Seen<'_>) {
        let Seen { word, symbol, .. } = seen;
        match self.place {
            Place::FirstBegin => match word {
                "not" => {}
                "atomic" => self.start("begin"),
                _ => self.place = Place::Ended,
            },
            Place::Parameters(open) => {
                self.place = match symbol {
                    b'(' => Place::Parameters(open + 1),
                    b')' if open <= 1 => Place::Characteristics(After::Any),
                    b')' => Place::Parameters(open - 1),
                    _ => return,
                }
            }
            Place::Characteristics(after) => self.characteristic(after, seen),
            Place::TriggerHead { each } => {
                self.place = if each && word == "row" {
                    Place::TriggerOrder { name: false }
                } else {
                    Place::TriggerHead { each: word == "each" }
                }
            }
            Place::TriggerOrder { name: true } => self.place = Place::Start,
            Place::TriggerOrder { name: false } => match word {
                "follows" | "precedes" => self.place = Place::TriggerOrder { name: true },
                _ => self.begin(seen),
            },
            Place::EventHead if word == "do" => self.place = Place::Start,
            Place::Start => self.begin(seen),
            Place::First if symbol == b':' => self.place = Place::Start,
            Place::First => {
                self.place = Place::Inside;
                self.inside(word);
            }
            Place::Inside | Place::Condition | Place::Until => self.inside(word),
            Place::Declare { handler: true } if word == "for" => {
                self.place = Place::Handler { due: true };
            }
            Place::Declare { .. } => self.place = Place::Declare { handler: word == "handler" },
            Place::Handler { due: true } => {
                let due = matches!(word, "not" | "sqlstate" | "value");
                self.place = Place::Handler { due };
            }
            Place::Handler { due: false } if symbol == b',' => {
                self.place = Place::Handler { due: true };
            }
            Place::Handler { due: false } => self.begin(seen),
            Place::EventHead | Place::Ended => {}
        }
    }

    fn characteristic(&mut self, after: After, seen: Seen<'_>) {
        let after = match (after, seen.word) {
            (After::Operand, _) => After::Any,
            (After::Character, "set") | (_, "returns" | "charset" | "collate") => After::Operand,
            (_, "char" | "character") => After::Character,
            // Characteristics, and what the names of types are made of.
            (
                _,
                "comment" | "language" | "sql" | "not" | "deterministic" | "contains" | "no"
                | "reads" | "modifies" | "data" | "security" | "definer" | "invoker" | "is" | "as"
                | "unsigned" | "signed" | "zerofill" | "binary" | "ascii" | "unicode" | "precision"
                | "varying" | "varchar" | "varbinary",
            ) => After::Any,
            _ if seen.name => return self.begin(seen),
            _ => After::Any,
        };
        self.place = Place::Characteristics(after);
    }

    /// The first token of a statement.
    fn begin(&mut self, seen: Seen<'_>) {
        if seen.word.is_empty() {
            self.place = if seen.name { Place::First } else { Place::Inside };
        } else {
            self.start(seen.word);
        }
    }

    /// The first word of a statement.
    fn start(&mut self, word: &str) {
        self.place = match word {
            "begin" | "loop" | "repeat" => {
                self.depth += 1;
                Place::Start
            }
            "if" | "case" => {
                self.depth += 1;
                Place::Inside
            }
            "while" | "for" => {
                self.depth += 1;
                Place::Condition
            }
            "else" => Place::Start,
            "elseif" | "when" => Place::Inside,
            "until" => Place::Until,
            "declare" => Place::Declare { handler: false },
            "end" => {
                self.depth = self.depth.saturating_sub(1);
                Place::Ended
            }
            _ => Place::First,
        };
    }

    fn inside(&mut self, word: &str) {
        match word {
            "case" => self.cases += 1,
            "end" if self.cases > 0 => self.cases -= 1,
            "end" if self.place == Place::Until => self.start("end"),
            "then" if self.cases == 0 => self.place = Place::Start,
            "do" if self.place == Place::Condition => self.place = Place::Start,
            _ => {}
        }
    }
}
