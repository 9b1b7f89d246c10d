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
    NO_SERVER = "KLO0701", "no-server";
}
