//! What has to be evaluated again. Each part of a frame (an expression, a step, its parameters'
//! own values) remembers what it read, and is evaluated again only after some of that grew: the same
//! values give the same result, so that everything else would only be found once more.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::value::{FrameIx, Sym, ValueId};

/// A part of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part(u32);

/// Something that parts read and that may grow. What expressions are worth is kept with the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Cell {
    /// A variable of a frame.
    Var(FrameIx, Sym),
    /// What a frame returns.
    Returns(FrameIx),
    /// What a frame yields.
    Yields(FrameIx),
    /// The base classes of a class's body.
    Bases(FrameIx),
    /// The modules whose names a module takes over.
    Stars(FrameIx),
    /// A field of a value.
    Field(ValueId, Sym),
    /// Which fields a value has.
    Names(ValueId),
    /// Methods of a name that the project gives to types of libraries.
    Foreign(Sym),
}

/// When parts are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evaluation {
    /// After something grew that they read.
    WhenDue,
    /// Whenever their frame is: a test compares that this finds no more.
    #[cfg(test)]
    Always,
}

impl Evaluation {
    fn is_always(self) -> bool {
        self != Self::WhenDue
    }
}

/// The parts of all frames, and which of them are due.
#[derive(Debug)]
pub(crate) struct Pending {
    evaluation: Evaluation,
    due: Vec<bool>,
    readers: HashMap<Cell, Vec<Part>, RandomState>,
    /// The part that is being evaluated.
    current: Option<Part>,
    /// Whether that part read something whose growth it is not told of.
    reads_at_large: bool,
    /// How many parts were evaluated, each time counted.
    evaluated: u64,
}

impl Pending {
    /// No parts yet.
    pub(crate) fn new(evaluation: Evaluation) -> Self {
        Self {
            evaluation,
            due: Vec::new(),
            readers: HashMap::default(),
            current: None,
            reads_at_large: false,
            evaluated: 0,
        }
    }

    /// Numbers `count` parts of a new frame, which are all due; the number of the first.
    pub(crate) fn add(&mut self, count: usize) -> u32 {
        let first = self.due.len();
        self.due.resize(first + count, true);
        first as u32
    }

    /// Whether any of `count` parts from `first` on is due.
    pub(crate) fn any(&self, first: u32, count: usize) -> bool {
        self.evaluation.is_always() || self.due[first as usize..][..count].contains(&true)
    }

    /// Begins to evaluate a part; `false` when that is not due.
    pub(crate) fn begin(&mut self, number: u32) -> bool {
        let due = std::mem::take(&mut self.due[number as usize]) || self.evaluation.is_always();
        if due {
            self.evaluated += 1;
            self.current = Some(Part(number));
            self.reads_at_large = false;
        }
        due
    }

    /// The part was evaluated.
    pub(crate) fn end(&mut self) {
        if let Some(part) = self.current.take()
            && self.reads_at_large
        {
            self.call(part);
        }
    }

    /// The part that is being evaluated, for those who keep their readers themselves.
    pub(crate) fn current(&self) -> Option<Part> {
        self.current
    }

    /// Makes a part due.
    pub(crate) fn call(&mut self, part: Part) {
        self.due[part.0 as usize] = true;
    }

    /// Makes the part of a number due.
    pub(crate) fn call_number(&mut self, number: u32) {
        self.due[number as usize] = true;
    }

    /// The part that is being evaluated reads a cell.
    pub(crate) fn read(&mut self, cell: Cell) {
        if let Some(part) = self.current {
            let readers = self.readers.entry(cell).or_default();
            if readers.last() != Some(&part) {
                readers.push(part);
            }
        }
    }

    /// The part that is being evaluated reads something that is no cell. It stays due: it is
    /// evaluated whenever its frame is.
    pub(crate) fn read_at_large(&mut self) {
        self.reads_at_large = true;
    }

    /// How many parts were evaluated so far, each time counted.
    #[cfg(test)]
    pub(crate) fn evaluated(&self) -> u64 {
        self.evaluated
    }

    /// A cell grew.
    pub(crate) fn grew(&mut self, cell: Cell) {
        if let Some(readers) = self.readers.get_mut(&cell) {
            for part in readers.drain(..) {
                self.due[part.0 as usize] = true;
            }
        }
    }
}
