//! The built pages, with what they need to know written into them.

use super::App;
use super::api::{NO_CACHE, blocking};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tower_http::services::ServeDir;

/// Where a page expects what it needs to know.
const CONFIG_BEGIN: &str = "<script type=\"application/json\" id=\"cccheck-config\">";
const CONFIG_EMPTY: &str = "{}";

const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(super) async fn page(State(app): State<Arc<App>>, request: Request) -> Response {
    let mut response = match &app.www {
        None => missing("This server shows no pages: name them with --www www/dist"),
        Some(www) => match page_name(request.uri().path()) {
            Some(name) if matches!(*request.method(), Method::GET | Method::HEAD) => {
                let path = www.join(name);
                html(&app, &path).await
            }
            _ => file(www, request).await,
        },
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_CACHE);
    headers.insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The file of a page, if the path names one: `/` or `/name.html`, with a name of letters, digits, `-` and `_`.
fn page_name(path: &str) -> Option<&str> {
    match path.strip_prefix('/')? {
        "" => Some("index.html"),
        name => {
            let stem = name.strip_suffix(".html")?;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            (!stem.is_empty() && stem.bytes().all(plain)).then_some(name)
        }
    }
}

async fn html(app: &Arc<App>, path: &Path) -> Response {
    let path = path.to_owned();
    let text = match blocking(move || std::fs::read_to_string(path)).await {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return missing("There is no such page. If the pages were never built: scripts/build"),
        Err(response) => return response,
    };
    let empty = [CONFIG_BEGIN, CONFIG_EMPTY].concat();
    let text = text.replacen(&empty, &[CONFIG_BEGIN, &app.config].concat(), 1);
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], text).into_response()
}

async fn file(www: &Path, request: Request) -> Response {
    let mut files = ServeDir::new(www).precompressed_br().append_index_html_on_directories(false);
    let served: io::Result<_> = files.try_call(request).await;
    match served {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => response.map(Body::new),
        _ => missing("There is no such file"),
    }
}

fn missing(sentence: &str) -> Response {
    (StatusCode::NOT_FOUND, format!("{sentence}\n")).into_response()
}
