//! The certificate authorities that an image trusts for databases.

use klo_intent::UrlForm;
use klo_plan::Image;

use crate::facts::CERTIFICATES;
use crate::sources::Copy;

/// The stage that puts certificates into one file.
pub(crate) struct Certificates {
    /// The image in which that is done.
    pub(crate) base: &'static str,
    /// Where they come from.
    pub(crate) copy: Copy,
    /// The file in the final image.
    pub(crate) bundle: &'static str,
}

impl Certificates {
    /// The stage, for an image that needs certificates.
    pub(crate) fn of(image: &Image, base: &'static str) -> Option<Self> {
        image.ca_bundle.then(|| Self {
            base,
            copy: Copy {
                sources: CERTIFICATES.map(str::to_owned).to_vec(),
                target: "/certificates/".to_owned(),
            },
            bundle: UrlForm::CA_BUNDLE,
        })
    }
}
