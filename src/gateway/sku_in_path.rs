use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;

/// The SKU that an address names, as it was written before it became a part of an address: the router leaves a `%2F` as it is, for a
/// slash would be another part.
pub fn sku_in_path(request: &HttpRequest) -> String {
    let part = request.match_info().query("sku");
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}
