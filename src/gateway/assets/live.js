// Keeps the parts of an order's page up to date that are marked data-live. Focus, scroll and what is folded open stay. Without this
// script the page offers a link that loads it again.
const SLOWEST_MS = 60_000;

let tag = "";

async function renew(delay) {
  try {
    const answer = await fetch(location.href, {
      cache: "no-store",
      headers: { Accept: "text/html", ...(tag && { "If-None-Match": tag }) },
    });
    if (answer.status === 304) return wait(every(document));
    // gone, or opened by this key no more
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return;
    if (!answer.ok) return wait(delay * 2);
    tag = answer.headers.get("ETag") ?? "";
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelectorAll("[data-live]").forEach((part) => swap(part, fresh.getElementById(part.id)));
    wait(every(fresh));
  } catch {
    wait(delay * 2);
  }
}

function swap(part, fresh) {
  if (!fresh || part.innerHTML === fresh.innerHTML) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceChildren(...fresh.childNodes);
  if (focused) (document.getElementById(focused) ?? document.getElementById("main")).focus({ preventScroll: true });
}

// Milliseconds; nothing once no more will happen to the order.
function every(page) {
  return page.getElementById("order")?.dataset.every * 1_000;
}

function wait(delay) {
  if (!delay) return;
  const next = () => renew(delay);
  setTimeout(() => {
    if (!document.hidden) return next();
    document.addEventListener("visibilitychange", next, { once: true });
  }, Math.min(delay, SLOWEST_MS));
}

wait(every(document));
