// Keeps a page up to date: asks for it anew when the stream tells of a change, and now and then; says so when it cannot.
(() => {
  const live = document.getElementById("live");
  const banner = document.getElementById("banner");
  const state = document.getElementById("state");
  const hiddenPoll = 15000;
  const patience = 6000;

  // ---- Taking over what the server made, without disturbing who reads: only what differs is touched.

  let taken = false;

  const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key : undefined);

  const alike = (old, made) =>
    old.nodeType === made.nodeType && old.nodeName === made.nodeName && keyOf(old) === keyOf(made);

  function take(old, made) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== made.data) {
        old.data = made.data;
      }
      return;
    }
    takeAttributes(old, made);
    takeChildren(old, made);
  }

  // What people opened stays open.
  const own = (element, name) => name === "open" && element.localName === "details";

  function takeAttributes(old, made) {
    for (const { name } of [...old.attributes]) {
      if (!made.hasAttribute(name) && !own(old, name)) {
        old.removeAttribute(name);
      }
    }
    for (const { name, value } of made.attributes) {
      if (old.getAttribute(name) !== value && !own(old, name)) {
        old.setAttribute(name, value);
      }
    }
  }

  function takeChildren(old, made) {
    const kept = new Set();
    const keyed = new Map();
    for (const child of made.children) {
      kept.add(keyOf(child));
    }
    for (const child of [...old.children]) {
      const key = keyOf(child);
      if (key !== undefined && !kept.has(key)) {
        child.remove();
      } else if (key !== undefined) {
        keyed.set(key, child);
      }
    }
    let place = old.firstChild;
    for (const child of [...made.childNodes]) {
      const known = keyed.get(keyOf(child));
      if (known && alike(known, child)) {
        if (known !== place && place && place.nextSibling === known) {
          old.append(place); // it is this one that has moved, further down
          place = known;
        }
        if (known === place) {
          place = place.nextSibling;
        } else {
          old.insertBefore(known, place);
        }
        take(known, child);
      } else if (place && alike(place, child)) {
        take(place, child);
        place = place.nextSibling;
      } else {
        old.insertBefore(child, place);
      }
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap: (style, target, fragment) => {
      const made = fragment.querySelector("#live");
      if (!made) {
        return [];
      }
      const focused = document.activeElement;
      takeAttributes(target, made);
      takeChildren(target, made);
      taken = true;
      if (focused !== document.activeElement && focused && focused.isConnected) {
        focused.focus({ preventScroll: true });
      }
      return [];
    },
  });

  // ---- When to ask

  let busy = false;
  let again = false;
  let timer;
  let due = Infinity;
  let began = 0;
  let took = 0;
  let updated = Date.now();
  let trouble = "";

  const poll = () => (document.hidden ? hiddenPoll : Number(live.dataset.poll));
  // A storm of changes, a slow server or a page that nobody sees: then less often.
  const pause = () => (document.hidden ? 5000 : Math.max(250, 3 * took));

  function ask(at) {
    if (at < due) {
      due = at;
      clearTimeout(timer);
      timer = setTimeout(refresh, Math.max(0, at - Date.now()));
    }
  }

  function refresh() {
    due = Infinity;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    taken = false;
    began = Date.now();
    htmx.trigger(live, "refresh");
  }

  // A proxy's own page, to log in or to wait, comes with status 200 too: not even its title is taken over.
  live.addEventListener("htmx:beforeSwap", ({ detail }) => {
    detail.shouldSwap = detail.shouldSwap && detail.serverResponse.includes('id="live"');
  });

  function failure(status) {
    if (status === 0) {
      return "pgvigil does not answer";
    }
    return status < 300 || status === 404
      ? "The address of pgvigil returned another page"
      : `pgvigil returned error ${status}`;
  }

  live.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    busy = false;
    took = Date.now() - began;
    if (xhr.status === 401) {
      location.assign("/login?to=" + encodeURIComponent(location.pathname + location.search));
      return;
    }
    if (taken) {
      updated = Date.now();
      trouble = "";
    } else {
      trouble = failure(xhr.status);
    }
    ask(Date.now() + (again ? pause() : poll()));
    again = false;
    show();
  });

  function changed() {
    if (busy) {
      again = true;
    } else {
      ask(Math.max(Date.now(), began + pause()));
    }
  }

  // A browser has six connections to one address: pages that nobody sees do not hold on to any.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      leave();
    } else {
      lostAt = Date.now();
      listen();
      ask(Date.now());
    }
  });

  // ---- The stream of changes

  const changes = ["added", "removed", "status_changed", "role_changed", "opened", "updated", "closed"];
  let stream;
  let streaming = false;
  let lostAt = Date.now();
  let retryAfter = 1000;

  function leave() {
    stream?.close();
    stream = undefined;
    streaming = false;
  }

  function listen() {
    if (document.hidden || stream) {
      return;
    }
    const target = live.dataset.target;
    stream = new EventSource("/api/v1/events" + (target ? "?target=" + encodeURIComponent(target) : ""));
    stream.addEventListener("open", () => {
      streaming = true;
      retryAfter = 1000;
      changed();
      show();
    });
    stream.addEventListener("error", () => {
      lostAt = streaming ? Date.now() : lostAt;
      streaming = false;
      show();
      // The browser comes back by itself, unless it was refused.
      if (stream?.readyState === EventSource.CLOSED) {
        stream = undefined;
        setTimeout(listen, retryAfter);
        retryAfter = Math.min(30000, 2 * retryAfter);
      }
    });
    changes.forEach((name) => stream.addEventListener(name, changed));
    stream.addEventListener("status_changed", (event) => tell(JSON.parse(event.data)));
  }

  // ---- What a screen reader says: changes of status alone, many at once as their number.

  let told = [];
  function tell({ target, to }) {
    told.push(`${target} is ${to}`);
    if (told.length === 1) {
      setTimeout(() => {
        document.getElementById("announcement").textContent =
          told.length > 3 ? `${told.length} status changes` : told.join(", ");
        told = [];
      }, 1000);
    }
  }

  // ---- How fresh the page is

  function show() {
    const now = Date.now();
    const age = now - updated;
    const stale = age > Math.max(patience, 2 * poll());
    const cut = !streaming && now - lostAt > 2000;
    const seconds = Math.round(age / 1000);
    const message =
      trouble || stale
        ? `${trouble || "This page is not being updated"}. Last update: ${new Date(updated).toLocaleTimeString()}. Retrying.`
        : cut
          ? "The event stream is interrupted. This page polls for updates instead."
          : "";
    // Written only when it differs, for each writing is read aloud.
    if (banner.textContent !== message) {
      banner.textContent = message;
      banner.hidden = message === "";
    }
    live.classList.toggle("stale", stale || trouble !== "");
    state.className = "state " + (trouble || stale ? "lost" : cut ? "slow" : "well");
    state.textContent = trouble || stale ? `${seconds} s old` : cut ? "Polling" : "Live";
    const icon = `/icon-${trouble || stale ? "unknown" : live.dataset.status}.svg`;
    const link = document.querySelector("link[rel=icon]");
    if (link.getAttribute("href") !== icon) {
      link.setAttribute("href", icon);
    }
  }

  // ---- The filter: where scripts run, at each key.

  document.addEventListener("input", (event) => {
    if (event.target.id === "q") {
      const url = new URL(location);
      const text = event.target.value.trim();
      text ? url.searchParams.set("q", text) : url.searchParams.delete("q");
      url.searchParams.delete("page");
      history.replaceState(null, "", url);
      ask(Date.now() + 120);
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "filter") {
      event.preventDefault();
      ask(Date.now());
    }
  });

  // ---- Tabs: links, which where scripts run load their part into this page. The arrows go from one to the next.

  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      history.pushState(null, "", tab.href);
      ask(Date.now());
    }
  });
  addEventListener("popstate", () => ask(Date.now()));

  function goThroughTabs(event, tab) {
    const tabs = [...tab.parentElement.children];
    const at = tabs.indexOf(tab);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      tabs.at(next % tabs.length).focus();
    } else if (event.key === " ") {
      event.preventDefault();
      tab.click();
    }
  }

  // ---- Keys: in the table of the fleet j and k through the rows and / to the filter, and Escape out of that. Elsewhere single
  // keys belong to the browser, to screen readers, and to who speaks instead of typing.

  document.addEventListener("keydown", (event) => {
    const field = document.getElementById("q");
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const tab = event.target.closest("[role=tab]");
    if (tab) {
      goThroughTabs(event, tab);
    } else if (event.key === "Escape" && event.target === field) {
      field.blur();
    } else if (!event.target.closest(".fleet")) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    }
  });

  function step(by) {
    const names = [...document.querySelectorAll("a.name")];
    const at = names.indexOf(document.activeElement);
    const next = names[at < 0 && by < 0 ? names.length - 1 : Math.min(names.length - 1, Math.max(0, at + by))];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  }

  // ---- What a chart shows at the pointer: the server sends a reading for each column.

  const reading = document.createElement("output");
  reading.className = "reading";
  reading.hidden = true;
  document.body.append(reading);

  document.addEventListener("pointermove", ({ target, clientX }) => {
    const plot = target.closest?.("svg[data-readings]");
    reading.hidden = !plot;
    if (!plot) {
      return;
    }
    const { left, top, width } = plot.getBoundingClientRect();
    const readings = plot.dataset.readings.split("|");
    const column = Math.min(readings.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * readings.length)));
    const ago = (readings.length - 1 - column) * Number(plot.dataset.seconds);
    const time = new Date(Number(plot.dataset.until) - 1000 * ago).toISOString().slice(11, 19);
    reading.textContent = `${time} UTC  ${readings[column]}`;
    reading.classList.toggle("left", clientX > innerWidth / 2);
    reading.style.left = `${clientX}px`;
    reading.style.top = `${top}px`;
  });

  // ---- Copying a statement

  document.addEventListener("click", async (event) => {
    if (!event.target.classList.contains("copy")) {
      return;
    }
    const code = event.target.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      event.target.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // no leave to copy, so only a key is missing
      event.target.textContent = "Selected";
    }
  });

  // ---- The theme

  const themes = ["system", "light", "dark"];
  const button = document.getElementById("theme");
  const root = document.documentElement;
  function showTheme() {
    button.textContent = `Theme: ${root.dataset.theme || "system"}`;
  }
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(root.dataset.theme || "system") + 1) % themes.length];
    if (next === "system") {
      delete root.dataset.theme;
    } else {
      root.dataset.theme = next;
    }
    try {
      localStorage.setItem("theme", next);
    } catch {
      // Then it holds for this page alone.
    }
    showTheme();
  });

  showTheme();
  listen();
  ask(Date.now() + poll());
  setInterval(show, 1000);
  show();
})();
