//! What klo knows of base images, tools and packages, each with its source and date.

/// One minor version of Python.
pub(crate) struct PythonRelease {
    /// The minor version: 12 for 3.12.
    pub(crate) minor: u32,
    /// The tag of Docker's official `python` image.
    pub(crate) tag: &'static str,
    /// The newest Lambda runtime interface client with wheels for it.
    pub(crate) lambda_client: &'static str,
    /// The newest Poetry that runs on it.
    pub(crate) poetry: &'static str,
}

/// Oldest first. Tags: Docker Hub, `library/python`; clients and Poetry: PyPI; read 2026-11-21.
pub(crate) const PYTHONS: [PythonRelease; 6] = [
    PythonRelease {
        minor: 9,
        tag: "python:3.9.25-slim-bookworm",
        lambda_client: "awslambdaric==4.0.4",
        poetry: "poetry==2.2.1",
    },
    release(10, "python:3.10.20-slim-bookworm"),
    release(11, "python:3.11.15-slim-bookworm"),
    release(12, "python:3.12.13-slim-bookworm"),
    release(13, "python:3.13.14-slim-bookworm"),
    release(14, "python:3.14.7-slim-bookworm"),
];

const fn release(minor: u32, tag: &'static str) -> PythonRelease {
    PythonRelease {
        minor,
        tag,
        lambda_client: "awslambdaric==4.2.2",
        poetry: "poetry==2.5.1",
    }
}

/// The minor version for projects that state none or allow many: old enough that packages have
/// wheels for it, and supported until October 2029 (PEP 719).
pub(crate) const USUAL_MINOR: u32 = 13;

/// PyPI, 2026-11-21.
pub(crate) const UV: &str = "uv==0.13.8";

/// AWS Lambda Web Adapter: github.com/aws/aws-lambda-web-adapter, release 0.9.1.
pub(crate) const WEB_ADAPTER: &str = "public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1";

/// Certificates of RDS instances (Amazon RDS User Guide, "Using SSL/TLS to encrypt a connection")
/// and the roots that RDS Proxy's and ElastiCache's descend from (amazontrust.com/repository);
/// read 2026-11-21.
pub(crate) const CERTIFICATES: [&str; 6] = [
    "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
    "https://www.amazontrust.com/repository/AmazonRootCA1.pem",
    "https://www.amazontrust.com/repository/AmazonRootCA2.pem",
    "https://www.amazontrust.com/repository/AmazonRootCA3.pem",
    "https://www.amazontrust.com/repository/AmazonRootCA4.pem",
    "https://www.amazontrust.com/repository/SFSRootCAG2.pem",
];

/// What a Python package needs of Debian.
pub(crate) struct SystemNeeds {
    /// The Python package.
    pub(crate) package: &'static str,
    /// A package that brings the same along, so that nothing is needed.
    pub(crate) unless: Option<&'static str>,
    /// To build it, where it has no wheel.
    pub(crate) build: &'static [&'static str],
    /// To run it.
    pub(crate) run: &'static [&'static str],
}

/// From each package's installation page and Debian 12's package names; read 2026-11-21.
pub(crate) const SYSTEM_NEEDS: [SystemNeeds; 10] = [
    needs("lightgbm", &[], &["libgomp1"]),
    needs(
        "mysqlclient",
        &[
            "default-libmysqlclient-dev",
            "gcc",
            "libc6-dev",
            "pkg-config",
        ],
        &["libmariadb3"],
    ),
    needs("opencv-python", &[], &["libgl1", "libglib2.0-0"]),
    SystemNeeds {
        package: "psycopg",
        unless: Some("psycopg-binary"),
        build: &[],
        run: &["libpq5"],
    },
    needs("psycopg-c", &["gcc", "libc6-dev", "libpq-dev"], &["libpq5"]),
    needs("psycopg2", &["gcc", "libc6-dev", "libpq-dev"], &["libpq5"]),
    needs("pyodbc", &[], &["unixodbc"]),
    needs("python-magic", &[], &["libmagic1"]),
    needs("uwsgi", &["gcc", "libc6-dev"], &[]),
    needs(
        "weasyprint",
        &[],
        &["libharfbuzz-subset0", "libpango-1.0-0", "libpangoft2-1.0-0"],
    ),
];

const fn needs(
    package: &'static str,
    build: &'static [&'static str],
    run: &'static [&'static str],
) -> SystemNeeds {
    SystemNeeds {
        package,
        unless: None,
        build,
        run,
    }
}

/// Servers that messages suggest, with the newest version on PyPI on 2026-11-21.
pub(crate) const UVICORN: (&str, &str) = ("uvicorn", "0.54.0");
/// See [`UVICORN`].
pub(crate) const GUNICORN: (&str, &str) = ("gunicorn", "27.0.1");
/// See [`UVICORN`].
pub(crate) const CELERY: (&str, &str) = ("celery", "5.7.0");
/// See [`UVICORN`].
pub(crate) const AIOHTTP: (&str, &str) = ("aiohttp", "3.14.5");
