//! Annotations, what they stand on and their names: KLO01xx.

codes! {
    /// The word after `@klo::` is not one of the capabilities that klo knows.
    ///
    /// ```python
    /// # @klo::persists(name = "orders")
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// The capabilities are `service`, `function`, `job`, `site`, `expose`, `trigger`, `persist`,
    /// `queue`, `topic`, `secret`, `config` and `uses`. Where one is close, klo names it.
    UNKNOWN_CAPABILITY = "KLO0101", "unknown-capability";

    /// A key of an annotation is not one that its capability has.
    ///
    /// ```python
    /// # @klo::service(name = "orders-api", user = 10_000)
    /// app = FastAPI()
    /// ```
    ///
    /// Keys are never skipped, because a misspelled setting would then silently not hold. The
    /// message names the closest key, or lists the keys that there are; for `persist` the list
    /// depends on what is persisted (a bucket has no `backup_days`). The whole table is in
    /// `docs/attributes.md`.
    UNKNOWN_KEY = "KLO0102", "unknown-key";

    /// The value of a key has another type or form than the key takes.
    ///
    /// ```python
    /// # @klo::service(memory = "512MB", port = "8080")
    /// app = FastAPI()
    /// ```
    ///
    /// Sizes are strings with `Ki`, `Mi`, `Gi` or `Ti` (`"512Mi"`), durations strings with `s`,
    /// `m`, `h` or `d` (`"30s"`), numbers stand without quotes (`port = 8080`), and some keys take
    /// one of a few words. The message says what this key takes.
    WRONG_TYPE = "KLO0103", "wrong-type";

    /// A key that the annotation cannot do without is missing.
    ///
    /// ```python
    /// # @klo::service(name = "orders-api")
    /// # @klo::expose(path = "/v1")
    /// app = FastAPI()
    /// ```
    ///
    /// `expose` needs `to`, `uses` needs `to`, and some maps have keys that must be there (`auth`
    /// needs `issuer` and `audience`). Add the key that the message names.
    MISSING_KEY = "KLO0104", "missing-key";

    /// A key stands twice in one annotation or in one map.
    ///
    /// ```python
    /// # @klo::persist(name = "orders", storage = "20Gi", storage = "50Gi")
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// klo does not choose between them; the first counts while the rest of the run goes on, and
    /// nothing is written. Remove one of the two.
    REPEATED_KEY = "KLO0105", "repeated-key";

    /// One item carries the same annotation twice, or two annotations that cannot both hold.
    ///
    /// ```python
    /// # @klo::service(name = "orders")
    /// # @klo::job(name = "orders-nightly")
    /// def main(): ...
    /// ```
    ///
    /// An item is one unit (`service`, `function`, `job` or `site`) or one resource (`persist`,
    /// `queue`, `topic`, `secret` or `config`). Only `expose`, `trigger` and `uses` may repeat and
    /// stand beside a unit. Give the second its own item, or remove it.
    REPEATED_ANNOTATION = "KLO0106", "repeated-annotation";

    /// A bracket or string of an annotation is not closed before its comment block ends.
    ///
    /// ```python
    /// # @klo::service(name = "orders-api",
    /// app = FastAPI()
    /// ```
    ///
    /// An annotation may run over several adjacent comment lines until its brackets close; a string
    /// ends on the line on which it begins. Close what the message points at.
    UNTERMINATED = "KLO0107", "unterminated-annotation";

    /// A backslash in a string begins no escape that klo knows.
    ///
    /// ```python
    /// # @klo::site(dir = "web\dist")
    /// ```
    ///
    /// The escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with one to six hexadecimal digits of a
    /// Unicode character. For a backslash itself write `\\`; paths are written with `/` everywhere.
    BAD_ESCAPE = "KLO0108", "bad-escape";

    /// Something that begins like a number is none, or is too large.
    ///
    /// ```python
    /// # @klo::function(timeout = 30s, memory = .5, max = 99999999999999999999)
    /// def handle(event): ...
    /// ```
    ///
    /// Whole numbers are digits that may hold `_` (`10_000`), may be negative, and fit in 64 bits;
    /// other numbers have digits on both sides of the point (`0.5`). Sizes and durations are strings:
    /// `"30s"`, `"512Mi"`.
    BAD_NUMBER = "KLO0109", "bad-number";

    /// An annotation is not written as the grammar has it.
    ///
    /// ```python
    /// # @klo::service(name: "orders-api", latency = low)
    /// app = FastAPI()
    /// ```
    ///
    /// Arguments are `key = value`, separated by commas. A value is a double-quoted string, a
    /// number, `true`, `false`, a list `[ … ]` or a map `{ key = value, … }`. The message points at
    /// the character from which klo could not go on and says what it expected there.
    MALFORMED = "KLO0110", "malformed-annotation";

    /// The value of an annotation holds lists or maps in each other more than 64 levels deep.
    ///
    /// ```python
    /// # @klo::config(default = [[[[[[[[ … ]]]]]]]])
    /// ```
    ///
    /// No key takes a value that is nested more than three levels. The bound keeps a generated or
    /// hostile file from exhausting the machine's memory. Remove the needless brackets.
    TOO_DEEP = "KLO0111", "too-deep-annotation";

    /// Nothing follows the annotation that it could stand on.
    ///
    /// ```python
    /// # @klo::service(name = "orders-api")
    /// # (end of file)
    /// ```
    ///
    /// An annotation says something about the item below it: an assignment, function, class, call,
    /// or `return` of a call. Move it directly above that item. What no line of code stands for (a
    /// static site, a topic of another team) is declared in `klo.yaml` under `declare`.
    NOTHING_AFTER = "KLO0112", "nothing-after-annotation";

    /// What follows the annotation is a statement that it cannot stand on.
    ///
    /// ```python
    /// # @klo::persist(name = "orders")
    /// import os
    /// engine = create_engine(os.environ["DATABASE_URL"])
    /// ```
    ///
    /// An annotation stands on an assignment, a function, a class, a call statement or a `return` of
    /// a call; blank lines, comments and decorators between are skipped, but an `import`, `if`, `for`
    /// or `with` is not, since moving code would then silently change what is meant. Move the
    /// annotation to the line above the item.
    MISPLACED_ITEM = "KLO0113", "misplaced-annotation";

    /// An annotation stands in a comment behind code on the same line.
    ///
    /// ```python
    /// app = FastAPI()  # @klo::service(name = "orders-api")
    /// ```
    ///
    /// It could mean this line or the next one, so klo does not read it. Put it on a line of its own
    /// above the item.
    TRAILING_COMMENT = "KLO0114", "annotation-behind-code";

    /// A line of a docstring begins with an annotation.
    ///
    /// ```python
    /// def handle(event):
    ///     """Sends receipts.
    ///
    ///     @klo::function(memory = "512Mi")
    ///     """
    /// ```
    ///
    /// A docstring is a value of the program and not a comment. Put the annotation in a comment line
    /// above the item: `# @klo::function(memory = "512Mi")`.
    IN_DOCSTRING = "KLO0115", "annotation-in-docstring";

    /// The item is not one that this capability can stand on.
    ///
    /// ```python
    /// # @klo::function(name = "resize")
    /// SIZES = [100, 200]
    /// ```
    ///
    /// `function` and `job` stand on a function or a program's entry, `job` also on the class `Command`
    /// of a management command of Django, `service` on a web application, a worker or a function,
    /// `persist`, `queue` and `topic` on the value that is made, `secret` and `config` on the read of a
    /// variable. Move the annotation to such an item.
    WRONG_ITEM = "KLO0116", "wrong-item";

    /// `expose`, `trigger` or `uses` stands on an item that is no unit.
    ///
    /// ```python
    /// # @klo::expose(to = "internet")
    /// app = FastAPI()
    /// ```
    ///
    /// These three add something to a unit, so that unit's annotation must stand in the same comment
    /// block: add `@klo::service` (or `@klo::function`, `@klo::job`) above or below it.
    NO_UNIT = "KLO0117", "no-unit";

    /// A name has a form that intents cannot have.
    ///
    /// ```python
    /// # @klo::service(name = "Orders_API")
    /// app = FastAPI()
    /// ```
    ///
    /// A name is 1 to 40 characters of lower-case letters, digits and single hyphens, and starts
    /// with a letter: it becomes part of addresses and of physical names in AWS. Where the name is
    /// derived from an item or file that gives none, state one with `name = "…"`.
    BAD_NAME = "KLO0118", "bad-name";

    /// Two intents of one kind have the same name in one app.
    ///
    /// ```python
    /// # @klo::queue(name = "orders")
    /// incoming = os.environ["INCOMING_QUEUE_URL"]
    /// # @klo::queue(name = "orders")
    /// outgoing = os.environ["OUTGOING_QUEUE_URL"]
    /// ```
    ///
    /// The message shows both places. Name one of them with `name = "…"`; where both mean the same
    /// resource, keep the annotation where it is made and import it in the other place.
    NAME_COLLISION = "KLO0119", "name-collision";

    /// A `trigger` names no source, or more than one.
    ///
    /// ```python
    /// # @klo::function
    /// # @klo::trigger(queue = "receipts", schedule = "rate(5 minutes)")
    /// def handle(event): ...
    /// ```
    ///
    /// Exactly one of `queue`, `topic`, `schedule`, `bucket` and `table` starts the unit. For several
    /// sources write several `trigger` annotations.
    TRIGGER_SOURCE = "KLO0120", "trigger-source";

    /// Two keys of an annotation cannot be used together, or one makes no sense without the other.
    ///
    /// ```python
    /// # @klo::function
    /// # @klo::trigger(queue = "receipts", prefix = "images/")
    /// def handle(event): ...
    /// ```
    ///
    /// `event` and `prefix` belong to a `bucket`, `batch` to sources with messages; `existing` uses
    /// something that klo does not make, `import` adopts it, so they exclude each other. Remove the
    /// key that the message names.
    CONFLICTING_KEYS = "KLO0121", "conflicting-keys";

    /// An annotation lies in a file that belongs to no app.
    ///
    /// ```yaml
    /// # klo.yaml
    /// app: shop
    /// sources: [services]      # tools/import.py, with an annotation, lies outside
    /// ```
    ///
    /// The annotation has no effect. Add the folder to `sources` in `klo.yaml`, give the folder a
    /// `klo.yaml` of its own, or remove the annotation.
    OUTSIDE_APPS = "KLO0122", "annotation-outside-apps";

    /// A comment line begins with something that looks like an annotation but is none.
    ///
    /// ```python
    /// # @klo:service(name = "orders-api")
    /// app = FastAPI()
    /// ```
    ///
    /// Annotations begin with `@klo::`, in lower case and with two colons, directly followed by the
    /// capability. A comment that merely mentions klo does not begin with `@klo`.
    MISSPELLED_MARKER = "KLO0123", "misspelled-marker";

    /// An app, or one item of it, carries more annotations than klo follows.
    ///
    /// ```python
    /// # @klo::queue(name = "orders-1", bind = { url = "ORDERS_1" })
    /// # … and nine hundred and ninety-nine more
    /// ```
    ///
    /// One app has at most 1,000 units and resources, and one item at most 16. The bound keeps a
    /// generated or hostile file from taking the machine's time; nothing is written. Split the app:
    /// a folder with a `klo.yaml` of its own is an app of its own, and apps reach each other with
    /// `uses(to = "other:queue.orders")`.
    TOO_MANY = "KLO0124", "too-many-annotations";
}
