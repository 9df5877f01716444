//! Recognises databases that look like production.
//!
//! Caution comes first: a database on another host counts, whatever its name.

use crate::database::Database;
use crate::driver;

impl Database {
    /// Returns why the database looks like production; `None` if it does not. Reasons are a server
    /// on another machine, and a word of its URL, its name or the path of its file: `prod`,
    /// `shop_prod`, `production`, `prd`, `live`.
    ///
    /// ```
    /// # #[cfg(feature = "postgres")] {
    /// let database = |url| migrate_db::Database::from_url(url).unwrap();
    /// assert_eq!(database("postgres://ada@localhost/app").production(), None);
    /// assert!(database("postgres://ada@localhost/app_prod").production().is_some());
    /// assert!(database("postgres://ada@db.example.org/app").production().is_some());
    /// # }
    /// ```
    #[doc(hidden)]
    #[must_use]
    pub fn production(&self) -> Option<String> {
        let host = driver::host(&self.source);
        if let Some(host) = host.filter(|host| !is_local(host)) {
            return Some(format!("its server is another machine, {host}"));
        }
        let name = self.name();
        if let Some(word) = word_of_production(&name) {
            return Some(format!("its name says `{word}`"));
        }
        let real = driver::real_name(&self.source).unwrap_or_default();
        let url = self.to_string();
        let url = url.split_once(':').map_or("", |(_, rest)| rest);
        let word = [url, real.as_str()].into_iter().find_map(word_of_production)?;
        let what = if self.dialect().admin().databases.is_some() { "URL" } else { "path" };
        Some(format!("its {what} says `{word}`"))
    }
}

/// Returns `true` if a host is this machine: by name, by address, or as a socket.
fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    loopback || host.is_empty() || host.starts_with('/') || host.eq_ignore_ascii_case("localhost")
}

fn word_of_production(name: &str) -> Option<&str> {
    name.split(|c: char| !c.is_alphabetic()).find(|word| {
        let word = word.to_ascii_lowercase();
        word.ends_with("prod") || ["production", "prd", "live"].contains(&word.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_name_says_so() {
        for name in
            ["prod", "shop_prod", "PRODUCTION", "shopprod", "prod2", "eu-live", "/srv/prd/app.db"]
        {
            assert!(word_of_production(name).is_some(), "{name}");
        }
        for name in ["app", "products", "product_catalog", "delivery", "app_test", "reproduction"] {
            assert_eq!(word_of_production(name), None, "{name}");
        }
    }

    #[test]
    fn only_this_machine_is_local() {
        for host in
            ["localhost", "LocalHost", "127.0.0.1", "127.8.0.1", "::1", "[::1]", "/run/pg", ""]
        {
            assert!(is_local(host), "{host}");
        }
        for host in ["db", "db.example.org", "10.0.0.7", "localhost.example.org", "fe80::1"] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn every_part_of_a_url_counts() {
        let of = |url| Database::from_url(url).unwrap().production();
        for url in [
            "postgres://app_prod@localhost/app",
            "postgres://ada@localhost/app?application_name=prod-proxy",
            "postgres:///app?host=/run/prod",
        ] {
            assert_eq!(of(url).unwrap(), "its URL says `prod`", "{url}");
        }
        assert_eq!(of("postgres://ada@localhost/app"), None);
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_file_counts_by_its_path() {
        let of = |url| Database::from_url(url).unwrap().production();
        assert_eq!(of("sqlite:app.db"), None);
        assert_eq!(of("sqlite:/srv/prod/app.db").unwrap(), "its path says `prod`");
        assert_eq!(of("sqlite:/srv/prod.db").unwrap(), "its name says `prod`");
    }
}
