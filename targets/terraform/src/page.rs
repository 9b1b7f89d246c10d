//! Pages of numbered steps.

use klo_plan::capitalized;

use crate::review::text;

/// A page of numbered steps.
pub struct Page {
    /// What stands on it so far.
    pub text: String,
    steps: usize,
}

impl Page {
    /// A page that begins with `head`.
    pub fn new(head: &str) -> Self {
        Self {
            text: head.to_owned(),
            steps: 0,
        }
    }

    /// Adds a step: its title, what there is to say, and the lines to run.
    pub fn step(&mut self, title: &str, about: &str, lines: &[&str]) {
        self.steps += 1;
        let about = if about.is_empty() {
            String::new()
        } else {
            format!("{about}\n\n")
        };
        let lines = lines.join("\n");
        // A fence is longer than any run of backticks in what it encloses.
        let longest = lines.split(|c| c != '`').map(str::len).max();
        let fence = "`".repeat(longest.unwrap_or_default().max(2) + 1);
        self.text.push_str(&format!(
            "\n## {}. {title}\n\n{about}{fence}sh\n{lines}\n{fence}\n",
            self.steps,
        ));
    }

    /// The page.
    pub fn finish(self) -> String {
        self.text
    }
}

/// Adds a step for each command: what it does, and its lines.
pub fn commands(page: &mut Page, commands: &[(String, String)]) {
    for (what, line) in commands {
        let title = capitalized(&text(what.trim_end_matches('.')));
        page.step(&title, "", &[line]);
    }
}
