//! A page to decide on, served to this machine alone.

mod answers;
mod cards;
mod decisions;
mod refusal;

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use image::RgbImage;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::{DoctorError, Findings};
use decisions::Decisions;

/// Why a picture cannot be shown.
type Why = Box<dyn Error + Send + Sync>;
/// From an item's number to its picture.
type Open = dyn Fn(usize) -> Result<RgbImage, Why> + Send + Sync;

/// Findings as a page to decide on in a browser: keep, relabel, leave out, merge, undo, by mouse and by keyboard.
///
/// Each decision is written to the file of corrections at once, whole, and the page goes on from what the file has, also from what somebody
/// else writes in the meantime; columns beside the four are not kept. No picture is changed. It is served to this machine alone, to requests
/// that name it, and shows the pictures of findings and no others.
///
/// ```no_run
/// use firelight_doctor::{Findings, Page};
/// # fn findings() -> Findings { Findings::default() }
///
/// let findings = findings();
/// let files: Vec<_> = findings.items.iter().map(|name| std::path::Path::new("flowers").join(name)).collect();
/// let open = move |item: usize| Ok(image::open(&files[item])?.into_rgb8());
/// Page::new(findings, "corrections.csv", open)?.serve(8001, |address| println!("open http://{address}"))?;
/// # Ok::<(), firelight_doctor::DoctorError>(())
/// ```
pub struct Page {
    shown: Arc<Shown>,
}

/// What requests are answered with.
struct Shown {
    /// All cards, items and classes as JSON.
    findings: String,
    /// Items on cards, whose pictures may be seen.
    listed: BTreeSet<usize>,
    decisions: Mutex<Decisions>,
    open: Box<Open>,
    /// Pictures that are opened at a time.
    room: Semaphore,
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("pictures", &self.shown.listed.len()).finish_non_exhaustive()
    }
}

impl Page {
    /// A page of `findings` that writes decisions to `corrections`, which need not be there yet. `open` gives the picture of an item, by its
    /// number.
    ///
    /// # Errors
    ///
    /// As [`Corrections::read`](crate::Corrections::read), of a file that is there.
    pub fn new(
        findings: Findings,
        corrections: impl Into<PathBuf>,
        open: impl Fn(usize) -> Result<RgbImage, Why> + Send + Sync + 'static,
    ) -> Result<Self, DoctorError> {
        let (told, listed) = cards::told(&findings);
        let decisions = Decisions::new(findings, corrections.into());
        decisions.rows()?;
        let (decisions, room) = (Mutex::new(decisions), Semaphore::new(2));
        Ok(Self { shown: Arc::new(Shown { findings: told, listed, decisions, open: Box::new(open), room }) })
    }

    /// Serves at 127.0.0.1 until the process ends. Port 0 is any that is free; `started` is told the address.
    ///
    /// # Errors
    ///
    /// [`DoctorError::Serve`], mostly since something else listens on the port.
    pub fn serve(self, port: u16, started: impl FnOnce(SocketAddr)) -> Result<(), DoctorError> {
        let failed = |why| DoctorError::Serve { port, why };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.map_err(failed)?.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            started(address);
            axum::serve(listener, answers::routes(self.shown, address.port())).await.map_err(failed)
        })
    }
}
