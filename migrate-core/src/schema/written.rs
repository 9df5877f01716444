//! The statement with which an author created an object.

/// The statement that creates an object as its author wrote it, where it is known.
///
/// Comparisons do not ask: two values are equal whatever their statements are.
///
/// ```
/// use migrate_core::schema::Written;
/// let text = Written::new("CREATE TABLE a (x INT)");
/// assert_eq!(text, Written::default());
/// assert_eq!(text.text(), Some("CREATE TABLE a (x INT)"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Written(Option<Box<str>>);

impl Written {
    /// A statement.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Some(text.into().into_boxed_str()))
    }

    /// The statement; `None` where it is not known.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Changes the statement; `None` makes it unknown.
    pub fn change(&mut self, change: impl FnOnce(&str) -> Option<String>) {
        self.0 = self.0.take().and_then(|text| change(&text)).map(String::into_boxed_str);
    }
}

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Written {}
