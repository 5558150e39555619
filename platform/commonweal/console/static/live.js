// Keeps what is marked data-live as it is now, while somebody looks at it: the server tells, and only what is different is touched,
// so that focus, selection and the place on the page stay. Filters and forms stand outside and are never touched.

const place = document.querySelector("[data-live]");
const said = document.getElementById("live-said");
const LOST = "This page is not kept up to date any more. Load it again to see the caseload as it is now.";
let source, announcing;

if (place) {
  // A browser opens six connections to a host: a page nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  if (!document.hidden) start();
}

function start() {
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource(place.dataset.live + location.search);
  source.addEventListener("board", (event) => show(event.data));
  source.addEventListener("open", () => said.classList.add("nhsuk-u-visually-hidden"));
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    said.textContent = LOST;
    said.classList.remove("nhsuk-u-visually-hidden");
  });
}

function stop() {
  source?.close();
}

function show(html) {
  said.dataset.heard = "yes";
  const next = document.createElement("template");
  next.innerHTML = html;
  if (position(next.content) < position(place)) return; // on its way since before this page was made
  const before = cards();
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const card = focused?.closest(".cw-card");
  const nth = card ? links(card).indexOf(focused) : 0;
  patch(place, next.content);
  if (focused && document.activeElement !== focused) refocus(focused, card?.id, nth);
  if (cards() === before) return;
  clearTimeout(announcing); // many changes, one sentence
  announcing = setTimeout(() => {
    said.textContent = `The caseload has changed. ${place.querySelector(".cw-summary strong").textContent}.`;
  }, 1000);
}

function position(within) {
  return Number(within.querySelector("[data-position]").dataset.position);
}

function cards() {
  return Array.from(place.querySelectorAll(".cw-card"), (card) => card.id + card.textContent).join();
}

function links(card) {
  return Array.from(card.querySelectorAll("a"));
}

// A card that has moved is another element: its name stays its name, and its next step is where its last one was.
function refocus(focused, card, nth) {
  const moved = document.getElementById(card);
  const found = focused.isConnected ? focused : moved && (links(moved)[nth] ?? links(moved)[0]);
  const target = found ?? place.querySelector("h2");
  if (!found) target?.setAttribute("tabindex", "-1");
  target?.focus({ preventScroll: true });
}

// Makes the children of `old` those of `next`: an element with an id is found again by it, another by its place.
function patch(old, next) {
  const known = new Map(Array.from(old.children, (child) => [child.id, child]));
  let at = old.firstChild;
  for (const child of Array.from(next.childNodes)) {
    const same = child.id ? known.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : null;
    if (!same) {
      old.insertBefore(child, at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    if (!same.isEqualNode(child)) become(same, child);
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}

function become(old, next) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = next.nodeValue;
    return;
  }
  for (const { name } of Array.from(old.attributes)) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of Array.from(next.attributes)) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  patch(old, next);
}
