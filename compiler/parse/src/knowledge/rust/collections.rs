//! Lists and maps of the standard library and of crates that are used alike, and their iterators.

/// Collections by the names of their types.
const COLLECTIONS: &[&str] = &[
    "Vec",
    "VecDeque",
    "LinkedList",
    "BinaryHeap",
    "HashSet",
    "BTreeSet",
    "IndexSet",
    "FxHashSet",
    "DashSet",
    "SmallVec",
    "ArrayVec",
];

/// The same whose values are found by keys.
const MAPS: &[&str] = &["HashMap", "BTreeMap", "IndexMap", "FxHashMap", "DashMap"];

/// Crates that such types come from; a path may begin with any module of theirs.
const CRATES: &[&str] = &[
    "std.",
    "alloc.",
    "dashmap.",
    "indexmap.",
    "hashbrown.",
    "smallvec.",
    "arrayvec.",
    "rustc_hash.",
    "ahash.",
];

/// What makes a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    List,
    Map,
}

/// The collection that a function makes, by its path without [`super::CRATE`].
pub(crate) fn makes_collection(path: &str) -> Option<Collection> {
    let (ty, function) = path.rsplit_once('.')?;
    let makes = matches!(
        function,
        "new" | "with_capacity" | "default" | "from" | "from_iter" | "with_hasher"
    );
    if !makes || !CRATES.iter().any(|from| ty.starts_with(from)) {
        return None;
    }
    let name = ty.rsplit('.').next().unwrap_or(ty);
    if COLLECTIONS.contains(&name) {
        Some(Collection::List)
    } else if MAPS.contains(&name) {
        Some(Collection::Map)
    } else {
        None
    }
}

/// What a method does with a collection that it is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Puts its argument in.
    Push,
    /// Puts its last argument in, at the place that the first says.
    Insert,
    /// Puts in what its argument holds.
    Extend,
    /// Is one of what it holds, at the place that its argument says.
    At,
    /// Is one of what it holds, or what the argument makes, which is put in.
    OrMake,
    /// The place of a key: the collection again.
    Entry,
    /// Is one of what it holds.
    Any,
    /// Is a collection of what it holds.
    All,
}

/// The method of a collection that is called so, with so many arguments.
pub(crate) fn collection_access(name: &str, arguments: usize) -> Option<Access> {
    Some(match (name, arguments) {
        ("push" | "push_back" | "push_front", 1) | ("insert" | "replace", 1) => Access::Push,
        ("insert" | "insert_sorted", 2) => Access::Insert,
        ("extend" | "append" | "extend_from_slice", 1) => Access::Extend,
        ("get" | "get_mut" | "remove" | "swap_remove" | "shift_remove" | "get_or_insert", 1) => {
            Access::At
        }
        ("or_insert" | "or_insert_with" | "or_insert_with_key" | "or_try_insert_with", 1)
        | ("or_default", 0) => Access::OrMake,
        ("entry" | "and_modify", 1) => Access::Entry,
        (
            "first" | "last" | "first_mut" | "last_mut" | "pop" | "pop_front" | "pop_back"
            | "front" | "back" | "front_mut" | "back_mut" | "peek" | "next" | "value" | "value_mut"
            | "pop_first" | "pop_last",
            0,
        ) => Access::Any,
        ("values" | "values_mut" | "into_values" | "rev", 0)
        | ("drain" | "split_off" | "chunks" | "windows" | "take" | "skip", 1) => Access::All,
        _ => return None,
    })
}

/// What an iterator's method makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adapter {
    /// An iterator over the same values.
    Same,
    /// The same over those that its closure, called with each, lets pass.
    Chosen,
    /// One of the values; its closure, where it has one, is called with each.
    One,
    /// Nothing that is followed; its closure is called with each value.
    Told,
    /// What its closure makes of each.
    Mapped,
    /// What its closure makes of what it made before and of each.
    Folded,
    /// Pairs of a number and a value.
    Numbered,
    /// Pairs of its values and the argument's.
    Zipped,
    /// Its values and the argument's.
    Chained,
}

impl Adapter {
    /// Whether what it makes is an iterator again.
    pub(crate) fn is_iterator(self) -> bool {
        !matches!(self, Self::One | Self::Told | Self::Folded)
    }
}

/// Whether a method makes an iterator of a collection.
pub(crate) fn begins_iterator(name: &str, arguments: usize) -> bool {
    match arguments {
        0 => matches!(
            name,
            "iter"
                | "iter_mut"
                | "into_iter"
                | "par_iter"
                | "par_iter_mut"
                | "into_par_iter"
                | "values"
                | "values_mut"
                | "into_values"
        ),
        1 => name == "drain",
        _ => false,
    }
}

/// A method of iterators that is called so, with so many arguments.
pub(crate) fn adapter(name: &str, arguments: usize) -> Option<Adapter> {
    Some(match (name, arguments) {
        ("rev" | "peekable" | "cycle" | "cloned" | "copied" | "by_ref" | "fuse", 0)
        | ("skip" | "take" | "step_by", 1) => Adapter::Same,
        ("filter" | "skip_while" | "take_while" | "inspect" | "sorted_by_key" | "sorted_by", 1) => {
            Adapter::Chosen
        }
        ("next" | "last" | "min" | "max", 0)
        | ("nth" | "find" | "min_by_key" | "max_by_key" | "min_by" | "max_by", 1) => Adapter::One,
        ("any" | "all" | "position" | "for_each" | "try_for_each" | "partition", 1) => {
            Adapter::Told
        }
        ("map" | "filter_map" | "flat_map" | "map_while" | "find_map", 1) => Adapter::Mapped,
        ("fold" | "try_fold" | "scan", 2) => Adapter::Folded,
        ("enumerate", 0) => Adapter::Numbered,
        ("zip", 1) => Adapter::Zipped,
        ("chain", 1) => Adapter::Chained,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_are_known_wherever_they_are_named() {
        for path in [
            "std.prelude.Vec.new",
            "std.vec.Vec.with_capacity",
            "std.collections.VecDeque.from",
        ] {
            assert_eq!(makes_collection(path), Some(Collection::List), "{path}");
        }
        assert_eq!(
            makes_collection("dashmap.DashMap.new"),
            Some(Collection::Map)
        );
        for path in [
            "std.collections.HashMap.get",
            "lru.Vec.new",
            "std.string.String.new",
        ] {
            assert_eq!(makes_collection(path), None, "{path}");
        }
    }
}
