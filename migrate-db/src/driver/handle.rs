//! A connection of our own or one of the application's pool.
//!
//! A pooled connection that was not given back in order (an error, a panic, a dropped future) is
//! closed instead of returned, so that nobody meets our open transaction or settings in it.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Database};

pub(super) enum Handle<DB: Database> {
    Owned(DB::Connection),
    Pooled(Pooled<DB>),
}

pub(super) struct Pooled<DB: Database> {
    connection: PoolConnection<DB>,
    in_order: bool,
}

impl<DB: Database> Handle<DB> {
    pub(super) fn pooled(connection: PoolConnection<DB>) -> Self {
        Self::Pooled(Pooled { connection, in_order: false })
    }

    /// Closes or gives back a connection whose session is as it was.
    pub(super) async fn give_back(self) -> sqlx::Result<()> {
        match self {
            Self::Owned(connection) => connection.close().await,
            Self::Pooled(mut pooled) => {
                pooled.in_order = true;
                Ok(())
            }
        }
    }
}

impl<DB: Database> Drop for Pooled<DB> {
    fn drop(&mut self) {
        if !self.in_order {
            self.connection.close_on_drop();
        }
    }
}

impl<DB: Database> Deref for Handle<DB> {
    type Target = DB::Connection;
    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Pooled(pooled) => &pooled.connection,
        }
    }
}

impl<DB: Database> DerefMut for Handle<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Pooled(pooled) => &mut pooled.connection,
        }
    }
}
