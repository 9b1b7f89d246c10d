//! Lines as prettier leaves them: as many things on a line as 80 columns hold, or each on its own.

/// The width that prettier fills.
const WIDTH: usize = 80;

/// Text with places where its lines may end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doc {
    /// Text without a line break.
    Text(String),
    /// A space, or a line break where its group does not fit.
    Line,
    /// Nothing, or a line break where its group does not fit.
    Soft,
    /// A line break; every group around it is broken.
    Hard,
    /// Text that stands only where its group is broken: a trailing comma.
    Broken(&'static str),
    /// One after the other.
    All(Vec<Doc>),
    /// Two columns further in.
    Indent(Box<Doc>),
    /// On one line, or broken at each of its own places.
    Group(Box<Doc>),
    /// Behind a space, or on a line of its own, further in, where it cannot even begin behind it.
    Behind(Box<Doc>),
}

impl Doc {
    /// Text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// One after the other.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::All(parts.into_iter().collect())
    }

    /// Two columns further in.
    pub(crate) fn indent(self) -> Self {
        Self::Indent(Box::new(self))
    }

    /// On one line if it fits.
    pub(crate) fn group(self) -> Self {
        Self::Group(Box::new(self))
    }

    /// Whether a line break is in it whatever the width.
    pub(crate) fn breaks(&self) -> bool {
        match self {
            Self::Hard => true,
            Self::All(parts) => parts.iter().any(Self::breaks),
            Self::Indent(inner) | Self::Group(inner) | Self::Behind(inner) => inner.breaks(),
            Self::Text(_) | Self::Line | Self::Soft | Self::Broken(_) => false,
        }
    }

    /// The text as it stands on one line; nothing where it cannot.
    pub(crate) fn flat(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Line => Some(" ".to_owned()),
            Self::Soft | Self::Broken(_) => Some(String::new()),
            Self::Hard => None,
            Self::All(parts) => parts.iter().map(Self::flat).collect(),
            Self::Indent(inner) | Self::Group(inner) => inner.flat(),
            Self::Behind(inner) => inner.flat().map(|text| format!(" {text}")),
        }
    }

    /// The lines, without one at the end.
    pub(crate) fn print(&self) -> String {
        let mut out = String::new();
        let mut column = 0;
        let mut todo = vec![(0_usize, false, self)];
        while let Some((indent, flat, doc)) = todo.pop() {
            match doc {
                Self::Text(text) => {
                    out.push_str(text);
                    column += text.chars().count();
                }
                Self::Line if flat => {
                    out.push(' ');
                    column += 1;
                }
                Self::Soft if flat => {}
                Self::Line | Self::Soft | Self::Hard => {
                    out.truncate(out.trim_end_matches(' ').len());
                    out.push('\n');
                    out.push_str(&" ".repeat(indent));
                    column = indent;
                }
                Self::Broken(text) => {
                    if !flat {
                        out.push_str(text);
                        column += text.len();
                    }
                }
                Self::All(parts) => {
                    todo.extend(parts.iter().rev().map(|part| (indent, flat, part)));
                }
                Self::Indent(inner) => todo.push((indent + 2, flat, inner)),
                Self::Behind(inner) => {
                    let space = Self::Text(" ".to_owned());
                    todo.push((indent, flat, inner));
                    if fits(WIDTH.saturating_sub(column), &space, &todo) {
                        out.push(' ');
                        column += 1;
                    } else {
                        todo.pop();
                        todo.push((indent + 2, flat, inner));
                        todo.push((indent + 2, false, &Self::Hard));
                    }
                }
                Self::Group(inner) => {
                    let flat = !inner.breaks() && fits(WIDTH.saturating_sub(column), inner, &todo);
                    todo.push((indent, flat, inner));
                }
            }
        }
        out
    }
}

/// Whether a group stands on the line with what follows it up to the next place for a break.
fn fits(room: usize, group: &Doc, rest: &[(usize, bool, &Doc)]) -> bool {
    let mut used = 0;
    let mut todo = vec![(true, group)];
    let mut rest = rest.iter().rev();
    loop {
        let Some((flat, doc)) = todo.pop() else {
            match rest.next() {
                Some((_, flat, doc)) => todo.push((*flat, doc)),
                None => return used <= room,
            }
            continue;
        };
        match doc {
            Doc::Text(text) => used += text.chars().count(),
            Doc::Line if flat => used += 1,
            Doc::Soft if flat => {}
            Doc::Line | Doc::Soft | Doc::Hard => return used <= room,
            Doc::Broken(text) => {
                if !flat {
                    used += text.len();
                }
            }
            Doc::All(parts) => todo.extend(parts.iter().rev().map(|part| (flat, part))),
            Doc::Indent(inner) => todo.push((flat, inner)),
            Doc::Behind(inner) => {
                used += 1;
                todo.push((flat, inner));
            }
            Doc::Group(inner) => todo.push((flat && !inner.breaks(), inner)),
        }
        if used > room {
            return false;
        }
    }
}
