//! Names of the standard library.

use std::sync::LazyLock;

/// Top-level modules of the standard library of Python 3.8 to 3.14, sorted
/// (`sys.stdlib_module_names` of these versions, 2026-11; without private and platform ones).
const MODULES: &str = "\
     abc aifc annotationlib argparse array ast asynchat asyncio asyncore atexit audioop base64 \
     bdb binascii bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs \
     codeop collections colorsys compileall compression concurrent configparser contextlib \
     contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib \
     dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp \
     fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob \
     graphlib grp gzip hashlib heapq hmac html http imaplib imghdr imp importlib inspect io \
     ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap \
     marshal math mimetypes mmap modulefinder msilib multiprocessing netrc nis nntplib ntpath \
     numbers operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil \
     platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr \
     pydoc queue quopri random re readline reprlib resource rlcompleter runpy sched secrets \
     select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver \
     spwd sqlite3 ssl stat statistics string stringprep struct subprocess sunau symtable sys \
     sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap threading time timeit \
     tkinter token tokenize tomllib trace traceback tracemalloc tty types typing unicodedata \
     unittest urllib uu uuid venv warnings wave weakref webbrowser wsgiref xdrlib xml xmlrpc \
     zipapp zipfile zipimport zlib zoneinfo";

/// Every import of every file asks, so that the names are looked up and not searched through.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| MODULES.split(' ').collect());

/// Whether a top-level name is a module of the standard library.
pub(crate) fn has(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok() || name == "__future__"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(NAMES.is_sorted(), "they are looked up by halves");
        for name in ["asyncio", "zoneinfo", "abc", "logging", "distutils"] {
            assert!(has(name), "{name}");
        }
        for name in ["redis", "", "as"] {
            assert!(!has(name), "{name}");
        }
    }
}
