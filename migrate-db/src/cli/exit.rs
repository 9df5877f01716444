//! The exit codes: the only place where they are written.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// It did what was asked: 0.
    Done,
    /// It failed: 1.
    Failed,
    /// The call or the configuration is wrong; nothing was tried: 2.
    Usage,
    /// A question was answered no: something is pending, there are several heads, or a person
    /// said no: 3.
    No,
}

impl Exit {
    /// The number that the process ends with.
    ///
    /// ```
    /// assert_eq!(migrate_db::cli::Exit::No.code(), 3);
    /// ```
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::No => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
