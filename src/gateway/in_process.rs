//! The whole site without a socket: for tests and the simulator, which run on virtual time.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::{self, MessageBody};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::Data;
use actix_web::{App as Site, HttpResponse};

use super::{App, RequestGuard, configure, pages};

/// Of whoever asks: nobody looks at it.
const PORT: u16 = 50_000;

/// The site as [`super::serve`] serves it. Cheap to clone; bound to one thread.
#[derive(Clone)]
pub struct InProcess {
    serve: Rc<dyn Fn(TestRequest) -> Served>,
}

/// One request: what a client puts on the wire.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: &'static str,
    /// Path and query.
    pub uri: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Whose connection it comes over; `None`: one of this machine.
    pub peer: Option<IpAddr>,
}

/// What comes back.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// In the order of their names.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, which is in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// `null` where the body is no JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

type Served = Pin<Box<dyn Future<Output = Response>>>;

async fn read(response: HttpResponse<impl MessageBody>) -> Response {
    let (head, payload) = response.into_parts();
    let body = body::to_bytes(payload).await.map(|bytes| bytes.to_vec()).unwrap_or_default();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let lines = head.headers().iter().map(|(name, value)| (name.to_string(), text(value)));
    // their map has another order in every process
    let mut headers: Vec<(String, String)> = lines.collect();
    headers.sort();
    Response { status: head.status().as_u16(), headers, body }
}

impl InProcess {
    pub async fn new(app: App) -> InProcess {
        let site = Site::new()
            .app_data(Data::new(app.clone()))
            .wrap(RequestGuard::new(&app))
            .wrap(from_fn(pages::error_pages))
            .configure(configure);
        let service = Rc::new(init_service(site).await);
        let host = HeaderValue::try_from(app.origins.canonical().rsplit('/').next().unwrap_or_default()).ok();
        let serve = move |request: TestRequest| -> Served {
            let service = Rc::clone(&service);
            let mut request = request.to_request();
            if let Some(host) = host.clone().filter(|_| !request.head().headers.contains_key(header::HOST)) {
                request.head_mut().headers.insert(header::HOST, host);
            }
            Box::pin(async move {
                match try_call_service(service.as_ref(), request).await {
                    Ok(response) => read(response.into_parts().1).await,
                    Err(error) => read(error.error_response()).await,
                }
            })
        };
        InProcess { serve: Rc::new(serve) }
    }

    /// Handles one request, as if it had come whole over a connection of its own. It is for the shop unless it names a `host`.
    pub async fn send(&self, request: Request) -> Response {
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
        let peer = request.peer.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let made = TestRequest::default().method(method).uri(&request.uri).peer_addr((peer, PORT).into());
        let mut made = made.set_payload(request.body);
        for (name, value) in request.headers {
            made = made.append_header((name, value));
        }
        (self.serve)(made).await
    }
}
