"""What Stripe says when it refuses: status, type, code, and what the official libraries make error classes of."""

DOCS = "https://stripe.com/docs/error-codes/"


class Refusal(Exception):
    """An answer other than 200. `kept` says whether an idempotency key remembers it: Stripe keeps what an endpoint
    answered once it had begun, and nothing of what was refused before (a bad key, a bad parameter, a conflict)."""

    def __init__(self, status, kind, message, code=None, param=None, kept=True, headers=None, **more):
        super().__init__(message)
        error = {"type": kind, "message": message}
        if code:
            error["code"] = code
            error["doc_url"] = DOCS + code.replace("_", "-")
        if param:
            error["param"] = param
        error.update({name: value for name, value in more.items() if value is not None})
        self.status, self.kept, self.headers = status, kept, headers or {}
        self.body = {"error": error}


def invalid(message, param=None, code=None, kept=True, **more):
    return Refusal(400, "invalid_request_error", message, code, param, kept, **more)


def missing(param):
    return invalid(f"Missing required param: {param}.", param, "parameter_missing", kept=False)


def unknown(params):
    names = ", ".join(params)
    several = "parameters" if len(params) > 1 else "parameter"
    return invalid(f"Received unknown {several}: {names}", params[0], "parameter_unknown", kept=False)


def no_such(kind, id, param="id"):
    message = f"No such {kind}: '{id}'"
    # what the path names is not found; what a parameter names is a bad parameter
    status = 404 if param in ("id", "intent", "charge", "session") else 400
    return Refusal(status, "invalid_request_error", message, "resource_missing", param)


def no_route(method, path):
    message = f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing slash."
    return Refusal(404, "invalid_request_error", message, kept=False)


def no_key():
    message = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."
    return Refusal(401, "invalid_request_error", message, kept=False)


def bad_key(key):
    shown = key[:8] + "*" * max(len(key) - 12, 4) + key[-4:] if len(key) > 12 else "*" * len(key)
    return Refusal(401, "invalid_request_error", f"Invalid API Key provided: {shown}", kept=False)


def card(message, code, decline_code=None, param=None, **more):
    """A decline: 402, and the soft or hard reason in `decline_code`."""
    return Refusal(402, "card_error", message, code, param, decline_code=decline_code, **more)


def key_reused(key, method, path, other_path):
    if path != other_path:
        what = f"({method} {path} vs {other_path})"
        message = f"Keys for idempotent requests can only be used for the same endpoint they were first used for {what}. Try using a key other than '{key}' if you meant to execute a different request."
    else:
        message = f"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
    return Refusal(400, "idempotency_error", message, kept=False)


def key_in_use():
    message = "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later."
    return Refusal(409, "idempotency_error", message, "idempotency_key_in_use", kept=False, headers={"Stripe-Should-Retry": "true"})


def too_many():
    message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."
    return Refusal(429, "invalid_request_error", message, "rate_limit", kept=False, headers={"Stripe-Should-Retry": "true"})


def own_fault(retry=None):
    headers = {} if retry is None else {"Stripe-Should-Retry": "true" if retry else "false"}
    return Refusal(500, "api_error", "An unknown error occurred", headers=headers)
