//! Reading source files: KLO00xx.

codes! {
    /// A source file that klo needs cannot be read: it is missing, too large, not UTF-8, not a
    /// regular file, or a link that leads out of the repository.
    ///
    /// klo reports the file instead of leaving it out, because an annotation in it would otherwise
    /// be missed in silence. Too large is a file of more than 4 MiB, or one that packs more code than
    /// anyone writes into less: about a million and a half names, numbers and signs.
    ///
    /// ```text
    /// error[KLO0001]: services/orders/legacy.py can not be read: it is not UTF-8
    /// ```
    ///
    /// Save the file as UTF-8, make it smaller than 4 MiB, or exclude it with `.gitignore` or the
    /// `sources` setting of `klo.yaml`.
    UNREADABLE_FILE = "KLO0001", "unreadable-file";

    /// A source file is nested over 200 brackets and blocks deep.
    ///
    /// ```python
    /// value = [[[[[[[[[[[[…]]]]]]]]]]]]
    /// ```
    ///
    /// No one writes such code by hand, and reading it without a bound would let one file exhaust the
    /// machine. klo reads the rest of the file and reports this place, since what stands inside may
    /// use a resource. Give inner parts names of their own, or exclude a generated file with
    /// `.gitignore` or the `sources` setting of `klo.yaml`.
    TOO_DEEP = "KLO0002", "nested-too-deep";

    /// A source file has a syntax error.
    ///
    /// ```python
    /// app = FastAPI(
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// klo understands the rest of the file, but what stands around the mistake may be read wrongly,
    /// so nothing is written until it is corrected. Only files that hold an annotation or that a unit
    /// reaches are reported. Run the file through the language's own tool to see the mistake in its
    /// words: `python -m py_compile FILE`.
    SYNTAX = "KLO0003", "syntax-error";
}
