//! The answers for programs: head, the files that it leads to, confirmations, health.

use super::App;
use crate::confirm::{Answer, read_request};
use crate::home::Folder;
use crate::publish::{Withheld, published_head};
use crate::{Error, clock, home};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cccheck::hex;
use cccheck::receipt::Request as Asked;
use cccheck::trust::{FileRef, Refusal};
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tower_http::services::ServeFile;

/// The largest request, in bytes.
const MAX_REQUEST: usize = 16 * 1024;
/// How long a client may take to send it.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// How long an answer waits for the gate, when the register has just changed.
const GATE_TIME: Duration = Duration::from_secs(3);
/// In how many seconds it is worth to ask again, if that was not enough.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");
/// Names that never change what they mean.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Names whose content a cache must ask about each time.
pub(super) const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// An error as programs read it.
pub(super) fn failure(status: StatusCode, code: &str, message: &str) -> Response {
    json_response(status, &json!({ "error": { "code": code, "message": message } }))
}

fn json_response(status: StatusCode, value: &serde_json::Value) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, headers, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], value.to_string())
        .into_response()
}

fn not_found() -> Response {
    failure(StatusCode::NOT_FOUND, "file.unknown", "there is no such file")
}

/// The reason goes to the log, not to the client.
fn log(error: &dyn std::fmt::Display) {
    use io::Write;
    let _ = writeln!(io::stderr(), "cccheck: could not answer: {error}");
}

fn internal(error: &dyn std::fmt::Display) -> Response {
    log(error);
    failure(StatusCode::INTERNAL_SERVER_ERROR, "server.failed", "the server could not answer; try again later")
}

/// Runs what may block on files or the database away from the tasks that answer.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Response> {
    tokio::task::spawn_blocking(work).await.map_err(|error| internal(&error))
}

pub(super) async fn head(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = home::head(&app.home.public());
    let bytes = match blocking(move || std::fs::read(path)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => return not_found(),
        Ok(Err(error)) => return internal(&error),
        Err(response) => return response,
    };
    let tag = format!("\"{}\"", hex(&FileRef::of(&bytes).hash));
    let known = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag);
    let headers = [(header::CACHE_CONTROL, NO_CACHE), (header::CONTENT_TYPE, BINARY)];
    let tag = [(header::ETAG, tag)];
    if known {
        return (StatusCode::NOT_MODIFIED, headers, tag).into_response();
    }
    (headers, tag, bytes).into_response()
}

/// A file that never changes.
pub(super) async fn file(folder: Folder, app: Arc<App>, name: &str, request: Request) -> Response {
    if !home::is_file_name(name) {
        return not_found();
    }
    let path = folder.path(&app.home.public()).join(name);
    let served = ServeFile::new(path).precompressed_br().try_call(request).await;
    match served {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => not_found(),
        Ok(response) => {
            let mut response = response.map(Body::new);
            let is_the_file = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
            response.headers_mut().insert(header::CACHE_CONTROL, if is_the_file { IMMUTABLE } else { NO_CACHE });
            response.headers_mut().insert(header::CONTENT_TYPE, BINARY);
            response
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => not_found(),
        Err(error) => internal(&error),
    }
}

pub(super) async fn confirm(State(app): State<Arc<App>>, request: Request) -> Response {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).map(str::trim).unwrap_or_default();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let message = "the request must have the content type application/json";
        return failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, "request.media_type", message);
    }
    let body = match body(request).await {
        Ok(body) => body,
        Err(response) => return response,
    };
    let request = match read_request(&body) {
        Ok(request) => request,
        Err(bad) => return failure(StatusCode::BAD_REQUEST, "request.malformed", &bad.to_string()),
    };
    match receipt(app, request).await {
        Ok(Ok(Answer::Signed(receipt))) => json_response(StatusCode::OK, &json!({ "receipt": receipt })),
        Ok(Ok(Answer::Withheld(withheld))) => {
            let mut response = failure(StatusCode::SERVICE_UNAVAILABLE, withheld.code(), withheld.message());
            if withheld == Withheld::Changed {
                response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
            }
            response
        }
        Ok(Err(error)) if error.is_of_keys() => {
            log(&error);
            let message = "the key that signs receipts is not at hand; try again when somebody has looked";
            failure(StatusCode::SERVICE_UNAVAILABLE, "receipt.no_key", message)
        }
        Ok(Err(error)) => internal(&error),
        Err(response) => response,
    }
}

/// Signs the answer. When the register has just changed, it has the gate asked at once, and waits a moment for what that says.
async fn receipt(app: Arc<App>, asked: Asked) -> Result<Result<Answer, Error>, Response> {
    let (asked, end) = (Arc::new(asked), Instant::now() + GATE_TIME);
    loop {
        let mut gated = app.publisher.gated();
        let answer = {
            let (app, asked) = (Arc::clone(&app), Arc::clone(&asked));
            blocking(move || app.receipt(&asked)).await?
        };
        if !matches!(answer, Ok(Answer::Withheld(Withheld::Changed))) {
            return Ok(answer);
        }
        app.changed.notify_one();
        if timeout_at(end, gated.changed()).await.is_err() {
            return Ok(answer);
        }
    }
}

async fn body(mut request: Request) -> Result<Bytes, Response> {
    DefaultBodyLimit::max(MAX_REQUEST).apply(&mut request);
    match timeout(REQUEST_TIME, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("the request is larger than {MAX_REQUEST} bytes");
            Err(failure(StatusCode::PAYLOAD_TOO_LARGE, "request.too_large", &message))
        }
        Ok(Err(_)) => Err(failure(StatusCode::BAD_REQUEST, "request.malformed", "the request ended early")),
        Err(_) => Err(failure(StatusCode::REQUEST_TIMEOUT, "request.too_slow", "the request took too long to arrive")),
    }
}

pub(super) async fn method_not_allowed() -> Response {
    let mut response = failure(StatusCode::METHOD_NOT_ALLOWED, "request.method", "only POST is answered here");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}

pub(super) async fn health(State(app): State<Arc<App>>) -> Response {
    let answered = blocking(move || {
        let head = published_head(&app.home)?.ok_or_else(|| Error::NotPublished { public: app.home.public() })?;
        let published = head.manifest();
        let edition = app.with_store(|store| store.edition(published.sequence))?;
        let held = app.publisher.held();
        let behind = app.publisher.is_behind().then_some("register.behind");
        let awaits = app.publisher.awaits().is_some();
        let refusal = Refusal::Expired { expires: head.expires() };
        let ended = (clock::now()? > head.expires()).then(|| refusal.code());
        let unsigned = app.confirmer.can_sign().is_err().then_some("receipt.no_key");
        let problem = behind.or(app.publisher.problem()).or(ended).or(unsigned);
        let status = match problem {
            Some(_) => "failing",
            None if awaits || !held.is_empty() => "held",
            None => "ok",
        };
        Ok::<_, Error>(json!({
            "status": status,
            "problem": problem,
            "held": held,
            "awaitsWitnesses": awaits,
            "origin": app.pin.origin,
            "synthetic": app.pin.synthetic,
            "sequence": published.sequence,
            "asOf": published.as_of,
            "keysExpire": head.keys().expires,
            "certificates": edition.as_ref().map(|edition| edition.certificates),
            "declarations": edition.map(|edition| edition.declarations),
        }))
    });
    match answered.await {
        Ok(Ok(health)) => json_response(StatusCode::OK, &health),
        Ok(Err(error)) => internal(&error),
        Err(response) => response,
    }
}
