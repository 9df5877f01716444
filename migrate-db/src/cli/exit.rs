//! The exit codes.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// The command succeeded: 0.
    Done,
    /// The command failed: 1.
    Failed,
    /// The command line or the configuration is wrong, and nothing was attempted: 2.
    Usage,
    /// The answer is no, because revisions are pending, there are several heads, or a prompt was
    /// declined: 3.
    No,
    /// SIGINT (Ctrl-C) stopped the command before its end: 130, as shells report it.
    Interrupted,
    /// SIGTERM stopped the command before its end: 143, as shells report it.
    Terminated,
}

impl Exit {
    /// Returns the exit code of the process.
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
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
