//! What klo knows of Rust's images and of what crates need of Debian, each with source and date.

/// The newest patch release by minor version, oldest first: 1.67.1 is `(67, 1)`. Each has an image
/// `rust:<version>-slim-bookworm`. github.com/docker-library/official-images, `library/rust` and
/// its history, read 2026-11-26.
pub(crate) const RELEASES: [(u32, u32); 32] = [
    (67, 1),
    (68, 2),
    (69, 0),
    (70, 0),
    (71, 1),
    (72, 1),
    (73, 0),
    (74, 1),
    (75, 0),
    (76, 0),
    (77, 2),
    (78, 0),
    (79, 0),
    (80, 1),
    (81, 0),
    (82, 0),
    (83, 0),
    (84, 1),
    (85, 1),
    (86, 0),
    (87, 0),
    (88, 0),
    (89, 0),
    (90, 0),
    (91, 1),
    (92, 0),
    (93, 1),
    (94, 1),
    (95, 0),
    (96, 1),
    (97, 1),
    (98, 0),
];

/// What programs run on: the Debian that they are built on, so that its C library and packages are
/// the same. github.com/docker-library/official-images, `library/debian`, read 2026-11-26.
pub(crate) const BASE: &str = "debian:12.15-slim";

/// What the launcher is built with: linked statically there by default.
/// github.com/docker-library/official-images, `library/rust`, read 2026-11-26.
pub(crate) const LAUNCHER_BASE: &str = "rust:1.98.0-alpine3.22";

/// The certificates that programs trust, where Debian's `ca-certificates` puts them.
pub(crate) const SYSTEM_CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What a crate needs of Debian beside the C compiler that Rust's images have.
pub(crate) struct CrateNeeds {
    /// The crate.
    pub(crate) name: &'static str,
    /// Crates among its own dependencies that build the library with it, so that neither the
    /// library nor its headers are needed.
    pub(crate) bundled_by: &'static [&'static str],
    /// To build it.
    pub(crate) build: &'static [&'static str],
    /// To build it with the library bundled.
    pub(crate) bundle: &'static [&'static str],
    /// To run what links it.
    pub(crate) run: &'static [&'static str],
}

/// From each crate's build script or README and Debian 12's package names; read 2026-11-26.
pub(crate) const CRATE_NEEDS: [CrateNeeds; 18] = [
    needs(
        "aws-lc-fips-sys",
        &["cmake", "g++", "golang", "make", "perl"],
        &[],
    ),
    needs("bindgen", &["clang", "libclang-dev"], &[]),
    needs(
        "libgssapi-sys",
        &["clang", "libclang-dev", "libkrb5-dev"],
        &["libgssapi-krb5-2"],
    ),
    needs(
        "librocksdb-sys",
        &["clang", "g++", "libclang-dev", "make"],
        &["libstdc++6"],
    ),
    bundles(
        "libsodium-sys",
        &["cc"],
        &["libsodium-dev", "pkg-config"],
        &["make"],
        &["libsodium23"],
    ),
    needs(
        "libsodium-sys-stable",
        &["libsodium-dev", "pkg-config"],
        &["libsodium23"],
    ),
    bundles(
        "libsqlite3-sys",
        &["cc"],
        &["libsqlite3-dev", "pkg-config"],
        &[],
        &["libsqlite3-0"],
    ),
    needs("link-cplusplus", &["g++"], &["libstdc++6"]),
    bundles(
        "mysqlclient-sys",
        &["mysqlclient-src"],
        &["default-libmysqlclient-dev", "pkg-config"],
        &["cmake", "g++", "make"],
        &["libmariadb3"],
    ),
    needs("odbc-sys", &["unixodbc-dev"], &["libodbc2"]),
    bundles(
        "openssl-sys",
        &["openssl-src"],
        &["libssl-dev", "pkg-config"],
        &["make", "perl"],
        &["libssl3"],
    ),
    bundles("pq-sys", &["pq-src"], &["libpq-dev"], &[], &["libpq5"]),
    bundles(
        "prost-build",
        &["protobuf-src", "protoc-bin-vendored"],
        &["libprotobuf-dev", "protobuf-compiler"],
        &[],
        &[],
    ),
    needs("rdkafka-sys", &["cmake", "g++", "make", "pkg-config"], &[]),
    bundles(
        "sasl2-sys",
        &["krb5-src"],
        &["libsasl2-dev", "pkg-config"],
        &["make"],
        &["libsasl2-2"],
    ),
    needs("tikv-jemalloc-sys", &["make"], &[]),
    needs(
        "yeslogic-fontconfig-sys",
        &["libfontconfig-dev", "pkg-config"],
        &["libfontconfig1"],
    ),
    needs(
        "zmq-sys",
        &["g++", "libzmq3-dev", "pkg-config"],
        &["libzmq5"],
    ),
];

const fn needs(
    name: &'static str,
    build: &'static [&'static str],
    run: &'static [&'static str],
) -> CrateNeeds {
    bundles(name, &[], build, &[], run)
}

const fn bundles(
    name: &'static str,
    bundled_by: &'static [&'static str],
    build: &'static [&'static str],
    bundle: &'static [&'static str],
    run: &'static [&'static str],
) -> CrateNeeds {
    CrateNeeds {
        name,
        bundled_by,
        build,
        bundle,
        run,
    }
}

/// Programs that `.cargo/config.toml` may name, by the Debian package that has them.
pub(crate) const LINKERS: [(&str, &str); 3] =
    [("clang", "clang"), ("lld", "lld"), ("mold", "mold")];
