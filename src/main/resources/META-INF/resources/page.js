// Says so when the table is older than it should be: the server, the network or this tab may have stopped.
(() => {
  const bound = 6000;
  const note = document.getElementById("stale");
  const seconds = document.getElementById("stale-for");
  let updated = Date.now();
  document.body.addEventListener("htmx:afterSwap", () => {
    updated = Date.now();
    show();
  });
  // The session has ended: the server leads to the way in.
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) {
      location.assign("/login");
    }
  });
  function show() {
    const age = Date.now() - updated;
    note.hidden = age < bound;
    seconds.textContent = Math.round(age / 1000);
    document.getElementById("fleet").classList.toggle("stale", age >= bound);
  }
  setInterval(show, 1000);
})();
