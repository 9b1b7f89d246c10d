//! Images of units: KLO07xx.

codes! {
    /// The dependencies that are locked name no server that can run the web application.
    ///
    /// ```text
    /// # requirements.txt
    /// fastapi==0.115.0
    /// ```
    ///
    /// Add one, for example the line `uvicorn==0.32.0`, or state the start command with
    /// `command = ["…"]` on the service.
    ///
    /// klo knows uvicorn, gunicorn, hypercorn, granian and daphne for asynchronous applications,
    /// gunicorn, waitress, uWSGI, granian and hypercorn for synchronous ones, Celery's own worker
    /// and aiohttp's own server.
    NO_SERVER = "KLO0701", "no-server";

    /// The unit's code imports packages, and no file says which versions of them to install.
    ///
    /// ```text
    /// orders/
    ///   main.py        import fastapi
    /// ```
    ///
    /// klo looks for `uv.lock`, `poetry.lock`, `requirements.txt` and `pyproject.toml`, in this
    /// order, in the folder of the unit's project and the folders above it up to the app's own. Add
    /// one of them, for example a `requirements.txt` with a line such as `fastapi==0.115.0` for
    /// each package, or build the image with a Dockerfile of your own: `image = "Dockerfile"`.
    NO_DEPENDENCIES = "KLO0702", "no-dependencies";

    /// A file that states dependencies cannot be read.
    ///
    /// ```text
    /// # requirements.txt
    /// -r ../../somewhere/else.txt
    /// ```
    ///
    /// It may be missing, no TOML, too large, not UTF-8, or lead out of the repository. The message
    /// says which. Lock files are written by their tools: `uv lock`, `poetry lock`.
    UNREADABLE_DEPENDENCIES = "KLO0703", "unreadable-dependencies";

    /// The project asks for a version of Python for which klo knows no base image.
    ///
    /// ```toml
    /// [project]
    /// requires-python = ">=3.99"
    /// ```
    ///
    /// The image is built with the newest version that klo knows. State a version that exists in
    /// `requires-python` or `.python-version`, or use a Dockerfile of your own with
    /// `image = "Dockerfile"`.
    UNKNOWN_PYTHON = "KLO0704", "unknown-python";

    /// Dependencies are stated without being locked, so that two builds of the same source can
    /// differ.
    ///
    /// ```toml
    /// [project]
    /// dependencies = ["fastapi>=0.115"]
    /// ```
    ///
    /// Lock them beside it: `uv lock` writes `uv.lock`, `poetry lock` writes `poetry.lock`,
    /// `uv pip compile pyproject.toml -o requirements.txt` writes a `requirements.txt`.
    UNLOCKED_DEPENDENCIES = "KLO0705", "unlocked-dependencies";

    /// A function that is called without anything to pass has parameters that must be passed.
    ///
    /// ```python
    /// # @klo::job(schedule = "0 3 * * *")
    /// def report(day: date) -> None: ...
    /// ```
    ///
    /// A job and a schedule pass nothing. Give the parameters defaults, or work the values out in
    /// the function.
    NOTHING_TO_PASS = "KLO0706", "nothing-to-pass";

    /// `image` names a Dockerfile that is not there.
    ///
    /// ```python
    /// # @klo::service(image = "docker/api.Dockerfile")
    /// app = FastAPI()
    /// ```
    ///
    /// The path is relative to the app's folder, the one with `klo.yaml`, and stays inside the
    /// repository.
    NO_SUCH_IMAGE = "KLO0707", "no-such-image";

    /// An image of your own must fetch secrets when it starts, and klo cannot know its command.
    ///
    /// ```python
    /// # @klo::service(run_on = "lambda", image = "Dockerfile")
    /// app = FastAPI()
    /// ```
    ///
    /// Lambda hands no secrets to a container, so klo puts a start before the image's own that
    /// fetches them and becomes the command. State the command with `command = ["…"]`, or run the
    /// service on Fargate, which hands them over.
    OWN_IMAGE_COMMAND = "KLO0708", "own-image-command";

    /// A path holds a line break or another control character, which a Dockerfile has no form for.
    ///
    /// ```text
    /// data/first\nsecond.csv
    /// ```
    ///
    /// Rename the file or folder. Every other character is fine: spaces, quotes, `$` and `*` in
    /// names are written so that the image's builder takes them as they are.
    UNPRINTABLE_PATH = "KLO0709", "unprintable-path";

    /// An entry of `packages` is no name of a Debian package.
    ///
    /// ```python
    /// # @klo::service(packages = ["ffmpeg; curl"])
    /// app = FastAPI()
    /// ```
    ///
    /// A name is of lower-case letters, digits, `+`, `-` and `.`, at least two of them, and may be
    /// followed by `=` and a version: `ffmpeg`, `libpq5=15.8-0+deb12u1`.
    BAD_PACKAGE = "KLO0710", "bad-package";

    /// The code of a Rust unit is part of no program: no cargo package builds one from it.
    ///
    /// ```text
    /// // lib.rs of a package without `src/main.rs`
    /// // @klo::job(name = "purge")
    /// pub async fn purge() -> Result<(), Error> { ... }     // which program is this in?
    /// ```
    ///
    /// Annotate the `main` of a program, or give the package one that calls this.
    NO_PROGRAM = "KLO0711", "no-program";

    /// A unit has a GPU, and klo does not know which CUDA its framework was built for.
    ///
    /// ```text
    /// # requirements.txt
    /// torch>=2
    /// ```
    ///
    /// The base image of a unit with a GPU follows from the versions of torch, vllm, tensorflow, jax
    /// and onnxruntime-gpu that its lock or requirements file states. For a version that klo does not
    /// know, or where none is stated, it takes the newest CUDA that it knows for the framework. Lock
    /// a version, or use a Dockerfile of your own with `image = "Dockerfile"`.
    UNKNOWN_FRAMEWORK = "KLO0712", "unknown-framework";
}
