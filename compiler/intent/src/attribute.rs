/// The type of an attribute or annotation key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number between the two, inclusive.
    Int(i64, i64),
    /// A number between the two, inclusive; whole numbers count.
    Number(f64, f64),
    /// Any text.
    Text,
    /// An intent's name: kebab-case, 1 to 40 characters.
    Name,
    /// A path inside the repository, relative to the app's folder.
    Path,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `"512Mi"`.
    Size,
    /// `"30s"`.
    Duration,
    /// A cron expression or rate.
    Schedule,
    /// A list of one type.
    List(&'static Type),
    /// A map from text to one type.
    Map(&'static Type),
    /// A map with exactly these keys, all optional unless marked.
    Object(&'static [(&'static str, Type, bool)]),
    /// A GPU type with a count, or a list of them in order of preference.
    Gpu,
    /// The first of these that fits.
    Either(&'static [Type]),
}

/// One attribute of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Its name, in annotations, `klo.yaml` and rule packs alike.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// Whether annotations may set it.
    pub annotated: bool,
    /// The built-in default as people read it, for the documentation; empty when unset.
    pub default: &'static str,
    /// What it means, one sentence.
    pub doc: &'static str,
}
