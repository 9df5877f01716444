//! The meaning of single bytes and short runs of them for the lexer.

/// The first byte of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Space,
    Word,
    Digit,
    Quote,
    DoubleQuote,
    Backtick,
    Bracket,
    Dollar,
    Dot,
    Semicolon,
    Parameter,
    Colon,
    Hash,
    Dash,
    Slash,
    Operator,
    Single,
}

pub(super) const CLASS: [Class; 256] = {
    let mut table = [Class::Single; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | b'\t'..=b'\r' => Class::Space,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80..=0xff => Class::Word,
            b'0'..=b'9' => Class::Digit,
            b'\'' => Class::Quote,
            b'"' => Class::DoubleQuote,
            b'`' => Class::Backtick,
            b'[' => Class::Bracket,
            b'$' => Class::Dollar,
            b'.' => Class::Dot,
            b';' => Class::Semicolon,
            b'?' | b'@' => Class::Parameter,
            b':' => Class::Colon,
            b'#' => Class::Hash,
            b'-' => Class::Dash,
            b'/' => Class::Slash,
            b'+' | b'*' | b'<' | b'>' | b'=' | b'~' | b'!' | b'%' | b'^' | b'&' | b'|' => {
                Class::Operator
            }
            _ => Class::Single,
        };
        byte += 1;
    }
    table
};

/// Operators of more than one character where users cannot define their own; longer ones first.
pub(super) const OPERATORS: [&[u8]; 13] =
    [b"->>", b"<=>", b"->", b"<=", b">=", b"<>", b"!=", b"==", b"<<", b">>", b"||", b"&&", b":="];

pub(super) const fn continues_word(byte: u8) -> bool {
    matches!(CLASS[byte as usize], Class::Word | Class::Digit | Class::Dollar)
}

pub(super) const fn continues_operator(byte: u8) -> bool {
    matches!(
        CLASS[byte as usize],
        Class::Operator
            | Class::Dash
            | Class::Slash
            | Class::Hash
            | Class::Backtick
            | Class::Parameter
    )
}

/// Returns the length of the user-definable operator at the start of `rest`: all operator
/// characters up to a comment. A `+` or `-` at the end is a sign unless the operator contains a
/// character that standard operators lack.
pub(super) fn custom_operator(rest: &[u8]) -> usize {
    let mut length = 1;
    while length < rest.len()
        && continues_operator(rest[length])
        && !rest[length..].starts_with(b"--")
        && !rest[length..].starts_with(b"/*")
    {
        length += 1;
    }
    let extended =
        |b: &u8| matches!(b, b'~' | b'!' | b'@' | b'#' | b'%' | b'^' | b'&' | b'|' | b'`' | b'?');
    if !rest[..length].iter().any(extended) {
        while length > 1 && matches!(rest[length - 1], b'+' | b'-') {
            length -= 1;
        }
    }
    length
}

/// Returns `true` if a token that starts with a digit is a name where such names exist: not digits
/// alone, nor with an exponent, nor a hexadecimal or binary number.
pub(super) fn is_digit_name(word: &[u8]) -> bool {
    let digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    let mut parts = word.splitn(2, |b| matches!(b, b'e' | b'E'));
    let number = parts.all(digits)
        || word.strip_prefix(b"0x").is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit))
        || word.strip_prefix(b"0b").is_some_and(|b| b.iter().all(|b| matches!(b, b'0' | b'1')));
    !number
}
