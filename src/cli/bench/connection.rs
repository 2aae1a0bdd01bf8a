//! One keep-alive connection to a shop over HTTP/1.1.

use httparse::{EMPTY_HEADER, Response, Status};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const HEADERS_MAX: usize = 64;
const HEAD_BYTES_MAX: usize = 16 * 1024;
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A connection over which one request is under way at a time.
pub struct Connection<S> {
    stream: S,
    /// What has come and was not yet taken.
    came: Vec<u8>,
    /// Whether another request may follow.
    keeps: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("the connection broke: {0}")]
    Stream(#[from] std::io::Error),
    #[error("the connection was closed without a whole answer")]
    Closed,
    #[error("the answer is not HTTP: {0}")]
    Malformed(#[from] httparse::Error),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the answer's body has no length that we understand")]
    Length,
}

/// How a body ends.
#[derive(Clone, Copy)]
enum Body {
    Bytes(usize),
    Chunks,
    /// With the connection.
    Rest,
}

struct Head {
    bytes: usize,
    status: u16,
    body: Body,
    keeps: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub fn new(stream: S) -> Connection<S> {
        Connection { stream, came: Vec::with_capacity(4096), keeps: true }
    }

    /// Whether another request may follow.
    pub fn keeps(&self) -> bool {
        self.keeps && self.came.is_empty()
    }

    /// Sends a whole request (no HEAD) and reads its answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer, Broken> {
        self.stream.write_all(request).await?;
        loop {
            let head = self.head().await?;
            self.came.drain(..head.bytes);
            if head.status >= 200 {
                self.keeps = head.keeps;
                return Ok(Answer { status: head.status, body: self.body(head.body).await? });
            }
        }
    }

    async fn head(&mut self) -> Result<Head, Broken> {
        loop {
            if let Some(head) = parse_head(&self.came)? {
                return Ok(head);
            }
            if self.came.len() > HEAD_BYTES_MAX {
                return Err(Broken::TooLarge(HEAD_BYTES_MAX));
            }
            self.read_more().await?;
        }
    }

    async fn body(&mut self, body: Body) -> Result<Vec<u8>, Broken> {
        match body {
            Body::Bytes(length) => self.take(length).await,
            Body::Chunks => self.chunks().await,
            Body::Rest => self.rest().await,
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Broken> {
        let mut body = vec![];
        loop {
            let size = self.chunk_size().await?;
            if size == 0 {
                self.trailers().await?;
                return Ok(body);
            }
            if size > BODY_BYTES_MAX - body.len() {
                return Err(Broken::TooLarge(BODY_BYTES_MAX));
            }
            body.extend(self.take(size).await?);
            if self.take(2).await? != b"\r\n" {
                return Err(Broken::Length);
            }
        }
    }

    async fn chunk_size(&mut self) -> Result<usize, Broken> {
        loop {
            match httparse::parse_chunk_size(&self.came).map_err(|_| Broken::Length)? {
                Status::Complete((line, size)) => {
                    self.came.drain(..line);
                    return usize::try_from(size).map_err(|_| Broken::Length);
                }
                Status::Partial if self.came.len() > HEAD_BYTES_MAX => return Err(Broken::Length),
                Status::Partial => self.read_more().await?,
            }
        }
    }

    /// Up to the empty line that ends a chunked body.
    async fn trailers(&mut self) -> Result<(), Broken> {
        let mut seen = 0;
        while seen < HEAD_BYTES_MAX {
            while let Some(end) = memchr::memmem::find(&self.came, b"\r\n") {
                self.came.drain(..end + 2);
                seen += end + 2;
                if end == 0 {
                    return Ok(());
                }
            }
            self.read_more().await?;
        }
        Err(Broken::TooLarge(HEAD_BYTES_MAX))
    }

    async fn rest(&mut self) -> Result<Vec<u8>, Broken> {
        self.keeps = false;
        while self.came.len() <= BODY_BYTES_MAX {
            if self.stream.read_buf(&mut self.came).await? == 0 {
                return Ok(std::mem::take(&mut self.came));
            }
        }
        Err(Broken::TooLarge(BODY_BYTES_MAX))
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, Broken> {
        if length > BODY_BYTES_MAX {
            return Err(Broken::TooLarge(BODY_BYTES_MAX));
        }
        while self.came.len() < length {
            self.read_more().await?;
        }
        Ok(self.came.drain(..length).collect())
    }

    async fn read_more(&mut self) -> Result<(), Broken> {
        match self.stream.read_buf(&mut self.came).await? {
            0 => Err(Broken::Closed),
            _ => Ok(()),
        }
    }
}

/// `None`: it is not all there yet.
fn parse_head(bytes: &[u8]) -> Result<Option<Head>, Broken> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut response = Response::new(&mut headers);
    let Status::Complete(length) = response.parse(bytes)? else { return Ok(None) };
    let value = |name: &str| {
        let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
    };
    let status = response.code.unwrap_or_default();
    let body = match (value("transfer-encoding"), value("content-length")) {
        _ if status < 200 || status == 204 || status == 304 => Body::Bytes(0),
        (Some(coding), _) if coding == "chunked" => Body::Chunks,
        (Some(_), _) => return Err(Broken::Length),
        (None, Some(length)) => Body::Bytes(length.parse().map_err(|_| Broken::Length)?),
        (None, None) => Body::Rest,
    };
    let connection = value("connection").unwrap_or_default();
    let keeps = response.version == Some(1) && !connection.contains("close");
    Ok(Some(Head { bytes: length, status, body, keeps }))
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    /// What is read of an answer that comes in pieces of so many bytes, and whether another may follow.
    async fn read_in_pieces(answer: &[u8], piece: usize) -> (Result<Answer, Broken>, bool) {
        let (ours, mut theirs) = duplex(piece);
        let (mut connection, answer) = (Connection::new(ours), answer.to_vec());
        let send = async move {
            let mut request = [0; 1];
            theirs.read_exact(&mut request).await.unwrap();
            theirs.write_all(&answer).await.unwrap();
        };
        // whoever has read enough does not take the rest, and what was sent is followed by the end of the stream
        let sent = async {
            send.await;
            std::future::pending::<()>().await
        };
        let asked = tokio::select! {
            asked = connection.ask(b"?") => asked,
            () = sent => unreachable!("it waits for ever"),
        };
        (asked, connection.keeps())
    }

    fn read(answer: &str) -> (Result<Answer, Broken>, bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (byte_by_byte, _) = read_in_pieces(answer.as_bytes(), 1).await;
            let (at_once, keeps) = read_in_pieces(answer.as_bytes(), 4096).await;
            assert_eq!(byte_by_byte.as_ref().ok(), at_once.as_ref().ok(), "in pieces it is another answer");
            (at_once, keeps)
        })
    }

    #[track_caller]
    fn body(answer: &str) -> (String, bool) {
        let (answer, keeps) = read(answer);
        (String::from_utf8(answer.unwrap().body).unwrap(), keeps)
    }

    #[test]
    fn a_body_ends_where_the_head_says() {
        let told = |answer| body(answer);
        assert_eq!(told("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"), ("ok".to_owned(), true));
        assert_eq!(told("HTTP/1.1 204 No Content\r\n\r\n"), (String::new(), true));
        assert_eq!(told("HTTP/1.1 200 OK\r\n\r\nall of it"), ("all of it".to_owned(), false));
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n";
        assert_eq!(told(chunked), ("abc0123456789".to_owned(), true));
    }

    #[test]
    fn a_connection_is_kept_where_the_shop_keeps_it() {
        let close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
        assert!(!body(close).1);
        let old = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok";
        assert!(!body(old).1);
        let more_than_asked = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP";
        assert!(!body(more_than_asked).1);
    }

    #[test]
    fn what_comes_before_the_answer_is_skipped() {
        let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        assert_eq!(read(answer).0.unwrap(), Answer { status: 200, body: b"ok".to_vec() });
    }

    #[test]
    fn what_is_cut_or_no_http_is_an_error() {
        for bad in [
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\nok",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nokay\r\n",
            "SMTP ready\r\n\r\n",
        ] {
            assert!(read(bad).0.is_err(), "{bad}");
        }
    }
}
