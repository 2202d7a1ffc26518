//! The server: what is published, confirmations, and the pages. One process beside the register's file.

mod api;
mod pages;
mod watch;

use crate::confirm::{Answer, Confirmer};
use crate::home::{Folder, PinFile};
use crate::publish::{Done, Publisher, Step, Withheld};
use crate::{Error, Home, Store, clock, keys, published, reference, samples};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::routing::{get, post};
use cccheck::receipt::Request as Asked;
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::watch::Receiver;
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

/// How long answers under way may take once the process was asked to end.
const GRACE: Duration = Duration::from_secs(5);
/// The port that is used unless another is asked for.
pub const PORT: u16 = 8080;
/// The address that is used unless another is asked for: this machine only.
pub const HOST: &str = "127.0.0.1";

/// A port that is held, before the work that leads to serving on it begins.
pub struct Port {
    listener: std::net::TcpListener,
    address: SocketAddr,
}

impl Port {
    /// Takes the port; 0 takes any free one.
    ///
    /// # Errors
    /// [`Error::Host`] if `host` is no IP address, [`Error::Listen`] if the port cannot be had.
    pub fn bind(host: &str, port: u16) -> Result<Self, Error> {
        let ip: IpAddr = host.parse().map_err(|_| Error::Host { host: host.into() })?;
        let asked = SocketAddr::new(ip, port);
        let bind = || {
            let listener = std::net::TcpListener::bind(asked)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address })
        };
        bind().map_err(|source| Error::Listen { address: asked, source })
    }

    /// Where the server answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

/// What all answers share.
struct App {
    home: Home,
    publisher: Publisher,
    /// Told when an answer has found a change.
    changed: Notify,
    pin: PinFile,
    confirmer: Confirmer,
    /// Look-ups take microseconds, so one connection serves them all.
    store: Mutex<Store>,
    www: Option<PathBuf>,
    /// What the pages are told, as JSON that is safe inside a script element.
    config: String,
}

impl App {
    /// Reads the register that is there now, whichever was when it was read last.
    fn with_store<T>(&self, read: impl FnOnce(&Store) -> Result<T, Error>) -> Result<T, Error> {
        // A read that panicked left nothing half-written behind.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if !store.is_in_place() {
            *store = Store::open(&self.home)?;
        }
        read(&store)
    }

    /// The signed answer to a request, unless it is withheld.
    fn receipt(&self, asked: &Asked) -> Result<Answer, Error> {
        let now = clock::now()?;
        let answer = self.with_store(|store| self.confirmer.receipt(store, &self.publisher, asked, now))?;
        if matches!(answer, Answer::Withheld(Withheld::Changed | Withheld::Behind)) {
            // Where the system does not tell files apart, this tells that another may have taken the place of the one that is open.
            let store = Store::open(&self.home)?;
            *self.store.lock().unwrap_or_else(PoisonError::into_inner) = store;
        }
        Ok(answer)
    }
}

/// A server that has published its register and can answer.
pub struct Server {
    app: Arc<App>,
    samples: Vec<samples::Sample>,
}

impl Server {
    /// Prepares a server for a home, and publishes what is not yet published.
    ///
    /// # Errors
    /// [`Error`] if the register, the keys or the tables cannot be used.
    pub fn new(home: Home, www: Option<PathBuf>, tell: fn(Step)) -> Result<Self, Error> {
        let reference = reference::load()?;
        let (pin, trusted) = keys::pin(&home)?;
        let confirmer = Confirmer::new(&home, reference.clone())?;
        let store = Store::open(&home)?;
        let publisher = Publisher::new(home.clone(), &reference);
        // What cannot be read says so when it is published.
        let was_whole = publisher.is_whole().unwrap_or(true);
        match publisher.bring_up_to_date(clock::now, tell) {
            Ok(Done::Published(edition)) if !was_whole => watch::line(&format!(
                "recovered: the newest edition was not whole, as after an interruption; published sequence {} in its place",
                edition.sequence
            )),
            Ok(_) => {}
            Err(error) => {
                // An edition that clients accept is served, whatever stands in the way of the next one.
                if published::verify(&home.public(), &trusted, clock::now()?).is_err() {
                    return Err(error);
                }
                watch::failed(&error);
            }
        }
        match confirmer.can_sign() {
            // What is published is served all the same.
            Err(error @ Error::NoPrivateKey { .. }) => watch::line(&format!("no receipt is signed: {error}")),
            signs => signs?,
        }
        // Whatever is signed later is signed without a person.
        if let Err(error) = keys::unlock(&home) {
            watch::line(&format!("what encrypted keys sign will not be signed: {error}"));
        }
        let samples = if pin.synthetic {
            samples::pick(&store, confirmer.reference(), clock::now()?.legal_day())?
        } else {
            Vec::new()
        };
        let config = json!({
            "pin": { "keys": pin.keys, "lowestSequence": pin.lowest_sequence },
            "origin": pin.origin,
            "synthetic": pin.synthetic,
            "samples": samples,
        });
        // A `<` could end the script element that holds it.
        let config = config.to_string().replace('<', "\\u003c");
        let (store, changed) = (Mutex::new(store), Notify::new());
        let app = App { home, publisher, changed, pin, confirmer, store, www, config };
        Ok(Self { app: Arc::new(app), samples })
    }

    /// The numbers that its pages offer to try.
    #[must_use]
    pub fn samples(&self) -> &[samples::Sample] {
        &self.samples
    }

    /// Serves until the process is asked to end (SIGINT or SIGTERM). `ready` is called once it can be asked.
    ///
    /// # Errors
    /// [`Error::Listen`] if the port is lost.
    pub fn run(self, port: Port, ready: impl FnOnce()) -> Result<(), Error> {
        let address = port.address;
        let lost = |source| Error::Listen { address, source };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(lost)?;
        let served = runtime.block_on(self.serve(port, ready));
        runtime.shutdown_timeout(GRACE);
        served.map_err(lost)
    }

    async fn serve(self, port: Port, ready: impl FnOnce()) -> std::io::Result<()> {
        let asked_to_end = asked_to_end()?;
        let listener = TcpListener::from_std(port.listener)?;
        self.app.home.passphrase().ask_no_more();
        let (end, ending) = tokio::sync::watch::channel(());
        tokio::spawn(watch::keep_published(Arc::clone(&self.app), ending.clone()));
        let server = axum::serve(listener, router(self.app)).with_graceful_shutdown(ended(ending.clone()));
        let server = tokio::spawn(async move { server.await });
        ready();
        asked_to_end.await;
        drop(end);
        // A client that never finishes does not keep the process.
        let _ = tokio::time::timeout(GRACE, server).await;
        Ok(())
    }
}

/// Completes when the sender is gone.
async fn ended(mut ending: Receiver<()>) {
    while ending.changed().await.is_ok() {}
}

/// Takes the signals over at once; the future completes with the first of them.
#[cfg(unix)]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(std::future::poll_fn(move |context| {
        let asked = terminate.poll_recv(context).is_ready() || interrupt.poll_recv(context).is_ready();
        if asked { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    }))
}

#[cfg(not(unix))]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Where the signal cannot be had, the process is ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// The files that never change, by folder and name.
fn files() -> Router<Arc<App>> {
    Folder::ALL.into_iter().fold(Router::new(), |router, folder| {
        let answer = move |State(app): State<Arc<App>>, Path(name): Path<String>, request: Request| async move {
            api::file(folder, app, &name, request).await
        };
        router.route(&format!("/{}/{{name}}", folder.as_str()), get(answer))
    })
}

fn router(app: Arc<App>) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([header::CONTENT_TYPE])
        .max_age(Duration::from_secs(86_400));
    let nosniff =
        SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Router::new()
        .route("/head", get(api::head))
        .merge(files())
        .route("/v1/confirm", post(api::confirm).fallback(api::method_not_allowed))
        .layer(cors)
        .route("/healthz", get(api::health))
        .fallback(pages::page)
        .layer(nosniff)
        .with_state(app)
}
